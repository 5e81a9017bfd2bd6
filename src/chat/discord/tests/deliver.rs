//! Messages into a guild: to whom, into which channel, and what their failures mean.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::{APPROVERS, FIRST, ROLE, SECOND, Stage};
use crate::{
    chat::{discord::render, names::Names},
    domain::{
        ids::PersonId,
        person::{Membership, Origin, Person, Role},
    },
    ports::{
        Failure,
        chat::{Block, Message, MessageRef, Posting, Room, Text, Tone, Workspace},
        store::Account,
    },
};

const OPEN: &str = "POST /users/@me/channels";
const DIRECT: &str = "POST /channels/400/messages";

pub fn dana() -> PersonId {
    PersonId::parse("per_dana").expect("an id")
}

/// Dana has an account in these guilds.
async fn knows_dana(stage: &Stage, guilds: &[&str]) {
    let person = Person {
        id: dana(),
        handle: "dana".to_owned(),
        name: "Dana".to_owned(),
        email: "dana@example.org".to_owned(),
        zone: Tz::UTC,
        roles: BTreeSet::from([Role::Developer]),
        teams: BTreeSet::new(),
        active: true,
        origin: Origin::Listed,
        standing: Default::default(),
    };
    let mut tx = stage.world.store.begin().await.expect("begun");
    tx.save_person(&person).await.expect("saved");
    for guild in guilds {
        let account = Account {
            workspace: Workspace::discord(*guild),
            id: "8".to_owned(),
            membership: Membership::Member,
            person: Some(dana()),
            linked_at: None,
            direct: None,
            checked_at: stage.world.clock.now(),
        };
        tx.save_account(&account).await.expect("saved");
    }
    tx.commit().await.expect("committed");
}

async fn direct_of(stage: &Stage) -> Option<String> {
    let mut tx = stage.world.store.read().await.expect("begun");
    tx.account(&Workspace::discord(FIRST), "8").await.expect("found").expect("there").direct
}

pub fn asks(tone: Tone) -> Message {
    let summary = Text::default().person(&dana(), "dana").and(" asks");
    Message { summary: summary.clone(), tone, blocks: vec![Block::Paragraph(summary)] }
}

/// What was sent, without what makes it be sent once.
fn content(mut body: Value) -> Value {
    let fields = body.as_object_mut().expect("an object");
    fields.remove("nonce");
    fields.remove("enforce_nonce");
    body
}

async fn post(stage: &Stage, guild: &str, room: Room) -> Result<MessageRef, Failure> {
    stage.chat(guild).post(Posting::new(&room, "1", &asks(Tone::Asking))).await
}

#[tokio::test]
async fn a_conversation_is_opened_once() {
    let stage = Stage::open().await;
    knows_dana(&stage, &[FIRST]).await;
    for _ in 0..2 {
        let at = post(&stage, FIRST, Room::Direct(dana())).await.expect("posted");
        assert_eq!((at.channel.as_str(), at.id.as_str()), ("400", "700"));
    }
    let heard = stage.api.heard();
    let routes: Vec<&str> = heard.iter().map(|call| call.route.as_str()).collect();
    assert_eq!(routes, [OPEN, DIRECT, DIRECT]);
    assert_eq!(heard[0].body, json!({ "recipient_id": "8" }));
    assert_eq!(direct_of(&stage).await.as_deref(), Some("400"));
}

#[tokio::test]
async fn a_conversation_that_is_gone_is_opened_anew() {
    let stage = Stage::open().await;
    knows_dana(&stage, &[FIRST]).await;
    stage.api.refuses(DIRECT, 404, 10_003);
    let gone = post(&stage, FIRST, Room::Direct(dana())).await.expect_err("gone");
    assert!(matches!(gone, Failure::Later { .. }), "{gone:?}");
    assert_eq!(direct_of(&stage).await, None);
    post(&stage, FIRST, Room::Direct(dana())).await.expect("posted");
    assert_eq!(stage.api.routes(), [OPEN, DIRECT, OPEN, DIRECT]);
}

#[tokio::test]
async fn the_first_guild_of_somebody_writes_to_them() {
    let stage = Stage::open().await;
    knows_dana(&stage, &[FIRST, SECOND]).await;
    let other = post(&stage, SECOND, Room::Direct(dana())).await.expect_err("another writes");
    assert_eq!(other, Failure::never("they are written to by another guild"));
    assert!(stage.api.routes().is_empty());
    post(&stage, FIRST, Room::Direct(dana())).await.expect("posted");
    let only = Stage::open().await;
    knows_dana(&only, &[SECOND]).await;
    post(&only, SECOND, Room::Direct(dana())).await.expect("the only one they are in");
}

