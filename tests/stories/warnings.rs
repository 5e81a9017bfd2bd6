//! Warnings: at the template's offsets, at least one, never in the first half; each can be acted upon.

use chrono::TimeDelta;
use insta::assert_snapshot;

use crate::world::World;

async fn active(world: &World, line: &str) {
    world.says("dana", line).await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.settles().await;
    world.sees("dana").await;
}

pub async fn they_come_at_their_offsets(world: &mut World) {
    active(world, "/env request web for=2d").await;
    world.passes(TimeDelta::hours(24) - TimeDelta::minutes(1)).await;
    assert_eq!(world.sees("dana").await, "");
    world.passes(TimeDelta::minutes(1)).await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Active, and ends soon.
    Template: web
    Size: cpu=1 memory=2Gi
    For: 2 days
    Ends: Wed 25 Nov 2026 10:00 CET
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    [Extend] [Release now]

    sublet:
    web-1 ends in about 1 day, at Wed 25 Nov 2026 10:00 CET. Everything in it will be deleted then.
    [Extend] [Release now]
    ");
    world.passes(TimeDelta::hours(22) - TimeDelta::minutes(1)).await;
    assert_eq!(world.sees("dana").await, "");
    world.passes(TimeDelta::minutes(1)).await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet:
    web-1 ends in about 2 hours, at Wed 25 Nov 2026 10:00 CET. This is the final warning: after that everything in it is deleted.
    [Extend] [Release now]
    ");
    world.passes(TimeDelta::hours(2)).await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. The lease is over. It will be deleted at Wed 25 Nov 2026 12:00 CET
    Template: web
    Size: cpu=1 memory=2Gi
    For: 2 days
    Ends: Wed 25 Nov 2026 10:00 CET
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    [Extend] [Release now]
    ");
}

pub async fn a_short_lease_is_warned_at_its_half(world: &mut World) {
    active(world, "/env request web for=1h").await;
    world.passes(TimeDelta::minutes(29)).await;
    assert_eq!(world.sees("dana").await, "");
    world.passes(TimeDelta::minutes(1)).await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Active, and ends soon.
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
    world.passes(TimeDelta::minutes(30)).await;
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
    ");
}

pub async fn released_from_the_warning(world: &mut World) {
    active(world, "/env request web for=1h").await;
    world.passes(TimeDelta::minutes(30)).await;
    world.sees("dana").await;
    let extend = world.line_of("dana", "Extend");
    let release = world.line_of("dana", "Release now");
    assert_snapshot!(world.says("erin", &release).await, @"
    There is no environment `web-1` that you could see.
        /env release web-1
                     ^^^^^
    (`/env list` shows yours.)
    ");
    assert_snapshot!(world.says("bob", &release).await, @"
    web-1 belongs to somebody else.
    (Its owner or an admin can do that.)
    ");
    assert_snapshot!(world.says("dana", &release).await, @"You released web-1. Everything in it is being purged.");
    assert_snapshot!(world.says("dana", &release).await, @"
    You cannot release it while it is deleting.
    (`/env show` tells where it stands.)
    ");
    world.settles().await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Purged at Mon 23 Nov 2026 10:30 CET
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
    assert_snapshot!(world.says("dana", &format!("{extend} for=1h more")).await, @"
    You cannot extend it while it is gone.
    (`/env show` tells where it stands.)
    ");
    assert_snapshot!(world.says("dana", "/env why web-1").await, @"
    # The story of web-1
    - Mon 23 Nov 2026 10:00 CET: @dana asked for web for 1 hour
    - Mon 23 Nov 2026 10:00 CET: it waits for an approver
    - Mon 23 Nov 2026 10:00 CET: @ada approved it
    - Mon 23 Nov 2026 10:00 CET: provisioning began
    - Mon 23 Nov 2026 10:00 CET: ready at env.example.org:22001; the lease ends Mon 23 Nov 2026 11:00 CET
    - Mon 23 Nov 2026 10:30 CET: final warning sent, as due 30 minutes before the end
    - Mon 23 Nov 2026 10:30 CET: final warning delivered by dm
    - Mon 23 Nov 2026 10:30 CET: @erin tried to see it and was refused: There is no environment `web-1` that you could see.
    - Mon 23 Nov 2026 10:30 CET: @bob tried to release it and was refused: web-1 belongs to somebody else.
    - Mon 23 Nov 2026 10:30 CET: @dana released it
    - Mon 23 Nov 2026 10:30 CET: deletion began, because @dana released it
    - Mon 23 Nov 2026 10:30 CET: everything is gone
    ");
}
