//! A world in which a story happens: the whole bot on a real database, with everything around it of paper.

#![allow(dead_code, reason = "which parts are used differs between test programs")]

pub mod chat;
pub mod clock;
pub mod cluster;
pub mod mailbox;
pub mod paper;
pub mod places;
pub mod talk;
mod tidy;
mod time;
mod whole;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use sublet::{
    actions::{self, Asked, World as Means},
    domain::{Instant, ids::EnvName, lease::Lease, person::Person, policy::Policy, template::Template},
    engine::{Engine, LANES},
    ports::{
        chat::{Button, Chat},
        cluster::Cluster,
        mail::Mail,
        store::{Store, Tx},
    },
    store::{Options, open},
};
use tokio::sync::Notify;

use self::{
    chat::FakeChat,
    clock::{CountedIds, FrozenClock},
    cluster::FakeCluster,
    mailbox::Mailbox,
    paper::Names,
};
use crate::support::databases::Database;

/// What is around the bot and outlives it.
#[derive(Clone)]
pub struct Outside {
    /// The chat platform.
    pub chat: Arc<FakeChat>,
    /// The provisioner.
    pub cluster: Arc<FakeCluster>,
    /// The mail server.
    pub mail: Arc<Mailbox>,
    /// The time.
    pub clock: Arc<FrozenClock>,
    /// New ids.
    pub ids: Arc<CountedIds>,
    /// How many lanes a bot works at once.
    pub lanes: u32,
}

/// The bot and its world.
pub struct World {
    /// What is around the bot.
    pub outside: Outside,
    /// The bot.
    pub engine: Arc<Engine>,
    url: String,
    names: Names,
    events: AtomicU64,
    form: Mutex<Option<Asked>>,
    offered: Mutex<Vec<Button>>,
    left: Option<(usize, &'static str)>,
}

/// Reads a moment as stories write it: `2026-11-23 09:00`, in UTC.
pub fn utc(text: &str) -> Instant {
    chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a moment").and_utc()
}

impl Outside {
    /// Nothing has happened; it is that moment.
    pub fn at(now: Instant) -> Self {
        Self {
            chat: Arc::default(),
            cluster: Arc::default(),
            mail: Arc::default(),
            clock: Arc::new(FrozenClock::at(now)),
            ids: Arc::default(),
            lanes: LANES,
        }
    }

    /// The bot on that database. Several may run on one.
    pub async fn engine(&self, url: &str, policy: Policy, holder: &str) -> Engine {
        let store = open(url, &Options::default()).await.expect("the store opens");
        let chat: Arc<dyn Chat> = self.chat.clone();
        let cluster: Arc<dyn Cluster> = self.cluster.clone();
        let mail: Arc<dyn Mail> = self.mail.clone();
        Engine {
            world: Means {
                store,
                clock: self.clock.clone(),
                ids: self.ids.clone(),
                templates: Arc::new(places::shelf()),
                policy: Arc::new(policy),
                wake: Arc::new(Notify::new()),
            },
            chats: vec![chat],
            mail: Some(mail),
            clusters: BTreeMap::from([("paper".to_owned(), cluster)]),
            devops: vec!["devops@example.org".to_owned()],
            hooks: None,
            lanes: self.lanes,
            holder: holder.to_owned(),
        }
    }
}

impl World {
    /// A world on that database, on a Monday in November; Dana and Erin have stored their keys.
    pub async fn new(database: &Database) -> Self {
        // One lane after another, or messages from several would come in any order.
        let outside = Outside { lanes: 1, ..Outside::at(utc("2026-11-23 09:00")) };
        let engine = outside.engine(&database.url, places::policy(), "first").await;
        let _ = tracing_subscriber::fmt().with_test_writer().with_max_level(tracing::Level::ERROR).try_init();
        let world = Self {
            outside,
            engine: Arc::new(engine),
            url: database.url.clone(),
            names: Names::default(),
            events: AtomicU64::new(0),
            form: Mutex::default(),
            offered: Mutex::default(),
            left: None,
        };
        for person in places::people() {
            world.knows(&person).await;
        }
        world.says("dana", &format!("/key add {}", places::DANAS_KEY)).await;
        world.says("erin", &format!("/key add {}", places::ERINS_KEY)).await;
        world
    }

