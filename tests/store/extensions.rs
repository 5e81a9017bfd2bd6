//! Extensions.

use sublet::{domain::extension::ExtensionState, ports::store::StoreError};

use crate::{
    engines::Place,
    leases,
    support::samples::{at, extension, minute, person_id},
};

pub async fn an_extension_is_kept_and_saved_by_version(place: Place) {
    let lease = leases::insert(&place, 1, "dana", 600).await;
    let mut fast = extension(1, &lease, minute(1));
    place.change(async |tx| tx.insert_extension(&mut fast).await.unwrap()).await;
    assert_eq!(fast.version, 1);
    let mut slow = fast.clone();
    fast.state = ExtensionState::Approved { by: person_id("ops"), at: at(5), on: None };
    slow.state = ExtensionState::Lapsed { at: at(6) };
    place.change(async |tx| tx.save_extension(&mut fast).await.unwrap()).await;
    assert_eq!(fast.version, 2);
    let saved = place.change(async |tx| tx.save_extension(&mut slow).await).await;
    assert!(matches!(saved, Err(StoreError::Conflict)));
    let again = place.change(async |tx| tx.insert_extension(&mut fast.clone()).await).await;
    assert!(matches!(again, Err(StoreError::Conflict)), "an id is given once");
    place
        .look(async |tx| {
            let missing = extension(2, &lease, minute(1)).id;
            assert_eq!(tx.extension(&missing).await.unwrap(), None);
            assert_eq!(tx.extension(&fast.id).await.unwrap(), Some(fast));
        })
        .await;
}

pub async fn extensions_of_a_lease_come_oldest_first(place: Place) {
    let lease = leases::insert(&place, 1, "dana", 600).await;
    let other = leases::insert(&place, 2, "dana", 600).await;
    let mut second = extension(1, &lease, minute(2));
    let mut first = extension(2, &lease, minute(1));
    place
        .change(async |tx| {
            for extension in [&mut second, &mut first, &mut extension(3, &other, minute(0))] {
                tx.insert_extension(extension).await.unwrap();
            }
        })
        .await;
    let found = place.look(async |tx| tx.extensions_of(&lease.id).await.unwrap()).await;
    assert_eq!(found, [first, second]);
}

pub async fn due_extensions_come_most_overdue_first(place: Place) {
    let lease = leases::insert(&place, 1, "dana", 600).await;
    let mut later = extension(1, &lease, minute(20));
    let mut sooner = extension(2, &lease, minute(10));
    place
        .change(async |tx| {
            tx.insert_extension(&mut later).await.unwrap();
            tx.insert_extension(&mut sooner).await.unwrap();
        })
        .await;
    let due = async |now, limit| place.look(async |tx| tx.extensions_due(now, limit).await.unwrap()).await;
    assert_eq!(due(minute(19), 9).await, []);
    assert_eq!(due(minute(30), 9).await, [sooner.id.clone(), later.id.clone()]);
    assert_eq!(due(minute(30), 1).await, [sooner.id.clone()]);
    sooner.state = ExtensionState::Lapsed { at: minute(30) };
    place.change(async |tx| tx.save_extension(&mut sooner).await.unwrap()).await;
    assert_eq!(due(minute(30), 9).await, [later.id]);
}
