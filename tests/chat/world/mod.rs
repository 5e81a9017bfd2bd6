//! A world in which a conversation happens on one platform: the whole bot, and what is around it.

#![allow(dead_code, reason = "the people and things of paper can do more than each target needs")]

#[path = "../../stories/world/clock.rs"]
pub mod clock;
#[path = "../../stories/world/cluster.rs"]
pub mod cluster;
mod console;
pub mod discord;
#[path = "../../stories/world/mailbox.rs"]
pub mod mailbox;
#[path = "../../stories/world/paper.rs"]
pub mod paper;
#[path = "../../stories/world/places.rs"]
pub mod places;
pub mod slack;
mod talk;
mod time;

use std::{collections::BTreeMap, sync::Arc};

use sublet::{
    actions::World as Means,
    domain::{person::Person, platform::Platform},
    engine::{Engine, LANES},
    ports::{chat::Chat, cluster::Cluster, mail::Mail, store::Tx},
    store::{Options, open},
};
use tokio::sync::Notify;

use self::{
    clock::{CountedIds, FrozenClock},
    cluster::FakeCluster,
    console::ConsoleSide,
    discord::DiscordSide,
    mailbox::Mailbox,
    paper::Names,
    slack::SlackSide,
};
use crate::support::databases::Database;

/// A platform, and the way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Console,
    SlackSocket,
    SlackHttp,
    DiscordGateway,
    DiscordHttp,
}

impl On {
    /// The platform's name as people read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Console => Platform::Console.name(),
            Self::SlackSocket | Self::SlackHttp => Platform::Slack.name(),
            Self::DiscordGateway | Self::DiscordHttp => Platform::Discord.name(),
        }
    }
}

/// The bot, its platform and what else is around it.
pub struct World {
    /// The bot.
    pub engine: Engine,
    /// The provisioner.
    pub cluster: Arc<FakeCluster>,
    /// The mail server.
    pub mail: Arc<Mailbox>,
    /// The time.
    pub clock: Arc<FrozenClock>,
    on: On,
    names: Names,
    side: Side,
}

/// The platform.
enum Side {
    Console(Box<ConsoleSide>),
    Slack(Box<SlackSide>),
    Discord(Box<DiscordSide>),
}

/// Something with a label on it, as somebody saw it once.
pub enum Button {
    Console(console::Seen),
    Slack(crate::slack::act::Pressable),
    Discord(crate::discord::act::Pressable),
}

impl World {
    /// A world on a Monday in November. Dana and Erin have stored their keys, by the platform.
    pub async fn new(on: On, database: &Database) -> Self {
        Self::with_keys(on, database, false).await
    }

    /// The same in two workspaces of Slack, whose members may come in without being listed, or in two guilds of
    /// Discord.
    pub async fn newcomers(on: On, database: &Database) -> Self {
        Self::with_keys(on, database, true).await
    }

    async fn with_keys(on: On, database: &Database, open: bool) -> Self {
        let world = Self::begin(on, &database.url, open).await;
        world.says("dana", &format!("/key add {}", places::DANAS_KEY)).await;
        world.says("erin", &format!("/key add {}", places::ERINS_KEY)).await;
        world
    }

    async fn begin(on: On, url: &str, all_members: bool) -> Self {
        let _ = tracing_subscriber::fmt().with_test_writer().with_max_level(tracing::Level::ERROR).try_init();
        let start = chrono::NaiveDateTime::parse_from_str("2026-11-23 09:00", "%Y-%m-%d %H:%M");
        let clock = Arc::new(FrozenClock::at(start.expect("a moment").and_utc()));
        let cluster: Arc<FakeCluster> = Arc::default();
        let mail: Arc<Mailbox> = Arc::default();
        let store = open(url, &Options::default()).await.expect("the store opens");
        let world = Means {
            store,
            clock: clock.clone(),
            ids: Arc::new(CountedIds::default()),
            templates: Arc::new(places::shelf()),
            policy: Arc::new(places::policy()),
            wake: Arc::new(Notify::new()),
        };
        let (side, chats) = match on {
            On::Console => {
                let side = ConsoleSide::new(&world);
                let chat: Arc<dyn Chat> = side.console.clone();
                (Side::Console(Box::new(side)), vec![chat])
            }
            On::SlackSocket | On::SlackHttp => {
                let side = SlackSide::new(&world, on == On::SlackHttp, all_members).await;
                let chats = side.adapter.chats();
                (Side::Slack(Box::new(side)), chats)
            }
            On::DiscordGateway | On::DiscordHttp => {
                let side = DiscordSide::new(&world, on == On::DiscordHttp, all_members).await;
                let chats = side.adapter.chats();
                (Side::Discord(Box::new(side)), chats)
            }
        };
        let engine = Engine {
            world,
            chats,
            mail: Some(mail.clone() as Arc<dyn Mail>),
            clusters: BTreeMap::from([("paper".to_owned(), cluster.clone() as Arc<dyn Cluster>)]),
            devops: vec!["devops@example.org".to_owned()],
            hooks: None,
            lanes: LANES,
            holder: "first".to_owned(),
        };
        let world = Self { engine, cluster, mail, clock, on, names: Names::default(), side };
        for person in places::people() {
            world.knows(&person).await;
        }
        world
    }

    /// Adds a person, or changes what is known of them.
    pub async fn knows(&self, person: &Person) {
        let mut tx = self.engine.world.store.begin().await.expect("a transaction");
        tx.save_person(person).await.expect("a person is saved");
        tx.commit().await.expect("a commit");
    }

    /// The person of that handle, if known.
    pub async fn person(&self, handle: &str) -> Option<Person> {
        let people = self.store().await.people().await.expect("people");
        people.into_iter().find(|person| person.handle == handle)
    }

    /// The handles of everybody who is known.
    pub async fn people(&self) -> Vec<String> {
        let people = self.store().await.people().await.expect("people");
        people.into_iter().map(|person| person.handle).collect()
    }

    /// Where the story is told.
    pub fn on(&self) -> On {
        self.on
    }

    /// Slack, where the story is told there.
    pub fn slack(&self) -> &SlackSide {
        match &self.side {
            Side::Slack(side) => side,
            _ => panic!("this story is told in Slack only"),
        }
    }

    /// Discord, where the story is told there.
    pub fn discord(&self) -> &DiscordSide {
        match &self.side {
            Side::Discord(side) => side,
            _ => panic!("this story is told in Discord only"),
        }
    }

    /// A look into the database.
    pub async fn store(&self) -> Box<dyn Tx> {
        self.engine.world.store.read().await.expect("a transaction")
    }

    /// Sees that the story ended tidily: nothing undelivered, no limit broken, no secret where others read.
    pub async fn ends(&self) {
        self.settles().await;
        let waiting = self.store().await.waiting(100).await.expect("what waits");
        let keys: Vec<String> = waiting.iter().map(|queued| queued.effect.key()).collect();
        assert_eq!(keys, Vec::<String>::new(), "effects are undelivered");
        match &self.side {
            Side::Console(_) => {}
            Side::Slack(side) => side.ends(),
            Side::Discord(side) => side.ends(),
        }
    }
}
