//! Who is let in, with which roles, and what is done when Discord does not answer.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::world::{
    ADA, APPROVERS, AWAY, DANA, HOME, NEW, Place, command, custom_ids, did, directly, filled, id_of, press,
};
use crate::{
    domain::person::Membership,
    ports::{chat::Workspace, store::Account},
};

fn lists(user: &str, id: &str, more: Value) -> Value {
    did(2, user, id, filled("env list", &[]), more)
}

fn member(user: &str, more: Value) -> Value {
    let mut member = json!({"user": {"id": user, "username": "x"}, "roles": [], "nick": null});
    let more = more.as_object().expect("an object").clone();
    member.as_object_mut().expect("an object").extend(more);
    json!({ "member": member })
}

fn is_let_in(told: &Value) -> bool {
    told["type"] == 4
        && !["Sublet", "Guests", "People of", "closed"].iter().any(|no| told.to_string().contains(no))
}

#[tokio::test]
async fn the_listed_and_the_linked_come_in_and_nothing_is_asked() {
    let place = Place::open().await;
    for (user, id) in [(DANA, "1"), (ADA, "2")] {
        let told = place.receive(lists(user, id, json!({}))).await;
        assert!(is_let_in(&told), "{told}");
    }
    let ada = place.account(HOME, ADA).await.expect("an account");
    assert_eq!((ada.person, ada.membership), (Some(id_of("ada")), Membership::Member));
    assert_eq!(place.api.count(), 0, "Discord said it with the interaction");
}

#[tokio::test]
async fn whoever_is_listed_no_more_and_has_no_code_is_shut_out() {
    let place = Place::open().await;
    let known = place.account(HOME, DANA).await.expect("an account");
    let mut tx = place.world.store.begin().await.expect("begun");
    for guild in [HOME, AWAY] {
        let workspace = Workspace::discord(guild);
        let listed = Account { workspace, linked_at: None, ..known.clone() };
        tx.save_account(&listed).await.expect("saved");
    }
    tx.commit().await.expect("committed");
    let told = place.receive(lists(DANA, "1", json!({}))).await.to_string();
    assert!(told.contains("does not know who you are"), "{told}");
    assert_eq!(place.account(HOME, DANA).await.and_then(|account| account.person), None);
}

#[tokio::test]
async fn whoever_is_known_in_one_guild_is_known_in_the_others() {
    let place = Place::open().await;
    let told = place.receive(lists(DANA, "1", json!({"guild_id": AWAY}))).await;
    assert!(is_let_in(&told), "{told}");
    assert_eq!(place.account(AWAY, DANA).await.and_then(|account| account.person), Some(id_of("dana")));
}

#[tokio::test]
async fn strangers_programs_and_guests_are_refused() {
    let place = Place::open().await;
    let bot = json!({"member": {"user": {"id": NEW, "username": "x", "bot": true}, "roles": []}});
    let system = json!({"member": {"user": {"id": NEW, "username": "x", "system": true}, "roles": []}});
    for (number, (user, more, expected)) in [
        (NEW, json!({}), "does not know who you are"),
        (NEW, bot, "not to programs"),
        (NEW, system, "not to programs"),
        (NEW, json!({"member": null}), "not to programs"),
        (NEW, member(NEW, json!({"pending": true})), "Guests may not"),
        (DANA, json!({"guild_id": "999"}), "other organisations"),
    ]
    .into_iter()
    .enumerate()
    {
        let told = place.receive(lists(user, &number.to_string(), more)).await;
        let text = told.to_string();
        assert!(text.contains(expected) && told["data"]["flags"] == 64, "{number}: {text}");
    }
    assert_eq!(place.account(HOME, NEW).await.and_then(|account| account.person), None);
    let guest = place.receive(lists(ADA, "9", member(ADA, json!({"pending": true})))).await;
    assert!(is_let_in(&guest), "who is listed may be a guest: {guest}");
}

#[tokio::test]
async fn a_code_makes_an_account_known_and_says_as_whom() {
    let place = Place::open().await;
    let told = place.receive(command(NEW, "env link", &[["code", "AAAA-BBBB-CC"]], "1")).await.to_string();
    assert!(told.contains("no good"), "{told}");
    place.code("ABCDEFGHJK", "dana").await;
    let told = place.receive(command(NEW, "env link", &[["code", "abcd-efgh-jk"]], "2")).await.to_string();
    assert!(told.contains("@dana"), "{told}");
    let told = place.receive(lists(NEW, "3", json!({}))).await;
    assert!(is_let_in(&told), "{told}");
    assert_eq!(place.account(HOME, NEW).await.and_then(|account| account.person), Some(id_of("dana")));
    let told = place.receive(command(ADA, "env link", &[["code", "abcd-efgh-jk"]], "4")).await.to_string();
    assert!(told.contains("known here already"), "{told}");
}

