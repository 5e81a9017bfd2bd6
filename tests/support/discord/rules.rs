//! The stand-in's own rules, tried from outside: each error and limit that the tests of the application rely on.

#![cfg(test)]

use std::sync::Arc;

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Request},
};
use chrono::TimeDelta;
use chrono_tz::Tz;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};
use sublet::{domain::Instant, ports::clock::Clock};

use super::{
    APPLICATION, Discord, TOKEN,
    api::routes,
    interactions::Kind,
    payload::{Doing, pressed},
    people::{Directory, User},
    trouble::Trouble,
};

/// A clock that is set by hand.
pub(super) struct Hand(std::sync::Mutex<Instant>);

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

pub(super) const GUILD: &str = "1200000000000000000";
pub(super) const CHANNEL: &str = "1300000000000000000";
pub(super) const DANA: &str = "1400000000000000001";

pub(super) async fn discord() -> (Discord, Arc<Hand>) {
    let start = chrono::DateTime::from_timestamp(1_764_000_000, 0).expect("a moment");
    let clock = Arc::new(Hand(std::sync::Mutex::new(start)));
    let account = |id: &str, handle: &str| User {
        id: id.to_owned(),
        handle: handle.to_owned(),
        name: handle.to_owned(),
        zone: Tz::UTC,
        bot: false,
        closed: handle == "closed",
    };
    let directory = Directory::default()
        .guild(GUILD, "main", &[("1500000000000000000", "approvers")])
        .guild("1200000000000000001", "elsewhere", &[])
        .user(account(DANA, "dana"))
        .user(account("2", "closed"))
        .user(account("3", "stranger"))
        .member(GUILD, DANA, &["1500000000000000000"])
        .member(GUILD, "2", &[])
        .channel(GUILD, CHANNEL, "ops");
    (Discord::start(directory, clock.clone()).await, clock)
}

struct Said {
    status: u16,
    headers: HeaderMap,
    json: Value,
}

impl Said {
    fn code(&self) -> (u16, u64) {
        (self.status, self.json["code"].as_u64().unwrap_or_default())
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().expect("text")).unwrap_or_default()
    }
}

async fn call(discord: &Discord, route: &str, body: Value) -> Option<Said> {
    let (method, path) = route.split_once(' ').expect("a route");
    let request = Request::builder()
        .method(method)
        .uri(format!("{}{path}", discord.api()))
        .header("authorization", format!("Bot {TOKEN}"))
        .header("user-agent", "DiscordBot (https://example.org, 1)")
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .expect("a request");
    let response = Client::builder(TokioExecutor::new()).build_http().request(request).await.ok()?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = to_bytes(Body::new(response.into_body()), 1 << 20).await.ok()?;
    Some(Said { status, headers, json: serde_json::from_slice(&body).unwrap_or_default() })
}

async fn code(discord: &Discord, route: &str, body: Value) -> (u16, u64) {
    call(discord, route, body).await.expect("an answer").code()
}

/// As many messages in a channel as one likes.
fn in_no_hurry(discord: &Discord) {
    discord.with(|state| state.limits.size(routes::POST_MESSAGE, 1_000, TimeDelta::seconds(5)));
}

fn messages() -> String {
    format!("POST /channels/{CHANNEL}/messages")
}

/// A press on a button of a new message.
fn a_press(discord: &Discord) -> (String, String) {
    discord.with(|state| {
        let now = discord.now();
        let content = super::state::Content { text: "x".to_owned(), ..Default::default() };
        let id = state.post(super::state::Message::new(Some(GUILD.to_owned()), CHANNEL, content), now);
        let message = state.message(&id).expect("it is there").clone();
        let data = pressed("1|/help");
        let doing =
            Doing { kind: Kind::Component, user: DANA, channel: CHANNEL, data, message: Some(&message) };
        let id = state.does(doing, now);
        let token = state.interactions[&id].token.clone();
        (id, token)
    })
}

#[tokio::test]
async fn the_same_nonce_gives_the_first_message_for_some_minutes() {
    let (discord, clock) = discord().await;
    let body = json!({ "content": "once", "nonce": "a1", "enforce_nonce": true });
    let first = call(&discord, &messages(), body.clone()).await.expect("an answer");
    let again = call(&discord, &messages(), body.clone()).await.expect("an answer");
    assert_eq!((first.status, first.json["id"].clone()), (200, again.json["id"].clone()));
    let loose = json!({ "content": "once", "nonce": "a1" });
    assert_ne!(call(&discord, &messages(), loose).await.expect("an answer").json["id"], first.json["id"]);
    clock.passes(TimeDelta::minutes(10));
    assert_ne!(call(&discord, &messages(), body).await.expect("an answer").json["id"], first.json["id"]);
    let long = json!({ "content": "x", "nonce": "a".repeat(26) });
    assert_eq!(code(&discord, &messages(), long).await, (400, 50_035));
}

