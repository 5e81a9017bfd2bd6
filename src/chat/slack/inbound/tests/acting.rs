//! Where each answer goes: commands, presses, forms, shortcuts, the home; once each.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::world::{GROUP, Place, form, says};
use crate::chat::slack::inbound::reply::Reply;

#[tokio::test]
async fn a_command_is_answered_in_its_acknowledgement() {
    let place = Place::open().await;
    let Reply::With(payload) = place.receive(place.command("U1", "/sublet", "t1")).await else {
        panic!("no answer");
    };
    assert_eq!(payload["response_type"], "ephemeral");
    assert!(payload["blocks"].as_array().is_some_and(|blocks| !blocks.is_empty()), "{payload}");
    assert!(place.api.calls("respond/1").is_empty());
}

#[tokio::test]
async fn a_user_group_counts_at_the_moment_of_the_press() {
    let place = Place::open().await;
    let mut number = 0;
    let mut is = async |users: Value| {
        number += 1;
        place.api.answers("usergroups.users.list", users);
        let command = place.command("U1", "/admin people me", &format!("t{number}"));
        let said = says(&place.receive(command).await);
        (said.contains("approver"), said.contains("in shop"))
    };
    assert_eq!(is(json!({"ok": true, "users": ["U9"]})).await, (false, false), "others are in it");
    assert_eq!(is(json!({"ok": true, "users": ["U9", "U1"]})).await, (true, true));
    assert_eq!(is(json!({"ok": true, "users": []})).await, (false, false), "taken between two presses");
    assert_eq!(is(json!({"ok": true, "users": ["U1"]})).await, (true, true));
    // What was said a moment ago is believed while Slack does not answer, and not for long.
    assert_eq!(is(json!({"ok": false, "error": "internal_error"})).await, (true, true));
    place.clock.advance(chrono::TimeDelta::seconds(61));
    assert_eq!(is(json!({"ok": false, "error": "internal_error"})).await, (false, false));
    let asked = place.api.calls("usergroups.users.list");
    assert_eq!(asked[0]["usergroup"], GROUP, "{asked:?}");
}

#[tokio::test]
async fn what_slack_escaped_is_read_as_it_was_typed() {
    let place = Place::open().await;
    let reply = says(&place.receive(place.command("U1", "/env frob &lt;b&gt; &amp;", "t1")).await);
    assert!(reply.contains("frob &lt;b&gt; &amp;") && !reply.contains("&amp;lt;"), "escaped once: {reply}");
}

#[tokio::test]
async fn what_is_missing_is_asked_for_in_a_form() {
    let place = Place::open().await;
    assert_eq!(place.receive(place.command("U1", "/key add", "t1")).await, Reply::Empty);
    let opened = place.api.until("views.open", 1).await;
    assert_eq!(opened[0]["trigger_id"], "t1");
    assert_eq!(opened[0]["view"]["callback_id"], "form");
}

#[tokio::test]
async fn a_form_that_slack_does_not_open_any_more_is_told() {
    let place = Place::open().await;
    place.api.answers("views.open", json!({"ok": false, "error": "expired_trigger_id"}));
    place.receive(place.command("U1", "/key add", "t1")).await;
    let said = place.api.until("respond/1", 1).await;
    assert!(said[0].to_string().contains("once more"), "{said:?}");
    assert!(said[0]["response_type"] == "ephemeral" && said[0]["replace_original"] == false);
    place.api.answers("views.open", json!({"ok": false, "error": "exchanged_trigger_id"}));
    place.receive(place.command("U1", "/key add", "t2")).await;
    place.reception.idle().await;
    assert_eq!(place.api.calls("respond/1").len(), 1, "it is open already: nothing to say");
}

#[tokio::test]
async fn a_press_is_answered_at_its_url() {
    let place = Place::open().await;
    assert_eq!(place.receive(place.press("/env list", "t1", json!({}))).await, Reply::Empty);
    let said = place.api.until("respond/1", 1).await;
    assert_eq!(
        (&said[0]["response_type"], &said[0]["replace_original"]),
        (&json!("ephemeral"), &json!(false))
    );
    let more = json!({"actions": [{"action_id": "more", "type": "overflow",
        "selected_option": {"text": {"type": "plain_text", "text": "Why"}, "value": "/env why web-1"}}]});
    place.receive(place.press("", "t2", more)).await;
    let said = place.api.until("respond/1", 2).await;
    assert!(said[1].to_string().contains("web-1"), "{said:?}");
}

