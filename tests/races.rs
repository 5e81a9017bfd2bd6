//! Two bots on one Postgres database, at the same time: one decision, and nothing done twice.

#![expect(clippy::expect_used, reason = "a test that cannot go on should stop where it stands")]

mod support;
#[path = "stories/world/mod.rs"]
mod world;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::TimeDelta;
use sublet::{
    actions::{Answer, Inbound, Input, perform},
    domain::{
        approval::{Group, Need, Rule, Rules},
        audit::Fact,
        ids::EnvName,
        key::{PublicKey, StoredKey},
        person::{Person, Role},
        policy::Policy,
        request::RequestState,
    },
    engine::Engine,
    ports::{
        chat::Platform,
        clock::{Clock, Ids},
    },
};
use support::databases::Database;
use tokio::{sync::Barrier, task::JoinSet};
use world::{Outside, World, places};

const REQUESTS: usize = 30;

/// A world on a database that two bots share.
struct Pair {
    world: World,
    bots: [Arc<Engine>; 2],
    database: Database,
}

impl Pair {
    async fn new() -> Option<Self> {
        let database = Database::postgres().await?;
        let world = World::new(&database).await;
        let policy = || Policy { open_requests: 100, ..places::policy() };
        let outside: Outside = world.outside.clone();
        let one = Arc::new(outside.engine(&database.url, policy(), "one").await);
        let two = Arc::new(outside.engine(&database.url, policy(), "two").await);
        Some(Self { world, bots: [one, two], database })
    }

    /// Somebody who may do that.
    async fn person(&self, handle: &str, roles: &[Role]) {
        let id = places::id(handle);
        let person = Person {
            id: id.clone(),
            handle: handle.to_owned(),
            name: handle.to_owned(),
            email: format!("{handle}@example.org"),
            zone: chrono_tz::UTC,
            roles: roles.iter().copied().collect(),
            teams: [].into(),
            active: true,
            origin: sublet::domain::person::Origin::Listed,
            standing: Default::default(),
        };
        self.world.knows(&person).await;
        let mut tx = self.world.store().begin().await.expect("a transaction");
        let key = PublicKey::parse(places::DANAS_KEY).expect("a key");
        let ids = &self.world.outside.ids;
        let created_at = self.world.now();
        let key = StoredKey {
            id: sublet::domain::ids::KeyId::new(ids.next()),
            owner: id,
            name: "laptop".to_owned(),
            key,
            created_at,
        };
        tx.insert_key(&key).await.expect("a key is stored");
        tx.commit().await.expect("a commit");
    }

    /// Both bots work at once until nothing waits.
    async fn both_work(&self) {
        loop {
            let mut at_once = JoinSet::new();
            for bot in self.bots.clone() {
                at_once.spawn(async move {
                    for _ in 0..3 {
                        bot.tick().await.expect("the reaper looks");
                        bot.drain().await.expect("the outbox drains");
                        bot.observe().await.expect("the observer looks");
                    }
                });
            }
            while let Some(done) = at_once.join_next().await {
                done.expect("a bot works");
            }
            if self.world.waiting().await == 0 {
                return;
            }
        }
    }
}

