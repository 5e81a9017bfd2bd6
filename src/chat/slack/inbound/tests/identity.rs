//! Who is let in, how long Slack is believed, and what is done when it does not answer.

use chrono::TimeDelta;
use serde_json::json;

use super::world::{Place, says};
use crate::{chat::slack::inbound::reply::Reply, domain::person::Membership};

#[tokio::test]
async fn whoever_was_admitted_is_believed_for_a_while() {
    let place = Place::open().await;
    let reply = place.receive(place.command("U1", "/env list", "t1")).await;
    assert!(says(&reply).contains("ephemeral"), "{reply:?}");
    assert!(place.api.calls("users.info").is_empty(), "the database knew");
    place.clock.advance(TimeDelta::hours(2));
    place.api.knows(json!({"id": "U1", "team_id": "T1", "profile": {"email": "dana@example.org"}}));
    place.receive(place.command("U1", "/env list", "t2")).await;
    place.receive(place.command("U1", "/env list", "t3")).await;
    assert_eq!(place.api.calls("users.info").len(), 1, "asked once, and believed again");
}

#[tokio::test]
async fn a_new_member_is_let_in_and_somebody_known_by_address_stays_who_they_are() {
    let place = Place::open().await;
    place.api.knows(json!({
        "id": "U8", "team_id": "T1", "name": "lee", "tz": "Europe/Rome", "profile": {"email": "lee@example.org"},
    }));
    let reply = place.receive(place.command("U8", "/env list", "t1")).await;
    assert!(!says(&reply).contains("may not"), "{reply:?}");
    assert_eq!(place.account("U8").await.expect("an account").membership, Membership::Member);
    place.api.knows(json!({"id": "U9", "team_id": "T1", "profile": {"email": "Ada@Example.org"}}));
    place.receive(place.command("U9", "/env list", "t2")).await;
    let ada = place.account("U9").await.expect("an account").person.expect("a person");
    assert_eq!(ada.as_str(), "per_ada");
}

#[tokio::test]
async fn guests_programs_strangers_and_people_who_left_are_refused() {
    let place = Place::open().await;
    for (user, expected) in [
        (json!({"id": "U2", "team_id": "T1", "is_restricted": true}), "Guests may not"),
        (json!({"id": "U3", "team_id": "T1", "is_bot": true}), "not to programs"),
        (json!({"id": "U4", "team_id": "T7"}), "other organisations"),
        (json!({"id": "U5", "team_id": "T1", "deleted": true}), "was closed"),
    ] {
        place.api.knows(user.clone());
        let id = user["id"].as_str().expect("an id");
        let reply = says(&place.receive(place.command(id, "/env list", id)).await);
        assert!(reply.contains(expected) && reply.contains("ephemeral"), "{reply}");
        assert!(place.account(id).await.expect("an account").person.is_none());
    }
    place.api.answers("users.info", json!({"ok": false, "error": "user_not_visible"}));
    let reply = says(&place.receive(place.command("U6", "/env list", "t6")).await);
    assert!(reply.contains("other organisations"), "{reply}");
}

#[tokio::test]
async fn a_workspace_that_is_not_served_is_of_strangers() {
    let place = Place::open().await;
    let press = json!({"team": {"id": "T7"}, "user": {"id": "U1", "team_id": "T7"}});
    assert_eq!(place.receive(place.press("/env list", "t1", press)).await, Reply::Empty);
    let said = place.api.until("respond/1", 1).await;
    assert!(said[0].to_string().contains("other organisations"), "{said:?}");
    assert!(place.api.calls("users.info").is_empty());
}

#[tokio::test]
async fn when_slack_does_not_answer_the_known_are_believed_and_others_try_again() {
    let place = Place::open().await;
    place.clock.advance(TimeDelta::hours(2));
    place.api.answers("users.info", json!(503));
    let reply = says(&place.receive(place.command("U1", "/env list", "t1")).await);
    assert!(!reply.contains("try again"), "{reply}");
    let reply = says(&place.receive(place.command("U2", "/env list", "t2")).await);
    assert!(reply.contains("try again"), "{reply}");
    assert!(place.account("U2").await.is_none(), "nothing is known of them yet");
}

