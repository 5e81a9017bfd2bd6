//! The stand-in's own rules, tried from outside: each error and limit that the tests of the app rely on.

#![cfg(test)]

use std::sync::Arc;

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use chrono::TimeDelta;
use chrono_tz::Tz;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};
use sublet::{domain::Instant, ports::clock::Clock};

use super::{
    APP_TOKEN, Slack,
    people::{Directory, Kind, User},
    trouble::Trouble,
};

/// A clock that is set by hand.
struct Hand(std::sync::Mutex<Instant>);

impl Clock for Hand {
    fn now(&self) -> Instant {
        *self.0.lock().expect("the clock")
    }
}

impl Hand {
    fn passes(&self, span: TimeDelta) {
        *self.0.lock().expect("the clock") += span;
    }
}

const TOKEN: &str = "xoxb-standin-t1";

async fn slack() -> (Slack, Arc<Hand>) {
    let start = chrono::DateTime::from_timestamp(1_764_000_000, 0).expect("a moment");
    let clock = Arc::new(Hand(std::sync::Mutex::new(start)));
    let account = |id: &str, kind| User {
        id: id.to_owned(),
        team: "T1".to_owned(),
        handle: id.to_lowercase(),
        name: id.to_owned(),
        email: None,
        zone: Tz::UTC,
        kind,
    };
    let directory = Directory::default()
        .team("T1", "one")
        .user(account("U1", Kind::Member))
        .user(account("U2", Kind::Deleted))
        .channel("T1", "C1", "ops", &["U1", "UBOT1"])
        .channel("T1", "C2", "foreign", &["U1"]);
    (Slack::start(directory, clock.clone()).await, clock)
}

async fn asks(slack: &Slack, method: &str, token: &str, body: Value) -> (u16, Option<String>, Value) {
    let url = format!("{}/{method}", slack.api());
    posts(&url, token, body).await
}

