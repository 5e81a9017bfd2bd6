//! Who may come in: members, not guests, programs, strangers, or people who left.

use chrono::TimeDelta;
use insta::assert_snapshot;

use crate::{
    slack::people::Kind,
    world::{World, slack::account},
};

pub async fn only_members_come_in(world: &mut World) {
    assert_snapshot!(world.says("gus", "/env list").await, @"
    Guests may not use Sublet here.
    (Ask an admin to add you.)
    ");
    assert_snapshot!(world.says("robot", "/env list").await, @"
    Sublet listens to people, not to programs.
    (Ask somebody of this workspace to do it.)
    ");
    assert_snapshot!(world.says("sam", "/env list").await, @"
    People of other organisations may not use Sublet here.
    (Ask somebody of this workspace to do it.)
    ");
    assert_snapshot!(world.says("lee", "/env list").await, @"
    This account was closed, or has left.
    (Ask an admin if that is wrong.)
    ");
    assert_snapshot!(world.says("mallory", "/env request web").await, @"
    Your address mallory@elsewhere.test is not of an allowed domain.
    (Allowed: `example.org`. Ask an admin if your address should be another.)
    ");
    let known = world.people().await;
    assert!(["gus", "robot", "sam", "lee"].iter().all(|handle| !known.contains(&(*handle).to_owned())));
}

pub async fn a_newcomer_becomes_a_developer(world: &mut World) {
    assert_snapshot!(world.says("zoe", "/env list").await, @"Nothing here. Ask for something: `/env request web`.");
    let zoe = world.person("zoe").await.expect("a newcomer");
    assert!(!zoe.may_decide());
    assert_eq!(zoe.email, "zoe@example.org");
}

pub async fn whoever_leaves_is_shut_out(world: &mut World) {
    world.says("dana", "/env request web for=2d").await;
    world.settles().await;
    let approve = world.button("ada", "#approvers", "Approve").await;
    world.slack().slack.with(|state| {
        state.directory.users.get_mut(&account("ada")).expect("Ada").kind = Kind::Deleted;
    });
    // Slack's word is believed for an hour, by default.
    world.passes(TimeDelta::hours(1)).await;
    assert_snapshot!(world.presses_that("ada", &approve).await, @"
    This account was closed, or has left.
    (Ask an admin if that is wrong.)
    ");
    assert_eq!(world.cluster.made().len(), 0);
    world.says("dana", "/env withdraw web-1").await;
}
