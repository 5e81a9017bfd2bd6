//! What came in, and what happened.

use std::sync::Arc;

use sublet::domain::{
    audit::{Actor, Entry, Fact, NewEntry},
    environment::SshAccess,
};
use tokio::{sync::Barrier, task::JoinSet};

use crate::{
    engines::Place,
    support::samples::{at, minute, person_id, request},
};

pub async fn an_inbound_id_is_received_once(place: Place) {
    let receive = async |id| place.change(async |tx| tx.receive(id, at(0)).await.unwrap()).await;
    assert!(receive("console/1").await);
    assert!(!receive("console/1").await);
    assert!(receive("console/2").await);
    let mut tx = place.store.begin().await.unwrap();
    assert!(tx.receive("console/3", at(0)).await.unwrap());
    drop(tx);
    assert!(receive("console/3").await, "what was not committed was not received");
}

pub async fn of_eight_receivers_one_is_first(place: Place) {
    let barrier = Arc::new(Barrier::new(8));
    let mut receivers = JoinSet::new();
    for _ in 0..8 {
        let (place, barrier) = (place.clone(), barrier.clone());
        receivers.spawn(async move {
            barrier.wait().await;
            let mut tx = place.store.begin().await.unwrap();
            let first = tx.receive("the same", at(0)).await.unwrap();
            tx.commit().await.unwrap();
            first
        });
    }
    let first = receivers.join_all().await.into_iter().filter(|first| *first).count();
    assert_eq!(first, 1);
}

pub async fn an_answer_is_kept(place: Place) {
    let answer = async |id| place.look(async |tx| tx.answer_to(id).await.unwrap()).await;
    assert_eq!(answer("a").await, None, "never received");
    place.change(async |tx| tx.receive("a", at(0)).await.unwrap()).await;
    assert_eq!(answer("a").await, None, "not answered yet");
    place.change(async |tx| tx.answered("a", r#"{"say":"✓ asked"}"#).await.unwrap()).await;
    assert_eq!(answer("a").await.as_deref(), Some(r#"{"say":"✓ asked"}"#));
}

pub async fn history_is_told_in_order(place: Place) {
    let name = request(1, "dana").name;
    let entries = [
        (minute(3), Actor::Person(person_id("dana")), asked()),
        (minute(2), Actor::Clock, Fact::Reminded { count: 1 }),
        (minute(1), Actor::Outside, ready()),
        (minute(1), Actor::Rule, Fact::Approved { reason: None }),
    ]
    .map(|(at, actor, fact)| NewEntry::about(&name, at, actor, fact));
    place
        .change(async |tx| {
            for entry in &entries {
                tx.record(entry).await.unwrap();
            }
            let other = NewEntry { about: "dana".to_owned(), ..entries[0].clone() };
            tx.record(&other).await.unwrap();
        })
        .await;
    let history = place.look(async |tx| tx.history(name.as_str()).await.unwrap()).await;
    assert!(history.is_sorted_by(|a, b| a.seq < b.seq), "{history:?}");
    let told: Vec<_> = history.into_iter().map(without_place).collect();
    assert_eq!(told, entries, "in the order of writing, whatever their times");
    assert_eq!(place.look(async |tx| tx.history("nobody").await.unwrap()).await, []);
}

fn without_place(entry: Entry) -> NewEntry {
    NewEntry { at: entry.at, actor: entry.actor, about: entry.about, fact: entry.fact }
}

fn asked() -> Fact {
    let span = chrono::TimeDelta::days(3).into();
    Fact::Requested { template: "web".to_owned(), span, reason: Some("für 雪".to_owned()) }
}

fn ready() -> Fact {
    let access = SshAccess {
        host: "127.0.0.1".to_owned(),
        port: 2222,
        user: "dana".to_owned(),
        host_key: "ssh-ed25519 AAAA".to_owned(),
        fingerprint: "SHA256:x".to_owned(),
        isolation: None,
    };
    Fact::Ready { access, ends_at: at(123) }
}
