//! Messages into a workspace: to whom, into which channel, and what its failures mean.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use serde_json::json;

use super::{OTHER, TEAM, stage};
use crate::{
    chat::slack::Slack,
    domain::{
        ids::PersonId,
        person::{Membership, Origin, Person, Role},
    },
    ports::{
        Failure,
        chat::{Chat, Message, MessageRef, Posting, Room, Text, Tone, Workspace},
        store::Account,
    },
};

fn dana() -> PersonId {
    PersonId::parse("per_dana").expect("an id")
}

/// Dana has an account in the first workspace, and none in the other.
async fn knows_dana(slack: &Slack) {
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
    let account = Account {
        workspace: Workspace::slack(TEAM),
        id: "U0001".to_owned(),
        membership: Membership::Member,
        person: Some(dana()),
        linked_at: None,
        direct: None,
        checked_at: slack.world.clock.now(),
    };
    let mut tx = slack.world.store.begin().await.expect("begun");
    tx.save_person(&person).await.expect("saved");
    tx.save_account(&account).await.expect("saved");
    tx.commit().await.expect("committed");
}

async fn direct_of(slack: &Slack) -> Option<String> {
    let mut tx = slack.world.store.read().await.expect("begun");
    tx.account(&Workspace::slack(TEAM), "U0001").await.expect("found").expect("there").direct
}

fn asks(tone: Tone) -> Message {
    let summary = Text::default().person(&dana(), "dana").and(" asks");
    Message { summary: summary.clone(), tone, blocks: vec![crate::ports::chat::Block::Paragraph(summary)] }
}

fn chat(slack: &Slack, workspace: &str) -> std::sync::Arc<dyn Chat> {
    let mut chats = slack.chats().into_iter();
    chats.find(|chat| chat.workspace().id == workspace).expect("that workspace")
}

#[tokio::test]
async fn a_conversation_is_opened_once() {
    let (api, _, slack) = stage().await;
    knows_dana(&slack).await;
    let room = Room::Direct(dana());
    for key in ["1", "2"] {
        chat(&slack, TEAM).post(Posting::new(&room, key, &asks(Tone::Plain))).await.expect("posted");
    }
    let heard = api.heard();
    let methods: Vec<&str> = heard.iter().map(|call| call.method.as_str()).collect();
    assert_eq!(methods, ["conversations.open", "chat.postMessage", "chat.postMessage"]);
    assert_eq!((&heard[0].body["users"], &heard[1].body["channel"]), (&json!("U0001"), &json!("D0001")));
    assert_eq!(direct_of(&slack).await.as_deref(), Some("D0001"));
    assert!(heard[1].body["blocks"].to_string().contains("<@U0001>"), "{}", heard[1].body);
}

#[tokio::test]
async fn a_conversation_that_is_gone_is_opened_anew() {
    let (api, _, slack) = stage().await;
    knows_dana(&slack).await;
    let (chat, room) = (chat(&slack, TEAM), Room::Direct(dana()));
    api.refuses("chat.postMessage", "channel_not_found");
    let gone = chat.post(Posting::new(&room, "1", &asks(Tone::Plain))).await.expect_err("gone");
    assert!(matches!(gone, Failure::Later { .. }), "{gone:?}");
    assert_eq!(direct_of(&slack).await, None);
    chat.post(Posting::new(&room, "1", &asks(Tone::Plain))).await.expect("posted");
    assert_eq!(api.methods().iter().filter(|method| *method == "conversations.open").count(), 2);
}

#[tokio::test]
async fn who_is_not_there_is_told_another_way() {
    let (api, _, slack) = stage().await;
    knows_dana(&slack).await;
    for (room, workspace) in [(Room::Direct(dana()), OTHER), (Room::Approvers, OTHER)] {
        let failure = chat(&slack, workspace)
            .post(Posting::new(&room, "1", &asks(Tone::Plain)))
            .await
            .expect_err("nobody");
        assert!(matches!(failure, Failure::Never { .. }), "{failure:?}");
    }
    assert!(api.methods().is_empty(), "nothing is asked of Slack");
    api.refuses("conversations.open", "user_disabled");
    let left = chat(&slack, TEAM).post(Posting::new(&Room::Direct(dana()), "1", &asks(Tone::Plain))).await;
    assert!(matches!(left, Err(Failure::Never { .. })), "{left:?}");
}

#[tokio::test]
async fn the_group_is_mentioned_where_approvers_are_asked_and_nowhere_else() {
    let (api, _, slack) = stage().await;
    knows_dana(&slack).await;
    let chat = chat(&slack, TEAM);
    let mut mentioned = Vec::new();
    for (room, tone) in
        [(Room::Approvers, Tone::Asking), (Room::Approvers, Tone::Good), (Room::Direct(dana()), Tone::Asking)]
    {
        chat.post(Posting::new(&room, "1", &asks(tone))).await.expect("posted");
        let body = api.heard().pop().expect("a message").body.to_string();
        mentioned.push(body.contains("<!subteam^S0123ABCD>"));
    }
    assert_eq!(mentioned, [true, false, false]);
}

#[tokio::test]
async fn an_approvers_channel_that_takes_nothing_is_told_until_it_does() {
    let (api, _, slack) = stage().await;
    let chat = chat(&slack, TEAM);
    api.refuses("chat.postMessage", "not_in_channel");
    let closed =
        chat.post(Posting::new(&Room::Approvers, "1", &asks(Tone::Asking))).await.expect_err("closed");
    assert!(matches!(closed, Failure::Closed { .. }), "{closed:?}");
    let line = &slack.standing().lines()[0];
    assert!(line.ready && line.says.contains("not_in_channel"), "{line:?}");
    chat.post(Posting::new(&Room::Approvers, "1", &asks(Tone::Asking))).await.expect("posted");
    assert_eq!(slack.standing().lines()[0].says, "ok");
}

#[tokio::test]
async fn a_card_that_is_gone_or_elsewhere_is_to_be_posted_anew() {
    let (api, _, slack) = stage().await;
    let chat = chat(&slack, TEAM);
    let at = |channel: &str| MessageRef {
        workspace: Workspace::slack(TEAM),
        channel: channel.to_owned(),
        id: "17.1".to_owned(),
    };
    for (channel, code) in
        [("C0123ABCD", "message_not_found"), ("C0123ABCD", "edit_window_closed"), ("COLD", "not_in_channel")]
    {
        api.refuses("chat.update", code);
        let failure = chat.rewrite(&at(channel), &asks(Tone::Good)).await.expect_err("not rewritten");
        assert!(matches!(failure, Failure::Never { .. }), "{code}: {failure:?}");
    }
    api.refuses("chat.update", "is_archived");
    let archived = chat.rewrite(&at("C0123ABCD"), &asks(Tone::Good)).await;
    assert!(matches!(archived, Err(Failure::Closed { .. })), "{archived:?}");
    chat.rewrite(&at("C0123ABCD"), &asks(Tone::Good)).await.expect("rewritten");
}
