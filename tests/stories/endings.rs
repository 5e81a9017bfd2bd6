//! The end of a lease: grace, purge, gone; and what is told of it afterwards.

use chrono::TimeDelta;
use insta::assert_snapshot;
use sublet::ports::Failure;

use crate::world::World;

async fn active(world: &World, line: &str) {
    world.says("dana", line).await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.settles().await;
    world.sees("dana").await;
    world.sees("#approvers").await;
}

pub async fn grace_begins_with_the_receipt(world: &mut World) {
    active(world, "/env request web for=1h").await;
    world.passes(TimeDelta::hours(1)).await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. The lease is over. It will be deleted at Mon 23 Nov 2026 14:30 CET
    Template: web
    Size: cpu=1 memory=2Gi
    For: 1 hour
    Ends: Mon 23 Nov 2026 11:00 CET
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    [Extend] [Release now]

    sublet:
    web-1 ends in about 30 minutes, at Mon 23 Nov 2026 11:00 CET. This is the final warning: after that everything in it is deleted.
    [Extend] [Release now]
    ");
    assert_snapshot!(world.says("dana", "/env show web-1").await, @"
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. The lease is over. It will be deleted at Mon 23 Nov 2026 14:30 CET
    Template: web
    Size: cpu=1 memory=2Gi
    For: 1 hour
    Ends: Mon 23 Nov 2026 11:00 CET
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    [Extend] [Release now]
    Made of: web, version 1
    Latest end with an extension: Mon 30 Nov 2026 10:00 CET
    Deleted from: Mon 23 Nov 2026 14:30 CET
    ");
    // Four hours after the warning, which was delivered half an hour before the end.
    world.passes(TimeDelta::minutes(3 * 60 + 29)).await;
    assert_eq!(world.outside.cluster.made().len(), 1);
    world.passes(TimeDelta::minutes(1)).await;
    assert_eq!(world.outside.cluster.made().len(), 0);
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Purged at Mon 23 Nov 2026 14:30 CET
    Template: web
    Size: cpu=1 memory=2Gi
    For: 1 hour
    Ends: Mon 23 Nov 2026 11:00 CET

    sublet (rewritten):
    web-1 ends in about 30 minutes, at Mon 23 Nov 2026 11:00 CET. This is the final warning: after that everything in it is deleted.
    (This has moved on since: `/env show web-1` tells how it stands.)

    sublet:
    web-1 and everything in it is gone.
    ");
    assert_snapshot!(world.says("dana", "/env list").await, @"Nothing here. Ask for something: `/env request web`.");
}

pub async fn a_purge_that_fails_is_not_forgotten(world: &mut World) {
    active(world, "/env request web for=1h").await;
    world.outside.cluster.leaves(Some(&["the volume web-data"]));
    world.says("dana", "/env release web-1").await;
    world.passes(TimeDelta::minutes(5)).await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Being purged: @dana released it.
    Template: web
    Size: cpu=1 memory=2Gi
    For: 1 hour
    Ends: Mon 23 Nov 2026 11:00 CET
    ");
    world.passes(TimeDelta::hours(13)).await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Stuck: the purge failed, because this is left: the volume web-data.
    Template: web
    Size: cpu=1 memory=2Gi
    For: 1 hour
    Ends: Mon 23 Nov 2026 11:00 CET
    [Retry]
    ");
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet (rewritten):
    # @dana asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    For: 1 hour
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Ends: Mon 23 Nov 2026 10:00 UTC
    Approved by @ada on the console at Mon 23 Nov 2026 09:00 UTC. Stuck: the purge failed, because this is left: the volume web-data.
    [Retry] [Details]

    sublet:
    web-1 needs somebody: the purge failed: this is left: the volume web-data.
    [Details]

    sublet:
    web-1 needs somebody: this is left: the volume web-data.
    [Details]

    sublet:
    web-1 needs somebody: this is left: the volume web-data.
    [Details]

    sublet:
    web-1 needs somebody: this is left: the volume web-data.
    [Details]

    sublet:
    web-1 needs somebody: this is left: the volume web-data.
    [Details]
    ");
    world.outside.cluster.leaves(None);
    world.outside.cluster.remove_fails([Failure::never("the provisioner forbids it")]);
    assert_snapshot!(world.presses("bob", "#approvers", "Retry").await, @"Trying web-1 again.");
    world.settles().await;
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet (rewritten):
    # @dana asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    For: 1 hour
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Ends: Mon 23 Nov 2026 10:00 UTC
    Approved by @ada on the console at Mon 23 Nov 2026 09:00 UTC. Stuck: the purge failed, because the provisioner forbids it.
    [Retry] [Details]

    sublet:
    web-1 needs somebody: the purge failed: the provisioner forbids it.
    [Details]
    ");
    world.outside.cluster.remove_fails([Failure::later("busy"), Failure::later("busy")]);
    world.presses("dana", "dana", "Retry").await;
    world.passes(TimeDelta::minutes(5)).await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Purged at Mon 23 Nov 2026 23:05 CET
    Template: web
    Size: cpu=1 memory=2Gi
    For: 1 hour
    Ends: Mon 23 Nov 2026 11:00 CET

    sublet:
    web-1 and everything in it is gone.
    ");
}

pub async fn the_story_is_told_when_it_is_gone(world: &mut World) {
    active(world, "/env request web for=2h to try it").await;
    world.passes(TimeDelta::hours(8)).await;
    assert_eq!(world.outside.cluster.made().len(), 0);
    assert_snapshot!(world.says("dana", "/env why web-1").await, @"
    # The story of web-1
    - Mon 23 Nov 2026 10:00 CET: @dana asked for web for 2 hours: to try it
    - Mon 23 Nov 2026 10:00 CET: it waits for an approver
    - Mon 23 Nov 2026 10:00 CET: @ada approved it
    - Mon 23 Nov 2026 10:00 CET: provisioning began
    - Mon 23 Nov 2026 10:00 CET: ready at env.example.org:22001; the lease ends Mon 23 Nov 2026 12:00 CET
    - Mon 23 Nov 2026 11:00 CET: final warning sent, as due 1 hour before the end
    - Mon 23 Nov 2026 11:00 CET: final warning delivered by dm
    - Mon 23 Nov 2026 12:00 CET: kept for the grace until Mon 23 Nov 2026 15:00 CET
    - Mon 23 Nov 2026 15:00 CET: deletion began, because the lease is over and its final warning was delivered
    - Mon 23 Nov 2026 15:00 CET: everything is gone
    ");
    assert_snapshot!(world.says("erin", "/env why web-1").await, @"
    There is no environment `web-1` that you could see.
        /env why web-1
                 ^^^^^
    (`/env list` shows yours.)
    ");
    assert_snapshot!(world.says("dana", "/env ssh web-1").await, @"
    You cannot log in to it while it is gone.
    (`/env show` tells where it stands.)
    ");
}
