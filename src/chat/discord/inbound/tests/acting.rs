//! Where each answer goes: commands, presses, menus; once each, and by another way when the first is late.

use std::sync::{Arc, atomic::Ordering};

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::world::{DANA, DIRECT, Place, choose, command, custom_ids, did, follows, press};
use crate::chat::desk::Desk;

/// A place that waits only for a moment, so that whatever is held up is late.
async fn impatient() -> Place {
    let mut place = Place::open().await;
    let reception = Arc::get_mut(&mut place.reception).expect("nobody else has it yet");
    reception.desk = Arc::new(Desk::impatient());
    place
}

#[tokio::test]
async fn a_command_is_answered_in_its_acknowledgement_for_one_pair_of_eyes() {
    let place = Place::open().await;
    let told = place.receive(command(DANA, "env list", &[], "1")).await;
    assert_eq!((&told["type"], &told["data"]["flags"]), (&json!(4), &json!(64)), "{told}");
    assert_eq!(told["data"]["allowed_mentions"], json!({"parse": []}));
    let told = place.receive(command(DANA, "template show", &[["name", "web"]], "2")).await;
    assert!(told.to_string().contains("Web server"), "{told}");
    assert_eq!(place.api.count(), 0, "nothing had to be called");
}

#[tokio::test]
async fn a_mistake_is_shown_as_in_a_line_that_was_typed() {
    let place = Place::open().await;
    let wrong = [["template", "web"], ["for", "three days"], ["parameters", "cpu=2"]];
    let told = place.receive(command(DANA, "env request", &wrong, "1")).await.to_string();
    assert!(told.contains("three days"), "{told}");
    assert!(told.contains("^^^"), "the wrong word is marked: {told}");
    let told = place.receive(command(DANA, "env of-tomorrow", &[], "2")).await.to_string();
    assert!(told.contains("of-tomorrow"), "{told}");
}

#[tokio::test]
async fn people_are_mentioned_as_people() {
    let place = Place::open().await;
    for (id, mention) in [("1", "<@1>"), ("2", "<@!1>")] {
        let told = place.receive(command(DANA, "env show", &[["name", mention]], id)).await.to_string();
        assert!(told.contains("@dana"), "{told}");
    }
    let told = place.receive(command(DANA, "env show", &[["name", "<@2>"]], "3")).await.to_string();
    assert!(told.contains("@ada"), "by the configuration: {told}");
}

#[tokio::test]
async fn a_press_and_a_choice_are_lines() {
    let place = Place::open().await;
    let told = place.receive(press(DANA, "0|/env list", "1")).await;
    assert_eq!((&told["type"], &told["data"]["flags"]), (&json!(4), &json!(64)), "{told}");
    let told = place.receive(choose(DANA, "more", &["3|/env why web-1"], "2")).await;
    assert!(told["type"] == 4 && told.to_string().contains("web-1"), "{told}");
}

#[tokio::test]
async fn what_cannot_be_taken_back_is_asked_once_more() {
    let place = Place::open().await;
    let row = json!([{"type": 1, "components": [
        {"type": 2, "style": 4, "label": "Release now", "custom_id": "!1|/env release web-1"}]}]);
    let pressed = did(
        3,
        DANA,
        "1",
        json!({"custom_id": "!1|/env release web-1", "component_type": 2}),
        json!({"message": {"id": "9", "components": row}}),
    );
    let told = place.receive(pressed).await;
    assert_eq!((&told["type"], &told["data"]["flags"]), (&json!(4), &json!(64)));
    assert!(told.to_string().contains("Release now"), "{told}");
    let ids = custom_ids(&told);
    assert_eq!(ids.len(), 1, "{told}");
    let told = place.receive(press(DANA, &ids[0], "2")).await;
    assert_eq!(told["type"], 7, "the answer takes the question's place: {told}");
    assert!(told.to_string().contains("web-1") && custom_ids(&told).is_empty(), "{told}");
}

