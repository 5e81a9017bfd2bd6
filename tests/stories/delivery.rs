//! Delivery to a platform that gathers, throttles, loses answers, or is closed to us for a while.

use chrono::TimeDelta;
use insta::assert_snapshot;
use sublet::ports::Failure;

use crate::world::{World, talk::room};

async fn active(world: &World) {
    world.says("dana", "/env request web for=4h").await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.settles().await;
    world.sees("dana").await;
    world.sees("#approvers").await;
}

fn posted(world: &World, begins: &str) -> Vec<String> {
    let messages = world.outside.chat.messages().into_iter();
    messages.map(|posted| posted.key).filter(|key| key.starts_with(begins)).collect()
}

pub async fn changes_in_a_moment_are_one_rewrite(world: &mut World) {
    world.outside.chat.gathers_for(TimeDelta::seconds(1));
    world.says("dana", "/env request web for=4h").await;
    world.settles().await;
    assert_eq!(posted(world, "card/").len(), 2, "a new card is not kept back");
    world.passes(TimeDelta::seconds(5)).await;
    let before = world.outside.chat.rewrites();
    world.presses("ada", "#approvers", "Approve").await;
    for _ in 0..5 {
        world.sleeps(TimeDelta::milliseconds(100));
        world.settles().await;
    }
    assert_eq!(world.outside.chat.rewrites(), before, "approved, provisioned, ready: within the second");
    world.sleeps(TimeDelta::milliseconds(500));
    world.settles().await;
    assert_eq!(world.outside.chat.rewrites(), before + 2, "each of the two cards once");
    world.passes(TimeDelta::seconds(5)).await;
    assert_eq!(world.outside.chat.rewrites(), before + 2, "what was rewritten already is not again");
    assert_snapshot!(world.sees("#approvers").await.lines().last().expect("a line"), @"Approved by @ada on the console at Mon 23 Nov 2026 09:00 UTC. Active.");
}

pub async fn a_wait_that_was_asked_for_is_no_failed_try(world: &mut World) {
    active(world).await;
    let busy = Failure::Later { why: "too many at once".to_owned(), after: Some(TimeDelta::seconds(60)) };
    world.outside.chat.fails(Some(room("dana")), busy, Some(8));
    world.passes(TimeDelta::hours(2)).await;
    world.passes(TimeDelta::minutes(9)).await;
    assert_eq!(posted(world, "tell/").iter().filter(|key| key.ends_with("expires_soon")).count(), 1);
    assert!(world.letters("dana").iter().all(|letter| !letter.contains("final warning")), "by no other way");
    assert!(world.says("dana", "/env why web-1").await.contains("final warning delivered by dm"));
}

/// DevOps repairs it after a day: everything that was to be said is said, and nothing was given up.
pub async fn what_is_closed_keeps_everything(world: &mut World) {
    world.outside.chat.fails(None, Failure::closed("the token was revoked"), None);
    world.outside.mail.fails(Failure::later("the mail server is away"));
    world.says("dana", "/env request web for=3d").await;
    world.passes(TimeDelta::hours(2)).await;
    let waiting = world.waiting().await;
    assert!(waiting >= 3, "the cards, and the first reminder: {waiting}");
    let name = world.says("dana", "/env list").await;
    assert!(name.contains("web-1"), "{name}");
    world.says("ada", "/env approve web-1").await;
    world.passes(TimeDelta::hours(20)).await;
    assert!(world.waiting().await >= 2, "what is ready is still to be told");
    assert!(posted(world, "").is_empty());
    world.outside.chat.heals();
    world.passes(TimeDelta::minutes(20)).await;
    assert_eq!(posted(world, "card/").len(), 1, "nobody is asked any more");
    let told = posted(world, "tell/");
    assert!(told.iter().any(|key| key.ends_with("/ready")), "{told:?}");
    assert_eq!(posted(world, "remind/").len(), 0, "it does not wait any more");
    world.outside.mail.heals();
    world.passes(TimeDelta::minutes(20)).await;
}

