//! Quotas beside a naive model: arbitrary sequences of limits, temporary quotas, requests, withdrawals, changes and
//! time passing, over the night in which clocks go back. The engine is the whole bot on SQLite in memory.

mod model;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Europe::Berlin;
use proptest::prelude::*;
use sublet::{
    actions::{Caller, Inbound, Input, Outcome, performed, quotas, work::Work},
    domain::{
        Change,
        audit::Actor,
        ids::RequestId,
        person::Person,
        policy::Policy,
        quota::{Amounts, Defaults, Limits, Resource, Scope},
        refusal::Refusal,
        template::Value,
    },
    engine::Engine,
    ports::{chat::Platform, clock::Clock},
};

use self::model::{Model, TEAM};
use crate::world::{Outside, places, utc};

/// What somebody does.
#[derive(Debug, Clone)]
enum Deed {
    /// A limit is set or taken away.
    Set { scope: usize, resource: usize, limit: Option<u64> },
    /// More is given for a while: from and until so many minutes from now.
    Grant { scope: usize, resource: usize, amount: u64, from: i64, until: i64 },
    /// One of those is taken back.
    Revoke(usize),
    /// Somebody asks for an environment.
    Request { who: usize, cpu: u64, memory: u64, hours: u64 },
    /// Somebody takes a request back.
    Withdraw(usize),
    /// An approver says no.
    Reject(usize),
    /// A request becomes smaller or larger.
    Resize { which: usize, cpu: u64 },
    /// So many minutes go by, and somebody looks or not.
    Pass { minutes: i64, looks: bool },
}

fn deed() -> impl Strategy<Value = Deed> {
    let limit = prop_oneof![1 => Just(None), 5 => (0_u64..7).prop_map(Some)];
    prop_oneof![
        2 => (0_usize..5, 0_usize..4, limit).prop_map(|(scope, resource, limit)| Deed::Set { scope, resource, limit }),
        2 => (0_usize..5, 0_usize..4, 1_u64..5, -30_i64..400, -10_i64..900)
            .prop_map(|(scope, resource, amount, from, until)| Deed::Grant { scope, resource, amount, from, until }),
        1 => (0_usize..8).prop_map(Deed::Revoke),
        7 => (0_usize..2, 1_u64..5, 1_u64..5, 1_u64..5)
            .prop_map(|(who, cpu, memory, hours)| Deed::Request { who, cpu, memory, hours }),
        2 => (0_usize..12).prop_map(Deed::Withdraw),
        1 => (0_usize..12).prop_map(Deed::Reject),
        1 => (0_usize..12, 1_u64..5).prop_map(|(which, cpu)| Deed::Resize { which, cpu }),
        3 => (1_i64..300, any::<bool>()).prop_map(|(minutes, looks)| Deed::Pass { minutes, looks }),
    ]
}

const WHO: [&str; 2] = ["dana", "erin"];
const RESOURCES: [Resource; 4] =
    [Resource::Environments, Resource::Cpu, Resource::Memory, Resource::LeaseTime];

/// A scope, as the model and as a command name it.
fn scope(number: usize) -> (Scope, String) {
    match number {
        0 => (Scope::Everybody, "everybody".to_owned()),
        1 => (Scope::Team(TEAM.to_owned()), format!("team:{TEAM}")),
        2 => (Scope::Template("web".to_owned()), "template:web".to_owned()),
        number => (Scope::Person(places::id(WHO[number - 3])), format!("@{}", WHO[number - 3])),
    }
}

/// An amount as the model counts it, and as it is written.
fn amount(resource: Resource, amount: u64) -> (u64, String) {
    match resource {
        Resource::Environments => (amount, amount.to_string()),
        Resource::Cpu => (amount * 1000, amount.to_string()),
        Resource::Memory | Resource::Storage => (amount << 30, format!("{amount}Gi")),
        Resource::LeaseTime => (amount * 3600, amount.to_string()),
    }
}

fn defaults() -> Defaults {
    let limits = |limits: &[(Resource, u64)]| Limits(limits.iter().copied().collect());
    Defaults {
        everybody: limits(&[(Resource::Cpu, 9000)]),
        each_person: limits(&[
            (Resource::Environments, 4),
            (Resource::Cpu, 6000),
            (Resource::LeaseTime, 8 * 3600),
        ]),
        ..Defaults::default()
    }
}

/// The bot and the model beside it.
struct Both {
    outside: Outside,
    bot: Engine,
    model: Model,
    requests: Vec<RequestId>,
    grants: Vec<String>,
    events: u64,
}

