//! The main job: asked for, approved, made, used, warned about, extended once, and gone.

use chrono::TimeDelta;
use insta::assert_snapshot;

use crate::world::World;

pub async fn from_the_request_to_the_purge(world: &mut World) {
    let said = world.says("dana", "/env request web cpu=2 memory=4Gi for=3d the release demo").await;
    assert_snapshot!(said, @"Asked for web-1. Its card is in your direct messages and moves with it.");
    world.settles().await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet:
    # web-1
    Waiting for an approver.
    Template: web
    Size: cpu=2 memory=4Gi
    For: 3 days
    Reason: the release demo
    [Withdraw]
    ");
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet:
    # @dana asks for web-1
    Template: web
    Size: cpu=2 memory=4Gi
    For: 3 days
    Reason: the release demo
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Waiting for an approver.
    [Approve] [Reject] [Approve smaller] [Approve shorter] [Details]
    ");

    world.passes(TimeDelta::minutes(20)).await;
    assert_snapshot!(world.presses("ada", "#approvers", "Approve").await, @"You approved web-1. The requester is being told.");
    world.settles().await;
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet (rewritten):
    # @dana asks for web-1
    Template: web
    Size: cpu=2 memory=4Gi
    For: 3 days
    Reason: the release demo
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Ends: Thu 26 Nov 2026 09:21 UTC
    Approved by @ada on PLATFORM at Mon 23 Nov 2026 09:21 UTC. Active.
    ");
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on PLATFORM at Mon 23 Nov 2026 10:21 CET. Active.
    Template: web
    Size: cpu=2 memory=4Gi
    For: 3 days
    Reason: the release demo
    Ends: Thu 26 Nov 2026 10:21 CET
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    [Extend] [Release now]

    sublet:
    web-1 was approved by @ada and is being provisioned.

    sublet:
    web-1 is ready. You can log in:
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    ");
    assert_eq!(world.mail.letters().len(), 1);
    assert_snapshot!(world.says("dana", "/env list").await, @"- web-1: active, ends Thu 26 Nov 2026 10:21 CET");

    world.passes(TimeDelta::days(2)).await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on PLATFORM at Mon 23 Nov 2026 10:21 CET. Active, and ends soon.
    Template: web
    Size: cpu=2 memory=4Gi
    For: 3 days
    Reason: the release demo
    Ends: Thu 26 Nov 2026 10:21 CET
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    [Extend] [Release now]

    sublet:
    web-1 ends in about 1 day, at Thu 26 Nov 2026 10:21 CET. Everything in it will be deleted then.
    [Extend] [Release now]
    ");
    assert_snapshot!(world.presses("dana", "dana", "Extend").await, @"
    form: Ask for more time, once, with a reason
    How much longer*:
    Reason*:
    [Send request]
    ");
    let asked = world.fills("dana", &[("for", "2d"), ("reason", "the demo was moved")]).await;
    assert_snapshot!(asked, @"Asked for 2 days more for web-1. An approver decides; you will be told.");
    world.settles().await;
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet (rewritten):
    # @dana asks for web-1
    Template: web
    Size: cpu=2 memory=4Gi
    For: 3 days
    Reason: the release demo
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Ends: Thu 26 Nov 2026 09:21 UTC
    Approved by @ada on PLATFORM at Mon 23 Nov 2026 09:21 UTC. Active, and ends soon.

    sublet:
    # @dana asks for 2 days more for web-1
    Reason: the demo was moved
    Ends now: Thu 26 Nov 2026 09:21 UTC
    At the latest: Mon 30 Nov 2026 09:21 UTC
    Waiting for an approver.
    [Approve] [Reject] [Details]
    ");
    assert_snapshot!(world.presses("bob", "#approvers", "Approve").await, @"You approved web-1. The requester is being told.");
    world.settles().await;
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet (rewritten):
    # @dana asks for web-1
    Template: web
    Size: cpu=2 memory=4Gi
    For: 3 days
    Reason: the release demo
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Ends: Sat 28 Nov 2026 09:21 UTC
    Approved by @ada on PLATFORM at Mon 23 Nov 2026 09:21 UTC. Active.

    sublet (rewritten):
    # @dana asks for 2 days more for web-1
    Reason: the demo was moved
    Ends now: Sat 28 Nov 2026 09:21 UTC
    At the latest: Mon 30 Nov 2026 09:21 UTC
    Approved by @bob on PLATFORM at Wed 25 Nov 2026 09:22 UTC
    ");
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on PLATFORM at Mon 23 Nov 2026 10:21 CET. Active.
    Template: web
    Size: cpu=2 memory=4Gi
    For: 3 days
    Reason: the release demo
    Ends: Sat 28 Nov 2026 10:21 CET
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    (Extended by @bob on PLATFORM at Wed 25 Nov 2026 10:22 CET)
    [Release now]

    sublet (rewritten):
    web-1 ends in about 1 day, at Thu 26 Nov 2026 10:21 CET. Everything in it will be deleted then.
    (This has moved on since: `/env show web-1` tells how it stands.)
    [Release now]

    sublet:
    web-1 was extended by @bob and now ends at Sat 28 Nov 2026 10:21 CET.
    ");

    world.passes(TimeDelta::days(4)).await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on PLATFORM at Mon 23 Nov 2026 10:21 CET. Purged at Sat 28 Nov 2026 12:21 CET
    Template: web
    Size: cpu=2 memory=4Gi
    For: 3 days
    Reason: the release demo
    Ends: Sat 28 Nov 2026 10:21 CET

    sublet (rewritten):
    web-1 ends in about 1 day, at Thu 26 Nov 2026 10:21 CET. Everything in it will be deleted then.
    (This has moved on since: `/env show web-1` tells how it stands.)

    sublet:
    web-1 ends in about 1 day, at Sat 28 Nov 2026 10:21 CET. Everything in it will be deleted then.
    (This has moved on since: `/env show web-1` tells how it stands.)

    sublet:
    web-1 ends in about 2 hours, at Sat 28 Nov 2026 10:21 CET. This is the final warning: after that everything in it is deleted.
    (This has moved on since: `/env show web-1` tells how it stands.)

    sublet:
    web-1 and everything in it is gone.
    ");
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet (rewritten):
    # @dana asks for web-1
    Template: web
    Size: cpu=2 memory=4Gi
    For: 3 days
    Reason: the release demo
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Ends: Sat 28 Nov 2026 09:21 UTC
    Approved by @ada on PLATFORM at Mon 23 Nov 2026 09:21 UTC. Purged at Sat 28 Nov 2026 11:21 UTC
    ");
    assert_snapshot!(world.says("dana", "/env why web-1").await, @"
    # The story of web-1
    - Mon 23 Nov 2026 10:00 CET: @dana asked for web for 3 days: the release demo
    - Mon 23 Nov 2026 10:00 CET: it waits for an approver
    - Mon 23 Nov 2026 10:21 CET: @ada approved it
    - Mon 23 Nov 2026 10:21 CET: provisioning began
    - Mon 23 Nov 2026 10:21 CET: ready at env.example.org:22001; the lease ends Thu 26 Nov 2026 10:21 CET
    - Wed 25 Nov 2026 10:21 CET: a warning sent, as due 1 day before the end
    - Wed 25 Nov 2026 10:21 CET: a warning delivered by dm
    - Wed 25 Nov 2026 10:21 CET: @dana asked for 2 days more: the demo was moved
    - Wed 25 Nov 2026 10:22 CET: @bob approved the extension; it now ends Sat 28 Nov 2026 10:21 CET
    - Fri 27 Nov 2026 10:21 CET: a warning sent, as due 1 day before the end
    - Fri 27 Nov 2026 10:21 CET: a warning delivered by dm
    - Sat 28 Nov 2026 08:21 CET: final warning sent, as due 2 hours before the end
    - Sat 28 Nov 2026 08:21 CET: final warning delivered by dm
    - Sat 28 Nov 2026 10:21 CET: kept for the grace until Sat 28 Nov 2026 12:21 CET
    - Sat 28 Nov 2026 12:21 CET: deletion began, because the lease is over and its final warning was delivered
    - Sat 28 Nov 2026 12:21 CET: everything is gone
    ");
    assert_eq!(world.cluster.made().len(), 0);
}