#[tokio::test]
async fn who_cannot_be_reached_is_told_another_way() {
    let stage = Stage::open().await;
    knows_dana(&stage, &[FIRST]).await;
    for (room, guild) in [(Room::Direct(dana()), SECOND), (Room::Approvers, SECOND)] {
        let failure = post(&stage, guild, room).await.expect_err("nobody");
        assert!(matches!(failure, Failure::Never { .. }), "{failure:?}");
    }
    assert!(stage.api.routes().is_empty(), "nothing is asked of Discord");
    for (route, status, code) in [(OPEN, 403, 50_278), (DIRECT, 403, 50_007)] {
        stage.api.refuses(route, status, code);
        let closed = post(&stage, FIRST, Room::Direct(dana())).await;
        assert!(matches!(closed, Err(Failure::Never { .. })), "{closed:?}");
    }
    assert!(stage.standing.lines().iter().all(|line| line.says == "ok"), "that is no trouble of ours");
}

#[tokio::test]
async fn the_role_is_for_the_approvers_channel() {
    let stage = Stage::open().await;
    knows_dana(&stage, &[FIRST]).await;
    let names = Names::new([(dana(), "8".to_owned())]);
    for (room, mention) in [(Room::Approvers, Some(ROLE)), (Room::Direct(dana()), None)] {
        post(&stage, FIRST, room).await.expect("posted");
        let sent = content(stage.api.heard().pop().expect("a message").body);
        assert_eq!(sent, render::message(&asks(Tone::Asking), &names, mention));
    }
}

#[tokio::test]
async fn an_approvers_channel_that_takes_nothing_is_told_until_it_does() {
    let stage = Stage::open().await;
    for code in [50_001, 50_013] {
        stage.api.refuses(&format!("POST /channels/{APPROVERS}/messages"), 403, code);
        let closed = post(&stage, FIRST, Room::Approvers).await.expect_err("closed");
        assert!(matches!(closed, Failure::Closed { .. }), "{closed:?}");
        let (ready, says) = stage.line(FIRST);
        assert!(ready && says.contains(&code.to_string()), "{says}");
    }
    post(&stage, FIRST, Room::Approvers).await.expect("posted");
    assert_eq!(stage.line(FIRST), (true, "ok".to_owned()));
}

#[tokio::test]
async fn a_token_that_is_refused_keeps_what_is_to_be_done() {
    let stage = Stage::open().await;
    knows_dana(&stage, &[FIRST]).await;
    stage.api.refuses(OPEN, 401, 0);
    for room in [Room::Direct(dana()), Room::Approvers] {
        let closed = post(&stage, FIRST, room).await;
        assert!(matches!(closed, Err(Failure::Closed { .. })), "{closed:?}");
    }
    assert_eq!(stage.api.routes(), [OPEN]);
}

#[tokio::test]
async fn a_card_that_is_gone_or_elsewhere_is_to_be_posted_anew() {
    let stage = Stage::open().await;
    let chat = stage.chat(FIRST);
    let at = |channel: &str| MessageRef {
        workspace: Workspace::discord(FIRST),
        channel: channel.to_owned(),
        id: "7".to_owned(),
    };
    let edit = |channel: &str| format!("PATCH /channels/{channel}/messages/7");
    for (channel, status, code) in [(APPROVERS, 404, 10_008), (APPROVERS, 403, 50_005), ("5", 404, 10_003)] {
        stage.api.refuses(&edit(channel), status, code);
        let failure = chat.rewrite(&at(channel), &asks(Tone::Good)).await.expect_err("not rewritten");
        assert!(matches!(failure, Failure::Never { .. }), "{code}: {failure:?}");
    }
    stage.api.refuses(&edit(APPROVERS), 403, 50_001);
    let closed = chat.rewrite(&at(APPROVERS), &asks(Tone::Good)).await;
    assert!(matches!(closed, Err(Failure::Closed { .. })), "{closed:?}");
    chat.rewrite(&at(APPROVERS), &asks(Tone::Good)).await.expect("rewritten");
    assert_eq!(stage.line(FIRST).1, "ok");
}
