//! Opening, and what each engine alone must keep.

use std::{os::unix::fs::PermissionsExt, time::Duration};

use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use sublet::{
    domain::audit::{Actor, Fact, NewEntry},
    ports::store::StoreError,
    store::{Options, migrate, open},
};

use crate::{
    engines::{self, Place},
    support::samples::{at, person, request},
};

/// Another entry in place of the first, past the triggers for changes.
const REPLACE: &str = "REPLACE INTO audit (seq, at, about, actor, fact, hash) VALUES (1, '', '', '', '', '')";
/// The head before the first entry.
const BACK: &str = "UPDATE audit_head SET seq = 0";

#[tokio::test]
async fn a_new_file_is_private_and_is_found_again() {
    engines::on_file(async |place: Place| {
        place.change(async |tx| tx.save_person(&person("dana")).await.unwrap()).await;
        let path = place.url.strip_prefix("sqlite:").unwrap().to_owned();
        for file in [path.clone(), format!("{path}-wal"), format!("{path}-shm")] {
            let mode = std::fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
        let again = open(&place.url, &Options::default()).await.unwrap();
        assert_eq!(again.read().await.unwrap().people().await.unwrap(), [person("dana")]);
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_refuses_changes_in_sqlite() {
    engines::on_file(async |place: Place| {
        record(&place).await;
        let mut connection = SqliteConnection::connect(&place.url).await.unwrap();
        for sql in ["UPDATE audit SET about = 'x'", "DELETE FROM audit", REPLACE] {
            let refusal = connection.execute(sql).await.unwrap_err().to_string();
            assert!(refusal.contains("only ever added to"), "{sql}: {refusal}");
        }
        for sql in [BACK, "DELETE FROM audit_head", "REPLACE INTO audit_head VALUES (1, 0, '')"] {
            let refusal = connection.execute(sql).await.unwrap_err().to_string();
            assert!(refusal.contains("only moves forward"), "{sql}: {refusal}");
        }
        assert_one_entry(&place).await;
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_refuses_changes_in_postgres() {
    engines::on_postgres(async |place: Place| {
        record(&place).await;
        let mut connection = PgConnection::connect(&place.url).await.unwrap();
        for sql in ["UPDATE audit SET about = 'x'", "DELETE FROM audit", "TRUNCATE audit"] {
            let refusal = connection.execute(sql).await.unwrap_err().to_string();
            assert!(refusal.contains("only ever added to"), "{sql}: {refusal}");
        }
        for sql in [BACK, "DELETE FROM audit_head", "TRUNCATE audit_head"] {
            let refusal = connection.execute(sql).await.unwrap_err().to_string();
            assert!(refusal.contains("only moves forward"), "{sql}: {refusal}");
        }
        assert_one_entry(&place).await;
    })
    .await;
}

#[tokio::test]
async fn tables_that_are_not_up_to_date_are_refused_or_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("sublet.db").display());
    let careful = Options { migrate: false, ..Options::default() };
    let refusal = open(&url, &careful).await.err().expect("there are no tables");
    assert!(format!("{refusal:#}").contains("sublet migrate"), "{refusal:#}");
    migrate(&url).await.unwrap();
    migrate(&url).await.expect("twice is harmless");
    open(&url, &careful).await.expect("the tables are there");
}

/// Another process writes: whoever waits too long is told to begin again.
#[tokio::test]
async fn a_file_that_somebody_else_writes_to_is_a_conflict() {
    engines::on_file(async |place: Place| {
        let mut connection = SqliteConnection::connect(&place.url).await.unwrap();
        connection.execute("BEGIN IMMEDIATE").await.unwrap();
        let hurried = Options { patience: Duration::from_millis(20), ..Options::default() };
        let store = open(&place.url, &Options { migrate: false, ..hurried }).await.unwrap();
        assert!(matches!(store.begin().await.err(), Some(StoreError::Conflict)));
        connection.execute("ROLLBACK").await.unwrap();
        store.begin().await.expect("free again");
    })
    .await;
}

/// Each locks what the other wants next: Postgres ends one of them, and that one begins again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_a_conflict_in_postgres() {
    engines::on_postgres(async |place: Place| {
        let (mut one, mut two) = (request(1, "dana"), request(2, "dana"));
        place.change(async |tx| tx.insert_request(&mut one).await.unwrap()).await;
        place.change(async |tx| tx.insert_request(&mut two).await.unwrap()).await;
        let (mut left, mut right) = (place.store.begin().await.unwrap(), place.store.begin().await.unwrap());
        left.save_request(&mut one.clone()).await.unwrap();
        right.save_request(&mut two.clone()).await.unwrap();
        let left = tokio::spawn(async move {
            let saved = left.save_request(&mut two).await;
            drop(left);
            saved
        });
        let saved = right.save_request(&mut one).await;
        drop(right);
        let outcomes = [saved, left.await.unwrap()];
        let conflicts = outcomes.iter().filter(|saved| matches!(saved, Err(StoreError::Conflict))).count();
        assert_eq!(conflicts, 1, "{outcomes:?}");
        assert_eq!(outcomes.iter().filter(|saved| saved.is_ok()).count(), 1, "{outcomes:?}");
    })
    .await;
}

#[tokio::test]
async fn a_password_is_in_no_error() {
    let urls = [
        "postgres://sublet:hunter2@127.0.0.1:1/sublet",
        "postgres://sublet:hunter2@127.0.0.1:99999/sublet",
        "postgres://sublet:hunter2@127.0.0.1:1/sublet?sslmode=hunter2x",
        "mysql://sublet:hunter2@127.0.0.1/sublet",
    ];
    let options = Options { patience: Duration::from_secs(1), ..Options::default() };
    for url in urls {
        let fault = open(url, &options).await.err().expect("nobody listens there");
        let told = format!("{fault:#} {fault:?}");
        assert!(!told.replace("hunter2x", "").contains("hunter2"), "{told}");
    }
}

async fn record(place: &Place) {
    let entry = NewEntry::about(&request(1, "dana").name, at(0), Actor::Clock, Fact::Pending);
    place.change(async |tx| tx.record(&entry).await.unwrap()).await;
}

async fn assert_one_entry(place: &Place) {
    let history = place.look(async |tx| tx.history("web-00001").await.unwrap()).await;
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].fact, Fact::Pending);
}