#[tokio::test]
async fn what_carries_no_command_is_only_acknowledged() {
    let place = Place::open().await;
    for (number, actions) in [
        json!([]),
        json!([{"action_id": "link", "type": "button"}]),
        json!([{"action_id": "press/1", "type": "button", "value": "rm -rf"}]),
    ]
    .into_iter()
    .enumerate()
    {
        let press = place.press("", &format!("t{number}"), json!({ "actions": actions }));
        assert_eq!(place.receive(press).await, Reply::Empty);
    }
    let foreign =
        json!({"type": "view_submission", "view": {"id": "V1", "type": "modal", "private_metadata": "x"}});
    assert_eq!(place.receive(place.press("", "t9", foreign)).await, Reply::Empty);
    place.reception.idle().await;
    assert!(place.api.calls("respond/1").is_empty());
}

#[tokio::test]
async fn a_press_that_comes_twice_is_answered_once() {
    let place = Place::open().await;
    for _ in 0..3 {
        place.receive(place.press("/env list", "t1", json!({}))).await;
    }
    place.reception.idle().await;
    assert_eq!(place.api.calls("respond/1").len(), 1);
    let (one, other) = (place.command("U1", "/env list", "t2"), place.command("U1", "/env list", "t2"));
    let (one, other) = tokio::join!(place.receive(one), place.receive(other));
    assert!(matches!(one, Reply::With(_)));
    assert_eq!(one, other, "Slack saw no acknowledgement, so it is told the same");
    assert_eq!(place.receive(place.command("U1", "/env list", "t2")).await, one, "and later too");
}

#[tokio::test]
async fn a_press_in_the_home_is_answered_over_it_and_the_home_is_made_anew() {
    let place = Place::open().await;
    let home = json!({"view": {"id": "V0", "type": "home", "private_metadata": ""}, "response_url": null});
    assert_eq!(place.receive(place.press("/env list", "t1", home)).await, Reply::Empty);
    let opened = place.api.until("views.open", 1).await;
    assert_eq!(opened[0]["view"]["type"], "modal");
    assert!(opened[0]["view"].get("submit").is_none(), "{opened:?}");
    let published = place.api.until("views.publish", 1).await;
    assert_eq!((&published[0]["user_id"], &published[0]["view"]["type"]), (&json!("U1"), &json!("home")));
}

#[tokio::test]
async fn an_answer_that_cannot_stand_where_it_should_goes_by_direct_message() {
    let place = Place::open().await;
    place.api.answers("views.open", json!({"ok": false, "error": "invalid_trigger_id"}));
    let home = json!({"view": {"id": "V0", "type": "home"}, "response_url": null});
    place.receive(place.press("/env list", "t1", home)).await;
    assert_eq!(place.api.until("chat.postMessage", 1).await[0]["channel"], "D1");
    place.api.answers("respond/1", json!(404));
    place.receive(place.press("/env list", "t2", json!({}))).await;
    place.api.until("chat.postMessage", 2).await;
}

#[tokio::test]
async fn a_form_shows_its_faults_and_then_its_answer() {
    let place = Place::open().await;
    let wrong = place.submit(&["key", "add"], &[], &[["public_key", "nonsense"], ["name", ""]], "t1");
    let Reply::With(reply) = place.receive(wrong).await else { panic!("no answer") };
    let shown = &reply["response_action"];
    assert!(shown == "errors" || shown == "update", "{reply}");
    assert!(reply.to_string().contains("key"), "{reply}");
    let Reply::With(reply) = place.receive(place.submit(&["env", "list"], &[], &[], "t2")).await else {
        panic!("no answer");
    };
    assert_eq!((&reply["response_action"], &reply["view"]["type"]), (&json!("update"), &json!("modal")));
    assert!(reply["view"].get("submit").is_none(), "nothing more to send: {reply}");
}

