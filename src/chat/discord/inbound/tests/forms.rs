//! Forms: as a modal or as a message, part by part, sent once, and nobody else's.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::world::{ADA, DANA, Place, choose, command, custom_ids, modal, press};

/// A key that may log in.
const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBRyAp5yGZcyRsNoZkREkJ1TbUeJXAGrpgqmsVWPDGlM";

/// The draft of a form that is shown.
fn draft(told: &Value) -> String {
    let ids = custom_ids(told);
    let id = ids.iter().find_map(|id| id.split('|').nth(1)).unwrap_or_else(|| panic!("no form: {told}"));
    id.to_owned()
}

/// A form that is shown as a message: a modal that came back, because there is no template of that name.
async fn came_back(place: &Place) -> (String, Value) {
    let opened = place.receive(command(DANA, "env request", &[], "1")).await;
    let id = draft(&opened);
    let wrong = [["template", "wep"], ["for", "3d"], ["until", ""], ["key", ""], ["reason", "a demo"]];
    let told = place.receive(modal(DANA, &format!("f|{id}|all"), &wrong, "2")).await;
    (id, told)
}

#[tokio::test]
async fn what_is_missing_is_asked_for_in_a_modal() {
    let place = Place::open().await;
    let told = place.receive(command(DANA, "key add", &[], "1")).await;
    assert_eq!(told["type"], 9, "{told}");
    let id = draft(&told);
    assert_eq!(told["data"]["custom_id"], format!("f|{id}|all"));
    let again = place.receive(press(DANA, "1|/key add", "2")).await;
    assert_eq!(again["type"], 9, "a button opens one too: {again}");
    assert_ne!(draft(&again), id, "each is a form of its own");
}

#[tokio::test]
async fn a_modal_that_comes_back_is_a_message_with_what_was_wrong() {
    let place = Place::open().await;
    let (id, told) = came_back(&place).await;
    assert_eq!((&told["type"], &told["data"]["flags"]), (&json!(4), &json!(64)), "{told}");
    let text = told.to_string();
    assert!(text.contains("Did you mean") && text.contains("a demo") && text.contains("3d"), "{text}");
    let ids = custom_ids(&told);
    assert_eq!(ids, [format!("c|{id}|template"), format!("e|{id}|0"), format!("s|{id}")]);
}

#[tokio::test]
async fn a_form_follows_what_is_chosen_and_filled_in() {
    let place = Place::open().await;
    let (id, _) = came_back(&place).await;
    let told = place.receive(choose(DANA, &format!("c|{id}|template"), &["web"], "3")).await;
    assert_eq!(told["type"], 7, "the form takes its own place: {told}");
    let text = told.to_string();
    assert!(text.contains("Cpu") && text.contains("a demo"), "it asks for the parameters: {text}");
    let told = place.receive(press(DANA, &format!("e|{id}|0"), "4")).await;
    assert_eq!((&told["type"], &told["data"]["custom_id"]), (&json!(9), &json!(format!("f|{id}|0"))));
    let told = place.receive(modal(DANA, &format!("f|{id}|0"), &[["cpu", "3"], ["for", ""]], "5")).await;
    assert!(told["type"] == 7 && told["data"]["flags"].is_null(), "{told}");
    let shown = place.receive(press(DANA, &format!("e|{id}|0"), "6")).await;
    let inputs = shown["data"]["components"].as_array().expect("rows");
    let value = |name: &str| {
        let input = inputs.iter().map(|row| &row["components"][0]).find(|input| input["custom_id"] == name);
        input.and_then(|input| input["value"].as_str()).map(str::to_owned)
    };
    assert_eq!((value("cpu").as_deref(), value("for")), (Some("3"), None), "what was emptied is empty");
    let told = place.receive(press(DANA, &format!("e|{id}|7"), "7")).await;
    assert_eq!(told["type"], 7, "a part that is not there shows the form: {told}");
}

#[tokio::test]
async fn what_is_settled_is_sent_along_unseen() {
    let place = Place::open().await;
    let told = place.receive(press(DANA, "0|/env extend web-1", "1")).await;
    assert!(told["type"] == 9 && !told.to_string().contains("\"name\""), "{told}");
    let id = draft(&told);
    let filled = [["for", "soon"], ["reason", "a demo"]];
    let told = place.receive(modal(DANA, &format!("f|{id}|all"), &filled, "2")).await;
    assert!(!custom_ids(&told).contains(&format!("c|{id}|name")), "{told}");
    let told = place.receive(modal(DANA, &format!("f|{id}|0"), &[["for", "2d"]], "3")).await;
    assert_eq!(told["type"], 7, "{told}");
    let told = place.receive(press(DANA, &format!("s|{id}"), "4")).await.to_string();
    assert!(told.contains("web-1"), "it is about what the button was about: {told}");
}

#[tokio::test]
async fn a_form_is_sent_once_however_often_it_is_sent() {
    let place = Place::open().await;
    let id = draft(&place.receive(command(DANA, "key add", &[], "1")).await);
    let (form, values) = (format!("f|{id}|all"), [["public_key", KEY], ["name", "laptop"]]);
    let (one, two) = tokio::join!(
        place.receive(modal(DANA, &form, &values, "2")),
        place.receive(modal(DANA, &form, &values, "3"))
    );
    let three = place.receive(modal(DANA, &form, &values, "4")).await;
    let told = [one, two, three].map(|told| told.to_string());
    let stored = told.iter().filter(|told| told.contains("laptop")).count();
    assert!(stored >= 1 && told.iter().all(|told| !told.contains("already")), "{told:?}");
    assert!(told[2].contains("no longer kept"), "{}", told[2]);
    let keys = place.receive(command(DANA, "key list", &[], "5")).await.to_string();
    assert!(keys.contains("laptop"), "{keys}");
}

#[tokio::test]
async fn nobody_gets_another_ones_form_nor_one_that_is_gone() {
    let place = Place::open().await;
    let id = draft(&place.receive(command(DANA, "key add", &[], "1")).await);
    let came = [
        modal(ADA, &format!("f|{id}|all"), &[["public_key", KEY]], "2"),
        modal(ADA, &format!("f|{id}|0"), &[["public_key", KEY]], "3"),
        press(ADA, &format!("s|{id}"), "4"),
        press(ADA, &format!("e|{id}|0"), "5"),
        choose(ADA, &format!("c|{id}|name"), &["x"], "6"),
        press(DANA, "s|000000000000", "7"),
        modal(DANA, "of another app", &[], "8"),
    ];
    for came in came {
        let told = place.receive(came).await;
        assert!(told.to_string().contains("no longer kept") && custom_ids(&told).is_empty(), "{told}");
    }
    place.clock.advance(TimeDelta::hours(25));
    let told = place.receive(press(DANA, &format!("s|{id}"), "9")).await.to_string();
    assert!(told.contains("no longer kept"), "{told}");
}
