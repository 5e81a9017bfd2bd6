//! The client against a server that answers as it is told.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::json;
use slack_morphism::prelude::{SlackMessageContent, SlackResponseUrl};
use tokio::{io::AsyncReadExt, net::TcpListener};

use super::{Fed, OTHER, TEAM, stage};
use crate::chat::slack::{Slack, standing::Line, watch};

fn hello() -> SlackMessageContent {
    SlackMessageContent::new().with_text("hello".to_owned())
}

fn lines(slack: &Slack) -> Vec<(String, bool)> {
    slack.standing().lines().into_iter().map(|Line { name, ready, .. }| (name, ready)).collect()
}

#[tokio::test]
async fn each_workspace_is_called_with_its_own_token_and_links_stay_links() {
    let (api, _, slack) = stage().await;
    let posted = slack.client.post(OTHER, "C9", &hello(), "key").await;
    assert_eq!(posted, Ok(("C0123ABCD".to_owned(), "1700000000.000100".to_owned())), "what it echoes counts");
    slack.client.update(TEAM, "C9", "17.1", &hello()).await.expect("rewritten");
    let heard = api.heard();
    assert_eq!(heard[0].token, "Bearer xoxb-second");
    let (unfurl, media) = (&heard[0].body["unfurl_links"], &heard[0].body["unfurl_media"]);
    assert_eq!((unfurl, media), (&json!(false), &json!(false)));
    assert_eq!((&heard[1].token[..], &heard[1].body["ts"]), ("Bearer xoxb-first", &json!("17.1")));
}

#[tokio::test]
async fn before_retry_after_is_over_nothing_is_sent() {
    let (api, clock, slack) = stage().await;
    let headers = vec![("retry-after", "20"), ("content-type", "application/json")];
    let body = json!({ "ok": false, "error": "ratelimited" }).to_string();
    api.replies("chat.postMessage", Some((429, headers, body)));
    let first = slack.client.post(TEAM, "C9", &hello(), "key").await.expect_err("too many");
    assert_eq!((first.code.as_ref(), first.after), ("ratelimited", Some(TimeDelta::seconds(20))));
    clock.passes(TimeDelta::seconds(19));
    let early = slack.client.post(TEAM, "C8", &hello(), "key").await.expect_err("too early");
    assert_eq!((early.code.as_ref(), early.after), ("not_yet", Some(TimeDelta::seconds(1))));
    assert!(!early.unsure);
    assert!(slack.client.post(OTHER, "C9", &hello(), "key").await.is_ok(), "another workspace");
    assert_eq!(api.methods().len(), 2, "the early one was not sent");
    clock.passes(TimeDelta::seconds(1));
    assert!(slack.client.post(TEAM, "C8", &hello(), "key").await.is_ok());
}

#[tokio::test]
async fn no_answer_leaves_it_open_and_no_connection_does_not() {
    let (api, _, slack) = stage().await;
    api.replies("chat.postMessage", None);
    let silent = slack.client.post(TEAM, "C9", &hello(), "key").await.expect_err("no answer");
    assert_eq!((silent.code.as_ref(), silent.unsure), ("timeout", true));
    api.replies(
        "chat.postMessage",
        Some((200, vec![("content-type", "text/html")], "<h1>Hi</h1>".to_owned())),
    );
    let strange = slack.client.post(TEAM, "C9", &hello(), "key").await.expect_err("not Slack");
    assert_eq!((strange.code.as_ref(), strange.unsure), ("not_understood", true));
}

#[tokio::test]
async fn a_connection_that_ends_leaves_it_open_and_none_at_all_does_not() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let nowhere = super::slack(&format!("http://{address}/api"), Fed::new()).await;
    let hangs_up = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a call");
        let mut some = [0; 16];
        stream.read_exact(&mut some).await.expect("the call begins");
    });
    let dropped = nowhere.client.post(TEAM, "C9", &hello(), "key").await.expect_err("hung up");
    assert_eq!((dropped.code.as_ref(), dropped.unsure), ("connection", true));
    hangs_up.await.expect("it ended");
    let refused = nowhere.client.post(TEAM, "C9", &hello(), "key").await.expect_err("nobody there");
    assert_eq!((refused.code.as_ref(), refused.unsure), ("connection", false));
}