#[tokio::test]
async fn a_form_follows_the_template_that_is_chosen_in_it() {
    let place = Place::open().await;
    let mut view = form(&["env", "request"], &[["for", "3d"]], &[["reason", "a demo"]]);
    view["state"]["values"]["template"] =
        json!({"value": {"type": "static_select", "selected_option": null}});
    let chosen = json!({
        "view": view, "response_url": null,
        "actions": [{"action_id": "value", "block_id": "template", "type": "static_select",
            "selected_option": {"text": {"type": "plain_text", "text": "web"}, "value": "web"}}],
    });
    assert_eq!(place.receive(place.press("", "t1", chosen)).await, Reply::Empty);
    let updated = place.api.until("views.update", 1).await;
    assert_eq!(updated[0]["view_id"], "V1");
    let view = updated[0]["view"].to_string();
    assert!(view.contains("web") && view.contains("a demo"), "{view}");
}

#[tokio::test]
async fn shortcuts_ask_for_an_environment() {
    let place = Place::open().await;
    for (number, kind) in ["shortcut", "message_action"].into_iter().enumerate() {
        let more = json!({"type": kind, "callback_id": "request", "actions": null, "response_url": null});
        let more: Value = without_nulls(more);
        place.receive(place.press("", &format!("t{number}"), more)).await;
        place.api.until("views.open", number + 1).await;
    }
    let other = without_nulls(json!({"type": "shortcut", "callback_id": "of_another_app"}));
    assert_eq!(place.receive(place.press("", "t9", other)).await, Reply::Empty);
    place.reception.idle().await;
    assert_eq!(place.api.calls("views.open").len(), 2);
}

fn without_nulls(mut value: Value) -> Value {
    if let Some(parts) = value.as_object_mut() {
        parts.retain(|_, part| !part.is_null());
        parts.insert("actions".to_owned(), json!([]));
    }
    value
}

#[tokio::test]
async fn a_home_is_made_when_it_is_opened_and_says_why_when_one_may_not() {
    let place = Place::open().await;
    let opened = |user: &str, tab: &str| json!({"type": "app_home_opened", "user": user, "tab": tab});
    place.receive(place.event("Ev1", opened("U1", "home"))).await;
    place.receive(place.event("Ev2", opened("U1", "messages"))).await;
    place.api.knows(json!({"id": "U2", "team_id": "T1", "is_restricted": true}));
    place.receive(place.event("Ev3", opened("U2", "home"))).await;
    let published = place.api.calls("views.publish");
    assert_eq!(published.len(), 2);
    assert!(published[1].to_string().contains("Guests may not"), "{published:?}");
}

#[tokio::test]
async fn an_event_that_could_not_be_dealt_with_comes_again() {
    let place = Place::open().await;
    let opened = json!({"type": "app_home_opened", "user": "U1", "tab": "home"});
    place.api.answers("views.publish", json!(503));
    assert_eq!(place.receive(place.event("Ev1", opened.clone())).await, Reply::NotTaken);
    place.api.answers("views.publish", json!({"ok": true}));
    assert_eq!(place.receive(place.event("Ev1", opened.clone())).await, Reply::Empty);
    assert_eq!(place.receive(place.event("Ev1", opened)).await, Reply::Empty);
    assert_eq!(place.api.calls("views.publish").len(), 2, "taken once, and then no more");
}

#[tokio::test]
async fn a_removed_app_is_not_ready() {
    let place = Place::open().await;
    let others = json!({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}});
    place.receive(place.event("Ev0", others)).await;
    assert!(!place.standing.is_closed("T1"), "somebody's own token is none of ours");
    let revoked = json!({"type": "tokens_revoked", "tokens": {"bot": ["U0"]}});
    place.receive(place.event("Ev1", revoked)).await;
    assert!(place.standing.is_closed("T1"));
}

#[tokio::test]
async fn whoever_meets_a_defect_is_told_a_reference() {
    let place = Place::open().await;
    place.templates.0.store(true, Ordering::SeqCst);
    let reply = says(&place.receive(place.command("U1", "/template list", "t1")).await);
    assert!(reply.contains("reference"), "{reply}");
    place.templates.0.store(false, Ordering::SeqCst);
    let reply = says(&place.receive(place.command("U1", "/template list", "t2")).await);
    assert!(!reply.contains("reference"), "and it goes on: {reply}");
}