/// Says lines at the same time, alternately to each bot; the answers, in the order of the lines.
async fn at_once(bots: &[Arc<Engine>; 2], lines: Vec<(String, String)>) -> Vec<String> {
    let start = Arc::new(Barrier::new(lines.len()));
    let mut all = JoinSet::new();
    for (number, (who, line)) in lines.into_iter().enumerate() {
        let (bot, start) = (bots[number % 2].clone(), start.clone());
        all.spawn(async move {
            start.wait().await;
            let inbound = Inbound {
                id: format!("{who}/{line}"),
                caller: places::id(&who).into(),
                platform: Platform::Console,
                input: Input::Line(line),
            };
            match perform(&bot.world, inbound).await {
                Answer::Say(message) => (number, message.summary.in_zone(chrono_tz::UTC)),
                Answer::Ask(asked) => (number, world::paper::form(&asked, chrono_tz::UTC)),
            }
        });
    }
    let mut answers: Vec<(usize, String)> = all.join_all().await;
    answers.sort_unstable();
    answers.into_iter().map(|(_, answer)| answer).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_press_and_one_decides() {
    let Some(pair) = Pair::new().await else { return };
    for number in 0..64 {
        pair.person(&format!("approver{number}"), &[Role::Approver]).await;
    }
    pair.world.says("dana", "/env request web").await;
    pair.both_work().await;
    let approve = pair.world.line_of("#approvers", "Approve");
    let reject = format!("{} no room", pair.world.line_of("#approvers", "Reject"));
    let line = |number| if number % 4 < 2 { approve.clone() } else { reject.clone() };
    let lines = (0..64).map(|number| (format!("approver{number}"), line(number))).collect();
    let answers = at_once(&pair.bots, lines).await;
    pair.both_work().await;

    let (late, won): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.starts_with("It was "));
    assert_eq!((late.len(), won.len()), (63, 1), "{won:#?}");
    let winner = answers.iter().position(|answer| !answer.starts_with("It was ")).expect("a winner");
    let told = format!("by @approver{winner} at");
    assert!(late.iter().all(|answer| answer.contains(&told)), "{told}: {late:#?}");

    let name = EnvName::parse(&pair.world.real("web-1")).expect("a name");
    let mut tx = pair.world.store().read().await.expect("a transaction");
    let history = tx.history(name.as_str()).await.expect("the history");
    let decided = |fact: &Fact| matches!(fact, Fact::Approved { .. } | Fact::Rejected { .. });
    assert_eq!(history.iter().filter(|entry| decided(&entry.fact)).count(), 1);
    let request = tx.request_by_name(&name).await.expect("a request").expect("it is there");
    let approved = matches!(request.state, RequestState::Approved { .. });
    assert_eq!(tx.live_leases(None).await.expect("leases").len(), usize::from(approved));
    drop(tx);
    pair.world.ends().await;
    pair.database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_press_and_three_decide() {
    let Some(pair) = Pair::new().await else { return };
    for number in 0..50 {
        pair.person(&format!("approver{number}"), &[Role::Approver]).await;
    }
    let rule = Rule { needs: vec![Need { of: Group::Approvers, count: 3 }], ..Rule::default() };
    let rules = || Rules { requests: rule.clone(), ..Rules::default() };
    let policy = || Policy { rules: rules(), open_requests: 100, ..places::policy() };
    let (url, outside) = (&pair.database.url, &pair.world.outside);
    let bots = [
        Arc::new(outside.engine(url, policy(), "third").await),
        Arc::new(outside.engine(url, policy(), "fourth").await),
    ];
    let asked = at_once(&bots, vec![("dana".to_owned(), "/env request web".to_owned())]).await;
    assert!(asked[0].starts_with("Asked for"), "{asked:?}");
    pair.both_work().await;
    let approve = pair.world.line_of("#approvers", "Approve");
    let lines = (0..50).map(|number| (format!("approver{number}"), approve.clone())).collect();
    let answers = at_once(&bots, lines).await;

    let count = |start: &str| answers.iter().filter(|answer| answer.starts_with(start)).count();
    assert_eq!(
        (count("Your approval of"), count("You approved"), count("It was approved")),
        (2, 1, 47),
        "{answers:#?}"
    );
    let open = pair.world.store().read().await.expect("a transaction");
    assert!(names_of(open).await.is_empty());
    let mut tx = pair.world.store().read().await.expect("a transaction");
    let leases = tx.live_leases(None).await.expect("leases");
    assert_eq!(leases.len(), 1);
    let request = tx.request(&leases[0].request).await.expect("a request").expect("it is there");
    let voters: BTreeSet<_> = request.ballot.reviews.iter().map(|review| &review.by).collect();
    assert_eq!((request.ballot.reviews.len(), voters.len()), (3, 3), "{:?}", request.ballot);
    let last = request.ballot.reviews.last().map(|review| review.by.clone());
    assert!(
        matches!(&request.state, RequestState::Approved { by, .. } if *by == last),
        "{:?}",
        request.state
    );
    let history = tx.history(request.name.as_str()).await.expect("the history");
    let facts = |is: fn(&Fact) -> bool| history.iter().filter(|entry| is(&entry.fact)).count();
    assert_eq!(facts(|fact| matches!(fact, Fact::Reviewed { .. })), 2);
    assert_eq!(facts(|fact| matches!(fact, Fact::Approved { .. })), 1);
    drop(tx);
    pair.both_work().await;
    assert_eq!(pair.world.outside.cluster.made().len(), 1);
    pair.world.ends().await;
    pair.database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_bots_do_nothing_twice() {
    let Some(pair) = Pair::new().await else { return };
    for number in 0..REQUESTS {
        pair.person(&format!("dev{number}"), &[Role::Developer]).await;
    }
    let requests =
        (0..REQUESTS).map(|number| (format!("dev{number}"), "/env request web for=1h".to_owned())).collect();
    let (asked, ()) = tokio::join!(at_once(&pair.bots, requests), pair.both_work());
    assert!(asked.iter().all(|answer| answer.starts_with("Asked for")), "{asked:#?}");
    pair.both_work().await;

    let open = pair.world.store().read().await.expect("a transaction");
    let names = names_of(open).await;
    assert_eq!(names.len(), REQUESTS);
    let approvals = names.iter().map(|name| ("ada".to_owned(), format!("/env approve {name}"))).collect();
    tokio::join!(at_once(&pair.bots, approvals), pair.both_work());
    pair.both_work().await;
    let clock = &pair.world.outside.clock;
    for _ in 0..12 {
        clock.set(clock.now() + TimeDelta::minutes(30));
        pair.both_work().await;
    }

    let calls = pair.world.outside.chat.calls();
    let doubled: Vec<_> = calls.iter().filter(|(_, count)| **count != 1).collect();
    assert!(doubled.is_empty(), "posted more than once: {doubled:?}");
    let count = |start: &str, end: &str| {
        calls.keys().filter(|key| key.starts_with(start) && key.ends_with(end)).count()
    };
    for end in ["/ready", "/expires_soon", "/gone"] {
        assert_eq!(count("tell/", end), REQUESTS, "{end}");
    }
    assert_eq!(count("card/", ""), 2 * REQUESTS);
    let lives = pair.world.outside.cluster.births_and_deaths();
    assert_eq!(lives.len(), REQUESTS);
    assert!(lives.values().all(|life| *life == (1, 1)), "{lives:?}");
    let mut letters: BTreeMap<String, u32> = BTreeMap::new();
    for letter in pair.world.outside.mail.letters() {
        *letters.entry(letter.key).or_default() += 1;
    }
    assert_eq!(letters.len(), REQUESTS);
    assert!(letters.values().all(|count| *count == 1), "{letters:?}");
    pair.world.ends().await;
    pair.database.remove().await;
}

async fn names_of(mut tx: Box<dyn sublet::ports::store::Tx>) -> Vec<String> {
    let open = tx.open_requests(None).await.expect("requests");
    open.iter().map(|request| request.name.as_str().to_owned()).collect()
}
