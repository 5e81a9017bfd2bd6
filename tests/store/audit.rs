//! The audit log's chain: it grows without gaps whoever writes, and what was done to it behind our back is named.

use std::sync::Arc;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use sublet::{
    actions::audit::{export, prune, prune_when_due, verify},
    domain::{
        audit::{Actor, Cursor, Fact, Filter, NewEntry},
        chain::{FirstBad, Head, Row, Seal, Wrong},
    },
    ports::store::StoreError,
};
use tokio::{sync::Barrier, task::JoinSet};

use crate::{
    engines::{self, Place},
    support::samples::{at, person_id, request},
};

fn entry(number: u32) -> NewEntry {
    let actor = Actor::Person(person_id("dana"));
    NewEntry::about(&request(1, "dana").name, at(i64::from(number)), actor, Fact::Reminded { count: number })
}

/// So many entries, one transaction each.
async fn fill(place: &Place, entries: u32) {
    for number in 1..=entries {
        place.change(async |tx| tx.record(&entry(number)).await.unwrap()).await;
    }
}

async fn rows(place: &Place) -> Vec<Row> {
    place.look(async |tx| tx.audit_after(0, 1_000).await.unwrap()).await
}

async fn head(place: &Place) -> Head {
    place.look(async |tx| tx.audit_head().await.unwrap()).await
}

async fn verified(place: &Place) -> Result<Head, FirstBad> {
    verify(place.store.as_ref(), None).await.unwrap().map(|found| found.head)
}

