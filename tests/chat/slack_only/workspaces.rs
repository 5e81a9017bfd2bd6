//! Several workspaces from one installation: one person, two accounts; cards in each, and one decision.

use insta::assert_snapshot;

use crate::world::{
    World,
    slack::{OTHER, OTHER_APPROVERS},
};

pub async fn one_decision_in_two_workspaces(world: &mut World) {
    let slack = world.slack().slack.clone();
    let act = slack.command(OTHER, "UOTHERDANA", "C0OTHERAPP", "/env request web for=2d").await;
    let said = world.slack().shows(act, chrono_tz::UTC).await;
    assert_snapshot!(world.short(&said), @"Asked for web-1. Its card is in your direct messages and moves with it.");
    world.settles().await;
    let there = slack.finds("UOTHERADA", OTHER_APPROVERS, "Approve", 0).expect("a button there");
    assert_snapshot!(world.presses("bob", "#approvers", "Approve").await, @"You approved web-1. The requester is being told.");
    let act = slack.presses(OTHER, "UOTHERADA", &there).await;
    let said = world.slack().shows(act, chrono_tz::UTC).await;
    assert_snapshot!(world.short(&said), @"It was approved already by @bob at Mon 23 Nov 2026 09:00 UTC.");
    world.settles().await;
    assert_eq!(world.cluster.made().len(), 1);
    assert!(
        slack.finds("UOTHERADA", OTHER_APPROVERS, "Approve", 0).is_none(),
        "a dead button in the other workspace"
    );
    assert!(slack.finds("UBOB", crate::world::slack::APPROVERS, "Approve", 0).is_none());
    let here = slack.reads("DUOTHERDANA", chrono_tz::UTC);
    let here = here.into_iter().chain(slack.reads("DOTHERDANA", chrono_tz::UTC));
    assert!(here.count() > 0, "Dana is told where she has an account");
    world.says("dana", "/env release web-1").await;
}