#[tokio::test]
async fn roles_are_those_that_discord_says_at_the_press() {
    let place = Place::open().await;
    let help = |id: &str, more: Value| did(2, DANA, id, filled("help", &[]), more);
    let plain = place.receive(help("2", json!({}))).await.to_string();
    let more = place.receive(help("3", member(DANA, json!({"roles": [APPROVERS, "71"]})))).await.to_string();
    assert!(!plain.contains("/env approve") && more.contains("/env approve"), "{plain}\n{more}");
    let again = place.receive(help("4", json!({}))).await.to_string();
    assert_eq!(again, plain, "a role that was taken away is gone with the next press");
    let who = |id: &str, more: Value| did(2, DANA, id, filled("admin people", &[["who", "me"]]), more);
    let told = place.receive(who("5", member(DANA, json!({"roles": [APPROVERS]})))).await.to_string();
    assert!(told.contains("approver") && told.contains("in shop"), "a role gives teams as well: {told}");
    let told = place.receive(who("6", json!({}))).await.to_string();
    assert!(!told.contains("in shop"), "{told}");
}

#[tokio::test]
async fn in_a_direct_conversation_discord_is_asked_at_every_press() {
    let place = Place::open().await;
    let home = format!("GET /guilds/{HOME}/members/{DANA}");
    place.api.answers(&home, 200, json!({"user": {"id": DANA, "username": "x"}, "roles": [APPROVERS]}));
    for id in ["1", "2"] {
        let told = place.receive(did(2, DANA, id, filled("help", &[]), directly(DANA))).await;
        assert!(told.to_string().contains("/env approve"), "{told}");
    }
    assert_eq!(place.api.calls(&home).len(), 2);
    place.api.refuses(&home, 10007);
    place.api.refuses(&format!("GET /guilds/{AWAY}/members/{DANA}"), 10007);
    let told = place.receive(lists(DANA, "3", directly(DANA))).await.to_string();
    assert!(told.contains("was closed"), "{told}");
    let account = place.account(HOME, DANA).await.expect("an account");
    assert_eq!((account.membership, account.person), (Membership::Left, None), "shut out");
}

#[tokio::test]
async fn whoever_left_one_guild_still_comes_by_the_other() {
    let place = Place::open().await;
    place.saves(AWAY, DANA, "dana").await;
    place.api.refuses(&format!("GET /guilds/{HOME}/members/{DANA}"), 10007);
    let away = format!("GET /guilds/{AWAY}/members/{DANA}");
    place.api.answers(&away, 200, json!({"user": {"id": DANA, "username": "x"}, "roles": []}));
    let told = place.receive(lists(DANA, "1", directly(DANA))).await;
    assert!(is_let_in(&told), "{told}");
    assert_eq!(place.account(HOME, DANA).await.and_then(|account| account.person), None);
}

#[tokio::test]
async fn somebody_of_no_guild_is_a_stranger() {
    let place = Place::open().await;
    for guild in [HOME, AWAY] {
        place.api.refuses(&format!("GET /guilds/{guild}/members/{NEW}"), 10007);
    }
    let told = place.receive(lists(NEW, "1", directly(NEW))).await.to_string();
    assert!(told.contains("other organisations"), "{told}");
}

#[tokio::test]
async fn when_discord_does_not_answer_the_known_are_believed_for_a_while_without_roles() {
    let place = Place::open().await;
    for (guild, user) in [(HOME, DANA), (AWAY, DANA), (HOME, NEW), (AWAY, NEW)] {
        place.api.answers(&format!("GET /guilds/{guild}/members/{user}"), 503, json!({}));
    }
    let told = place.receive(did(2, DANA, "1", filled("help", &[]), directly(DANA))).await.to_string();
    assert!(told.contains("/env list") && !told.contains("/env approve"), "{told}");
    let told = place.receive(lists(NEW, "2", directly(NEW))).await.to_string();
    assert!(told.contains("try again"), "{told}");
    place.clock.advance(TimeDelta::hours(2));
    let told = place.receive(lists(DANA, "3", directly(DANA))).await.to_string();
    assert!(told.contains("try again"), "{told}");
    assert!(place.account(HOME, DANA).await.and_then(|account| account.person).is_some(), "not shut out");
}

#[tokio::test]
async fn a_refusal_carries_nothing_to_press() {
    let place = Place::open().await;
    let told = place.receive(press(NEW, "0|/env list", "1")).await;
    assert!(told.to_string().contains("does not know who you are") && custom_ids(&told).is_empty(), "{told}");
}
