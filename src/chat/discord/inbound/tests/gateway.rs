//! What came by the gateway is answered by the API; and when that fails, the answer reaches the person once.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::world::{DANA, DIRECT, NEW, Place, command, follows, press, read};
use crate::chat::desk::Way;

fn callback(id: &str) -> String {
    format!("POST /interactions/{id}/token-{id}/callback")
}

async fn answers(place: &Place, came: Value) {
    place.reception.clone().answer(read(came), Way::Apart).await;
}

#[tokio::test]
async fn an_interaction_is_answered_by_a_call() {
    let place = Place::open().await;
    answers(&place, command(DANA, "env list", &[], "1")).await;
    let said = place.api.calls(&callback("1"));
    assert_eq!((&said[0]["type"], &said[0]["data"]["flags"]), (&json!(4), &json!(64)), "{said:?}");
    answers(&place, json!({"id": "2", "type": 77, "token": "token-2"})).await;
    assert_eq!(place.api.count(), 1, "nothing is said to what is not ours");
}

#[tokio::test]
async fn an_answer_that_came_too_late_is_told_once_by_another_way() {
    let place = Place::open().await;
    place.api.refuses(&callback("1"), 10062);
    place.api.refuses(&follows("1"), 10015);
    answers(&place, command(DANA, "env list", &[], "1")).await;
    let said = place.api.calls(DIRECT);
    assert!(said.len() == 1 && said[0]["content"].is_string() && said[0]["flags"].is_null(), "{said:?}");
}

#[tokio::test]
async fn an_interaction_that_was_answered_before_is_told_the_same_in_the_same_place() {
    let place = Place::open().await;
    place.api.refuses(&callback("1"), 40060);
    answers(&place, press(DANA, "0|/env list", "1")).await;
    let said = place.api.calls(&follows("1"));
    assert!(said.len() == 1 && said[0]["flags"].is_null(), "{said:?}");
    place.api.answers(&callback("2"), 500, json!({}));
    answers(&place, press(DANA, "0|/env list", "2")).await;
    assert_eq!(place.api.calls(&follows("2")).len(), 1, "it may be there, and is then written over");
    assert!(place.api.calls(DIRECT).is_empty());
}

#[tokio::test]
async fn a_form_that_did_not_open_is_told_unless_it_is_open() {
    let place = Place::open().await;
    place.api.refuses(&callback("1"), 10062);
    place.api.refuses(&follows("1"), 10015);
    answers(&place, command(DANA, "key add", &[], "1")).await;
    let said = place.api.calls(DIRECT);
    assert!(said.len() == 1 && said[0].to_string().contains("once more"), "{said:?}");
    place.api.refuses(&callback("2"), 40060);
    place.clock.advance(TimeDelta::seconds(1));
    answers(&place, command(DANA, "key add", &[], "2")).await;
    assert_eq!((place.api.calls(&follows("2")).len(), place.api.calls(DIRECT).len()), (0, 1));
}

#[tokio::test]
async fn whoever_is_refused_is_told_too() {
    let place = Place::open().await;
    answers(&place, command(NEW, "env list", &[], "1")).await;
    let said = place.api.calls(&callback("1"));
    assert!(said[0].to_string().contains("does not know who you are"), "{said:?}");
}