pub async fn entries_are_numbered_and_linked(place: Place) {
    assert_eq!(head(&place).await, Head::start());
    assert_eq!(verified(&place).await, Ok(Head::start()), "an empty log is whole");
    fill(&place, 2).await;
    place
        .change(async |tx| {
            tx.record(&entry(3)).await.unwrap();
            tx.record(&entry(4)).await.unwrap();
        })
        .await;
    let rows = rows(&place).await;
    assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
    let mut expected = Head::start();
    for row in &rows {
        let text = row.text.as_ref().unwrap();
        assert_eq!(text.fact, format!(r#"{{"fact":"reminded","count":{}}}"#, row.seq));
        assert_eq!((text.at, text.about.as_str()), (at(row.seq), "web-00001"));
        assert!(matches!(row.seal, Seal::Salted(_)), "each has a salt of its own");
        expected = expected.after(text, &row.seal);
        assert_eq!(row.hash, expected.hash);
    }
    assert_eq!(head(&place).await, expected);
    assert_eq!(verified(&place).await, Ok(expected));
}

pub async fn entries_are_read_in_pages(place: Place) {
    fill(&place, 5).await;
    let page = async |after, limit| {
        let rows = place.look(async |tx| tx.audit_after(after, limit).await.unwrap()).await;
        rows.iter().map(|row| row.seq).collect::<Vec<_>>()
    };
    assert_eq!(page(0, 2).await, [1, 2]);
    assert_eq!(page(2, 2).await, [3, 4]);
    assert_eq!(page(4, 2).await, [5]);
    assert_eq!(page(5, 2).await, [0; 0]);
}

/// More than a page of the verification, in one transaction.
pub async fn a_long_log_is_verified(place: Place) {
    place
        .change(async |tx| {
            for number in 1..=2_001 {
                tx.record(&entry(number)).await.unwrap();
            }
        })
        .await;
    assert_eq!(verified(&place).await.unwrap().seq, 2_001);
}

pub async fn what_is_not_committed_leaves_no_gap(place: Place) {
    fill(&place, 1).await;
    let mut tx = place.store.begin().await.unwrap();
    tx.record(&entry(9)).await.unwrap();
    assert_eq!(tx.audit_head().await.unwrap().seq, 2, "it is seen from inside");
    assert_eq!(tx.history("web-00001").await.unwrap().len(), 2);
    drop(tx);
    fill(&place, 1).await;
    assert_eq!(verified(&place).await.unwrap().seq, 2);
    let mut tx = place.store.read().await.unwrap();
    tx.record(&entry(9)).await.expect_err("a transaction that only looks writes no entry");
}

/// Both databases keep milliseconds; what is finer is cut off before it is hashed.
pub async fn times_finer_than_a_millisecond_break_nothing(place: Place) {
    let fine = at(7) + chrono::TimeDelta::nanoseconds(654_321);
    place.change(async |tx| tx.record(&NewEntry { at: fine, ..entry(1) }).await.unwrap()).await;
    assert_eq!(rows(&place).await[0].text.as_ref().unwrap().at, at(7));
    assert_eq!(verified(&place).await.unwrap().seq, 1);
}

pub async fn eight_writers_make_one_chain(place: Place) {
    let barrier = Arc::new(Barrier::new(8));
    let mut writers = JoinSet::new();
    for writer in 0..8 {
        let (place, barrier) = (place.clone(), barrier.clone());
        writers.spawn(async move {
            barrier.wait().await;
            for number in 0..10 {
                let mut tx = place.store.begin().await.unwrap();
                tx.record(&entry(writer * 100 + number)).await.unwrap();
                tx.record(&entry(writer * 100 + number)).await.unwrap();
                if number % 5 == 4 {
                    continue;
                }
                tx.commit().await.unwrap();
            }
        });
    }
    writers.join_all().await;
    assert_eq!(verified(&place).await.unwrap().seq, 8 * 8 * 2, "those that gave up are not in it");
}

pub async fn entries_are_filtered_in_both_directions(place: Place) {
    let by = |handle: &str| Actor::Person(person_id(handle));
    let write =
        |about: &str, actor, number, fact| NewEntry { at: at(number), actor, about: about.to_owned(), fact };
    let (mut mine, mut others) = (request(1, "dana"), request(2, "kim"));
    place
        .change(async |tx| {
            tx.insert_request(&mut mine).await.unwrap();
            tx.insert_request(&mut others).await.unwrap();
            for entry in [
                write("web-00001", by("dana"), 1, Fact::Pending),
                write("web-00001", by("ada"), 2, Fact::Approved { reason: None }),
                write("web-00002", by("kim"), 3, Fact::Pending),
                write("@dana", by("root"), 4, Fact::TeamJoined { team: "shop".to_owned() }),
                write("web-00002", Actor::Clock, 5, Fact::Lapsed),
            ] {
                tx.record(&entry).await.unwrap();
            }
        })
        .await;
    let page = async |filter: Filter, from, limit| {
        let found = place.look(async |tx| tx.audit_page(&filter, from, limit).await.unwrap()).await;
        found.iter().map(|entry| entry.seq).collect::<Vec<_>>()
    };
    let all = Filter::default();
    assert_eq!(page(all.clone(), Cursor::After(0), 3).await, [1, 2, 3]);
    assert_eq!(page(all.clone(), Cursor::After(3), 3).await, [4, 5]);
    assert_eq!(page(all.clone(), Cursor::Before(i64::MAX), 2).await, [5, 4]);
    assert_eq!(page(all.clone(), Cursor::Before(2), 2).await, [1]);
    let some = async |filter| page(filter, Cursor::After(0), 9).await;
    assert_eq!(some(Filter { about: Some("web-00002".to_owned()), ..all.clone() }).await, [3, 5]);
    assert_eq!(some(Filter { who: Some(person_id("ada")), ..all.clone() }).await, [2]);
    assert_eq!(some(Filter { what: Some("pending".to_owned()), ..all.clone() }).await, [1, 3]);
    assert_eq!(some(Filter { since: Some(at(2)), until: Some(at(4)), ..all.clone() }).await, [2, 3]);
    let danas = Filter { of: Some((person_id("dana"), "dana".to_owned())), ..all.clone() };
    assert_eq!(some(danas.clone()).await, [1, 2, 4], "hers, and what was said about her and what is hers");
    assert_eq!(some(Filter { what: Some("pending".to_owned()), ..danas }).await, [1]);
    assert_eq!(some(Filter { what: Some("%' OR 1=1 --".to_owned()), ..all.clone() }).await, [0; 0]);
    let mut lines = Vec::new();
    let mut take = |entry: &sublet::domain::audit::Entry| {
        lines.push(serde_json::to_string(entry)?);
        Ok(())
    };
    export(place.store.as_ref(), &Filter { who: Some(person_id("ada")), ..all }, &mut take).await.unwrap();
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with(r#"{"seq":2,"at":"2026-11-21T12:00:00.002Z""#), "{lines:?}");
}

pub async fn what_is_too_old_goes_and_the_chain_goes_on(place: Place) {
    fill(&place, 10).await;
    let store = place.store.as_ref();
    let kept = head(&place).await;
    let day = chrono::TimeDelta::days(1);
    assert_eq!(prune_when_due(store, at(6) + day, day).await.unwrap(), 0, "not a whole day's worth of it");
    assert_eq!(prune(store, at(6) + day, day).await.unwrap(), 5, "those before the sixth");
    let found = verify(store, Some(kept.clone())).await.unwrap().unwrap();
    assert_eq!((found.floor, found.head.seq), (5, 11), "that it was done is an entry");
    assert_eq!(prune(store, at(6) + day, day).await.unwrap(), 0, "once");
    assert_eq!(rows(&place).await[0].seq, 6);
    // What was written down before and is gone can no longer be compared.
    let old = Head { seq: 3, hash: kept.hash };
    assert_eq!(verify(store, Some(old)).await.unwrap(), Err(FirstBad { seq: 3, wrong: Wrong::Removed }));
    assert_eq!(prune_when_due(store, at(9) + day + day, day).await.unwrap(), 6, "and now all that was there");
    let found = verify(store, None).await.unwrap().unwrap();
    assert_eq!((found.floor, found.head.seq), (11, 12));
    assert_eq!(place.look(async |tx| tx.audit_floor().await.unwrap()).await.seq, 11);
    // From when something was asked for that is not over, all stays.
    place.change(async |tx| tx.insert_request(&mut request(1, "dana")).await.unwrap()).await;
    assert_eq!(prune(store, at(0) + chrono::TimeDelta::days(4_000), day).await.unwrap(), 0);
    assert_eq!(place.look(async |tx| tx.audit_since(at(7)).await.unwrap()).await, Some(12));
}

pub async fn a_floor_rises_once_and_only_to_what_is_there(place: Place) {
    fill(&place, 3).await;
    let all = rows(&place).await;
    let to = Head { seq: 2, hash: all[1].hash.clone() };
    place.change(async |tx| tx.raise_audit_floor(&Head::start(), &to).await.unwrap()).await;
    let mut tx = place.store.begin().await.unwrap();
    let again = tx.raise_audit_floor(&Head::start(), &to).await;
    assert!(matches!(again, Err(StoreError::Conflict)), "{again:?}");
    drop(tx);
    let mut tx = place.store.begin().await.unwrap();
    tx.raise_audit_floor(&to, &Head { seq: 3, hash: "x".to_owned() }).await.expect_err("no such entry");
    drop(tx);
    assert_eq!(
        verified(&place).await,
        Err(FirstBad { seq: 3, wrong: Wrong::Headless }),
        "whoever raises the floor without saying so is found out"
    );
}

pub async fn words_are_erased_and_the_chain_holds(place: Place) {
    fill(&place, 3).await;
    let before = head(&place).await;
    let said = r#"{"fact":"reminded","count":0}"#;
    assert!(place.change(async |tx| tx.seal_entry(2, "web-x", said).await.unwrap()).await);
    assert!(!place.change(async |tx| tx.seal_entry(9, "web-x", said).await.unwrap()).await, "there is none");
    let sealed = rows(&place).await[1].clone();
    assert!(matches!(sealed.seal, Seal::Sealed(_)));
    assert_eq!(sealed.text.unwrap().about, "web-x");
    assert_eq!(verified(&place).await, Err(FirstBad { seq: 2, wrong: Wrong::Emptied }));
    let fact = Fact::PersonErased { entries: vec![2] };
    place.change(async |tx| tx.record(&NewEntry { fact: fact.clone(), ..entry(4) }).await.unwrap()).await;
    let found = verify(place.store.as_ref(), Some(before)).await.unwrap().unwrap();
    assert_eq!((found.sealed, found.head.seq), (1, 4), "the hashes are as they were");
    // Twice is once: the commitment stays that of what was written.
    assert!(place.change(async |tx| tx.seal_entry(2, "web-y", said).await.unwrap()).await);
    assert!(verified(&place).await.is_ok());
}

/// Each holds what the other wants next, were the head locked at the first entry instead of at the commit.
#[tokio::test]
async fn whoever_records_holds_nobody_up_in_postgres() {
    engines::on_postgres(async |place: Place| {
        let (mut one, mut two) = (request(1, "dana"), request(2, "dana"));
        place.change(async |tx| tx.insert_request(&mut one).await.unwrap()).await;
        place.change(async |tx| tx.insert_request(&mut two).await.unwrap()).await;
        let (mut left, mut right) = (place.store.begin().await.unwrap(), place.store.begin().await.unwrap());
        left.record(&entry(1)).await.unwrap();
        right.record(&entry(2)).await.unwrap();
        right.save_request(&mut two).await.unwrap();
        right.commit().await.unwrap();
        left.save_request(&mut two.clone()).await.unwrap();
        left.commit().await.unwrap();
        let facts: Vec<_> = rows(&place).await.into_iter().map(|row| row.text.unwrap().fact).collect();
        assert!(facts[0].contains("2") && facts[1].contains("1"), "in the order of commits: {facts:?}");
        assert_eq!(verified(&place).await.unwrap().seq, 2);
    })
    .await;
}

/// Numbers for `seq` that are not in use, so that two entries can change places.
const SWAP: &str = "UPDATE audit SET seq = 90 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 4;
     UPDATE audit SET seq = 4 WHERE seq = 90";
const COPY: &str = "INSERT INTO audit (seq, at, about, actor, fact, hash)
     SELECT 6, at, about, actor, fact, hash FROM audit WHERE seq = 5";

/// What somebody who owns the database can do to a log of five entries, and what is then said.
const TAMPERED: &[(&str, i64, Wrong)] = &[
    ("UPDATE audit SET about = 'web-00002' WHERE seq = 3", 3, Wrong::Changed),
    (r#"UPDATE audit SET actor = '{"by":"clock"}' WHERE seq = 1"#, 1, Wrong::Changed),
    ("UPDATE audit SET fact = REPLACE(fact, '2', '7') WHERE seq = 2", 2, Wrong::Changed),
    ("UPDATE audit SET fact = REPLACE(fact, ',', ', ') WHERE seq = 5", 5, Wrong::Changed),
    ("UPDATE audit SET at = '2026-11-21T12:00:00.004001+00:00' WHERE seq = 4", 4, Wrong::Changed),
    ("UPDATE audit SET hash = '' WHERE seq = 4", 4, Wrong::Changed),
    ("UPDATE audit SET seq = 6 WHERE seq = 5", 5, Wrong::Missing),
    ("DELETE FROM audit WHERE seq = 1", 1, Wrong::Missing),
    ("DELETE FROM audit WHERE seq = 3", 3, Wrong::Missing),
    ("DELETE FROM audit WHERE seq >= 4", 4, Wrong::CutOff { last: 5 }),
    ("DELETE FROM audit", 1, Wrong::CutOff { last: 5 }),
    (SWAP, 2, Wrong::Changed),
    (COPY, 6, Wrong::Changed),
    ("UPDATE audit SET salt = NULL, sealed = 'x' WHERE seq = 4", 4, Wrong::Changed),
    ("UPDATE audit SET salt = 'another' WHERE seq = 2", 2, Wrong::Changed),
    ("UPDATE audit SET salt = NULL WHERE seq = 2", 2, Wrong::Changed),
    ("UPDATE audit_head SET seq = 4", 5, Wrong::Added),
    ("UPDATE audit_head SET hash = 'x'", 5, Wrong::NotTheHead),
];

#[tokio::test]
async fn what_was_done_behind_our_back_is_named_in_sqlite() {
    let more = [
        ("UPDATE audit SET at = 'yesterday' WHERE seq = 4", 4, Wrong::Unreadable),
        ("UPDATE audit SET actor = CAST(X'FF' AS TEXT) WHERE seq = 2", 2, Wrong::Unreadable),
    ];
    for (sql, seq, wrong) in TAMPERED.iter().cloned().chain(more) {
        engines::on_file(async |place: Place| {
            fill(&place, 5).await;
            assert_eq!(verified(&place).await.unwrap().seq, 5);
            let mut connection = SqliteConnection::connect(&place.url).await.unwrap();
            for trigger in ["audit_no_update", "audit_no_delete", "audit_no_replace", "audit_head_forward"] {
                let drop = format!("DROP TRIGGER {trigger}");
                connection.execute(AssertSqlSafe(drop)).await.unwrap();
            }
            connection.execute(sqlx::raw_sql(sql)).await.unwrap();
            assert_eq!(verified(&place).await, Err(FirstBad { seq, wrong }), "{sql}");
        })
        .await;
    }
}

#[tokio::test]
async fn what_was_done_behind_our_back_is_named_in_postgres() {
    let more = [
        ("UPDATE audit SET at = at + INTERVAL '1 microsecond' WHERE seq = 4", 4, Wrong::Changed),
        ("UPDATE audit SET at = 'infinity' WHERE seq = 4", 4, Wrong::Unreadable),
        ("TRUNCATE audit", 1, Wrong::CutOff { last: 5 }),
    ];
    engines::on_postgres(async |place: Place| {
        fill(&place, 5).await;
        let mut connection = PgConnection::connect(&place.url).await.unwrap();
        let free = "ALTER TABLE audit DISABLE TRIGGER USER; ALTER TABLE audit_head DISABLE TRIGGER USER;
             CREATE TABLE kept AS TABLE audit; CREATE TABLE kept_head AS TABLE audit_head";
        connection.execute(sqlx::raw_sql(free)).await.unwrap();
        let restore = "DELETE FROM audit; INSERT INTO audit TABLE kept;
             DELETE FROM audit_head; INSERT INTO audit_head TABLE kept_head";
        for (sql, seq, wrong) in TAMPERED.iter().cloned().chain(more) {
            connection.execute(sqlx::raw_sql(sql)).await.unwrap();
            assert_eq!(verified(&place).await, Err(FirstBad { seq, wrong }), "{sql}");
            connection.execute(sqlx::raw_sql(restore)).await.unwrap();
            assert_eq!(verified(&place).await.unwrap().seq, 5);
        }
    })
    .await;
}

/// An entry below the first place can hide from whoever begins at 1.
#[tokio::test]
async fn an_entry_before_the_first_is_named() {
    engines::on_file(async |place: Place| {
        fill(&place, 1).await;
        let mut connection = SqliteConnection::connect(&place.url).await.unwrap();
        let sql = "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_replace;
             PRAGMA ignore_check_constraints = ON;
             INSERT INTO audit (seq, at, about, actor, fact, hash)
             SELECT -7, at, about, actor, fact, hash FROM audit WHERE seq = 1";
        connection.execute(sqlx::raw_sql(sql)).await.unwrap();
        assert_eq!(verified(&place).await, Err(FirstBad { seq: -7, wrong: Wrong::OutOfPlace }));
    })
    .await;
}

/// Nothing can be written, let alone verified, without it.
#[tokio::test]
async fn a_lost_head_is_a_fault() {
    engines::on_file(async |place: Place| {
        fill(&place, 1).await;
        let mut connection = SqliteConnection::connect(&place.url).await.unwrap();
        let sql = "DROP TRIGGER audit_head_no_delete; DELETE FROM audit_head";
        connection.execute(sqlx::raw_sql(sql)).await.unwrap();
        let fault = verify(place.store.as_ref(), None).await.unwrap_err();
        assert!(fault.to_string().contains("audit_head"), "{fault}");
        let mut tx = place.store.begin().await.unwrap();
        tx.record(&entry(2)).await.unwrap();
        tx.commit().await.expect_err("an entry without a place");
    })
    .await;
}
