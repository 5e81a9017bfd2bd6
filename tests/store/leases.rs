//! Leases.

use sublet::{
    domain::{
        ids::LeaseId,
        lease::{Lease, Phase},
    },
    ports::store::StoreError,
};

use crate::{
    engines::Place,
    requests,
    support::samples::{at, lease, minute, person_id, request},
};

pub async fn a_lease_is_found_by_id_name_and_request(place: Place) {
    let lease = insert(&place, 1, "dana", 600).await;
    assert_eq!(lease.version, 1);
    let other = self::lease(&request(2, "dana"), minute(600));
    place
        .look(async |tx| {
            assert_eq!(tx.lease(&lease.id).await.unwrap(), Some(lease.clone()));
            assert_eq!(tx.lease_by_name(&lease.name).await.unwrap(), Some(lease.clone()));
            assert_eq!(tx.lease_of_request(&lease.request).await.unwrap(), Some(lease.clone()));
            assert_eq!(tx.lease(&other.id).await.unwrap(), None);
            assert_eq!(tx.lease_by_name(&other.name).await.unwrap(), None);
            assert_eq!(tx.lease_of_request(&other.request).await.unwrap(), None);
        })
        .await;
}

pub async fn a_request_has_one_lease(place: Place) {
    let first = insert(&place, 1, "dana", 600).await;
    let mut second =
        Lease { request: first.request.clone(), version: 0, ..lease(&request(2, "dana"), minute(600)) };
    let inserted = place.change(async |tx| tx.insert_lease(&mut second).await).await;
    assert!(matches!(inserted, Err(StoreError::Conflict)));
    assert_eq!(second.version, 0);
}

pub async fn a_save_needs_the_version_that_was_loaded_and_moves_the_alarm(place: Place) {
    let mut fast = insert(&place, 1, "dana", 600).await;
    let mut slow = fast.clone();
    let due = async || place.look(async |tx| tx.leases_due(minute(700), 9).await.unwrap()).await;
    assert_eq!(due().await, [fast.id.clone()]);
    fast.term.as_mut().unwrap().ends_at = minute(9_000);
    place.change(async |tx| tx.save_lease(&mut fast).await.unwrap()).await;
    assert_eq!(fast.version, 2);
    assert_eq!(due().await, [], "the alarm followed the end");
    let saved = place.change(async |tx| tx.save_lease(&mut slow).await).await;
    assert!(matches!(saved, Err(StoreError::Conflict)));
    assert_eq!(slow.version, 1);
    place.change(async |tx| tx.save_lease(&mut fast).await.unwrap()).await;
    assert_eq!(fast.version, 3);
    assert_eq!(place.look(async |tx| tx.lease(&fast.id).await.unwrap()).await, Some(fast));
}

pub async fn due_leases_come_most_overdue_first(place: Place) {
    for (number, ends) in [(1, 300), (2, 100), (3, 200), (4, 400)] {
        insert(&place, number, "dana", ends).await;
    }
    let mut gone = insert(&place, 5, "dana", 50).await;
    gone.phase = Phase::Gone { at: minute(60) };
    place.change(async |tx| tx.save_lease(&mut gone).await.unwrap()).await;
    let due = async |now, limit| place.look(async |tx| tx.leases_due(now, limit).await.unwrap()).await;
    assert_eq!(due(minute(240), 9).await, ids([2, 3, 1]), "each rings an hour before its end");
    assert_eq!(due(minute(240), 1).await, ids([2]));
    assert_eq!(due(minute(40), 9).await, ids([2]));
    assert_eq!(due(minute(40) - chrono::TimeDelta::milliseconds(1), 9).await, []);
}

pub async fn live_leases_are_those_that_are_not_gone(place: Place) {
    let of_kim = insert(&place, 3, "kim", 600).await;
    let second = insert(&place, 2, "dana", 600).await;
    let first = insert(&place, 1, "dana", 900).await;
    let mut gone = insert(&place, 4, "dana", 600).await;
    gone.phase = Phase::Gone { at: at(1) };
    place.change(async |tx| tx.save_lease(&mut gone).await.unwrap()).await;
    place
        .look(async |tx| {
            let dana = person_id("dana");
            assert_eq!(tx.live_leases(Some(&dana)).await.unwrap(), [first.clone(), second.clone()]);
            assert_eq!(tx.live_leases(None).await.unwrap(), [first, second, of_kim]);
        })
        .await;
}

pub async fn leases_are_listed_by_phase(place: Place) {
    for number in [2, 1, 3] {
        insert(&place, number, "dana", 600).await;
    }
    let mut deleting = insert(&place, 4, "dana", 600).await;
    deleting.phase = Phase::Deleting { since: at(1), because: "released".to_owned() };
    place.change(async |tx| tx.save_lease(&mut deleting).await.unwrap()).await;
    place
        .look(async |tx| {
            assert_eq!(tx.leases_in("active").await.unwrap(), ids([1, 2, 3]));
            assert_eq!(tx.leases_in("deleting").await.unwrap(), ids([4]));
            let counted = tx.leases_by_phase().await.unwrap();
            assert!(counted.contains(&("active".to_owned(), 3)), "{counted:?}");
            assert_eq!(tx.leases_in("stuck").await.unwrap(), []);
        })
        .await;
}

/// The lease of the request of that number, stored with it; it ends in that minute.
pub async fn insert(place: &Place, number: u64, owner: &str, ends: i64) -> Lease {
    let request = requests::insert(place, request(number, owner)).await;
    let mut lease = lease(&request, minute(ends));
    place.change(async |tx| tx.insert_lease(&mut lease).await.unwrap()).await;
    lease
}

fn ids<const N: usize>(numbers: [u64; N]) -> [LeaseId; N] {
    numbers.map(|number| lease(&request(number, "dana"), at(0)).id)
}
