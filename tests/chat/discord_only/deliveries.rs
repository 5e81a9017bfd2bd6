//! Ways that are closed, a token that was renewed, a card that somebody deleted, and what is asked once more.

use chrono::TimeDelta;
use insta::assert_snapshot;

use crate::world::{
    World,
    discord::{APPROVERS, account},
};

pub async fn whoever_takes_no_direct_messages_is_written_to(world: &mut World) {
    world.discord().discord.with(|state| {
        state.directory.users.get_mut(&account("dana")).expect("Dana").closed = true;
    });
    world.says("dana", "/env request web for=2d").await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.settles().await;
    assert_eq!(world.sees("dana").await, "");
    let subjects: Vec<String> = world.mail.letters().iter().map(|letter| letter.subject.clone()).collect();
    assert_snapshot!(world.short(&subjects.join("\n")), @"
    [Sublet] web-1 was approved
    [Sublet] web-1 is ready
    [Sublet] web-1 is ready
    ");
    world.passes(TimeDelta::days(1)).await;
    let warned = world.mail.letters().iter().any(|letter| letter.subject.contains("ends"));
    assert!(warned, "the warning went by mail");
    world.says("dana", "/env release web-1").await;
}

pub async fn what_cannot_be_taken_back_is_asked_once_more(world: &mut World) {
    world.says("dana", "/env request web for=2d").await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.settles().await;
    let side = world.discord();
    let release =
        side.discord.finds(&account("dana"), &crate::world::discord::direct("dana"), "Release now", 0);
    let act = side.discord.presses(&account("dana"), &release.expect("the button")).await;
    let asked = side.shows(act, chrono_tz::UTC).await;
    assert_snapshot!(world.short(&asked), @"
    Release now? This cannot be taken back.
    [Release now]
    ");
    world.settles().await;
    assert_eq!(world.cluster.births_and_deaths().values().collect::<Vec<_>>(), [&(1, 0)], "only asked");
    assert_snapshot!(world.presses("dana", "dana", "Release now").await, @"You released web-1. Everything in it is being purged.");
}

/// The token is renewed while somebody waits: what must be told is told when ours is good again.
pub async fn a_renewed_token_keeps_all_effects(world: &mut World) {
    let discord = world.discord().discord.clone();
    world.says("dana", "/env request web for=2d").await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    discord.with(|state| state.revoked = true);
    world.passes(TimeDelta::minutes(10)).await;
    assert!(world.waits().await, "effects wait for the token");
    discord.with(|state| state.revoked = false);
    world.discord().looks_at_the_token().await;
    world.passes(TimeDelta::hours(1)).await;
    assert!(world.sees("dana").await.contains("Active."), "the card says what is the case");
    world.says("dana", "/env release web-1").await;
}

/// Somebody deletes the card of the approvers: nothing is stuck by it.
pub async fn a_deleted_card_holds_nothing_up(world: &mut World) {
    world.says("dana", "/env request web for=2d").await;
    world.settles().await;
    let approve = world.button("ada", "#approvers", "Approve").await;
    world.discord().discord.with(|state| {
        let card = state.messages.iter_mut().find(|message| message.channel == APPROVERS);
        card.expect("a card").deleted = true;
    });
    world.presses_that("ada", &approve).await;
    world.settles().await;
    assert!(world.sees("dana").await.contains("Active."), "the requester's card goes on");
    world.says("dana", "/env release web-1").await;
}
