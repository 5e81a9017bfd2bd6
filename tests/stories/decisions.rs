//! One decision: once, by somebody who may, looked at when they press.

use insta::assert_snapshot;

use crate::world::World;

pub async fn late_pressers_learn_who_won(world: &mut World) {
    world.says("dana", "/env request web").await;
    world.settles().await;
    let approve = world.line_of("#approvers", "Approve");
    let reject = world.line_of("#approvers", "Reject");
    assert_snapshot!(world.says("ada", &approve).await, @"You approved web-1. The requester is being told.");
    assert_snapshot!(world.says("bob", &approve).await, @"It was approved already by @ada at Mon 23 Nov 2026 04:00 EST.");
    assert_snapshot!(world.says("bob", &reject).await, @"
    form: Reject a request or an extension, with a reason
    Reason*:
    [Reject]
    ");
    assert_snapshot!(world.fills("bob", &[("reason", "no room")]).await, @"It was approved already by @ada at Mon 23 Nov 2026 04:00 EST.");
    assert_snapshot!(world.says("bob", "/env reject web-1 no room").await, @"It was approved already by @ada at Mon 23 Nov 2026 04:00 EST.");
    assert_snapshot!(world.says("dana", "/env withdraw web-1").await, @"It was approved already by @ada at Mon 23 Nov 2026 10:00 CET.");
    world.settles().await;
    assert_eq!(world.outside.cluster.made().len(), 1);
}

pub async fn nobody_decides_their_own(world: &mut World) {
    world.says("ada", &format!("/key add {} name=mine", crate::world::places::DANAS_KEY)).await;
    assert_snapshot!(world.says("ada", "/env request web").await, @"Asked for web-1. Its card is in your direct messages and moves with it.");
    world.settles().await;
    assert_snapshot!(world.presses("ada", "#approvers", "Approve").await, @"
    Nobody decides what they asked for themselves.
    (Another approver has to.)
    ");
    assert_snapshot!(world.says("ada", "/env reject web-1 I changed my mind").await, @"
    Nobody decides what they asked for themselves.
    (Another approver has to.)
    ");
    assert_snapshot!(world.says("bob", "/env approve web-1").await, @"You approved web-1. The requester is being told.");
    world.settles().await;
    assert_snapshot!(world.says("bob", "/env why web-1").await, @"
    # The story of web-1
    - Mon 23 Nov 2026 04:00 EST: @ada asked for web for 3 days
    - Mon 23 Nov 2026 04:00 EST: it waits for an approver
    - Mon 23 Nov 2026 04:00 EST: @ada tried to approve it and was refused: Nobody decides what they asked for themselves.
    - Mon 23 Nov 2026 04:00 EST: @ada tried to reject it and was refused: Nobody decides what they asked for themselves.
    - Mon 23 Nov 2026 04:00 EST: @bob approved it
    - Mon 23 Nov 2026 04:00 EST: provisioning began
    - Mon 23 Nov 2026 04:00 EST: ready at env.example.org:22001; the lease ends Thu 26 Nov 2026 04:00 EST
    ");
}

pub async fn a_developer_decides_nothing(world: &mut World) {
    world.says("dana", "/env request web").await;
    world.settles().await;
    assert_snapshot!(world.presses("erin", "#approvers", "Approve").await, @"
    Only approvers may do that.
    (They were asked already; you will be told what they decide.)
    ");
    assert_snapshot!(world.says("dana", "/env approve web-1").await, @"
    Only approvers may do that.
    (They were asked already; you will be told what they decide.)
    ");
    assert_snapshot!(world.presses("dana", "#approvers", "Reject").await, @"
    form: Reject a request or an extension, with a reason
    Reason*:
    [Reject]
    ");
    assert_snapshot!(world.fills("dana", &[("reason", "because I can")]).await, @"
    Only approvers may do that.
    (They were asked already; you will be told what they decide.)
    ");
    assert_snapshot!(world.says("erin", "/env why web-1").await, @"
    There is no environment `web-1` that you could see.
        /env why web-1
                 ^^^^^
    (`/env list` shows yours.)
    ");
    assert_snapshot!(world.says("dana", "/env why web-1").await, @"
    # The story of web-1
    - Mon 23 Nov 2026 10:00 CET: @dana asked for web for 3 days
    - Mon 23 Nov 2026 10:00 CET: it waits for an approver
    - Mon 23 Nov 2026 10:00 CET: @erin tried to approve it and was refused: Only approvers may do that.
    - Mon 23 Nov 2026 10:00 CET: @dana tried to approve it and was refused: Only approvers may do that.
    - Mon 23 Nov 2026 10:00 CET: @dana tried to reject it and was refused: Only approvers may do that.
    - Mon 23 Nov 2026 10:00 CET: @erin tried to see it and was refused: There is no environment `web-1` that you could see.
    ");
}

pub async fn rights_count_at_the_press(world: &mut World) {
    world.says("dana", "/env request web").await;
    world.settles().await;
    world.deactivates("ada").await;
    assert_snapshot!(world.presses("ada", "#approvers", "Approve").await, @"
    Sublet does not know you, or you are no longer active.
    (Ask an admin to add you.)
    ");
    let demoted = sublet::domain::person::Person {
        roles: [sublet::domain::person::Role::Developer].into(),
        ..world.person("bob").await
    };
    world.knows(&demoted).await;
    assert_snapshot!(world.presses("bob", "#approvers", "Approve").await, @"
    Only approvers may do that.
    (They were asked already; you will be told what they decide.)
    ");
    assert_snapshot!(world.presses("root", "#approvers", "Approve").await, @"You approved web-1. The requester is being told.");
    world.settles().await;
}

pub async fn a_rejection_gives_its_reason(world: &mut World) {
    world.says("dana", "/env request web cpu=4").await;
    world.settles().await;
    world.sees("dana").await;
    assert_snapshot!(world.presses("ada", "#approvers", "Reject").await, @"
    form: Reject a request or an extension, with a reason
    Reason*:
    [Reject]
    ");
    assert_snapshot!(world.fills("ada", &[("reason", "")]).await, @"
    form: Reject a request or an extension, with a reason
    Reason*:
      ! `reason` is missing.
    [Reject]
    ");
    assert_snapshot!(world.fills("ada", &[("reason", "two processors are enough")]).await, @"You rejected web-1. The requester is being told.");
    world.settles().await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Rejected by @ada on the console at Mon 23 Nov 2026 10:00 CET: two processors are enough
    Template: web
    Size: cpu=4 memory=2Gi
    For: 3 days

    sublet:
    web-1 was rejected by @ada: two processors are enough
    ");
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet:
    # @dana asks for web-1
    Template: web
    Size: cpu=4 memory=2Gi
    For: 3 days
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Rejected by @ada on the console at Mon 23 Nov 2026 09:00 UTC: two processors are enough
    ");
}
