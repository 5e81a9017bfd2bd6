//! Effects, in lanes.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use sublet::{
    domain::{Instant, ids::Lane},
    ports::store::{Queued, StoreError, Stored},
};
use tokio::task::JoinSet;

use crate::{
    engines::Place,
    support::samples::{at, effect, effect_id, minute, request_id},
};

pub async fn effects_come_in_the_order_they_were_stored(place: Place) {
    // Ids, keys and times all point the other way.
    for (id, key, time) in [(3, "c", 30), (2, "b", 20), (1, "a", 10)] {
        push(&place, id, 1, key, at(time)).await;
    }
    push(&place, 9, 2, "of another lane", at(0)).await;
    let due = due(&place, 1, at(30)).await;
    let expected = [(3, "c", 30), (2, "b", 20), (1, "a", 10)].map(|(id, key, time)| Queued {
        id: effect_id(id),
        lane: lane(1),
        effect: effect(&request_id(1), key),
        attempts: 0,
        stage: 0,
        notes: Vec::new(),
        created_at: at(time),
    });
    assert_eq!(due, expected);
    assert_eq!(keys(&self::due(&place, 1, at(20)).await), ["b", "a"], "those that are due");
}

pub async fn a_key_is_stored_once_for_ever(place: Place) {
    push(&place, 1, 1, "a", at(0)).await;
    push(&place, 2, 1, "a", at(0)).await;
    assert_eq!(due(&place, 1, at(0)).await.len(), 1);
    place.change(async |tx| tx.finish(&effect_id(1), "done", at(1)).await.unwrap()).await;
    push(&place, 3, 1, "a", at(2)).await;
    assert_eq!(due(&place, 1, at(9)).await, [], "it was done already");
    assert_eq!(claim(&place, "w", at(9), at(10), 9).await, []);
}

pub async fn only_lanes_with_due_effects_are_claimed(place: Place) {
    push(&place, 1, 1, "now", at(0)).await;
    push(&place, 2, 2, "later", at(50)).await;
    push(&place, 3, 3, "done", at(0)).await;
    place.change(async |tx| tx.finish(&effect_id(3), "done", at(1)).await.unwrap()).await;
    assert_eq!(claim(&place, "w", at(49), minute(1), 9).await, [lane(1)]);
    assert_eq!(claim(&place, "w", at(50), minute(1), 9).await, [lane(2)]);
    assert_eq!(claim(&place, "w", at(50), minute(1), 9).await, []);
}

pub async fn a_claim_holds_until_it_is_past(place: Place) {
    push(&place, 1, 1, "a", at(0)).await;
    assert_eq!(claim(&place, "first", at(0), at(100), 9).await, [lane(1)]);
    assert_eq!(claim(&place, "second", at(99), at(200), 9).await, []);
    assert!(holds(&place, 1, "first").await);
    assert!(!holds(&place, 1, "second").await);
    assert_eq!(claim(&place, "second", at(100), at(200), 9).await, [lane(1)]);
    assert!(!holds(&place, 1, "first").await, "whoever was claimed past its time has lost it");
    assert!(holds(&place, 1, "second").await);
}

pub async fn only_the_holder_gives_a_lane_back(place: Place) {
    push(&place, 1, 1, "a", at(0)).await;
    claim(&place, "first", at(0), minute(1), 9).await;
    place.change(async |tx| tx.release_lane(&lane(1), "second").await.unwrap()).await;
    assert!(holds(&place, 1, "first").await);
    assert_eq!(claim(&place, "second", at(1), minute(1), 9).await, []);
    place.change(async |tx| tx.release_lane(&lane(1), "first").await.unwrap()).await;
    assert!(!holds(&place, 1, "first").await);
    assert_eq!(claim(&place, "second", at(1), minute(1), 9).await, [lane(1)]);
}

pub async fn lanes_that_waited_longest_are_claimed_first(place: Place) {
    for (lane, time) in [(1, 30), (2, 10), (3, 20), (2, 40)] {
        push(&place, lane * 100 + time, lane, &format!("{lane}/{time}"), at(time.cast_signed())).await;
    }
    let mut two = claim(&place, "w", at(50), minute(1), 2).await;
    two.sort();
    assert_eq!(two, [2, 3].map(lane));
    assert_eq!(claim(&place, "w", at(50), minute(1), 2).await, [lane(1)]);
}

pub async fn an_effect_is_postponed_with_its_notes(place: Place) {
    push(&place, 1, 1, "a", at(0)).await;
    push(&place, 2, 1, "b", at(0)).await;
    let mut queued = due(&place, 1, at(0)).await.remove(0);
    queued.attempts = 3;
    queued.stage = 1;
    queued.notes = vec!["DM: nobody there".to_owned(), "mail: ✉ refused".to_owned()];
    place.change(async |tx| tx.postpone(&queued, at(500)).await.unwrap()).await;
    assert_eq!(keys(&due(&place, 1, at(499)).await), ["b"]);
    let again = due(&place, 1, at(500)).await;
    assert_eq!(again[0], queued, "its place in the lane is kept");
    place.change(async |tx| tx.finish(&queued.id, "given_up", at(500)).await.unwrap()).await;
    place.change(async |tx| tx.postpone(&queued, at(600)).await.unwrap()).await;
    assert_eq!(keys(&due(&place, 1, at(900)).await), ["b"], "what is finished stays finished");
}

