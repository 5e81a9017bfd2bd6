//! Ten thousand submits race for the same quotas, from four bots on one Postgres database, while somebody else adds up
//! in the database what is held: never above a limit, and nothing is left at the end. And arbitrary sequences beside a
//! naive model (quota_model/).
//!
//! Every tenth submit and its withdrawal are real commands through `actions::performed`, with everything that a command
//! does: the inbox, the checks, the request, its effects, the audit log. The others are the transaction of the submit
//! alone: the request is stored and `quotas::reserve` decides; and it is withdrawn by `Work::save_request`, which
//! releases. So the test takes a minute or two, not five.

#![expect(clippy::expect_used, reason = "a test that cannot go on should stop where it stands")]

#[path = "quota_model/mod.rs"]
mod quota_model;
mod support;
#[path = "stories/world/mod.rs"]
mod world;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Instant,
};

use sqlx::{Connection, PgConnection, Row};
use sublet::{
    actions::{
        Caller, Inbound, Input, Outcome, performed, quotas,
        work::{Stop, Work},
    },
    domain::{
        Change,
        audit::Actor,
        ids::{KeyId, RequestId},
        key::{PublicKey, StoredKey},
        person::{Origin, Person, Role},
        policy::Policy,
        quota::{Defaults, Limits, Resource, Scope},
        refusal::Refusal,
        request::{Request, RequestState},
        template::Value,
    },
    engine::Engine,
    ports::{
        chat::Platform,
        clock::{Clock, Ids},
        store::{StoreError, Stored},
    },
    until_saved,
};
use support::{databases::Database, samples};
use tokio::task::JoinSet;
use world::{Outside, places};

const SUBMITS: usize = 10_000;
const BOTS: usize = 4;
const WORKERS: usize = 16;
const PEOPLE: usize = 30;
/// One submit of so many is a whole command.
const COMMANDS: usize = 10;
const TEAMS: [&str; 3] = ["blue", "green", "red"];

/// The limits of each kind of scope, tight enough that all of them are met.
fn quotas() -> Defaults {
    let limits = |limits: &[(Resource, u64)]| Limits(limits.iter().copied().collect());
    let team = limits(&[(Resource::Cpu, 12_000), (Resource::Environments, 9)]);
    Defaults {
        everybody: limits(&[(Resource::Environments, 20), (Resource::LeaseTime, 60 * 3600)]),
        each_person: limits(&[(Resource::Environments, 2), (Resource::Cpu, 4000)]),
        teams: TEAMS.iter().map(|name| ((*name).to_owned(), team.clone())).collect(),
        templates: BTreeMap::from([("web".to_owned(), limits(&[(Resource::Memory, 40 << 30)]))]),
    }
}

/// Counts what came of the commands.
#[derive(Default)]
struct Counts {
    next: AtomicUsize,
    accepted: AtomicUsize,
    refused: AtomicUsize,
    withdrawn: AtomicUsize,
}

async fn prepare(outside: &Outside, bot: &Engine) {
    let mut tx = bot.world.store.begin().await.expect("a transaction");
    for person in places::people() {
        tx.save_person(&person).await.expect("a person is saved");
    }
    for number in 0..PEOPLE {
        let handle = format!("dev{number}");
        let person = Person {
            id: places::id(&handle),
            name: handle.clone(),
            email: format!("{handle}@example.org"),
            zone: chrono_tz::UTC,
            roles: [Role::Developer].into(),
            teams: [TEAMS[number % TEAMS.len()].to_owned()].into(),
            active: true,
            origin: Origin::Listed,
            standing: Default::default(),
            handle,
        };
        tx.save_person(&person).await.expect("a person is saved");
        let key = StoredKey {
            id: KeyId::new(outside.ids.next()),
            owner: person.id,
            name: "laptop".to_owned(),
            key: PublicKey::parse(places::DANAS_KEY).expect("a key"),
            created_at: outside.clock.now(),
        };
        tx.insert_key(&key).await.expect("a key is stored");
    }
    tx.commit().await.expect("a commit");
}

async fn say(bot: &Engine, id: String, who: &str, line: String) -> Outcome {
    let inbound = Inbound {
        id,
        caller: Caller::from(places::id(who)),
        platform: Platform::Console,
        input: Input::Line(line),
    };
    performed(&bot.world, inbound).await.outcome
}

