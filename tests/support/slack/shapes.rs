//! Every payload that the stand-in sends is read by `slack_morphism`'s types, which were made from Slack's own.

#![cfg(test)]

use chrono_tz::Tz;
use serde_json::json;
use slack_morphism::prelude::{SlackCommandEvent, SlackInteractionEvent, SlackPushEventCallback, SlackUser};
use sublet::{domain::Instant, ports::clock::Clock};

use super::{
    Slack,
    people::{Directory, Kind, User},
    state::Content,
};

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Instant {
        chrono::DateTime::from_timestamp(1_764_000_000, 0).expect("a moment")
    }
}

async fn slack() -> Slack {
    let dana = User {
        id: "U1".to_owned(),
        team: "T1".to_owned(),
        handle: "dana".to_owned(),
        name: "Dana".to_owned(),
        email: Some("dana@example.org".to_owned()),
        zone: Tz::Europe__Berlin,
        kind: Kind::Member,
    };
    let directory =
        Directory::default().team("T1", "one").user(dana).channel("T1", "C1", "ops", &["U1", "UBOT1"]);
    Slack::start(directory, std::sync::Arc::new(Noon)).await
}

#[tokio::test]
async fn payloads_are_as_slack_makes_them() {
    let slack = slack().await;
    let now = slack.now();
    let blocks = vec![json!({ "type": "actions", "block_id": "b", "elements": [
        { "type": "button", "action_id": "press/0", "text": { "type": "plain_text", "text": "Go" }, "value": "/go" },
    ] })];
    let content = Content { text: "Go?".to_owned(), blocks };
    let view = json!({
        "type": "modal", "title": { "type": "plain_text", "text": "A form" },
        "submit": { "type": "plain_text", "text": "Send" }, "callback_id": "form",
        "blocks": [{ "type": "input", "block_id": "for", "label": { "type": "plain_text", "text": "For" },
            "element": { "type": "plain_text_input", "action_id": "value", "initial_value": "3d" } }],
    });
    let (command, presses, home) = slack.with(|state| {
        let about = state.trigger("T1", "U1", now);
        let ts = state.post(super::api::message("T1", "C1", None, content), now);
        let message = state.message("C1", &ts).expect("it was posted").clone();
        let action = super::read::pressable(&message.now().blocks, "Go").expect("a button");
        let view = super::views::show(state, "T1", "U1", view, &about.trigger);
        let presses = [
            state.press(&slack, &about, &message, &action, now),
            state.press_in_view(&about, &view, &action, now),
            state.submission(&about, &view),
            state.shortcut(&about, "request", now),
            state.message_shortcut(&slack, &about, &message, "why", now),
        ];
        let typed = "/env request web for @dana <b>";
        (state.command(&slack, &about, "C1", typed, now), presses, state.home_opened("T1", "U1", now))
    });
    assert_eq!(command["text"], "request web for <@U1|dana> &lt;b&gt;");
    serde_json::from_value::<SlackCommandEvent>(command).expect("a command");
    let kinds = presses.map(|press| {
        match serde_json::from_value::<SlackInteractionEvent>(press.clone()) {
            Ok(SlackInteractionEvent::BlockActions(event)) => {
                assert_eq!(event.actions.map(|all| all.len()), Some(1))
            }
            Ok(SlackInteractionEvent::ViewSubmission(event)) => {
                assert!(event.view.state_params.state.is_some())
            }
            Ok(_) => {}
            Err(error) => panic!("{error}: {press}"),
        }
        press["type"].as_str().unwrap_or_default().to_owned()
    });
    assert_eq!(kinds, ["block_actions", "block_actions", "view_submission", "shortcut", "message_action"]);
    serde_json::from_value::<SlackPushEventCallback>(home).expect("an event");
}

#[tokio::test]
async fn people_are_as_slack_shows_them() {
    let slack = slack().await;
    let url = format!("{}/users.info?user=U1", slack.api());
    let client =
        hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new()).build_http();
    let request = axum::http::Request::get(url)
        .header("authorization", "Bearer xoxb-standin-t1")
        .body(axum::body::Body::empty())
        .expect("a request");
    let response = client.request(request).await.expect("an answer");
    let body =
        axum::body::to_bytes(axum::body::Body::new(response.into_body()), 1 << 16).await.expect("a body");
    let answer: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    let user: SlackUser = serde_json::from_value(answer["user"].clone()).expect("a user");
    assert_eq!(
        user.profile.and_then(|profile| profile.email).map(|email| email.0),
        Some("dana@example.org".to_owned())
    );
}

#[test]
fn signed_as_in_slacks_own_example() {
    let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    let signed = super::signed::signature(super::SIGNING_SECRET, 1_531_420_618, body);
    assert_eq!(signed, "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503");
}
