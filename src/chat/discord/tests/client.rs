//! The client against a server that answers as it is told.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use serde_json::{Value, json};
use tokio::{io::AsyncReadExt, net::TcpListener};
use tracing::subscriber;

use super::{APP, Api, FIRST, SECOND, Stage, TOKEN, settings};
use crate::chat::discord::{
    client::{Handle, Posted},
    trouble::{Kind, Trouble},
};

const POST: &str = "POST /channels/5/messages";

fn hello() -> Value {
    json!({ "content": "hello" })
}

fn handle() -> Handle {
    Handle { id: "600".to_owned(), token: "interaction-secret".into() }
}

async fn refused(stage: &Stage) -> Trouble {
    stage.client.post("5", &hello(), "key").await.expect_err("refused")
}

#[tokio::test]
async fn calls_say_who_calls_and_bring_the_token() {
    let stage = Stage::open().await;
    stage.client.edit("5", "7", &hello()).await.expect("rewritten");
    let call = stage.api.heard().pop().expect("a call");
    assert_eq!((call.route.as_str(), &call.body), ("PATCH /channels/5/messages/7", &hello()));
    assert_eq!(call.token, Some(format!("Bot {TOKEN}")));
    assert!(call.agent.starts_with("DiscordBot (") && call.agent.ends_with(')'), "{}", call.agent);
}

#[tokio::test]
async fn a_message_has_a_nonce_of_its_key_and_its_channel() {
    let stage = Stage::open().await;
    for (channel, key) in [("5", "key"), ("5", "key"), ("6", "key"), ("5", "other")] {
        let posted = stage.client.post(channel, &hello(), key).await;
        assert_eq!(posted, Ok(Posted { id: "700".to_owned(), channel_id: channel.to_owned() }));
    }
    let heard = stage.api.heard();
    let nonces: Vec<&str> = heard.iter().filter_map(|call| call.body["nonce"].as_str()).collect();
    assert!(nonces.iter().all(|nonce| nonce.len() == 25), "{nonces:?}");
    assert_eq!(
        (nonces[0] == nonces[1], nonces[0] == nonces[2], nonces[0] == nonces[3]),
        (true, false, false)
    );
    assert!(heard.iter().all(|call| call.body["enforce_nonce"] == true && call.body["content"] == "hello"));
}

#[tokio::test]
async fn what_is_asked_is_read() {
    let stage = Stage::open().await;
    let member = json!({
        "user": { "id": "8", "username": "dana", "global_name": "Dana", "bot": false, "avatar": null },
        "nick": null, "roles": ["31"], "joined_at": "2026-01-01T00:00:00Z", "pending": false
    });
    stage.api.says("GET /guilds/1/members/8", &member);
    let member = stage.client.member("1", "8").await.expect("a member");
    assert_eq!(
        (member.roles, member.user.map(|user| user.username)),
        (vec!["31".to_owned()], Some("dana".into()))
    );
    stage.api.refuses("GET /guilds/1/members/9", 404, 10_007);
    let nobody = stage.client.member("1", "9").await.expect_err("nobody");
    assert_eq!(nobody.kind, Kind::Person);
    let gateway = json!({
        "url": "wss://gateway.example", "shards": 1,
        "session_start_limit": { "total": 1000, "remaining": 999, "reset_after": 14_400_000, "max_concurrency": 1 }
    });
    stage.api.says("GET /gateway/bot", &gateway);
    let gateway = stage.client.gateway().await.expect("a gateway");
    assert_eq!((gateway.shards, gateway.session_start_limit.remaining), (1, 999));
    assert_eq!(stage.client.who_am_i().await.as_deref(), Ok(APP));
    assert_eq!(stage.client.open_direct("8").await.as_deref(), Ok("400"));
}

#[tokio::test]
async fn a_thread_that_is_there_already_is_the_thread() {
    let stage = Stage::open().await;
    let route = "POST /channels/5/messages/7/threads";
    assert_eq!(stage.client.start_thread("5", "7", "web-1").await.as_deref(), Ok("7"));
    let body = stage.api.heard().pop().expect("a call").body;
    assert_eq!(body, json!({ "name": "web-1", "auto_archive_duration": 10_080 }));
    stage.api.refuses(route, 400, 160_004);
    assert_eq!(stage.client.start_thread("5", "7", "web-1").await.as_deref(), Ok("7"));
    stage.api.refuses(route, 403, 50_013);
    assert_eq!(
        stage.client.start_thread("5", "7", "web-1").await.map_err(|trouble| trouble.kind),
        Err(Kind::Channel)
    );
}