/// Submits as long as there are submits left, and gives back now and then.
async fn work(bots: Arc<Vec<Engine>>, counts: Arc<Counts>) {
    let mut held: Vec<(String, RequestId)> = Vec::new();
    loop {
        let number = counts.next.fetch_add(1, Ordering::SeqCst);
        if number >= SUBMITS {
            break;
        }
        if number.is_multiple_of(1000) {
            eprintln!("{number} submits, {} taken", counts.accepted.load(Ordering::SeqCst));
        }
        // Spread by a fixed rule, so that a failure comes again.
        let spread = number.wrapping_mul(2_654_435_761) >> 7;
        let bot = &bots[number % BOTS];
        let who = format!("dev{}", spread % PEOPLE);
        let (cpu, memory, hours) = (1 + spread / 31 % 3, 1 + spread / 97 % 6, 1 + spread / 211 % 8);
        let taken = if number.is_multiple_of(COMMANDS) {
            let line = format!("/env request web cpu={cpu} memory={memory}Gi for={hours}h");
            match say(bot, format!("submit/{number}"), &who, line).await {
                Outcome::Done { touched: Some(id) } => RequestId::parse(&id),
                Outcome::Refused(Refusal::Quota { .. }) => None,
                other => panic!("neither taken nor refused by a quota: {other:?}"),
            }
        } else {
            let asked = asked(number, &who, [cpu, memory, hours]);
            until_saved!(submit(bot, &asked)).expect("the database").then_some(asked.id)
        };
        let counter = if taken.is_some() { &counts.accepted } else { &counts.refused };
        counter.fetch_add(1, Ordering::SeqCst);
        held.extend(taken.map(|id| (who, id)));
        if spread.is_multiple_of(3) || held.len() > 1 {
            give_back(&bots, &counts, &mut held).await;
        }
    }
    while !held.is_empty() {
        give_back(&bots, &counts, &mut held).await;
    }
}

/// A request as the command makes it.
fn asked(number: usize, who: &str, [cpu, memory, hours]: [usize; 3]) -> Request {
    let place: usize = who.trim_start_matches("dev").parse().expect("a number");
    let cpu = Value::Cpu(u32::try_from(cpu * 1000).expect("a small number"));
    let memory = Value::Bytes((memory as u64) << 30);
    let parameters = BTreeMap::from([("cpu".to_owned(), cpu), ("memory".to_owned(), memory)]);
    let span = chrono::TimeDelta::hours(i64::try_from(hours).expect("a small number"));
    Request {
        amounts: quotas::amounts(&parameters, span),
        parameters,
        span: span.into(),
        team: Some(TEAMS[place % TEAMS.len()].to_owned()),
        ..samples::request(number as u64, who)
    }
}

/// Stores a request and reserves what it takes, in one transaction; `false` when it does not fit.
async fn submit(bot: &Engine, asked: &Request) -> Stored<bool> {
    let mut work = Work::begin(&bot.world).await?;
    let mut request = asked.clone();
    work.tx.insert_request(&mut request).await?;
    match quotas::reserve(&mut work, &request).await {
        Ok(()) => work.commit().await.map(|()| true),
        Err(Stop::Refused(Refusal::Quota { short, .. })) => {
            assert!(!short.is_empty());
            Ok(false)
        }
        Err(Stop::Store(error)) => Err(error),
        Err(other) => panic!("refused by something else than a quota: {other:?}"),
    }
}

/// Withdraws a request in one transaction, unless another bot was faster.
async fn withdraw(bot: &Engine, id: &RequestId) -> Stored<bool> {
    let mut work = Work::begin(&bot.world).await?;
    let mut request = work.tx.request(id).await?.expect("it is there");
    if matches!(request.state, RequestState::Withdrawn { .. }) {
        return Ok(false);
    }
    request.state = RequestState::Withdrawn { at: work.now };
    match work.save_request(&mut request, Change::none(), &Actor::Clock).await {
        Err(StoreError::Conflict) => Ok(false),
        other => {
            other?;
            work.commit().await.map(|()| true)
        }
    }
}

/// Withdraws the oldest, by two bots at once: one of them does.
async fn give_back(bots: &[Engine], counts: &Counts, held: &mut Vec<(String, RequestId)>) {
    if held.is_empty() {
        return;
    }
    let (who, id) = held.remove(0);
    let number = counts.withdrawn.fetch_add(1, Ordering::SeqCst);
    let (one, two) = (&bots[number % BOTS], &bots[(number + 1) % BOTS]);
    if !number.is_multiple_of(COMMANDS) {
        let (first, second) = tokio::join!(withdraw(one, &id), withdraw(two, &id));
        let (first, second) = (first.expect("the database"), second.expect("the database"));
        assert!(first != second, "withdrawn once: {first} {second}");
        return;
    }
    let mut tx = one.world.store.read().await.expect("a transaction");
    let request = tx.request(&id).await.expect("a request");
    drop(tx);
    let line = format!("/env withdraw {}", request.expect("it is there").name);
    let (first, second) = tokio::join!(
        say(one, format!("withdraw/{id}/1"), &who, line.clone()),
        say(two, format!("withdraw/{id}/2"), &who, line),
    );
    let done = [&first, &second].iter().filter(|outcome| matches!(outcome, Outcome::Done { .. })).count();
    assert_eq!(done, 1, "{first:?} {second:?}");
}

