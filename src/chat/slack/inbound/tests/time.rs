//! When the answer is not there in time, Slack is told that it came in, and the answer goes another way.

use std::sync::Arc;

use super::world::{Place, says};
use crate::chat::{desk::Desk, slack::inbound::reply::Reply};

/// A place that waits only for a moment, so that whatever is held up is late.
async fn impatient() -> Place {
    let mut place = Place::open().await;
    let reception = Arc::get_mut(&mut place.reception).expect("nobody else has it yet");
    reception.desk = Arc::new(Desk::impatient());
    place
}

#[tokio::test]
async fn a_late_answer_to_a_command_goes_to_its_url() {
    let place = impatient().await;
    let blocked = place.reception.desk.hold().await.expect("room");
    assert_eq!(place.receive(place.command("U1", "/env list", "t1")).await, Reply::Empty);
    drop(blocked);
    let said = place.api.until("respond/1", 1).await;
    assert_eq!(said[0]["response_type"], "ephemeral");
    assert_eq!(place.receive(place.command("U1", "/env list", "t1")).await, Reply::Empty, "it stands there");
}

#[tokio::test]
async fn a_form_that_is_late_says_so_and_then_shows_its_answer() {
    let place = impatient().await;
    let blocked = place.reception.desk.hold().await.expect("room");
    let reply = place.receive(place.submit(&["env", "list"], &[], &[], "t1")).await;
    assert!(says(&reply).contains("longer than usual"), "{reply:?}");
    drop(blocked);
    let updated = place.api.until("views.update", 1).await;
    assert_eq!(updated[0]["view_id"], "V1");
    assert!(!updated[0].to_string().contains("longer than usual"));
}