#[tokio::test]
async fn what_is_not_ours_is_only_acknowledged() {
    let place = Place::open().await;
    for (number, custom_id) in ["", "x", "0|rm -rf", "!0|rm", "f|short|all", "more"].into_iter().enumerate() {
        let told = place.receive(press(DANA, custom_id, &number.to_string())).await;
        assert_eq!(told, json!({"type": 6}), "{custom_id}");
    }
    assert_eq!(place.receive(did(77, DANA, "7", json!({}), json!({}))).await, Value::Null);
    assert_eq!(place.receive(json!({"id": "8", "type": 1})).await, json!({"type": 1}));
}

#[tokio::test]
async fn a_press_that_comes_twice_is_answered_once() {
    let place = Place::open().await;
    let one = place.receive(press(DANA, "0|/env list", "1")).await;
    let (two, three) =
        tokio::join!(place.receive(press(DANA, "0|/env list", "1")), place.receive(press(DANA, "x", "1")));
    assert_eq!(one, two, "Discord saw no acknowledgement, so it is told the same");
    assert_eq!(one, three, "an id is one thing");
}

#[tokio::test]
async fn a_late_answer_follows_its_acknowledgement() {
    let place = impatient().await;
    let blocked = place.reception.desk.hold().await.expect("room");
    let told = place.receive(command(DANA, "env list", &[], "1")).await;
    assert_eq!(told, json!({"type": 5, "data": {"flags": 64}}));
    let told = place.receive(press(DANA, "0|/env list", "2")).await;
    assert_eq!(told["type"], 5, "the card in which it was pressed stays: {told}");
    let told = place.receive(press(DANA, "99|/env list", "3")).await;
    assert_eq!(told, json!({"type": 6}), "this message will change");
    drop(blocked);
    for id in ["1", "2", "3"] {
        let said = place.api.until(&follows(id), 1).await;
        assert!(said[0]["content"].is_string() && said[0]["flags"].is_null(), "{said:?}");
    }
    place.reception.idle().await;
    assert!(place.api.calls(DIRECT).is_empty());
}

#[tokio::test]
async fn an_answer_that_cannot_stand_where_it_should_goes_by_direct_message() {
    let place = impatient().await;
    place.api.refuses(&follows("1"), 50027);
    let blocked = place.reception.desk.hold().await.expect("room");
    place.receive(command(DANA, "env list", &[], "1")).await;
    drop(blocked);
    let said = place.api.until(DIRECT, 1).await;
    assert!(said[0]["content"].is_string() && said[0]["flags"].is_null(), "{said:?}");
    assert_eq!(place.api.calls(&follows("1")).len(), 2, "the acknowledgement might have been on its way");
    let blocked = place.reception.desk.hold().await.expect("room");
    place.receive(command(DANA, "env list", &[], "2")).await;
    place.clock.advance(TimeDelta::minutes(15));
    drop(blocked);
    place.api.until(DIRECT, 2).await;
    assert!(place.api.calls(&follows("2")).is_empty(), "its token was over");
}

#[tokio::test]
async fn an_answer_that_may_be_there_is_not_sent_again() {
    let place = impatient().await;
    let blocked = place.reception.desk.hold().await.expect("room");
    place.api.answers(&follows("1"), 500, json!({}));
    place.receive(command(DANA, "env list", &[], "1")).await;
    drop(blocked);
    place.api.until(&follows("1"), 1).await;
    place.reception.idle().await;
    assert!(place.api.calls(DIRECT).is_empty());
}

#[tokio::test]
async fn whoever_meets_a_defect_is_told_a_reference() {
    let place = Place::open().await;
    place.templates.0.store(true, Ordering::SeqCst);
    let told = place.receive(command(DANA, "template list", &[], "1")).await.to_string();
    assert!(told.contains("reference"), "{told}");
    place.templates.0.store(false, Ordering::SeqCst);
    let told = place.receive(command(DANA, "template list", &[], "2")).await.to_string();
    assert!(!told.contains("reference"), "and it goes on: {told}");
}
