//! Two seconds: then Slack is told that it came in, and the answer goes another way.

use std::time::Duration;

use tokio::time::Instant;

use super::world::{Place, says};
use crate::chat::slack::inbound::{PATIENCE, ROOM, Way, reply::Reply};

/// Lets something in while nothing can be worked on; answers with the acknowledgement and how long it took.
async fn while_blocked(
    place: &Place,
    came: crate::chat::slack::inbound::came::Came,
    way: Way,
) -> (Reply, Duration) {
    tokio::time::pause();
    let began = Instant::now();
    let reply = place.reception.clone().receive(came, way).await;
    let took = began.elapsed();
    // The Web API is a real connection, whose time is real.
    tokio::time::resume();
    (reply, took)
}

#[tokio::test]
async fn a_late_answer_to_a_command_goes_to_its_url() {
    let place = Place::open().await;
    let blocked = place.reception.room.acquire_many(ROOM).await.expect("room");
    let (reply, took) = while_blocked(&place, place.command("U1", "/env list", "t1"), Way::Apart).await;
    assert_eq!(reply, Reply::Empty);
    assert!(took >= PATIENCE && took < Duration::from_millis(2500), "{took:?}");
    drop(blocked);
    let said = place.api.until("respond/1", 1).await;
    assert_eq!(said[0]["response_type"], "ephemeral");
}

#[tokio::test]
async fn a_form_that_is_late_says_so_and_then_shows_its_answer() {
    let place = Place::open().await;
    let blocked = place.reception.room.acquire_many(ROOM).await.expect("room");
    let (reply, _) = while_blocked(&place, place.submit(&["env", "list"], &[], &[], "t1"), Way::Apart).await;
    assert!(says(&reply).contains("longer than usual"), "{reply:?}");
    drop(blocked);
    let updated = place.api.until("views.update", 1).await;
    assert_eq!(updated[0]["view_id"], "V1");
    assert!(!updated[0].to_string().contains("longer than usual"));
}

#[tokio::test]
async fn while_one_is_overdue_those_in_its_queue_do_not_wait_as_long() {
    let place = Place::open().await;
    let blocked = place.reception.room.acquire_many(ROOM).await.expect("room");
    let command = |number: u32| place.command("U1", "/env list", &format!("t{number}"));
    let (_, first) = while_blocked(&place, command(1), Way::Queued).await;
    assert!(first >= PATIENCE, "{first:?}");
    let (_, next) = while_blocked(&place, command(2), Way::Queued).await;
    assert!(next < Duration::from_millis(100), "{next:?}");
    let (_, apart) = while_blocked(&place, command(3), Way::Apart).await;
    assert!(apart >= PATIENCE, "{apart:?}");
    drop(blocked);
    place.api.until("respond/1", 3).await;
    place.reception.idle().await;
    let reply = place.reception.clone().receive(command(4), Way::Queued).await;
    assert!(matches!(reply, Reply::With(_)), "all is well again: {reply:?}");
}
