//! When the answer is not there in time, Slack is told that it came in, and the answer goes another way.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use super::world::{Place, says};
use crate::chat::slack::inbound::{HURRY, PATIENCE, ROOM, Way, reply::Reply};

/// A place that waits only for a moment, so that whatever is held up is late.
async fn impatient() -> Place {
    let mut place = Place::open().await;
    let reception = Arc::get_mut(&mut place.reception).expect("nobody else has it yet");
    assert_eq!(reception.patience, PATIENCE);
    reception.patience = Duration::from_millis(20);
    place
}

#[tokio::test]
async fn a_late_answer_to_a_command_goes_to_its_url() {
    let place = impatient().await;
    let blocked = place.reception.room.acquire_many(ROOM).await.expect("room");
    assert_eq!(place.receive(place.command("U1", "/env list", "t1")).await, Reply::Empty);
    drop(blocked);
    let said = place.api.until("respond/1", 1).await;
    assert_eq!(said[0]["response_type"], "ephemeral");
    assert_eq!(place.receive(place.command("U1", "/env list", "t1")).await, Reply::Empty, "it stands there");
}

#[tokio::test]
async fn a_form_that_is_late_says_so_and_then_shows_its_answer() {
    let place = impatient().await;
    let blocked = place.reception.room.acquire_many(ROOM).await.expect("room");
    let reply = place.receive(place.submit(&["env", "list"], &[], &[], "t1")).await;
    assert!(says(&reply).contains("longer than usual"), "{reply:?}");
    drop(blocked);
    let updated = place.api.until("views.update", 1).await;
    assert_eq!(updated[0]["view_id"], "V1");
    assert!(!updated[0].to_string().contains("longer than usual"));
}

#[tokio::test]
async fn while_one_is_overdue_those_behind_it_do_not_wait_as_long() {
    let place = impatient().await;
    let usual = place.reception.patience;
    let patience = || (place.reception.patience(Way::Queued), place.reception.patience(Way::Apart));
    assert_eq!(patience(), (usual, usual));
    let blocked = place.reception.room.acquire_many(ROOM).await.expect("room");
    place.receive(place.command("U1", "/env list", "t1")).await;
    assert_eq!(patience(), (HURRY, usual));
    drop(blocked);
    place.api.until("respond/1", 1).await;
    while place.reception.overdue.load(Ordering::Relaxed) > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(patience(), (usual, usual), "all is well again");
}
