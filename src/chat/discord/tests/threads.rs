//! What is told about a request stands below its card, as long as there can be threads.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use uuid::Uuid;

use super::{APPROVERS, FIRST, SECOND, Stage, deliver::asks, settings};
use crate::{
    chat::discord::tests::{Api, deliver::dana},
    domain::{
        ids::{EnvName, RequestId},
        key::PublicKey,
        request::{Findings, Request, RequestState},
    },
    ports::{
        Failure,
        chat::{MessageRef, Posting, Room, Tone, Workspace},
        store::{Audience, Card},
    },
};

const CARD: &str = "777";
const IN_THREAD: &str = "POST /channels/777/messages";

fn in_channel() -> String {
    format!("POST /channels/{APPROVERS}/messages")
}

fn start() -> String {
    format!("POST /channels/{APPROVERS}/messages/{CARD}/threads")
}

fn request() -> Request {
    Request {
        id: RequestId::new(Uuid::from_u128(7)),
        name: EnvName::parse("web-00007").expect("a name"),
        requester: dana(),
        template: "web".to_owned(),
        template_version: 1,
        parameters: BTreeMap::new(),
        span: TimeDelta::days(3).into(),
        until: None,
        reason: None,
        key: PublicKey { line: "ssh-ed25519 AAAA dana".to_owned(), fingerprint: "SHA256:0".to_owned() },
        team: None,
        amounts: Default::default(),
        ballot: Default::default(),
        created_at: crate::domain::Instant::UNIX_EPOCH,
        state: RequestState::Analysing,
        findings: Findings::default(),
        version: 0,
    }
}

/// The request is there, and its card stands in a channel.
async fn has_card(stage: &Stage, channel: &str) {
    let at =
        MessageRef { workspace: Workspace::discord(FIRST), channel: channel.to_owned(), id: CARD.to_owned() };
    let subject = request().id.as_str().to_owned();
    let card = Card { subject, audience: Audience::Approvers, at, digest: String::new() };
    let mut tx = stage.world.store.begin().await.expect("begun");
    tx.insert_request(&mut request()).await.expect("saved");
    tx.save_card(&card, stage.world.clock.now()).await.expect("saved");
    tx.commit().await.expect("committed");
}

async fn remind(stage: &Stage, key: &str) -> Result<MessageRef, Failure> {
    let (id, message) = (request().id, asks(Tone::Asking));
    stage.chat(FIRST).post(Posting::new(&Room::Approvers, key, &message).about(&id)).await
}

#[tokio::test]
async fn the_first_message_that_belongs_there_starts_the_thread() {
    let stage = Stage::open().await;
    has_card(&stage, APPROVERS).await;
    stage.api.refuses(IN_THREAD, 404, 10_003);
    let at = remind(&stage, "reminder/1").await.expect("posted");
    assert_eq!(at.channel, CARD);
    let heard = stage.api.heard();
    let routes: Vec<&str> = heard.iter().map(|call| call.route.as_str()).collect();
    assert_eq!(routes, [IN_THREAD, &start(), IN_THREAD]);
    assert_eq!(heard[1].body["name"], "web-00007");
    remind(&stage, "reminder/2").await.expect("posted");
    assert_eq!(stage.api.routes(), [IN_THREAD], "from then on it is there");
}

#[tokio::test]
async fn a_card_stands_in_the_channel_and_one_about_more_time_below_it() {
    let stage = Stage::open().await;
    let id = request().id;
    let card = format!("card/{}/approvers", id.as_str());
    remind(&stage, &card).await.expect("posted");
    assert_eq!(stage.api.routes(), [in_channel()], "there is no card yet");
    has_card(&stage, APPROVERS).await;
    remind(&stage, &format!("{card}/after/{CARD}")).await.expect("posted");
    assert_eq!(stage.api.routes(), [in_channel()], "somebody deleted it");
    remind(&stage, "card/ext_7/approvers").await.expect("posted");
    assert_eq!(stage.api.routes(), [IN_THREAD]);
}

#[tokio::test]
async fn without_a_card_here_or_threads_all_is_said_in_the_channel() {
    let stage = Stage::open().await;
    remind(&stage, "reminder/1").await.expect("posted");
    has_card(&stage, "5").await;
    remind(&stage, "reminder/1").await.expect("posted");
    assert_eq!(stage.api.routes(), [in_channel(), in_channel()], "the card is in another channel");
    let api = Api::start().await;
    let mut without = settings(&api.url);
    without.guilds[0].threads = false;
    without.guilds.retain(|guild| guild.id != SECOND);
    let without = Stage::of(api, without).await;
    has_card(&without, APPROVERS).await;
    remind(&without, "reminder/1").await.expect("posted");
    assert_eq!(without.api.routes(), [in_channel()]);
}

#[tokio::test]
async fn where_there_can_be_no_thread_the_channel_takes_it() {
    let stage = Stage::open().await;
    has_card(&stage, APPROVERS).await;
    for (status, code) in [(403, 50_001), (403, 50_013), (400, 160_005), (400, 30_033), (400, 160_002)] {
        stage.api.refuses(IN_THREAD, status, code);
        let at = remind(&stage, "reminder/1").await.expect("posted");
        assert_eq!(at.channel, APPROVERS, "{code}");
        assert_eq!(stage.api.routes(), [IN_THREAD, &in_channel()]);
    }
    for (status, code) in [(403, 50_013), (404, 10_008), (400, 160_006)] {
        stage.api.refuses(IN_THREAD, 404, 10_003);
        stage.api.refuses(&start(), status, code);
        let at = remind(&stage, "reminder/1").await.expect("posted");
        assert_eq!(at.channel, APPROVERS, "{code}");
        assert_eq!(stage.api.routes(), [IN_THREAD, &start(), &in_channel()]);
    }
    assert_eq!(stage.line(FIRST).1, "ok", "the channel is open");
}

#[tokio::test]
async fn what_the_channel_would_meet_as_well_is_not_tried_there() {
    let stage = Stage::open().await;
    has_card(&stage, APPROVERS).await;
    for (status, code) in [(503, 0), (500, 0), (401, 0)] {
        stage.api.refuses(IN_THREAD, status, code);
        let failure = remind(&stage, "reminder/1").await.expect_err("not posted");
        assert!(!matches!(failure, Failure::Never { .. }), "{failure:?}");
        assert_eq!(stage.api.routes(), [IN_THREAD], "{status}");
    }
}

#[tokio::test]
async fn a_message_in_an_archived_thread_is_rewritten_after_it_was_opened() {
    let stage = Stage::open().await;
    let at =
        MessageRef { workspace: Workspace::discord(FIRST), channel: CARD.to_owned(), id: "9".to_owned() };
    let (edit, open) = (format!("PATCH /channels/{CARD}/messages/9"), format!("PATCH /channels/{CARD}"));
    stage.api.refuses(&edit, 400, 50_083);
    stage.chat(FIRST).rewrite(&at, &asks(Tone::Good)).await.expect("rewritten");
    let heard = stage.api.heard();
    let routes: Vec<&str> = heard.iter().map(|call| call.route.as_str()).collect();
    assert_eq!(routes, [&edit, &open, &edit]);
    assert_eq!(heard[1].body, serde_json::json!({ "archived": false }));
}