#[tokio::test]
async fn whoever_leaves_is_locked_out_at_once() {
    let place = Place::open().await;
    let now = json!({"id": "U1", "team_id": "T1", "profile": {"status_text": "away"}});
    place.receive(place.event("Ev0", json!({"type": "user_change", "user": now}))).await;
    assert!(place.api.calls("users.info").is_empty(), "still a member: nothing to ask");
    let left = json!({"id": "U1", "team_id": "T1", "deleted": true});
    place.api.knows(left.clone());
    let reply = place.receive(place.event("Ev1", json!({"type": "user_change", "user": left}))).await;
    assert_eq!(reply, Reply::Empty);
    let account = place.account("U1").await.expect("an account");
    assert_eq!((account.membership, account.person), (Membership::Left, None));
    let reply = says(&place.receive(place.command("U1", "/env list", "t1")).await);
    assert!(reply.contains("was closed"), "{reply}");
    assert_eq!(place.api.calls("users.info").len(), 1);
}

#[tokio::test]
async fn an_event_alone_can_lock_out_but_not_let_in() {
    let place = Place::open().await;
    place.api.answers("users.info", json!(503));
    for (number, deleted) in [(1, true), (2, false)] {
        let user = json!({"id": "U1", "team_id": "T1", "deleted": deleted});
        let event = place.event(&format!("Ev{number}"), json!({"type": "user_change", "user": user}));
        place.receive(event).await;
        assert!(place.account("U1").await.expect("an account").person.is_none());
    }
    let reply = says(&place.receive(place.command("U1", "/env list", "t1")).await);
    assert!(reply.contains("try again"), "Slack has to say so itself: {reply}");
}

#[tokio::test]
async fn mentions_are_people_here() {
    let place = Place::open().await;
    let reply = says(&place.receive(place.command("U1", "/env show <@U1|whoever>", "t1")).await);
    assert!(reply.contains("@dana"), "{reply}");
    place.api.knows(json!({"id": "U9", "team_id": "T1", "profile": {"email": "ada@example.org"}}));
    let reply = says(&place.receive(place.command("U1", "/env show <@U9>", "t2")).await);
    assert!(reply.contains("@ada"), "{reply}");
    assert!(place.account("U9").await.is_none(), "to be mentioned is not to come");
}

#[tokio::test]
async fn whoever_was_known_by_an_address_is_so_no_more_when_it_is_gone() {
    let place = Place::open().await;
    place.clock.advance(TimeDelta::hours(2));
    place.api.knows(json!({"id": "U1", "team_id": "T1", "name": "dana"}));
    let reply = says(&place.receive(place.command("U1", "/env list", "t1")).await);
    assert!(reply.contains("no e-mail address"), "{reply}");
    assert_eq!(place.account("U1").await.and_then(|account| account.person), None);
}

#[tokio::test]
async fn whoever_is_refused_can_say_with_a_code_who_they_are() {
    let place = Place::open().await;
    place.api.knows(json!({"id": "U5", "team_id": "T1", "name": "ada2"}));
    let reply = says(&place.receive(place.command("U5", "/env list", "t1")).await);
    assert!(reply.contains("no e-mail address"), "{reply}");
    let reply = says(&place.receive(place.command("U5", "/env link AAAA-BBBB-CC", "t2")).await);
    assert!(reply.contains("no good"), "{reply}");
    place.code("ABCDEFGHJK", "ada").await;
    let reply = says(&place.receive(place.command("U5", "/env link abcd-efgh-jk", "t3")).await);
    assert!(reply.contains("@ada") && reply.contains("ephemeral"), "{reply}");
    place.clock.advance(TimeDelta::hours(2));
    // An address that is nobody's changes nothing about it.
    place.api.knows(json!({"id": "U5", "team_id": "T1", "profile": {"email": "private@example.org"}}));
    place.receive(place.command("U5", "/env list", "t4")).await;
    let account = place.account("U5").await.expect("an account");
    assert_eq!(account.person.as_ref().map(|id| id.as_str()), Some("per_ada"));
    place.api.knows(json!({"id": "U6", "team_id": "T1", "is_bot": true}));
    place.code("ABCDEFGHJK", "ada").await;
    let reply = says(&place.receive(place.command("U6", "/env link ABCD-EFGH-JK", "t5")).await);
    assert!(reply.contains("not to programs"), "{reply}");
}
