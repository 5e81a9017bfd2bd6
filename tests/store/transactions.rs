//! Transactions, and what goes in comes out.

use std::time::Duration;

use sublet::ports::store::StoreError;

use crate::{
    engines::Place,
    leases, requests,
    support::samples::{at, lease, minute, pending, person, request, request_id},
};

pub async fn what_is_not_committed_never_was(place: Place) {
    let mut tx = place.store.begin().await.unwrap();
    tx.save_person(&person("dana")).await.unwrap();
    tx.insert_request(&mut request(1, "dana")).await.unwrap();
    assert!(tx.request(&request_id(1)).await.unwrap().is_some(), "it is seen from inside");
    drop(tx);
    place
        .look(async |tx| {
            assert_eq!(tx.people().await.unwrap(), []);
            assert_eq!(tx.request(&request_id(1)).await.unwrap(), None);
        })
        .await;
}

pub async fn what_is_not_committed_is_not_seen(place: Place) {
    let mut tx = place.store.begin().await.unwrap();
    tx.save_person(&person("dana")).await.unwrap();
    let other = place.clone();
    let mut other = tokio::spawn(async move { other.store.read().await.unwrap().people().await.unwrap() });
    // In memory there is one connection: there, whoever looks waits until the other is done.
    let early = tokio::time::timeout(Duration::from_millis(200), &mut other).await;
    drop(tx);
    let seen = match early {
        Ok(seen) => seen.unwrap(),
        Err(_) => other.await.unwrap(),
    };
    assert_eq!(seen, []);
}

pub async fn looking_changes_nothing(place: Place) {
    let mut tx = place.store.read().await.unwrap();
    assert!(matches!(tx.save_person(&person("dana")).await, Err(StoreError::Fault(_))));
    assert!(matches!(tx.claim_lanes("w", at(0), at(1), 1).await, Err(StoreError::Fault(_))));
    assert!(matches!(tx.rewrite_message("m", "{}").await, Err(StoreError::Fault(_))));
    assert_eq!(tx.people().await.unwrap(), [], "and it may go on looking");
    tx.commit().await.unwrap();
}

/// Postgres would undo everything at such a commit, and call it done.
pub async fn nothing_goes_on_after_a_failed_statement(place: Place) {
    let mut tx = place.store.begin().await.unwrap();
    tx.save_person(&person("dana")).await.unwrap();
    let mut orphan = lease(&request(1, "dana"), minute(600));
    assert!(matches!(tx.insert_lease(&mut orphan).await, Err(StoreError::Fault(_))), "it has no request");
    assert!(matches!(tx.people().await, Err(StoreError::Fault(_))));
    assert!(matches!(tx.save_person(&person("kim")).await, Err(StoreError::Fault(_))));
    assert!(matches!(tx.commit().await, Err(StoreError::Fault(_))));
    assert_eq!(place.look(async |tx| tx.people().await.unwrap()).await, []);
}

pub async fn times_keep_their_milliseconds(place: Place) {
    for (number, milliseconds) in [(1, 0), (2, 1), (3, 999), (4, 500), (5, 1_000)] {
        requests::insert(&place, pending(number, "dana", at(milliseconds))).await;
    }
    let due = async |now| place.look(async |tx| tx.requests_due(now, 9).await.unwrap()).await;
    assert_eq!(due(minute(10)).await, [1].map(request_id));
    assert_eq!(due(minute(10) + at(1).signed_duration_since(at(0))).await, [1, 2].map(request_id));
    assert_eq!(due(minute(11)).await, [1, 2, 4, 3, 5].map(request_id), "whole seconds sort with the others");
    let message = crate::support::samples::message("m", "approvers");
    let message = sublet::ports::store::ConsoleMessage { at: at(7), ..message };
    place.change(async |tx| tx.write_message("m", &message).await.unwrap()).await;
    let stored = place.look(async |tx| tx.messages("approvers", "per_dana", 1).await.unwrap()).await;
    assert_eq!(stored[0].at, at(7));
}

pub async fn what_was_loaded_is_what_was_saved(place: Place) {
    let lease = leases::insert(&place, 1, "dana", 600).await;
    let (stored, again) = place
        .look(async |tx| {
            (tx.request(&lease.request).await.unwrap().unwrap(), tx.lease(&lease.id).await.unwrap().unwrap())
        })
        .await;
    let expected = sublet::domain::request::Request { version: 1, ..request(1, "dana") };
    assert_eq!(stored, expected, "every kind of letter included");
    assert_eq!(again, lease);
}

pub async fn the_database_says_that_it_is_healthy(place: Place) {
    place.store.healthy().await.unwrap();
}
