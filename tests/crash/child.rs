//! The process that is killed: one whole story, told from the start in every run. What was done before is
//! known by the ids of its events, so that each run goes on where the one before ended.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta};
use sublet::{
    actions::{Answer, Inbound, Input, World, perform},
    clock::UuidIds,
    domain::{
        ids::PersonId,
        lease::{Lease, Phase},
        person::{Person, Role},
        policy::Policy,
        request::{Patience, Request},
        template::{Access, Approval, Template},
    },
    engine::{Engine, LANES},
    ports::{chat::Platform, clock::Clock, cluster::Cluster, mail::Mail, templates::Templates},
    store::{Options, open},
};
use tokio::sync::Notify;

use crate::paper::{FileClock, Paper};

/// The variable that names the folder of the story.
pub const FOLDER: &str = "SUBLET_CRASH_FOLDER";
/// How much time passes when something waits: shorter than a claim lasts.
const STEP: TimeDelta = TimeDelta::seconds(30);
/// More rounds than any story needs.
const ROUNDS: usize = 2000;
const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAJG7O+SXfYsAQZZwocpVcXdHW8KdLG5jo+Rcm1JaX9D dana@laptop";

/// The database of a story.
pub fn database(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("sublet.db").display())
}

/// Who asks.
pub fn dana() -> Person {
    person("dana", Role::Developer)
}

fn person(handle: &str, role: Role) -> Person {
    Person {
        id: PersonId::parse(&format!("per_{handle}")).expect("a handle of letters"),
        handle: handle.to_owned(),
        name: handle.to_owned(),
        email: format!("{handle}@example.org"),
        zone: chrono_tz::UTC,
        roles: BTreeSet::from([role]),
        teams: BTreeSet::new(),
        active: true,
        origin: sublet::domain::person::Origin::Listed,
        standing: Default::default(),
    }
}

struct Shelf;

impl Templates for Shelf {
    fn all(&self) -> Vec<Arc<Template>> {
        vec![Arc::new(Template {
            name: "web".to_owned(),
            title: "A web server".to_owned(),
            about: String::new(),
            access: Access::Ssh,
            provisioner: "paper".to_owned(),
            workload: None,
            parameters: Vec::new(),
            default_span: TimeDelta::days(3).into(),
            longest: TimeDelta::days(7).into(),
            approval: Approval::Always,
            reviews: Default::default(),
            warnings: vec![TimeDelta::hours(24).into(), TimeDelta::hours(2).into()],
            grace: TimeDelta::hours(4).into(),
            ready_within: TimeDelta::minutes(30).into(),
            sizes: Vec::new(),
            teams: Vec::new(),
        })]
    }
}

struct Bot {
    engine: Engine,
    clock: Arc<FileClock>,
}

impl Bot {
    async fn start(folder: PathBuf) -> Self {
        let begin = DateTime::from_timestamp(1_795_262_400, 0).expect("a moment");
        let clock = Arc::new(FileClock::open(folder.join("clock"), begin));
        let store = open(&database(&folder), &Options::default()).await.expect("the database opens");
        let paper = Arc::new(Paper(folder));
        let cluster: Arc<dyn Cluster> = paper.clone();
        let mail: Arc<dyn Mail> = paper.clone();
        let world = World {
            store,
            clock: clock.clone(),
            ids: Arc::new(UuidIds),
            templates: Arc::new(Shelf),
            policy: Arc::new(Policy {
                domains: Vec::new(),
                patience: Patience { remind_after: TimeDelta::days(1), lapse_after: TimeDelta::days(2) },
                open_requests: 10,
                ..Policy::default()
            }),
            wake: Arc::new(Notify::new()),
        };
        let engine = Engine {
            world,
            chats: vec![paper],
            mail: Some(mail),
            clusters: BTreeMap::from([("paper".to_owned(), cluster)]),
            devops: Vec::new(),
            hooks: None,
            lanes: LANES,
            holder: format!("process {}", std::process::id()),
        };
        Self { engine, clock }
    }

    async fn says(&self, who: &str, line: &str) {
        let inbound = Inbound {
            // A platform delivers an event again until it is acknowledged, with the same id.
            id: format!("{who}: {line}"),
            caller: PersonId::parse(&format!("per_{who}")).expect("a handle of letters").into(),
            platform: Platform::Console,
            input: Input::Line(line.to_owned()),
        };
        let Answer::Say(said) = perform(&self.engine.world, inbound).await else {
            panic!("{line}: a form was opened")
        };
        let said = said.summary.in_zone(chrono_tz::UTC);
        assert!(!said.contains("Something broke"), "{line}: {said}");
    }

    async fn work(&self) {
        self.engine.tick().await.expect("the reaper looks");
        self.engine.drain().await.expect("the outbox drains");
        self.engine.observe().await.expect("the observer looks");
        self.engine.drain().await.expect("the outbox drains");
    }

    async fn story(&self) -> (Option<Request>, Option<Lease>, u64) {
        let mut tx = self.engine.world.store.read().await.expect("a transaction");
        let request = tx.requests_of(&dana().id, 1).await.expect("requests").pop();
        let lease = match &request {
            Some(request) => tx.lease_of_request(&request.id).await.expect("a lease"),
            None => None,
        };
        (request, lease, tx.backlog().await.expect("the backlog").0)
    }

    /// What somebody would do next; `None` when only time goes on.
    fn next(request: Option<&Request>, lease: Option<&Lease>) -> Option<(&'static str, String)> {
        let Some(request) = request else { return Some(("dana", "/env request web for=2d".to_owned())) };
        let name = request.name.as_str();
        if request.state.word() == "pending" {
            return Some(("ada", format!("/env approve {name}")));
        }
        let lease = lease.filter(|lease| matches!(lease.phase, Phase::Active))?;
        if let Some(asked) = &lease.asked {
            return Some(("ada", format!("/env approve {asked}")));
        }
        let warned = lease.term.as_ref().is_some_and(|term| term.warned.is_some());
        let extend = || ("dana", format!("/env extend {name} for=1d the demo was moved"));
        (warned && !lease.extended).then(extend)
    }
}

#[tokio::test]
#[ignore = "the parent runs it, in a process of its own that is killed"]
#[expect(clippy::disallowed_methods, reason = "the parent speaks to it by a variable")]
async fn a_whole_story() {
    let folder = std::env::var(FOLDER).expect("the tests of this program run it with a folder");
    let _scenario = fail::FailScenario::setup();
    let bot = Bot::start(folder.into()).await;
    let mut tx = bot.engine.world.store.begin().await.expect("a transaction");
    tx.save_person(&dana()).await.expect("a person is saved");
    tx.save_person(&person("ada", Role::Approver)).await.expect("a person is saved");
    tx.commit().await.expect("a commit");
    bot.says("dana", &format!("/key add {KEY}")).await;
    for _ in 0..ROUNDS {
        bot.work().await;
        let (request, lease, waiting) = bot.story().await;
        if waiting > 0 {
            bot.clock.set(bot.clock.now() + STEP);
            continue;
        }
        if lease.as_ref().is_some_and(|lease| matches!(lease.phase, Phase::Gone { .. })) {
            return;
        }
        if let Some((who, line)) = Bot::next(request.as_ref(), lease.as_ref()) {
            bot.says(who, &line).await;
        } else if let Some(alarm) = lease.and_then(|lease| lease.wakes_at()) {
            bot.clock.set(alarm);
        }
    }
    panic!("the story does not end");
}
