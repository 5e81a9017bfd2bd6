//! The reaper's tick: everything due is woken, once, and what cannot be woken holds up nothing else.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should stop where it stands"
)]

#[path = "support/samples.rs"]
mod samples;

use std::{collections::BTreeMap, sync::Arc};

use samples::{lease, minute, patience, request};
use sqlx::{Connection, SqliteConnection};
use sublet::{
    actions::World,
    clock::UuidIds,
    domain::{Instant, audit::Fact, policy::Policy, template::Template},
    engine::{Engine, LANES},
    ports::{clock::Clock, templates::Templates},
    store,
};
use tempfile::TempDir;

/// More than two transactions full.
const LEASES: u64 = 120;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Instant {
        minute(0)
    }
}

struct NoTemplates;

impl Templates for NoTemplates {
    fn all(&self) -> Vec<Arc<Template>> {
        Vec::new()
    }
}

async fn engine(url: &str) -> Engine {
    let policy = Policy { patience: patience(), open_requests: 1, ..Policy::default() };
    let world = World {
        store: store::open(url, &store::Options::default()).await.unwrap(),
        clock: Arc::new(Noon),
        ids: Arc::new(UuidIds),
        templates: Arc::new(NoTemplates),
        policy: Arc::new(policy),
        wake: Arc::default(),
    };
    let clusters = BTreeMap::new();
    Engine {
        world,
        chats: Vec::new(),
        mail: None,
        clusters,
        devops: Vec::new(),
        hooks: None,
        lanes: LANES,
        holder: "one".to_owned(),
    }
}

/// A file with leases whose final warnings are due.
async fn filled(folder: &TempDir) -> (String, Engine) {
    let url = format!("sqlite:{}", folder.path().join("sublet.db").display());
    let engine = engine(&url).await;
    let mut tx = engine.world.store.begin().await.unwrap();
    for number in 0..LEASES {
        let mut request = request(number, "dana");
        let mut lease = lease(&request, minute(30));
        tx.insert_request(&mut request).await.unwrap();
        tx.insert_lease(&mut lease).await.unwrap();
    }
    tx.commit().await.unwrap();
    (url, engine)
}

/// How often each lease was warned, in order of their numbers.
async fn warnings(engine: &Engine) -> Vec<usize> {
    let mut tx = engine.world.store.read().await.unwrap();
    let mut counts = Vec::new();
    for number in 0..LEASES {
        let history = tx.history(request(number, "dana").name.as_str()).await.unwrap();
        counts.push(history.iter().filter(|entry| matches!(entry.fact, Fact::Warned { .. })).count());
    }
    counts
}

#[tokio::test]
async fn every_lease_that_is_due_is_woken_once() {
    let folder = TempDir::new().unwrap();
    let (_, engine) = filled(&folder).await;
    assert_eq!(u64::from(engine.tick().await.unwrap()), LEASES);
    assert_eq!(engine.tick().await.unwrap(), 0);
    assert_eq!(warnings(&engine).await, [1; LEASES as usize]);
}

#[tokio::test]
async fn two_reapers_at_once_warn_nobody_twice() {
    let folder = TempDir::new().unwrap();
    let (url, one) = filled(&folder).await;
    let other = self::engine(&url).await;
    let (first, second) = tokio::join!(one.tick(), other.tick());
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    assert_eq!(warnings(&one).await, [1; LEASES as usize]);
}

#[tokio::test]
async fn a_lease_that_cannot_be_read_holds_up_no_other() {
    let folder = TempDir::new().unwrap();
    let (url, engine) = filled(&folder).await;
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let broken = request(7, "dana").name;
    let sql = "UPDATE leases SET body = '{' WHERE name = $1";
    sqlx::query(sql).bind(broken.as_str()).execute(&mut connection).await.unwrap();
    assert!(engine.tick().await.is_err(), "a lease that cannot be read must be told");
    let mut expected = [1; LEASES as usize];
    expected[7] = 0;
    assert_eq!(warnings(&engine).await, expected);
}
