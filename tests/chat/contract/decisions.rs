//! One decision: by somebody who may, who is not the requester, once, and about what was seen.

use insta::assert_snapshot;

use crate::world::World;

async fn waits(world: &World, who: &str) {
    world.says(who, "/env request web for=2d").await;
    world.settles().await;
    world.sees("#approvers").await;
    world.sees(who).await;
}

pub async fn rejected_with_a_reason_by_form(world: &mut World) {
    waits(world, "dana").await;
    assert_snapshot!(world.presses("ada", "#approvers", "Reject").await, @"
    form: Reject a request or an extension, with a reason
    Reason*:
    [Reject]
    ");
    assert_snapshot!(world.fills("ada", &[("reason", "the cluster is full until Friday")]).await, @"You rejected web-1. The requester is being told.");
    world.settles().await;
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet (rewritten):
    # @dana asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    For: 2 days
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Rejected by @ada on PLATFORM at Mon 23 Nov 2026 09:00 UTC: the cluster is full until Friday
    ");
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Rejected by @ada on PLATFORM at Mon 23 Nov 2026 10:00 CET: the cluster is full until Friday
    Template: web
    Size: cpu=1 memory=2Gi
    For: 2 days

    sublet:
    web-1 was rejected by @ada: the cluster is full until Friday
    ");
}

pub async fn late_presses_learn_who_won(world: &mut World) {
    waits(world, "dana").await;
    let (approve, reject) = (
        world.button("bob", "#approvers", "Approve").await,
        world.button("bob", "#approvers", "Reject").await,
    );
    assert_snapshot!(world.presses("ada", "#approvers", "Approve").await, @"You approved web-1. The requester is being told.");
    assert_snapshot!(world.presses_that("bob", &approve).await, @"It was approved already by @ada at Mon 23 Nov 2026 04:00 EST.");
    world.settles().await;
    assert_snapshot!(world.presses_that("bob", &reject).await, @"
    form: Reject a request or an extension, with a reason
    Reason*:
    [Reject]
    ");
    assert_snapshot!(world.fills("bob", &[("reason", "too late")]).await, @"It was approved already by @ada at Mon 23 Nov 2026 04:00 EST.");
    assert_eq!(world.cluster.made().len(), 1);
}

pub async fn a_press_on_an_old_card(world: &mut World) {
    waits(world, "dana").await;
    let approve = world.button("ada", "#approvers", "Approve").await;
    let withdraw = world.button("dana", "dana", "Withdraw").await;
    world.passes(chrono::TimeDelta::hours(2)).await;
    assert_snapshot!(world.presses_that("dana", &withdraw).await, @"You withdrew web-1.");
    world.settles().await;
    assert_snapshot!(world.presses_that("ada", &approve).await, @"It was withdrawn already by @dana at Mon 23 Nov 2026 11:01 GMT.");
    assert_snapshot!(world.presses_that("dana", &withdraw).await, @"It was withdrawn already by @dana at Mon 23 Nov 2026 12:01 CET.");
    assert_eq!(world.cluster.births_and_deaths().len(), 0);
}

pub async fn nobody_decides_their_own(world: &mut World) {
    world.says("ada", &format!("/key add {}", crate::world::places::DANAS_KEY)).await;
    waits(world, "ada").await;
    assert_snapshot!(world.presses("ada", "#approvers", "Approve").await, @"
    Nobody decides what they asked for themselves.
    (Another approver has to.)
    ");
    let withdraw = world.button("ada", "ada", "Withdraw").await;
    assert_snapshot!(world.presses_that("ada", &withdraw).await, @"You withdrew web-1.");
}

pub async fn the_same_delivery_twice(world: &mut World) {
    world.says("dana", "/env request web for=2d").await;
    world.delivers_again().await;
    world.settles().await;
    assert_snapshot!(world.says("dana", "/env list").await, @"- web-1: pending, cpu=1 memory=2Gi");
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet:
    # @dana asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    For: 2 days
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Waiting for an approver.
    [Approve] [Reject] [Approve smaller] [Approve shorter] [Details]
    ");
    world.presses("ada", "#approvers", "Approve").await;
    world.delivers_again().await;
    world.settles().await;
    assert_eq!(world.cluster.births_and_deaths().len(), 1);
    assert_snapshot!(world.says("dana", "/env why web-1").await, @"
    # The story of web-1
    - Mon 23 Nov 2026 10:00 CET: @dana asked for web for 2 days
    - Mon 23 Nov 2026 10:00 CET: it waits for an approver
    - Mon 23 Nov 2026 10:00 CET: @ada approved it
    - Mon 23 Nov 2026 10:00 CET: provisioning began
    - Mon 23 Nov 2026 10:00 CET: ready at env.example.org:22001; the lease ends Wed 25 Nov 2026 10:00 CET
    ");
}