#[tokio::test]
async fn answers_to_interactions_need_no_token_of_the_bot() {
    let stage = Stage::open().await;
    stage.client.respond(&handle(), &json!({ "type": 5 })).await.expect("taken");
    stage.client.edit_response(&handle(), &hello()).await.expect("taken");
    stage.client.follow_up(&handle(), &hello()).await.expect("taken");
    let heard = stage.api.heard();
    let routes: Vec<&str> = heard.iter().map(|call| call.route.as_str()).collect();
    let expected = [
        "POST /interactions/600/interaction-secret/callback".to_owned(),
        format!("PATCH /webhooks/{APP}/interaction-secret/messages/@original"),
        format!("POST /webhooks/{APP}/interaction-secret"),
    ];
    assert_eq!(routes, expected);
    assert!(heard.iter().all(|call| call.token.is_none()));
    for (status, code) in [(404, 10_062), (400, 40_060), (401, 50_027), (401, 0)] {
        stage.api.refuses(routes[0], status, code);
        let late = stage.client.respond(&handle(), &json!({ "type": 5 })).await.expect_err("too late");
        assert_eq!((late.kind, late.reference), (Kind::Message, None), "{code}");
    }
    assert!(stage.line("bot").0, "the bot's token has no part in it");
}

#[tokio::test]
async fn before_retry_after_is_over_nothing_is_sent() {
    let stage = Stage::open().await;
    let headers = vec![("x-ratelimit-scope", "user"), ("retry-after", "21")];
    let body = json!({ "message": "You are being rate limited.", "retry_after": 20.25, "global": false });
    stage.api.replies(POST, Some((429, headers, body.to_string())));
    let first = refused(&stage).await;
    let asked = Some(TimeDelta::milliseconds(20_250));
    assert_eq!((first.code.as_ref(), first.after), ("ratelimited", asked));
    stage.clock.passes(TimeDelta::seconds(19));
    let early = refused(&stage).await;
    let rest = Some(TimeDelta::milliseconds(1_250));
    assert_eq!((early.code.as_ref(), early.after, early.unsure), ("not_yet", rest, false));
    stage.client.post("6", &hello(), "key").await.expect("another channel");
    assert_eq!(stage.api.routes().len(), 2, "the early one was not sent");
    stage.clock.passes(TimeDelta::milliseconds(1_250));
    stage.client.post("5", &hello(), "key").await.expect("its moment has come");
}

#[tokio::test]
async fn a_bucket_is_learned_from_good_answers() {
    let stage = Stage::open().await;
    let headers = vec![
        ("x-ratelimit-bucket", "abcd"),
        ("x-ratelimit-limit", "5"),
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-reset-after", "4.999"),
    ];
    stage.api.replies(POST, Some((200, headers, json!({ "id": "1", "channel_id": "5" }).to_string())));
    stage.client.post("5", &hello(), "key").await.expect("posted");
    assert_eq!(refused(&stage).await.after, Some(TimeDelta::milliseconds(4_999)));
    assert_eq!(stage.api.routes(), [POST]);
}

#[tokio::test]
async fn a_global_429_holds_all_but_interactions() {
    let stage = Stage::open().await;
    let headers = vec![("x-ratelimit-global", "true"), ("retry-after", "3")];
    let body = json!({ "retry_after": 2.5, "global": true }).to_string();
    stage.api.replies(POST, Some((429, headers, body)));
    refused(&stage).await;
    let other = stage.client.member("1", "8").await.expect_err("all are held");
    assert_eq!((other.code.as_ref(), other.after), ("not_yet", Some(TimeDelta::milliseconds(2_500))));
    stage.client.respond(&handle(), &json!({ "type": 5 })).await.expect("not held");
}

#[tokio::test]
async fn no_answer_leaves_it_open_and_so_does_one_that_makes_no_sense() {
    let stage = Stage::open().await;
    let long = format!("\"{}\"", "a".repeat(3 * 1024 * 1024));
    let replies = [
        (None, "timeout"),
        (Some((200, Vec::new(), "<h1>Hi</h1>".to_owned())), "not_understood"),
        (Some((200, Vec::new(), "{}".to_owned())), "not_understood"),
        (Some((200, Vec::new(), long)), "connection"),
        (Some((502, Vec::new(), "<h1>Bad</h1>".to_owned())), "http_502"),
    ];
    for (reply, code) in replies {
        stage.api.replies(POST, reply);
        let trouble = refused(&stage).await;
        assert_eq!((trouble.code.as_ref(), trouble.kind, trouble.unsure), (code, Kind::Passing, true));
        assert_eq!(trouble.reference, None);
    }
    stage.api.replies(POST, Some((503, Vec::new(), String::new())));
    assert!(!refused(&stage).await.unsure, "nothing was begun");
}

#[tokio::test]
async fn a_connection_that_ends_leaves_it_open_and_none_at_all_does_not() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let nowhere = Stage::of(Api::start().await, settings(&format!("http://{address}/api"))).await;
    let hangs_up = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a call");
        let mut some = [0; 16];
        stream.read_exact(&mut some).await.expect("the call begins");
    });
    let dropped = refused(&nowhere).await;
    assert_eq!((dropped.code.as_ref(), dropped.unsure), ("connection", true));
    hangs_up.await.expect("it ended");
    let nobody = refused(&nowhere).await;
    assert_eq!((nobody.code.as_ref(), nobody.unsure), ("connection", false));
}

