//! A warning carries what can be done about it: Extend and Release now.

use chrono::TimeDelta;
use insta::assert_snapshot;

use crate::world::World;

pub async fn extended_or_released_from_the_warning(world: &mut World) {
    world.says("dana", "/env request web for=2d").await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.settles().await;
    world.sees("dana").await;
    world.passes(TimeDelta::days(1)).await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on PLATFORM at Mon 23 Nov 2026 10:00 CET. Active, and ends soon.
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
    let release = world.button("dana", "dana", "Release now").await;
    assert_snapshot!(world.presses("dana", "dana", "Extend").await, @"
    form: Ask for more time, once, with a reason
    How much longer*:
    Reason*:
    [Send request]
    ");
    assert_snapshot!(world.fills("dana", &[("for", "9d"), ("reason", "more")]).await, @"
    form: Ask for more time, once, with a reason
    How much longer*: 9d
      ! That would be longer than the template allows, which is until Mon 30 Nov 2026 10:00 CET. At most 5 days: write `for=5d`.
    Reason*: more
    [Send request]
    ");
    assert_snapshot!(world.fills("dana", &[("for", "1d")]).await, @"Asked for 1 day more for web-1. An approver decides; you will be told.");
    assert_snapshot!(world.presses_that("bob", &release).await, @"
    web-1 belongs to somebody else.
    (Its owner or an admin can do that.)
    ");
    assert_snapshot!(world.presses_that("dana", &release).await, @"You released web-1. Everything in it is being purged.");
    assert_snapshot!(world.presses_that("dana", &release).await, @"
    You cannot release it while it is deleting.
    (`/env show` tells where it stands.)
    ");
    world.settles().await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on PLATFORM at Mon 23 Nov 2026 10:00 CET. Purged at Tue 24 Nov 2026 10:01 CET
    Template: web
    Size: cpu=1 memory=2Gi
    For: 2 days
    Ends: Wed 25 Nov 2026 10:00 CET

    sublet (rewritten):
    web-1 ends in about 1 day, at Wed 25 Nov 2026 10:00 CET. Everything in it will be deleted then.
    (This has moved on since: `/env show web-1` tells how it stands.)

    sublet:
    Nobody decided in time whether web-1 may have more time; its end stands.

    sublet:
    web-1 and everything in it is gone.
    ");
}