pub async fn a_lost_answer_repeats_a_notice_once(world: &mut World) {
    active(world).await;
    world.outside.chat.forgets_keys();
    world.outside.chat.loses_answers(room("dana"), 9);
    world.passes(TimeDelta::hours(2)).await;
    world.passes(TimeDelta::minutes(5)).await;
    let warnings = posted(world, "tell/");
    let warnings: Vec<_> = warnings.iter().filter(|key| key.ends_with("expires_soon")).collect();
    assert_eq!(warnings.len(), 2, "it repeats once: {warnings:?}");
    let letters = world.letters("dana");
    assert!(letters.iter().any(|letter| letter.contains("final warning")), "then by mail");
    world.outside.chat.loses_answers(room("dana"), 0);
}

/// A process that dies while it posts has posted, for all that anybody knows.
pub async fn a_lost_answer_and_a_restart_repeat_it_once(world: &mut World) {
    active(world).await;
    world.outside.chat.forgets_keys();
    world.outside.chat.loses_answers(room("dana"), 1);
    world.passes(TimeDelta::hours(2)).await;
    world.restarts().await;
    world.passes(TimeDelta::minutes(5)).await;
    let warnings = posted(world, "tell/");
    assert_eq!(warnings.iter().filter(|key| key.ends_with("expires_soon")).count(), 2);
    assert!(world.says("dana", "/env why web-1").await.contains("final warning delivered by dm"));
}

pub async fn a_card_without_a_channel_is_shown_later(world: &mut World) {
    world.outside.chat.fails(Some(room("#approvers")), Failure::never("there is no such channel"), None);
    world.says("dana", "/env request web for=4h").await;
    world.passes(TimeDelta::minutes(30)).await;
    assert_eq!(world.sees("#approvers").await, "");
    world.outside.chat.heals();
    world.passes(TimeDelta::minutes(11)).await;
    assert_snapshot!(world.sees("#approvers").await.lines().nth(1).expect("a card"), @"# @dana asks for web-1");
    world.says("dana", "/env withdraw web-1").await;
    world.passes(TimeDelta::minutes(1)).await;
}

pub async fn a_reminder_loses_its_buttons(world: &mut World) {
    world.says("dana", "/env request web for=4h").await;
    world.passes(TimeDelta::hours(1)).await;
    world.sees("#approvers").await;
    assert!(world.outside.chat.button(&room("#approvers"), "Approve").is_some());
    world.says("dana", "/env withdraw web-1").await;
    world.settles().await;
    assert!(world.outside.chat.button(&room("#approvers"), "Approve").is_none());
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet (rewritten):
    # @dana asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    For: 4 hours
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Withdrawn at Mon 23 Nov 2026 10:00 UTC

    sublet (rewritten):
    # @dana asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    For: 4 hours
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    [Details]
    (This has moved on since: `/env show web-1` tells how it stands.)
    ");
}

pub async fn a_warning_loses_its_buttons(world: &mut World) {
    active(world).await;
    world.passes(TimeDelta::hours(2)).await;
    world.sees("dana").await;
    world.says("dana", "/env release web-1").await;
    world.settles().await;
    world.passes(TimeDelta::minutes(1)).await;
    assert!(world.outside.chat.button(&room("dana"), "Release now").is_none());
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Purged at Mon 23 Nov 2026 12:00 CET
    Template: web
    Size: cpu=1 memory=2Gi
    For: 4 hours
    Ends: Mon 23 Nov 2026 14:00 CET

    sublet (rewritten):
    web-1 ends in about 2 hours, at Mon 23 Nov 2026 14:00 CET. This is the final warning: after that everything in it is deleted.
    (This has moved on since: `/env show web-1` tells how it stands.)

    sublet:
    web-1 and everything in it is gone.
    ");
}