    /// Adds a person, or changes what is known of them.
    pub async fn knows(&self, person: &Person) {
        self.changes(async |tx| tx.save_person(person).await.expect("a person is saved")).await;
    }

    /// The person of that handle, as known now.
    pub async fn person(&self, handle: &str) -> Person {
        let mut tx = self.looks().await;
        tx.person(&places::id(handle)).await.expect("people can be looked up").expect("that person is known")
    }

    /// Somebody leaves: they may do nothing any more.
    pub async fn deactivates(&self, handle: &str) {
        let person = Person { active: false, ..self.person(handle).await };
        self.knows(&person).await;
    }

    /// The rules change.
    pub async fn rules(&mut self, policy: Policy) {
        let mut engine = self.outside.engine(&self.url, policy, "ruled").await;
        engine.world.store = self.store();
        self.engine = Arc::new(engine);
    }

    /// The templates' files are these from now on, and were read.
    pub async fn templates_are(&mut self, templates: impl IntoIterator<Item = Template>) {
        let policy = self.engine.world.policy.as_ref().clone();
        let mut engine = self.outside.engine(&self.url, policy, "reloaded").await;
        engine.world.store = self.store();
        engine.world.templates = Arc::new(places::Shelf::of(templates));
        actions::templates::keep(&engine.world).await.expect("the templates are kept");
        self.engine = Arc::new(engine);
    }

    /// There is no chat from now on: everything goes by mail.
    pub async fn has_no_chat(&mut self) {
        let policy = self.engine.world.policy.as_ref().clone();
        let mut engine = self.outside.engine(&self.url, policy, "mute").await;
        engine.world.store = self.store();
        self.engine = Arc::new(Engine { chats: Vec::new(), ..engine });
    }

    /// What somebody is offered behind a line: the line as it would be then.
    pub async fn offers(&self, who: &str, line: &str) -> Vec<String> {
        let caller = actions::Caller::from(places::id(who));
        let offers = actions::complete(&self.engine.world, &caller, line, line.len()).await;
        let whole = |offer: commands::complete::Completion| {
            let mut line = line.to_owned();
            line.replace_range(offer.replace, &offer.insert);
            line
        };
        offers.into_iter().map(whole).collect()
    }

    /// The lease of that name, as stories name it.
    pub async fn lease(&self, name: &str) -> Lease {
        let name = EnvName::parse(&self.real(name)).expect("a name");
        self.looks()
            .await
            .lease_by_name(&name)
            .await
            .expect("leases can be looked up")
            .expect("there is a lease")
    }

    /// The bot ends and another one starts on the same database.
    pub async fn restarts(&mut self) {
        let policy = self.engine.world.policy.as_ref().clone();
        self.engine = Arc::new(self.outside.engine(&self.url, policy, "second").await);
        self.engine.reconcile().await.expect("it reconciles");
    }

    /// What stays undelivered at the end, and why that is right in this story.
    pub fn leaves(&mut self, effects: usize, why: &'static str) {
        self.left = Some((effects, why));
    }

    /// The database.
    pub fn store(&self) -> Arc<dyn Store> {
        self.engine.world.store.clone()
    }

    async fn looks(&self) -> Box<dyn Tx> {
        self.store().read().await.expect("a transaction")
    }

    async fn changes(&self, work: impl AsyncFnOnce(&mut dyn Tx)) {
        let mut tx = self.store().begin().await.expect("a transaction");
        work(tx.as_mut()).await;
        tx.commit().await.expect("a commit");
    }

    fn next_event(&self) -> String {
        format!("event-{}", self.events.fetch_add(1, Ordering::SeqCst))
    }
}