#[tokio::test]
async fn each_error_has_its_number() {
    let (discord, _clock) = discord().await;
    in_no_hurry(&discord);
    let hello = || json!({ "content": "hello" });
    let edit = |id: &str| format!("PATCH /channels/{CHANNEL}/messages/{id}");
    let member = |guild: &str, user: &str| format!("GET /guilds/{guild}/members/{user}");
    assert_eq!(code(&discord, "POST /channels/1/messages", hello()).await, (404, 10_003));
    assert_eq!(code(&discord, &edit("1"), hello()).await, (404, 10_008));
    assert_eq!(code(&discord, &member("1", DANA), Value::Null).await, (404, 10_004));
    assert_eq!(code(&discord, &member(GUILD, "3"), Value::Null).await, (404, 10_007));
    assert_eq!(code(&discord, &member(GUILD, "4"), Value::Null).await, (404, 10_013));
    assert_eq!(code(&discord, &member(GUILD, DANA), Value::Null).await, (200, 0));
    assert_eq!(code(&discord, &messages(), json!({})).await, (400, 50_006));
    assert_eq!(code(&discord, &messages(), json!({ "content": "x".repeat(2_001) })).await, (400, 50_035));
    for (user, expected) in [(DANA, (200, 0)), ("2", (403, 50_007)), ("3", (403, 50_007))] {
        let opened = call(&discord, "POST /users/@me/channels", json!({ "recipient_id": user })).await;
        let id = opened.expect("an answer").json["id"].as_str().expect("an id").to_owned();
        assert_eq!(
            code(&discord, &format!("POST /channels/{id}/messages"), hello()).await,
            expected,
            "{user}"
        );
    }
    let unknown = json!({ "recipient_id": "77" });
    assert_eq!(code(&discord, "POST /users/@me/channels", unknown).await, (404, 10_013));
    let posted = call(&discord, &messages(), hello()).await.expect("an answer").json;
    let thread =
        format!("POST /channels/{CHANNEL}/messages/{}/threads", posted["id"].as_str().expect("an id"));
    assert_eq!(code(&discord, &thread, json!({ "name": "web-1" })).await, (201, 0));
    assert_eq!(code(&discord, &thread, json!({ "name": "web-1" })).await, (400, 160_004));
    discord.with(|state| state.messages[0].author = DANA.to_owned());
    let foreign = discord.with(|state| state.messages[0].id.clone());
    let there = discord.with(|state| state.messages[0].channel.clone());
    let theirs = format!("PATCH /channels/{there}/messages/{foreign}");
    assert_eq!(code(&discord, &theirs, hello()).await, (403, 50_005));
    let may = |see, send| {
        let all = super::people::May { see, send, thread: false };
        discord.with(|state| state.directory.channels.get_mut(CHANNEL).expect("that channel").may = all);
    };
    may(true, false);
    assert_eq!(code(&discord, &messages(), hello()).await, (403, 50_013));
    may(false, false);
    assert_eq!(code(&discord, &messages(), hello()).await, (403, 50_001));
    discord.with(|state| state.revoked = true);
    assert_eq!(code(&discord, "GET /users/@me", Value::Null).await, (401, 0));
}

#[tokio::test]
async fn buttons_are_counted_and_measured() {
    let (discord, _clock) = discord().await;
    in_no_hurry(&discord);
    let button = |id: &str| json!({ "type": 2, "style": 1, "label": "Go", "custom_id": id });
    let with = |buttons: Vec<Value>| json!({ "components": [{ "type": 1, "components": buttons }] });
    let fine = with(vec![button("1"), button("2")]);
    assert_eq!(code(&discord, &messages(), fine).await, (200, 0));
    let six = (0..6).map(|number| button(&number.to_string())).collect();
    let long = "x".repeat(101);
    for wrong in [with(six), with(vec![button("1"), button("1")]), with(vec![button(&long)]), with(vec![])] {
        let said = call(&discord, &messages(), wrong.clone()).await.expect("an answer");
        assert_eq!(said.code(), (400, 50_035), "{wrong}");
        assert!(said.json["errors"]["components"]["0"].is_object(), "{}", said.json);
    }
    let heavy =
        json!({ "embeds": [{ "description": "x".repeat(4_000) }, { "description": "x".repeat(2_001) }] });
    assert_eq!(code(&discord, &messages(), heavy).await, (400, 50_035));
}