async fn posts(url: &str, token: &str, body: Value) -> (u16, Option<String>, Value) {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let request = Request::post(url)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json; charset=utf-8")
        .body(Body::from(body.to_string()))
        .expect("a request");
    let response = client.request(request).await.expect("an answer");
    let wait = response.headers().get("retry-after").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let status = response.status().as_u16();
    let body = to_bytes(Body::new(response.into_body()), 1 << 20).await.expect("a body");
    (status, wait, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

async fn error(slack: &Slack, method: &str, token: &str, body: Value) -> String {
    let (_, _, answer) = asks(slack, method, token, body).await;
    answer["error"].as_str().unwrap_or("ok").to_owned()
}

#[tokio::test]
async fn errors_have_their_codes() {
    let (slack, _) = slack().await;
    let say = |channel: &str| json!({ "channel": channel, "text": "hello" });
    assert_eq!(error(&slack, "chat.postMessage", "nonsense", say("C1")).await, "invalid_auth");
    assert_eq!(error(&slack, "chat.postMessage", APP_TOKEN, say("C1")).await, "not_allowed_token_type");
    assert_eq!(error(&slack, "apps.connections.open", TOKEN, json!({})).await, "not_allowed_token_type");
    assert_eq!(error(&slack, "chat.postMessage", TOKEN, say("C9")).await, "channel_not_found");
    assert_eq!(error(&slack, "chat.postMessage", TOKEN, say("C2")).await, "not_in_channel");
    assert_eq!(error(&slack, "chat.postMessage", TOKEN, json!({ "channel": "C1" })).await, "no_text");
    assert_eq!(error(&slack, "chat.postMessage", TOKEN, say("C1")).await, "ok");
    assert_eq!(error(&slack, "conversations.open", TOKEN, json!({ "users": "U2" })).await, "user_disabled");
    assert_eq!(
        error(&slack, "conversations.open", TOKEN, json!({ "users": "UBOT1" })).await,
        "cannot_dm_bot"
    );
    assert_eq!(error(&slack, "conversations.open", TOKEN, json!({ "users": "U9" })).await, "user_not_found");
    let gone = json!({ "channel": "C1", "ts": "1.2", "text": "hello" });
    assert_eq!(error(&slack, "chat.update", TOKEN, gone).await, "message_not_found");
    assert_eq!(error(&slack, "chat.dance", TOKEN, json!({})).await, "unknown_method");
    slack.with(|state| state.directory.channels.get_mut("C1").expect("a channel").archived = true);
    assert_eq!(error(&slack, "chat.postMessage", TOKEN, say("C1")).await, "is_archived");
    slack.with(|state| state.directory.teams.get_mut("T1").expect("a team").scopes.remove("chat:write"));
    let (_, _, answer) = asks(&slack, "chat.postMessage", TOKEN, say("C1")).await;
    assert_eq!(
        (answer["error"].as_str(), answer["needed"].as_str()),
        (Some("missing_scope"), Some("chat:write"))
    );
    slack.with(|state| state.directory.teams.get_mut("T1").expect("a team").revoked = true);
    assert_eq!(error(&slack, "auth.test", TOKEN, json!({})).await, "token_revoked");
}

#[tokio::test]
async fn blocks_are_looked_at() {
    let (slack, _) = slack().await;
    let text = |length: usize| json!({ "type": "plain_text", "text": "x".repeat(length) });
    let button = |label: usize, value: usize| json!({ "type": "button", "action_id": "a", "text": text(label), "value": "x".repeat(value) });
    let section = |length: usize| json!({ "type": "section", "text": text(length) });
    let wrong = [
        (json!({ "type": "dance" }), "unsupported type"),
        (section(3001), "less than 3001"),
        (section(0), "more than 0"),
        (json!({ "type": "header", "text": text(151) }), "less than 151"),
        (json!({ "type": "header", "text": { "type": "mrkdwn", "text": "x" } }), "must be plain_text"),
        (json!({ "type": "divider", "colour": "red" }), "additional property: colour"),
        (json!({ "type": "actions", "elements": [] }), "no fewer than 1"),
        (json!({ "type": "actions", "elements": vec![button(1, 1); 26] }), "no more than 25"),
        (json!({ "type": "actions", "elements": [button(1, 1), button(1, 1)] }), "already exists"),
        (json!({ "type": "actions", "elements": [button(76, 1)] }), "less than 76"),
        (json!({ "type": "actions", "elements": [button(1, 2001)] }), "less than 2001"),
        (json!({ "type": "section", "fields": vec![text(1); 11] }), "no more than 10"),
        (json!({ "type": "context", "elements": [] }), "no fewer than 1"),
    ];
    for (block, why) in wrong {
        let (_, _, answer) =
            asks(&slack, "chat.postMessage", TOKEN, json!({ "channel": "C1", "blocks": [block] })).await;
        assert_eq!(answer["error"], "invalid_blocks", "{block}");
        assert!(answer["errors"].to_string().contains(why), "{block}: {answer}");
    }
    let many = json!({ "channel": "C1", "blocks": vec![section(1); 51] });
    assert_eq!(error(&slack, "chat.postMessage", TOKEN, many).await, "invalid_blocks");
    let fine = json!({ "channel": "C1", "blocks": vec![section(3000); 50] });
    assert_eq!(error(&slack, "chat.postMessage", TOKEN, fine).await, "ok");
}

#[tokio::test]
async fn a_trigger_opens_one_view_within_three_seconds() {
    let (slack, clock) = slack().await;
    let now = slack.now();
    let trigger = || slack.with(|state| state.trigger("T1", "U1", now).trigger);
    let view = |metadata: usize| json!({ "type": "modal", "title": { "type": "plain_text", "text": "A" }, "blocks": [], "private_metadata": "x".repeat(metadata) });
    let (first, second) = (trigger(), trigger());
    let open = |id: &str, metadata| json!({ "trigger_id": id, "view": view(metadata) });
    assert_eq!(error(&slack, "views.open", TOKEN, open(&first, 3001)).await, "invalid_arguments");
    assert_eq!(error(&slack, "views.open", TOKEN, open(&first, 3000)).await, "ok");
    assert_eq!(error(&slack, "views.open", TOKEN, open(&first, 1)).await, "exchanged_trigger_id");
    clock.passes(TimeDelta::seconds(4));
    assert_eq!(error(&slack, "views.open", TOKEN, open(&second, 1)).await, "expired_trigger_id");
    assert_eq!(error(&slack, "views.open", TOKEN, open("never", 1)).await, "invalid_trigger_id");
}

#[tokio::test]
async fn a_response_url_is_good_for_five_uses_in_thirty_minutes() {
    let (slack, clock) = slack().await;
    let now = slack.now();
    let url = || {
        slack.with(|state| {
            let about = state.trigger("T1", "U1", now);
            let payload = state.command(&slack, &about, "C1", "/env list", now);
            payload["response_url"].as_str().expect("a URL").to_owned()
        })
    };
    let (used, old) = (url(), url());
    for expected in [200, 200, 200, 200, 200, 404] {
        assert_eq!(posts(&used, "", json!({ "text": "hello" })).await.0, expected);
    }
    clock.passes(TimeDelta::minutes(31));
    assert_eq!(posts(&old, "", json!({ "text": "hello" })).await.0, 404);
}

#[tokio::test]
async fn limits_are_told_and_whoever_does_not_listen_is_counted() {
    let (slack, clock) = slack().await;
    let say = json!({ "channel": "C1", "text": "hello" });
    slack.with(|state| state.troubles.plan("chat.postMessage", Trouble::Limited(20), 1));
    let (status, wait, _) = asks(&slack, "chat.postMessage", TOKEN, say.clone()).await;
    assert_eq!((status, wait.as_deref()), (429, Some("20")));
    assert_eq!(slack.with(|state| state.violations.len()), 0);
    clock.passes(TimeDelta::seconds(19));
    assert_eq!(asks(&slack, "chat.postMessage", TOKEN, say.clone()).await.0, 429);
    assert_eq!(slack.with(|state| state.violations.len()), 1, "a call before its time");
    clock.passes(TimeDelta::seconds(1));
    slack.with(|state| state.troubles.burst = Some(2));
    for expected in [200, 200, 429] {
        assert_eq!(asks(&slack, "chat.postMessage", TOKEN, say.clone()).await.0, expected);
    }
    assert_eq!(slack.with(|state| state.violations.len()), 2, "more than a message a second");
}

#[tokio::test]
async fn a_ticket_is_good_for_one_socket() {
    let (slack, _) = slack().await;
    let (_, _, answer) = asks(&slack, "apps.connections.open", APP_TOKEN, json!({})).await;
    let url = answer["url"].as_str().expect("an address").to_owned();
    let (socket, _) = tokio_tungstenite::connect_async(&url).await.expect("a socket");
    assert!(tokio_tungstenite::connect_async(&url).await.is_err(), "the ticket was used");
    slack.connected(1).await;
    drop(socket);
    slack.until("the socket is gone", |state| (state.sockets() == 0).then_some(())).await;
}