impl Both {
    async fn new() -> Self {
        // An afternoon before the clocks go back in Berlin, at 01:00 UTC of 25 October.
        let outside = Outside::at(utc("2026-10-24 16:00"));
        let policy = Policy { quotas: defaults(), open_requests: 1000, ..places::policy() };
        let bot = outside.engine("sqlite::memory:", policy, "model").await;
        let both = Self {
            model: Model::new(defaults()),
            bot,
            outside,
            requests: Vec::new(),
            grants: Vec::new(),
            events: 0,
        };
        let mut tx = both.bot.world.store.begin().await.expect("a transaction");
        for person in places::people() {
            let person = Person { zone: Berlin, ..person };
            let teams = if person.handle == "dana" { [TEAM.to_owned()].into() } else { person.teams.clone() };
            tx.save_person(&Person { teams, ..person }).await.expect("a person is saved");
        }
        tx.commit().await.expect("a commit");
        let mut both = both;
        for (who, key) in [("dana", places::DANAS_KEY), ("erin", places::ERINS_KEY)] {
            both.says(who, format!("/key add {key}")).await;
        }
        both
    }

    async fn says(&mut self, who: &str, line: String) -> Outcome {
        self.events += 1;
        let inbound = Inbound {
            id: format!("event-{}", self.events),
            caller: Caller::from(places::id(who)),
            platform: Platform::Console,
            input: Input::Line(line),
        };
        performed(&self.bot.world, inbound).await.outcome
    }

    fn now(&self) -> DateTime<Utc> {
        self.outside.clock.now()
    }

    async fn does(&mut self, deed: Deed) {
        match deed {
            Deed::Set { scope: whose, resource, limit } => {
                let ((scope, whose), resource) = (scope(whose), RESOURCES[resource]);
                let written = limit.map_or("none".to_owned(), |limit| amount(resource, limit).1);
                let line = format!("/quota set {whose} {}={written}", resource.word());
                let done = self.says("root", line).await;
                assert!(matches!(done, Outcome::Done { .. }), "{done:?}");
                self.model.set(scope, resource, limit.map(|limit| amount(resource, limit).0));
            }
            Deed::Grant { scope, resource, amount, from, until } => {
                self.gives(scope, RESOURCES[resource], amount, from, until).await;
            }
            Deed::Revoke(which) if which < self.grants.len() => {
                let line = format!("/quota revoke {}", self.grants[which]);
                let done = self.says("root", line).await;
                let now = self.now();
                assert_eq!(matches!(done, Outcome::Done { .. }), self.model.revoke(which, now), "{done:?}");
            }
            Deed::Request { who, cpu, memory, hours } => self.requests(WHO[who], cpu, memory, hours).await,
            Deed::Withdraw(which) if which < self.requests.len() => {
                let name = self.name(which).await;
                let who = self.model.owner(which);
                self.ends(which, &who, format!("/env withdraw {name}")).await;
            }
            Deed::Reject(which) if which < self.requests.len() => {
                self.bot.drain().await.expect("requests are analysed");
                let name = self.name(which).await;
                self.ends(which, "root", format!("/env reject {name} no")).await;
            }
            Deed::Resize { which, cpu } if which < self.requests.len() => self.resizes(which, cpu).await,
            Deed::Pass { minutes, looks } => {
                self.outside.clock.set(self.now() + TimeDelta::minutes(minutes));
                if looks {
                    self.bot.tick().await.expect("the reaper looks");
                    let now = self.now();
                    self.follows_lapses(now).await;
                }
            }
            Deed::Revoke(_) | Deed::Withdraw(_) | Deed::Reject(_) | Deed::Resize { .. } => {}
        }
    }

    /// What lapsed holds nothing any more: the model asks the requests, whose lapsing has tests of its own.
    async fn follows_lapses(&mut self, _now: DateTime<Utc>) {
        let mut tx = self.bot.world.store.read().await.expect("a transaction");
        for (which, id) in self.requests.iter().enumerate() {
            let request = tx.request(id).await.expect("a request").expect("it is there");
            if request.state.word() == "lapsed" {
                self.model.end(which);
            }
        }
    }

    async fn gives(&mut self, whose: usize, resource: Resource, more: u64, from: i64, until: i64) {
        let ((scope, whose), (counted, written)) = (scope(whose), amount(resource, more));
        let now = self.now();
        let (from, until) = (now + TimeDelta::minutes(from), now + TimeDelta::minutes(until));
        let line = format!(
            "/quota grant {whose} {}={written}{} until={}",
            resource.word(),
            if from > now { format!(" from={}", in_berlin(from)) } else { String::new() },
            in_berlin(until)
        );
        let done = self.says("root", line.clone()).await;
        let expected = self.model.grant(scope, resource, counted, from, until, now);
        match done {
            Outcome::Done { touched: Some(id) } => self.grants.push(id),
            Outcome::Refused(_) => {}
            Outcome::Misread(_) if until <= now => {}
            other => panic!("{line}: {other:?}"),
        }
        assert_eq!(self.grants.len(), self.model.granted(), "{line}: it should be {expected}");
    }