#[tokio::test]
async fn an_interaction_is_answered_once_and_soon() {
    let (discord, clock) = discord().await;
    let (id, token) = a_press(&discord);
    let callback = |id: &str, token: &str| format!("POST /interactions/{id}/{token}/callback");
    let answer = || json!({ "type": 4, "data": { "content": "done", "flags": 64 } });
    let hook = |token: &str| format!("POST /webhooks/{APPLICATION}/{token}");
    let original = format!("PATCH /webhooks/{APPLICATION}/{token}/messages/@original");
    assert_eq!(code(&discord, &hook(&token), json!({ "content": "early" })).await, (404, 10_015));
    assert_eq!(code(&discord, &callback(&id, "another"), answer()).await, (404, 10_062));
    let modal = json!({ "type": 9, "data": { "custom_id": "f", "title": "x".repeat(46), "components": [] } });
    assert_eq!(code(&discord, &callback(&id, &token), modal).await, (400, 50_035));
    assert_eq!(code(&discord, &callback(&id, &token), json!({ "type": 8 })).await, (400, 50_035));
    assert_eq!(call(&discord, &callback(&id, &token), answer()).await.expect("an answer").status, 204);
    assert_eq!(code(&discord, &callback(&id, &token), answer()).await, (400, 40_060));
    assert_eq!(code(&discord, &original, json!({ "content": "better" })).await, (200, 0));
    assert_eq!(code(&discord, &hook(&token), json!({ "content": "more", "flags": 64 })).await, (200, 0));
    let seen = discord.with(|state| {
        let private = state.messages.iter().filter(|message| message.only_for.as_deref() == Some(DANA));
        private.map(|message| message.now().text.clone()).collect::<Vec<_>>()
    });
    assert_eq!(seen, ["better", "more"]);
    clock.passes(TimeDelta::minutes(15));
    assert_eq!(code(&discord, &hook(&token), json!({ "content": "late" })).await, (401, 50_027));
    let (id, token) = a_press(&discord);
    clock.passes(TimeDelta::seconds(4));
    assert_eq!(code(&discord, &callback(&id, &token), answer()).await, (404, 10_062));
}

#[tokio::test]
async fn a_bucket_is_real_and_whoever_overlooks_it_breaks_a_limit() {
    let (discord, clock) = discord().await;
    let path = messages();
    let post = || call(&discord, &path, json!({ "content": "hello" }));
    for left in ["4", "3", "2", "1", "0"] {
        let said = post().await.expect("an answer");
        assert_eq!((said.status, said.header("x-ratelimit-remaining")), (200, left));
        assert_eq!(said.header("x-ratelimit-reset-after"), "5.000");
    }
    assert_eq!(discord.with(|state| state.violations.clone()), Vec::<String>::new());
    let said = post().await.expect("an answer");
    assert_eq!((said.status, said.header("x-ratelimit-scope")), (429, "user"));
    assert_eq!((said.json["retry_after"].clone(), said.json["global"].clone()), (json!(5.0), json!(false)));
    assert_eq!(discord.with(|state| state.violations.len()), 1);
    clock.passes(TimeDelta::seconds(5));
    assert_eq!(post().await.expect("an answer").status, 200);
    discord.with(|state| state.troubles.plan("*", Trouble::LimitedEverywhere(2_000), 1));
    let said = post().await.expect("an answer");
    assert_eq!((said.status, said.header("x-ratelimit-global")), (429, "true"));
    let broken = discord.with(|state| state.violations.len());
    assert_eq!(code(&discord, "GET /users/@me", Value::Null).await.0, 429);
    assert_eq!(discord.with(|state| state.violations.len()), broken + 1);
}

#[tokio::test]
async fn troubles_come_as_planned() {
    let (discord, _clock) = discord().await;
    in_no_hurry(&discord);
    let path = messages();
    let post = || call(&discord, &path, json!({ "content": "hello" }));
    discord.with(|state| {
        state.troubles.plan(routes::POST_MESSAGE, Trouble::Status(503), 1);
        state.troubles.plan(routes::POST_MESSAGE, Trouble::Error(404, 10_003), 1);
        state.troubles.plan(routes::POST_MESSAGE, Trouble::DroppedBefore, 1);
        state.troubles.plan(routes::POST_MESSAGE, Trouble::DroppedAfter, 1);
    });
    assert_eq!(post().await.expect("an answer").status, 503);
    assert_eq!(post().await.expect("an answer").code(), (404, 10_003));
    assert!(post().await.is_none(), "the connection is dropped");
    assert_eq!(discord.with(|state| state.messages.len()), 0);
    assert!(post().await.is_none(), "the connection is dropped");
    assert_eq!(discord.with(|state| (state.messages.len(), state.troubles.is_over())), (1, true));
}