#[tokio::test]
async fn after_a_401_nothing_is_sent_until_the_token_is_good_again() {
    let stage = Stage::open().await;
    stage.api.refuses(POST, 401, 0);
    let first = refused(&stage).await;
    assert!(first.kind == Kind::Token && first.reference.is_some(), "{first:?}");
    let (ready, says) = stage.line("bot");
    assert!(!ready && says.contains("http_401"), "{says}");
    let second = refused(&stage).await;
    assert_eq!((second.code.as_ref(), second.kind), ("not_sent", Kind::Token));
    assert_eq!(stage.api.routes(), [POST]);
    stage.client.respond(&handle(), &json!({ "type": 5 })).await.expect("it has a token of its own");
    stage.api.refuses("GET /applications/@me", 401, 0);
    assert!(stage.client.who_am_i().await.is_err());
    assert_eq!(refused(&stage).await.code, "not_sent");
    stage.client.who_am_i().await.expect("the token is good");
    stage.client.post("5", &hello(), "key").await.expect("posted");
    assert_eq!(stage.line("bot"), (true, "ok".to_owned()));
}

#[tokio::test]
async fn what_only_one_route_refuses_closes_no_other() {
    let stage = Stage::open().await;
    stage.api.refuses(&format!("GET /applications/{APP}/commands"), 403, 20_012);
    assert!(stage.client.commands(None).await.is_err());
    assert!(!stage.line("bot").0);
    stage.client.post("5", &hello(), "key").await.expect("posted");
    stage.client.who_am_i().await.expect("the token is good");
    assert!(!stage.line("bot").0, "the commands are still closed to it");
    stage.client.commands(None).await.expect("now they are not");
    assert!(stage.line("bot").0);
}

#[tokio::test]
async fn what_was_told_as_a_fault_brings_its_reference_and_what_passes_brings_none() {
    let stage = Stage::open().await;
    for (status, code, told) in
        [(400, 50_035, true), (400, 0, true), (400, 999_999, true), (403, 50_007, false), (500, 0, false)]
    {
        stage.api.refuses(POST, status, code);
        assert_eq!(refused(&stage).await.reference.is_some(), told, "{code}");
    }
    let strange = stage.client.post("../../users/@me", &hello(), "key").await.expect_err("no channel");
    assert_eq!(strange.code, "no_id");
}

/// Keeps all that is logged, in as many words as there are.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_token_is_ever_printed() {
    let log = Log::default();
    let writer = log.clone();
    let wide = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = subscriber::set_default(wide);
    let stage = Stage::open().await;
    let callback = "POST /interactions/600/interaction-secret/callback";
    let mut said = format!("{:?} {:?}", handle(), stage.settings);
    let body = json!({ "code": 50_035, "message": "a secret", "errors": { "x": TOKEN } }).to_string();
    for reply in [
        Some((401, Vec::new(), body.clone())),
        Some((400, Vec::new(), body)),
        Some((500, Vec::new(), TOKEN.to_owned())),
        Some((429, Vec::new(), TOKEN.to_owned())),
        None,
    ] {
        for route in [POST, callback] {
            stage.api.replies(route, reply.clone());
        }
        let post = stage.client.post("5", &hello(), "key").await.expect_err("refused");
        let respond = stage.client.respond(&handle(), &json!({ "type": 5 })).await.expect_err("refused");
        for trouble in [post, respond] {
            said += &format!("{trouble} {trouble:?} {:?}", trouble.failure(true));
        }
        stage.client.who_am_i().await.ok();
    }
    said += &String::from_utf8(log.0.lock().expect("the log").clone()).expect("text");
    assert!(said.contains("Discord refuses what Sublet sends"), "nothing was logged: {said}");
    for secret in ["secret", "bot-token", "interaction-secret"] {
        assert!(!said.contains(secret), "{secret}: {said}");
    }
}

#[tokio::test]
async fn commands_are_asked_for_and_replaced_where_they_belong() {
    let stage = Stage::open().await;
    stage.client.commands(None).await.expect("read");
    stage.client.commands(Some(FIRST)).await.expect("read");
    stage.client.set_commands(None, &json!([])).await.expect("written");
    stage.client.set_commands(Some(SECOND), &json!([])).await.expect("written");
    let expected = [
        format!("GET /applications/{APP}/commands"),
        format!("GET /applications/{APP}/guilds/{FIRST}/commands"),
        format!("PUT /applications/{APP}/commands"),
        format!("PUT /applications/{APP}/guilds/{SECOND}/commands"),
    ];
    assert_eq!(stage.api.routes(), expected);
}
