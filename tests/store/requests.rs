//! Requests.

use std::sync::Arc;

use sublet::{
    domain::request::{Request, RequestState},
    ports::store::StoreError,
};
use tokio::{sync::Barrier, task::JoinSet};

use crate::{
    engines::Place,
    support::samples::{at, minute, pending, person_id, request, request_id},
};

pub async fn a_request_is_found_by_id_and_by_name(place: Place) {
    let mut asked = request(1, "dana");
    place.change(async |tx| tx.insert_request(&mut asked).await.unwrap()).await;
    assert_eq!(asked.version, 1);
    place
        .look(async |tx| {
            assert_eq!(tx.request(&asked.id).await.unwrap(), Some(asked.clone()));
            assert_eq!(tx.request_by_name(&asked.name).await.unwrap(), Some(asked.clone()));
            assert_eq!(tx.request(&request_id(2)).await.unwrap(), None);
            assert_eq!(tx.request_by_name(&request(2, "dana").name).await.unwrap(), None);
        })
        .await;
}

pub async fn a_name_is_taken_once(place: Place) {
    let mut first = request(1, "dana");
    let mut second = Request { name: first.name.clone(), ..request(2, "kim") };
    place
        .change(async |tx| {
            tx.insert_request(&mut first).await.unwrap();
            assert!(matches!(tx.insert_request(&mut second).await, Err(StoreError::Conflict)));
            assert_eq!(second.version, 0, "it was not stored");
            second.name = request(2, "kim").name;
            tx.insert_request(&mut second).await.expect("with another name, in the same transaction");
        })
        .await;
    assert_eq!(second.version, 1);
}

pub async fn a_save_needs_the_version_that_was_loaded(place: Place) {
    let mut fast = insert(&place, request(1, "dana")).await;
    let mut slow = fast.clone();
    fast.state = RequestState::Withdrawn { at: at(7) };
    place.change(async |tx| tx.save_request(&mut fast).await.unwrap()).await;
    assert_eq!(fast.version, 2);
    slow.state = RequestState::Lapsed { at: at(8) };
    let saved = place.change(async |tx| tx.save_request(&mut slow).await).await;
    assert!(matches!(saved, Err(StoreError::Conflict)));
    assert_eq!(slow.version, 1, "it was not saved");
    let mut unknown = request(9, "dana");
    let saved = place.change(async |tx| tx.save_request(&mut unknown).await).await;
    assert!(matches!(saved, Err(StoreError::Conflict)), "what was never stored cannot be saved");
    assert_eq!(place.look(async |tx| tx.request(&fast.id).await.unwrap()).await, Some(fast));
}

pub async fn of_64_savers_one_wins(place: Place) {
    let loaded = insert(&place, pending(1, "dana", at(0))).await;
    let barrier = Arc::new(Barrier::new(64));
    let mut savers = JoinSet::new();
    for number in 0..64 {
        let (place, barrier, mut mine) = (place.clone(), barrier.clone(), loaded.clone());
        mine.state = RequestState::Withdrawn { at: at(number) };
        savers.spawn(async move {
            barrier.wait().await;
            let mut tx = place.store.begin().await?;
            tx.save_request(&mut mine).await?;
            tx.commit().await.map(|()| mine)
        });
    }
    let mut won = Vec::new();
    for outcome in savers.join_all().await {
        match outcome {
            Ok(saved) => won.push(saved),
            Err(StoreError::Conflict) => {}
            Err(fault) => panic!("{fault:?}"),
        }
    }
    assert_eq!(won.len(), 1);
    let stored = place.look(async |tx| tx.request(&loaded.id).await.unwrap()).await;
    assert_eq!(stored, won.pop());
}

pub async fn due_requests_come_most_overdue_first(place: Place) {
    for (number, since) in [(1, 30), (2, 10), (3, 20), (4, 40)] {
        insert(&place, pending(number, "dana", minute(since))).await;
    }
    insert(&place, request(5, "dana")).await;
    let due = async |now, limit| place.look(async |tx| tx.requests_due(now, limit).await.unwrap()).await;
    assert_eq!(due(minute(40), 9).await, [2, 3, 1].map(request_id), "each rings ten minutes after it began");
    assert_eq!(due(minute(40), 2).await, [2, 3].map(request_id));
    assert_eq!(due(minute(20), 9).await, [2].map(request_id));
    assert_eq!(due(minute(20) - chrono::TimeDelta::milliseconds(1), 9).await, []);

    let mut decided = place.look(async |tx| tx.request(&request_id(2)).await.unwrap()).await.unwrap();
    decided.state = RequestState::Lapsed { at: minute(21) };
    place.change(async |tx| tx.save_request(&mut decided).await.unwrap()).await;
    assert_eq!(due(minute(40), 9).await, [3, 1].map(request_id), "the alarm went with the decision");
}

pub async fn open_requests_are_those_nobody_decided(place: Place) {
    let of_kim = insert(&place, pending(3, "kim", minute(9))).await;
    let pending = insert(&place, pending(2, "dana", minute(9))).await;
    let analysed = insert(&place, request(1, "dana")).await;
    let over =
        RequestState::Rejected { by: person_id("ops"), at: minute(9), on: None, reason: "no".to_owned() };
    insert(&place, Request { state: over, ..request(4, "dana") }).await;
    insert(
        &place,
        Request { state: RequestState::Approved { by: None, at: at(1), on: None }, ..request(5, "kim") },
    )
    .await;
    place
        .look(async |tx| {
            let dana = person_id("dana");
            assert_eq!(tx.open_requests(Some(&dana)).await.unwrap(), [analysed.clone(), pending.clone()]);
            assert_eq!(tx.open_requests(None).await.unwrap(), [analysed, pending, of_kim]);
        })
        .await;
}

pub async fn the_latest_requests_come_first(place: Place) {
    for number in [2, 1, 3] {
        insert(&place, request(number, "dana")).await;
    }
    insert(&place, request(4, "kim")).await;
    let latest = place.look(async |tx| tx.requests_of(&person_id("dana"), 2).await.unwrap()).await;
    let ids: Vec<_> = latest.iter().map(|request| request.id.clone()).collect();
    assert_eq!(ids, [3, 2].map(request_id));
}

pub async fn insert(place: &Place, mut request: Request) -> Request {
    place.change(async |tx| tx.insert_request(&mut request).await.unwrap()).await;
    request
}
