//! More time: once, with a reason, reviewed, and never beyond the template's maximum.

use chrono::TimeDelta;
use insta::assert_snapshot;

use crate::world::World;

async fn active(world: &World, line: &str) {
    world.says("dana", line).await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.settles().await;
    world.sees("dana").await;
    world.sees("#approvers").await;
}

pub async fn refused_with_a_reason(world: &mut World) {
    active(world, "/env request web for=2d").await;
    world.says("dana", "/env extend web-1 for=1d one more test").await;
    world.settles().await;
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet:
    # @dana asks for 1 day more for web-1
    Reason: one more test
    Ends now: Wed 25 Nov 2026 09:00 UTC
    At the latest: Mon 30 Nov 2026 09:00 UTC
    Waiting for an approver.
    [Approve] [Reject] [Details]
    ");
    assert_snapshot!(world.says("dana", "/env extend web-1 for=1d and again").await, @"
    More time is already asked for.
    (You will be told what the approvers decide.)
    ");
    world.presses("bob", "#approvers", "Reject").await;
    assert_snapshot!(world.fills("bob", &[("reason", "others wait")]).await, @"You rejected web-1. The requester is being told.");
    world.settles().await;
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet (rewritten):
    # @dana asks for 1 day more for web-1
    Reason: one more test
    Ends now: Wed 25 Nov 2026 09:00 UTC
    At the latest: Mon 30 Nov 2026 09:00 UTC
    Rejected by @bob on the console at Mon 23 Nov 2026 09:00 UTC: others wait
    ");
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Active.
    Template: web
    Size: cpu=1 memory=2Gi
    For: 2 days
    Ends: Wed 25 Nov 2026 10:00 CET
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    (More time was refused by @bob: others wait)
    [Extend] [Release now]

    sublet:
    More time for web-1 was refused by @bob: others wait
    ");
    assert_snapshot!(world.says("dana", "/env extend web-1 for=1h just an hour").await, @"Asked for 1 hour more for web-1. An approver decides; you will be told.");
    world.settles().await;
    world.presses("bob", "#approvers", "Approve").await;
    world.settles().await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Active.
    Template: web
    Size: cpu=1 memory=2Gi
    For: 2 days
    Ends: Wed 25 Nov 2026 11:00 CET
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    (Extended by @bob on the console at Mon 23 Nov 2026 10:00 CET)
    [Release now]

    sublet:
    web-1 was extended by @bob and now ends at Wed 25 Nov 2026 11:00 CET.
    ");
}

pub async fn only_once(world: &mut World) {
    active(world, "/env request web for=1d").await;
    world.says("dana", "/env extend web-1 for=1d one more test").await;
    world.settles().await;
    let approve = world.line_of("#approvers", "Approve");
    assert_snapshot!(world.says("dana", &approve).await, @"
    Only approvers may do that.
    (They were asked already; you will be told what they decide.)
    ");
    assert_snapshot!(world.says("ada", &approve).await, @"You approved web-1. The requester is being told.");
    assert_snapshot!(world.says("bob", &approve).await, @"It was approved already by @ada at Mon 23 Nov 2026 04:00 EST.");
    world.settles().await;
    assert_snapshot!(world.says("dana", "/env extend web-1 for=1h just an hour").await, @"
    It was extended once already, and once is all there is.
    (Ask for a new environment.)
    ");
    world.sees("dana").await;
    // The old end at one day passes; the warnings are those of the new end.
    world.passes(TimeDelta::hours(23)).await;
    assert_eq!(world.sees("dana").await, "");
    world.passes(TimeDelta::hours(1)).await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Active, and ends soon.
    Template: web
    Size: cpu=1 memory=2Gi
    For: 1 day
    Ends: Wed 25 Nov 2026 10:00 CET
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    (Extended by @ada on the console at Mon 23 Nov 2026 10:00 CET)
    [Release now]

    sublet:
    web-1 ends in about 1 day, at Wed 25 Nov 2026 10:00 CET. Everything in it will be deleted then.
    [Release now]
    ");
}

pub async fn never_beyond_the_maximum(world: &mut World) {
    active(world, "/env request web for=5d").await;
    assert_snapshot!(world.says("dana", "/env extend web-1 for=3d the audit is long").await, @"
    That would be longer than the template allows, which is until Mon 30 Nov 2026 10:00 CET.
        /env extend web-1 for=3d the audit is long
                              ^^
    (At most 2 days: write `for=2d`.)
    ");
    assert_snapshot!(world.says("dana", "/env extend web-1 for=2d the audit is long").await, @"Asked for 2 days more for web-1. An approver decides; you will be told.");
    world.settles().await;
    // In the grace, time is counted from the decision: then two days are too many.
    world.passes(TimeDelta::hours(5 * 24 + 1)).await;
    assert_snapshot!(world.says("ada", "/env list all").await, @"- web-1: grace, ends Sat 28 Nov 2026 09:00 GMT, @dana");
}

pub async fn lapses_with_the_lease(world: &mut World) {
    active(world, "/env request web for=2h").await;
    world.passes(TimeDelta::minutes(90)).await;
    world.says("dana", "/env extend web-1 for=1d please").await;
    world.settles().await;
    let approve = world.line_of("#approvers", "Approve");
    world.sees("dana").await;
    world.passes(TimeDelta::hours(4)).await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Purged at Mon 23 Nov 2026 15:00 CET
    Template: web
    Size: cpu=1 memory=2Gi
    For: 2 hours
    Ends: Mon 23 Nov 2026 12:00 CET

    sublet (rewritten):
    web-1 ends in about 1 hour, at Mon 23 Nov 2026 12:00 CET. This is the final warning: after that everything in it is deleted.
    (This has moved on since: `/env show web-1` tells how it stands.)

    sublet:
    Nobody decided in time whether web-1 may have more time; its end stands.

    sublet:
    web-1 and everything in it is gone.
    ");
    assert_snapshot!(world.says("ada", &approve).await, @"It has lapsed already, undecided, at Mon 23 Nov 2026 14:00 GMT.");
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet (rewritten):
    # @dana asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    For: 2 hours
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Ends: Mon 23 Nov 2026 11:00 UTC
    Approved by @ada on the console at Mon 23 Nov 2026 09:00 UTC. Purged at Mon 23 Nov 2026 14:00 UTC

    sublet:
    # @dana asks for 1 day more for web-1
    Reason: please
    Ends now: Mon 23 Nov 2026 11:00 UTC
    At the latest: Mon 30 Nov 2026 09:00 UTC
    Lapsed undecided at Mon 23 Nov 2026 14:00 UTC

    sublet:
    # @dana asks for 1 day more for web-1
    Reason: please
    Ends now: Mon 23 Nov 2026 11:00 UTC
    At the latest: Mon 30 Nov 2026 09:00 UTC
    [Details]
    (This has moved on since: `/env show web-1` tells how it stands.)

    sublet:
    # @dana asks for 1 day more for web-1
    Reason: please
    Ends now: Mon 23 Nov 2026 11:00 UTC
    At the latest: Mon 30 Nov 2026 09:00 UTC
    [Details]
    (This has moved on since: `/env show web-1` tells how it stands.)
    ");
}

pub async fn nobody_decides_it(world: &mut World) {
    active(world, "/env request web for=4d").await;
    world.says("dana", "/env extend web-1 for=1d please").await;
    world.settles().await;
    world.sees("dana").await;
    world.passes(TimeDelta::hours(24)).await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Active.
    Template: web
    Size: cpu=1 memory=2Gi
    For: 4 days
    Ends: Fri 27 Nov 2026 10:00 CET
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    (Nobody decided in time whether it may have more time.)
    [Extend] [Release now]

    sublet:
    Nobody decided in time whether web-1 may have more time; its end stands.
    ");
    assert_snapshot!(world.says("dana", "/env extend web-1 for=1d please, really").await, @"Asked for 1 day more for web-1. An approver decides; you will be told.");
    world.settles().await;
}
