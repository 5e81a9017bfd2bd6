//! What the benchmarks share: databases to fill, a world to act in, medians and their ratio.

#![allow(dead_code, reason = "whether all of it is used differs between benchmarks")]

#[path = "../../tests/support/samples.rs"]
pub mod samples;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant as Stopwatch},
};

use criterion::{BenchmarkGroup, Criterion, SamplingMode, measurement::WallTime};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use sublet::{
    actions::World,
    clock::UuidIds,
    domain::{
        Instant,
        ids::{EnvName, RequestId},
        lease::Lease,
        person::Role,
        policy::Policy,
        request::Request,
        template::Template,
    },
    engine::{Engine, LANES},
    ports::{clock::Clock, store::Store, templates::Templates},
    store,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// How many leases the large database holds.
pub const LEASES: u64 = 100_000;
/// How many of them are due at once.
pub const DUE: u64 = 1_000;

/// A database to measure on, and what keeps it there.
pub struct Place {
    /// `SQLite` or `Postgres`.
    pub name: &'static str,
    /// Where it is.
    pub url: String,
    /// The folder of the SQLite file; gone with this.
    _folder: Option<TempDir>,
}

impl Place {
    /// A database that is there already.
    pub fn there(url: &str) -> Self {
        Self { name: "there", url: url.to_owned(), _folder: None }
    }
}

/// An empty SQLite file, and an empty Postgres database when SUBLET_TEST_POSTGRES names a server.
pub fn places(runtime: &Runtime, purpose: &str) -> Vec<Place> {
    let folder = TempDir::new().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("sublet.db").display());
    let mut places = vec![Place { name: "SQLite", url, _folder: Some(folder) }];
    match server() {
        None => println!("SUBLET_TEST_POSTGRES is not set: measured on SQLite only"),
        Some(server) => {
            let url = runtime.block_on(new_database(&server, &format!("sublet_bench_{purpose}")));
            places.push(Place { name: "Postgres", url, _folder: None });
        }
    }
    places
}

#[expect(
    clippy::disallowed_methods,
    reason = "benchmarks have no configuration; tests/run speaks by variables"
)]
fn server() -> Option<String> {
    std::env::var("SUBLET_TEST_POSTGRES").ok().filter(|url| !url.is_empty())
}

/// A database on the server, made anew; the next run replaces it.
async fn new_database(server: &str, name: &str) -> String {
    let mut connection = PgConnection::connect(server).await.expect("the Postgres server answers");
    for sql in [format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), format!("CREATE DATABASE {name}")] {
        connection.execute(AssertSqlSafe(sql)).await.expect("a new database");
    }
    let (rest, query) = server.split_once('?').map_or((server, ""), |(rest, query)| (rest, query));
    let authority = rest.find("://").map_or(0, |at| at + 3);
    let end = rest[authority..].find('/').map_or(rest.len(), |at| authority + at);
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}/{name}{mark}{query}", &rest[..end])
}

/// A clock that stands until it is put forward.
pub struct Hands(AtomicI64);