pub async fn the_backlog_is_what_waits(place: Place) {
    let backlog = async || place.look(async |tx| tx.backlog().await.unwrap()).await;
    assert_eq!(backlog().await, (0, None));
    for (id, time) in [(1, 5), (2, 3), (3, 4)] {
        push(&place, id, id, "a", at(time)).await;
    }
    assert_eq!(backlog().await, (3, Some(at(3))));
    let first = due(&place, 2, at(9)).await.remove(0);
    place.change(async |tx| tx.postpone(&first, minute(60)).await.unwrap()).await;
    let waiting = async |limit| {
        let waiting = place.look(async |tx| tx.waiting(limit).await.unwrap()).await;
        waiting.into_iter().map(|queued| queued.id).collect::<Vec<_>>()
    };
    assert_eq!(waiting(9).await, [2, 3, 1].map(effect_id), "due or not, oldest first");
    assert_eq!(waiting(1).await, [2].map(effect_id));
    place.change(async |tx| tx.finish(&effect_id(2), "done", at(9)).await.unwrap()).await;
    assert_eq!(backlog().await, (2, Some(at(4))));
    assert_eq!(waiting(9).await, [3, 1].map(effect_id));
}

/// 40 lanes with 10 effects each: nothing twice, nothing lost, and each lane in its order.
pub async fn eight_claimers_do_everything_once(place: Place) {
    place
        .change(async |tx| {
            for number in 0..400 {
                let request = request_id(number % 40);
                let effect = effect(&request, &format!("{number:03}"));
                tx.push(effect_id(number), &(&request).into(), &effect, at(0)).await.unwrap();
            }
        })
        .await;
    let done = Arc::new(Mutex::new(BTreeMap::<Lane, Vec<String>>::new()));
    let mut claimers = JoinSet::new();
    for number in 0..8 {
        let (place, done) = (place.clone(), done.clone());
        claimers.spawn(async move {
            let holder = format!("worker-{number}");
            loop {
                match work_once(&place, &holder, &done).await {
                    Ok(0) => break,
                    Ok(_) | Err(StoreError::Conflict) => tokio::task::yield_now().await,
                    Err(fault) => panic!("{fault:?}"),
                }
            }
        });
    }
    claimers.join_all().await;
    let done = done.lock().unwrap();
    assert_eq!(done.len(), 40);
    for (lane, keys) in done.iter() {
        assert_eq!(keys.len(), 10, "{lane:?}: {keys:?}");
        assert!(keys.is_sorted(), "{lane:?}: {keys:?}");
    }
}

/// Claims lanes and does what is due in them; answers how many effects are left.
async fn work_once(place: &Place, holder: &str, done: &Mutex<BTreeMap<Lane, Vec<String>>>) -> Stored<u64> {
    let mut tx = place.store.begin().await?;
    let lanes = tx.claim_lanes(holder, at(1), minute(1), 3).await?;
    tx.commit().await?;
    assert!(lanes.len() <= 3, "{lanes:?}");
    for lane in lanes {
        let mut tx = place.store.begin().await?;
        assert!(tx.holds(&lane, holder).await?);
        let queued = tx.due_effects(&lane, at(1)).await?;
        for queued in &queued {
            tx.finish(&queued.id, "done", at(2)).await?;
        }
        tx.release_lane(&lane, holder).await?;
        tx.commit().await?;
        let keys = keys(&queued);
        done.lock().unwrap().entry(lane).or_default().extend(keys);
    }
    Ok(place.store.read().await?.backlog().await?.0)
}

/// The claim is past, but its holder is in the middle of saving what it did.
pub async fn a_lane_that_is_being_worked_on_cannot_be_claimed(place: Place) {
    push(&place, 1, 1, "a", at(0)).await;
    claim(&place, "slow", at(0), at(100), 9).await;
    let mut tx = place.store.begin().await.unwrap();
    assert!(tx.holds(&lane(1), "slow").await.unwrap());
    let other = place.clone();
    let mut other = tokio::spawn(async move {
        let mut tx = other.store.begin().await.unwrap();
        let claimed = tx.claim_lanes("quick", at(200), at(300), 9).await.unwrap();
        tx.commit().await.unwrap();
        claimed
    });
    // Postgres answers at once, SQLite lets the other wait for the writer: both may take their time here.
    let early = tokio::time::timeout(Duration::from_millis(200), &mut other).await;
    tx.finish(&effect_id(1), "done", at(200)).await.unwrap();
    tx.release_lane(&lane(1), "slow").await.unwrap();
    tx.commit().await.unwrap();
    let claimed = match early {
        Ok(claimed) => claimed.unwrap(),
        Err(_) => other.await.unwrap(),
    };
    assert_eq!(claimed, []);
}

async fn push(place: &Place, id: u64, lane: u64, key: &str, now: Instant) {
    let request = request_id(lane);
    let effect = effect(&request, key);
    place.change(async |tx| tx.push(effect_id(id), &(&request).into(), &effect, now).await.unwrap()).await;
}

async fn claim(place: &Place, holder: &str, now: Instant, until: Instant, limit: u32) -> Vec<Lane> {
    place.change(async |tx| tx.claim_lanes(holder, now, until, limit).await.unwrap()).await
}

async fn holds(place: &Place, lane: u64, holder: &str) -> bool {
    let writing = place.change(async |tx| tx.holds(&self::lane(lane), holder).await.unwrap()).await;
    let looking = place.look(async |tx| tx.holds(&self::lane(lane), holder).await.unwrap()).await;
    assert_eq!(writing, looking);
    looking
}

async fn due(place: &Place, lane: u64, now: Instant) -> Vec<Queued> {
    place.look(async |tx| tx.due_effects(&self::lane(lane), now).await.unwrap()).await
}

/// The last part of each key.
fn keys(queued: &[Queued]) -> Vec<String> {
    queued.iter().filter_map(|queued| Some(queued.effect.key().rsplit_once('/')?.1.to_owned())).collect()
}

fn lane(number: u64) -> Lane {
    Lane::from(&request_id(number))
}