    async fn requests(&mut self, who: &str, cpu: u64, memory: u64, hours: u64) {
        let line = format!("/env request web cpu={cpu} memory={memory}Gi for={hours}h");
        let asked = Amounts {
            environments: 1,
            cpu: cpu * 1000,
            memory: memory << 30,
            storage: 0,
            lease_time: hours * 3600,
        };
        let now = self.now();
        let fits = self.model.request(who, asked, now);
        match self.says(who, line.clone()).await {
            Outcome::Done { touched: Some(id) } => {
                assert!(fits, "{line} of {who} was taken");
                self.requests.push(RequestId::parse(&id).expect("the id of a request"));
            }
            Outcome::Refused(Refusal::Quota { short, offer }) => {
                assert!(!fits, "{line} of {who} was refused: {short:?}");
                self.what_is_offered_fits(who, offer).await;
            }
            other => panic!("{line}: {other:?}"),
        }
    }

    /// Pressing the button works, and is taken back again.
    async fn what_is_offered_fits(&mut self, who: &str, offer: Option<String>) {
        let Some(line) = offer else { return };
        let Outcome::Done { touched: Some(id) } = self.says(who, line.clone()).await else {
            panic!("{line} was offered and does not fit")
        };
        let id = RequestId::parse(&id).expect("the id of a request");
        let mut tx = self.bot.world.store.read().await.expect("a transaction");
        let request = tx.request(&id).await.expect("a request").expect("it is there");
        drop(tx);
        let now = self.now();
        assert!(self.model.request(who, request.amounts, now), "{line} does not fit, says the model");
        self.requests.push(id);
        let done = self.says(who, format!("/env withdraw {}", request.name)).await;
        assert!(matches!(done, Outcome::Done { .. }), "{done:?}");
        self.model.end(self.requests.len() - 1);
    }

    async fn name(&self, which: usize) -> String {
        let mut tx = self.bot.world.store.read().await.expect("a transaction");
        let request = tx.request(&self.requests[which]).await.expect("a request").expect("it is there");
        request.name.to_string()
    }

    async fn ends(&mut self, which: usize, who: &str, line: String) {
        let done = self.says(who, line.clone()).await;
        let open = self.model.is_open(which);
        assert_eq!(matches!(done, Outcome::Done { .. }), open, "{line}: {done:?}");
        self.model.end(which);
    }

    async fn resizes(&mut self, which: usize, cpu: u64) {
        if !self.model.is_open(which) {
            return;
        }
        let mut work = Work::begin(&self.bot.world).await.expect("a transaction");
        let mut request =
            work.tx.request(&self.requests[which]).await.expect("a request").expect("it is there");
        let millis = u32::try_from(cpu * 1000).expect("a small number");
        request.parameters.insert("cpu".to_owned(), Value::Cpu(millis));
        request.amounts = quotas::amounts(&request.parameters, request.span.into());
        let fits = self.model.resize(which, request.amounts, work.now);
        let changed = quotas::change(&mut work, &request).await;
        assert_eq!(changed.is_ok(), fits, "to {cpu} cpu: {changed:?}");
        if changed.is_ok() {
            work.save_request(&mut request, Change::none(), &Actor::Rule).await.expect("it is saved");
            work.commit().await.expect("a commit");
        }
    }

    /// Every sum and every limit is as the model says.
    async fn agree(&mut self) {
        let now = self.now();
        let mut work = Work::look(&self.bot.world).await.expect("a transaction");
        for number in 0..5 {
            let (scope, name) = scope(number);
            assert_eq!(work.tx.held(&scope).await.expect("what is held"), self.model.held(&scope), "{name}");
        }
        for (which, id) in self.requests.iter().enumerate().filter(|(which, _)| self.model.is_open(*which)) {
            let request = work.tx.request(id).await.expect("a request").expect("it is there");
            for line in quotas::effect_of(&mut work, &request).await.expect("its effect") {
                assert_eq!(Some(line.limit), self.model.limit(&line.scope, line.resource, now), "{line:?}");
                let part = self.model.amounts(which).of(line.resource);
                assert_eq!(line.after - line.before, part, "{line:?}");
                assert_eq!(line.after, self.model.held(&line.scope).of(line.resource), "{line:?}");
            }
        }
    }
}

/// A moment as somebody in Berlin writes it, unless that could mean two moments; cut to the minute.
fn in_berlin(moment: DateTime<Utc>) -> String {
    let local = moment.with_timezone(&Berlin).naive_local();
    match Berlin.from_local_datetime(&local) {
        chrono::LocalResult::Single(_) => format!("\"{}\"", local.format("%Y-%m-%d %H:%M")),
        _ => moment.format("%Y-%m-%dT%H:%MZ").to_string(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_bot_and_the_model_agree(deeds in prop::collection::vec(deed(), 1..50)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let mut both = Both::new().await;
            for deed in deeds {
                both.does(deed).await;
                both.agree().await;
            }
        });
    }
}