/// What is held in each scope, as the counters say and as the reservations add up, seen at one moment.
const BOOKS: &str = "
    WITH parts AS (
        SELECT s.scope, r.environments, r.cpu, r.memory, r.storage, r.lease_time FROM quota_reservations AS r
        CROSS JOIN LATERAL (VALUES ('everybody'), ('template/' || r.template), ('person/' || r.person),
            ('team/' || r.team)) AS s (scope)
        WHERE r.released_at IS NULL AND s.scope IS NOT NULL),
    sums AS (
        SELECT scope, SUM(environments)::BIGINT AS environments, SUM(cpu)::BIGINT AS cpu,
            SUM(memory)::BIGINT AS memory, SUM(storage)::BIGINT AS storage, SUM(lease_time)::BIGINT AS lease_time
        FROM parts GROUP BY scope)
    SELECT COALESCE(u.scope, s.scope) COLLATE \"C\" AS scope,
        ARRAY[COALESCE(u.environments, 0), COALESCE(u.cpu, 0), COALESCE(u.memory, 0), COALESCE(u.storage, 0),
            COALESCE(u.lease_time, 0)] AS counted,
        ARRAY[COALESCE(s.environments, 0), COALESCE(s.cpu, 0), COALESCE(s.memory, 0), COALESCE(s.storage, 0),
            COALESCE(s.lease_time, 0)] AS summed
    FROM quota_usage AS u FULL OUTER JOIN sums AS s ON s.scope = u.scope COLLATE \"C\"";

/// Looks once. Answers how many limits were met exactly, and how many amounts were not zero.
async fn check(connection: &mut PgConnection, quotas: &Defaults) -> (usize, usize) {
    let rows = sqlx::query(BOOKS).fetch_all(connection).await.expect("the books are read");
    let (mut met, mut some) = (0, 0);
    for row in rows {
        let word: String = row.get("scope");
        let (counted, summed): (Vec<i64>, Vec<i64>) = (row.get("counted"), row.get("summed"));
        assert_eq!(counted, summed, "{word}: the counters say one thing, the reservations another");
        let limits = quotas.of(&Scope::parse(&word).expect("a scope"));
        for (resource, counted) in Resource::ALL.into_iter().zip(counted) {
            let counted = u64::try_from(counted).expect("nothing is held less than nothing");
            some += usize::from(counted > 0);
            if let Some(limit) = limits.of(resource) {
                assert!(counted <= limit, "{word} holds {counted} of {limit} {}", resource.word());
                met += usize::from(counted == limit);
            }
        }
    }
    (met, some)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_submits_never_pass_a_limit_and_leak_nothing() {
    let Some(database) = Database::postgres().await else { return };
    let outside = Outside::at(world::utc("2026-11-23 09:00"));
    let quotas = quotas();
    let policy = Policy { open_requests: u32::MAX, quotas: quotas.clone(), ..places::policy() };
    let mut bots = Vec::new();
    for number in 0..BOTS {
        bots.push(outside.engine(&database.url, policy.clone(), &format!("bot{number}")).await);
    }
    prepare(&outside, &bots[0]).await;
    let (bots, counts, over) =
        (Arc::new(bots), Arc::new(Counts::default()), Arc::new(AtomicBool::new(false)));

    let checker = tokio::spawn({
        let (url, quotas, over) = (database.url.clone(), quotas.clone(), over.clone());
        async move {
            let mut connection = PgConnection::connect(&url).await.expect("Postgres answers");
            let (mut looks, mut met) = (0_usize, 0_usize);
            while !over.load(Ordering::SeqCst) {
                met += check(&mut connection, &quotas).await.0;
                looks += 1;
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
            (looks, met)
        }
    });
    let started = Instant::now();
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        workers.spawn(work(bots.clone(), counts.clone()));
    }
    while let Some(done) = workers.join_next().await {
        done.expect("a worker works");
    }
    let took = started.elapsed();
    over.store(true, Ordering::SeqCst);
    let (looks, met) = checker.await.expect("the books were right at every look");

    let count = |counter: &AtomicUsize| counter.load(Ordering::SeqCst);
    let (accepted, refused) = (count(&counts.accepted), count(&counts.refused));
    eprintln!(
        "{SUBMITS} submits from {BOTS} bots in {took:.1?}: {accepted} taken and given back, {refused} refused; \
         the books were looked at {looks} times, and {met} times a limit was just met"
    );
    assert_eq!(accepted + refused, SUBMITS);
    assert_eq!(accepted, count(&counts.withdrawn));
    assert!(accepted > 500 && refused > 500, "the limits were met often, and not always");
    assert!(looks > 50 && met > 0, "it was looked at while limits were met: {looks} looks, {met} met");
    let mut connection = PgConnection::connect(&database.url).await.expect("Postgres answers");
    assert_eq!(check(&mut connection, &quotas).await, (0, 0), "nothing is left");
    connection.close().await.expect("goodbye");
    drop(bots);
    database.remove().await;
}