impl Hands {
    /// A clock that shows this moment.
    pub fn at(moment: Instant) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(moment.timestamp_millis())))
    }

    /// Shows this moment from now on.
    pub fn set(&self, moment: Instant) {
        self.0.store(moment.timestamp_millis(), Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Instant {
        Instant::from_timestamp_millis(self.0.load(Ordering::SeqCst)).expect("a moment")
    }
}

struct One(Arc<Template>);

impl Templates for One {
    fn all(&self) -> Vec<Arc<Template>> {
        vec![self.0.clone()]
    }
}

/// A world on that database with one template, `web`.
pub fn world(runtime: &Runtime, place: &Place, clock: Arc<dyn Clock>) -> World {
    let store = runtime.block_on(store::open(&place.url, &store::Options::default())).expect("a database");
    world_on(store, clock)
}

/// A world on an open database.
pub fn world_on(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> World {
    let policy = Policy { patience: samples::patience(), open_requests: u32::MAX, ..Policy::default() };
    World {
        store,
        clock,
        ids: Arc::new(UuidIds),
        templates: Arc::new(One(Arc::new(samples::template("web")))),
        policy: Arc::new(policy),
        wake: Arc::default(),
    }
}

/// An engine without an outside.
pub fn engine(world: World) -> Engine {
    Engine {
        world,
        chats: Vec::new(),
        mail: None,
        clusters: BTreeMap::new(),
        devops: Vec::new(),
        hooks: None,
        lanes: LANES,
        holder: "bench".to_owned(),
    }
}

/// Stores a developer with a key, and an approver.
pub fn people(runtime: &Runtime, world: &World) {
    runtime.block_on(async {
        let mut tx = world.store.begin().await.expect("a transaction");
        let approver = sublet::domain::person::Person {
            roles: BTreeSet::from([Role::Approver]),
            ..samples::person("anna")
        };
        tx.save_person(&samples::person("dana")).await.expect("a person");
        tx.save_person(&approver).await.expect("a person");
        assert!(tx.insert_key(&samples::stored_key(1, "dana")).await.expect("a key"));
        tx.commit().await.expect("committed");
    });
}

/// The moment at which the warnings of the n-th thousand of leases are due.
pub fn due_at(step: u64) -> Instant {
    samples::minute(1_000 + i64::try_from(step).expect("a small number"))
}

/// Stores [`LEASES`] active leases: every minute the warnings of [`DUE`] of them are due. The first of each
/// such thousand is stored as ever, the others are copies of it that the database makes itself.
pub fn fill(runtime: &Runtime, place: &Place, world: &World) {
    let began = Stopwatch::now();
    runtime.block_on(async {
        let mut tx = world.store.begin().await.expect("a transaction");
        for step in 0..LEASES / DUE {
            let (mut request, mut lease) = first_of(step);
            tx.insert_request(&mut request).await.expect("a request");
            tx.insert_lease(&mut lease).await.expect("a lease");
        }
        tx.commit().await.expect("committed");
        if place.url.starts_with("sqlite:") {
            let mut connection = SqliteConnection::connect(&place.url).await.expect("SQLite answers");
            for sql in COPIES {
                sqlx::query(sql).bind(COPIED).execute(&mut connection).await.expect(sql);
            }
            sqlx::query(ANALYZE).execute(&mut connection).await.expect(ANALYZE);
        } else {
            let mut connection = PgConnection::connect(&place.url).await.expect("Postgres answers");
            for sql in COPIES {
                sqlx::query(sql).bind(COPIED).execute(&mut connection).await.expect(sql);
            }
            sqlx::query(ANALYZE).execute(&mut connection).await.expect(ANALYZE);
        }
    });
    println!("{LEASES} leases stored in {:.1?}", began.elapsed());
}

/// What a database does by itself when it has been filled in a usual while.
const ANALYZE: &str = "ANALYZE";
/// How many copies are made of each first one.
const COPIED: i64 = DUE as i64 - 1;
/// The `-x` at the end of every id and name, in columns and bodies, becomes a number in each copy.
const COPIES: [&str; 2] = [
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
     INSERT INTO requests (id, name, requester, state, wakes_at, created_at, version, body)
     SELECT replace(id, '-x', '-' || CAST(i AS TEXT)), replace(name, '-x', '-' || CAST(i AS TEXT)), requester,
            state, wakes_at, created_at, version, replace(body, '-x', '-' || CAST(i AS TEXT))
     FROM requests, n WHERE id LIKE '%-x'",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
     INSERT INTO leases (id, request, name, owner, phase, wakes_at, created_at, version, body)
     SELECT replace(id, '-x', '-' || CAST(i AS TEXT)), replace(request, '-x', '-' || CAST(i AS TEXT)),
            replace(name, '-x', '-' || CAST(i AS TEXT)), owner, phase, wakes_at, created_at, version,
            replace(body, '-x', '-' || CAST(i AS TEXT))
     FROM leases, n WHERE id LIKE '%-x'",
];

fn first_of(step: u64) -> (Request, Lease) {
    let request = Request {
        id: RequestId::parse(&format!("req_{step}-x")).expect("an id"),
        name: EnvName::parse(&format!("web-{step}-x")).expect("a name"),
        ..samples::request(step, "dana")
    };
    let lease = samples::lease(&request, due_at(step) + chrono::TimeDelta::hours(1));
    (request, lease)
}

/// Measures one piece of work again and again; answers the median of a single run.
///
/// `prepare` is not measured.
pub fn median<P, F, R>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    runtime: &Runtime,
    name: &str,
    mut prepare: P,
) -> Duration
where
    P: FnMut() -> F,
    F: Future<Output = R>,
{
    let all = RefCell::new(Vec::new());
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|times| {
            let mut total = Duration::ZERO;
            for _ in 0..times {
                let took = timed(runtime, prepare());
                all.borrow_mut().push(took);
                total += took;
            }
            total
        });
    });
    let mut all = all.into_inner();
    all.sort_unstable();
    assert!(!all.is_empty(), "{name} was left out: run the whole benchmark, its end is a ratio");
    all[all.len() / 2]
}

/// Runs two pieces of work in turn, so that what else the machine does falls on both; answers the medians.
pub fn in_turn<F: Future, G: Future>(
    runtime: &Runtime,
    times: u32,
    mut whole: impl FnMut() -> F,
    mut bare: impl FnMut() -> G,
) -> (Duration, Duration) {
    let (mut wholes, mut bares) = (Vec::new(), Vec::new());
    for _ in 0..times {
        wholes.push(timed(runtime, whole()));
        bares.push(timed(runtime, bare()));
    }
    wholes.sort_unstable();
    bares.sort_unstable();
    (wholes[wholes.len() / 2], bares[bares.len() / 2])
}

fn timed<F: Future>(runtime: &Runtime, work: F) -> Duration {
    let began = Stopwatch::now();
    std::hint::black_box(runtime.block_on(work));
    began.elapsed()
}

/// The final line of a benchmark.
pub fn say_ratio(what: &str, whole: Duration, against: &str, bare: Duration) {
    let ratio = whole.as_secs_f64() / bare.as_secs_f64().max(f64::EPSILON);
    println!("RATIO {what}: {whole:.2?} against {against}: {bare:.2?} = {ratio:.2}");
}

/// A group of few samples, for work that takes long.
pub fn few<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(1)).measurement_time(Duration::from_millis(100));
    group
}