#[tokio::test]
async fn an_answer_at_a_response_url_is_private_and_may_be_met_with_silence() {
    let (api, _, slack) = stage().await;
    let url = |path: &str| {
        let url = format!("{}/{path}", api.url);
        SlackResponseUrl(url::Url::parse(&url).expect("an address"))
    };
    for (kind, body) in
        [("text/html", "ok"), ("application/json", ""), ("application/json", r#"{"ok":true}"#)]
    {
        api.replies("respond", Some((200, vec![("content-type", kind)], body.to_owned())));
        slack.client.respond(&url("respond"), &hello()).await.expect("taken");
    }
    let heard = api.heard();
    assert_eq!(heard[0].body["response_type"], "ephemeral");
    assert_eq!((&heard[0].body["replace_original"], &heard[0].token[..]), (&json!(false), ""));
    api.replies("respond", Some((404, vec![("content-type", "application/json")], "{}".to_owned())));
    let used = slack.client.respond(&url("respond"), &hello()).await.expect_err("used up");
    assert!(!format!("{used} {used:?}").contains("respond?"), "{used}");
}

#[tokio::test]
async fn a_token_that_was_revoked_closes_its_workspace_until_it_is_good_again() {
    let (api, _, slack) = stage().await;
    let (mut seen, all_good) = (BTreeSet::new(), [(TEAM.to_owned(), true), (OTHER.to_owned(), true)]);
    api.says("auth.test", &json!({ "ok": true, "team_id": TEAM }));
    api.says("auth.test", &json!({ "ok": true, "team_id": OTHER }));
    watch::look(&slack, &mut seen).await;
    assert_eq!(lines(&slack), all_good);
    assert_eq!(api.methods(), ["auth.test", "auth.test"]);
    watch::look(&slack, &mut seen).await;
    assert!(api.methods().is_empty(), "what is good is not asked about");
    api.refuses("chat.postMessage", "token_revoked");
    assert!(slack.client.post(TEAM, "C9", &hello(), "key").await.is_err());
    assert_eq!(lines(&slack), [(TEAM.to_owned(), false), (OTHER.to_owned(), true)]);
    assert!(slack.standing().lines()[0].says.contains("token_revoked"));
    api.refuses("auth.test", "token_revoked");
    watch::look(&slack, &mut seen).await;
    assert!(!lines(&slack)[0].1);
    watch::look(&slack, &mut seen).await;
    assert_eq!(lines(&slack), all_good);
}

#[tokio::test]
async fn what_was_told_as_a_fault_brings_its_reference_and_what_passes_brings_none() {
    let (api, _, slack) = stage().await;
    api.refuses("chat.postMessage", "invalid_blocks");
    let ours = slack.client.post(TEAM, "C9", &hello(), "key").await.expect_err("refused");
    assert!(ours.reference.is_some(), "{ours:?}");
    api.refuses("chat.postMessage", "internal_error");
    let passing = slack.client.post(TEAM, "C9", &hello(), "key").await.expect_err("refused");
    assert_eq!(passing.reference, None);
}

#[tokio::test]
async fn a_missing_scope_is_not_healed_by_a_good_token() {
    let (api, _, slack) = stage().await;
    api.refuses("conversations.open", "missing_scope");
    assert!(slack.client.open_direct(TEAM, "U1").await.is_err());
    slack.client.who_am_i(TEAM).await.expect("the token is good");
    assert!(!lines(&slack)[0].1, "it still lacks the scope");
    slack.client.open_direct(TEAM, "U1").await.expect("now it has it");
    assert!(lines(&slack)[0].1);
}

#[tokio::test]
async fn a_token_of_another_workspace_is_never_good() {
    let (api, _, slack) = stage().await;
    let mut seen = BTreeSet::new();
    for _ in 0..2 {
        api.says("auth.test", &json!({ "ok": true, "team_id": "T999" }));
        api.says("auth.test", &json!({ "ok": true, "team_id": OTHER }));
        watch::look(&slack, &mut seen).await;
        slack.client.post(TEAM, "C9", &hello(), "key").await.expect("Slack takes it");
        assert_eq!(lines(&slack), [(TEAM.to_owned(), false), (OTHER.to_owned(), true)]);
    }
}

#[tokio::test]
async fn slack_may_be_away_at_start() {
    let (api, _, slack) = stage().await;
    let mut seen = BTreeSet::new();
    api.replies("auth.test", Some((503, Vec::new(), String::new())));
    api.says("auth.test", &json!({ "ok": true, "team_id": OTHER }));
    watch::look(&slack, &mut seen).await;
    assert_eq!(seen.len(), 1);
    assert!(lines(&slack).iter().all(|(_, ready)| *ready), "nothing bad is known");
    api.heard();
    watch::look(&slack, &mut seen).await;
    assert_eq!(api.methods(), ["auth.test"], "the one that did not answer is asked again");
}

#[test]
fn sockets_count_when_there_are_any() {
    let standing = crate::chat::slack::standing::Standing::of([TEAM]);
    assert_eq!(standing.lines().len(), 1);
    standing.sockets(0);
    assert_eq!(standing.lines()[1], Line { name: "sockets".into(), ready: false, says: "0 open".into() });
    standing.sockets(2);
    assert!(standing.lines()[1].ready);
}
