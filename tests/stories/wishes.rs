//! Wishes for more quota: asked for, decided, used, and over.

use chrono::TimeDelta;
use insta::assert_snapshot;

use crate::{
    quotas::four_each,
    world::{World, utc},
};

pub async fn asked_for_given_used_and_over(world: &mut World) {
    four_each(world).await;
    assert_snapshot!(world.says("dana", "/quota request cpu=4 until=2026-11-25 the load test").await, @"Asked for 4 cpu more until Thu 26 Nov 2026 00:00 CET. An approver decides; you will be told.");
    world.settles().await;
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet:
    # @dana asks for 4 cpu more for a while
    Reason: the load test
    Until: Wed 25 Nov 2026 23:00 UTC
    Waiting for an approver.
    [Approve] [Reject] [Their quotas]
    ");
    assert_snapshot!(world.says("dana", &world.line_of("#approvers", "Approve")).await, @"
    Only approvers may do that.
    (They were asked already; you will be told what they decide.)
    ");
    let late = world.line_of("#approvers", "Reject");
    assert_snapshot!(world.presses("ada", "#approvers", "Approve").await, @"You approved more quota for @dana. They are being told.");
    assert_snapshot!(world.says("bob", &format!("{late} no")).await, @"It was approved already by @ada at Mon 23 Nov 2026 04:00 EST.");
    world.settles().await;
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet (rewritten):
    # @dana asks for 4 cpu more for a while
    Reason: the load test
    Until: Wed 25 Nov 2026 23:00 UTC
    Approved by @ada on the console at Mon 23 Nov 2026 09:00 UTC
    ");
    assert_snapshot!(world.sees("dana").await, @"
    sublet:
    @ada gave you 4 cpu more, from Mon 23 Nov 2026 10:00 CET until Thu 26 Nov 2026 00:00 CET.
    [My quotas]
    ");
    world.says("dana", "/env request web cpu=4 for=3d").await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.settles().await;
    world.says("dana", "/env request web cpu=2 for=1d").await;
    assert_snapshot!(world.says("dana", "/quota show").await, @"
    # Your quotas
    ▓▓▓▓▓▓▓░░░ cpu: 6 of 8
    ▓▓▓▓▓▓░░░░ hours: 96 of 150
    (Without a limit: 2 environments, 4Gi memory.)
    What uses it:
    - web-1: 4 cpu, 2Gi memory, 72 hours
    - web-2: 2 cpu, 2Gi memory, 24 hours
    For a while:
    - `gra_00000000000000050000000000000005`: 4 cpu more until Thu 26 Nov 2026 00:00 CET, by @ada
    [Ask for more]
    ");
    world.says("dana", "/env withdraw web-2").await;
    world.says("dana", "/env request web cpu=1500m for=3d").await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.settles().await;
    world.sees("dana").await;

    world.reaches(utc("2026-11-25 22:59")).await;
    let news = world.sees("dana").await;
    assert!(!news.contains("temporary quota"), "{news}");
    world.reaches(utc("2026-11-25 23:00")).await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet:
    A temporary quota (4 cpu more) is over. Held now: 5.5 cpu; the limit is 4 cpu. Held by web-1 (4), web-3 (1.5). Nothing is deleted because of that; new requests are refused until less is held.
    [My quotas]
    ");
    world.settles().await;
    assert_eq!(world.sees("dana").await, "", "it is told once");
    assert_snapshot!(world.says("dana", "/env request web cpu=500m for=1h").await, @"
    You may hold 4 cpu at once. You hold 5.5 cpu, and asked for 500m cpu more. Held by web-1 (4), web-3 (1.5).
        /env request web cpu=500m for=1h
                             ^^^^
    (Release or withdraw something, or ask for more for a while: `/quota request`. `/quota show` tells how it stands.)
    ");
}

pub async fn a_wish_is_rejected_or_lapses(world: &mut World) {
    four_each(world).await;
    assert_snapshot!(world.says("dana", "/quota request memory=4Gi until=2026-12-01 please").await, @"
    @dana has no limit on memory.
        /quota request memory=4Gi until=2026-12-01 please
                              ^^^
    (So nothing can be added to it, and nothing need be.)
    ");
    assert_snapshot!(world.says("dana", "/quota request until=2026-12-01 please").await, @"
    It does not say how much of what.
    (Add at least one amount, such as `cpu=8`.)
    ");
    world.says("dana", "/quota request cpu=4 until=2026-12-01 please").await;
    world.settles().await;
    assert_snapshot!(world.says("ada", &format!("{} no room", world.line_of("#approvers", "Reject"))).await, @"You rejected more quota for @dana. They are being told.");
    world.settles().await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet:
    Your wish for more quota was rejected by @ada: no room
    [My quotas]
    ");
    world.says("dana", "/quota request hours=4 until=2026-12-01 please").await;
    world.passes(TimeDelta::hours(2)).await;
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet:
    # @dana asks for 4 cpu more for a while
    Reason: please
    Until: Tue 1 Dec 2026 23:00 UTC
    Rejected by @ada on the console at Mon 23 Nov 2026 09:00 UTC: no room

    sublet:
    # @dana asks for 4 hours more for a while
    Reason: please
    Until: Tue 1 Dec 2026 23:00 UTC
    Waiting for an approver.
    [Approve] [Reject] [Their quotas]

    sublet:
    (A reminder: this still waits for an approver.)
    # @dana asks for 4 hours more for a while
    Reason: please
    Until: Tue 1 Dec 2026 23:00 UTC
    Waiting for an approver.
    (Its card has the buttons; or type `/env approve quo_00000000000000080000000000000008`.)
    ");
    world.passes(TimeDelta::hours(23)).await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet:
    Nobody decided in time on your wish for more quota; it lapsed.
    [My quotas]
    ");
    assert_snapshot!(world.letters("dana").join("\n"), @"");
}

/// 25 October 2026, 03:00 CEST becomes 02:00 CET: the local hour after two happens twice.
pub async fn clocks_go_back_inside_a_temporary_quota(world: &mut World) {
    world.outside.clock.back_to(utc("2026-10-24 12:00"));
    four_each(world).await;
    world.says("root", "/quota grant @dana cpu=2 from=2026-10-24T22:00Z until=2026-10-25T01:30Z").await;
    let line = "/quota request cpu=4 until=\"2026-10-25 04:00\" the night";
    assert_snapshot!(world.says("dana", line).await, @"Asked for 4 cpu more until Sun 25 Oct 2026 04:00 CET. An approver decides; you will be told.");
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.reaches(utc("2026-10-25 01:29")).await;
    assert_snapshot!(world.says("dana", "/quota show").await, @"
    # Your quotas
    ░░░░░░░░░░ cpu: 0 of 10
    ░░░░░░░░░░ hours: 0 of 150
    For a while:
    - `gra_00000000000000030000000000000003`: 2 cpu more until Sun 25 Oct 2026 02:30 CET, by @root
    - `gra_00000000000000070000000000000007`: 4 cpu more until Sun 25 Oct 2026 04:00 CET, by @ada
    [Ask for more]
    ");
    // 02:30 CET, an hour and a minute after the first 02:29; the longer one goes on until 04:00 CET.
    world.outside.clock.set(utc("2026-10-25 01:30"));
    assert_snapshot!(world.says("dana", "/quota show").await, @"
    # Your quotas
    ░░░░░░░░░░ cpu: 0 of 8
    ░░░░░░░░░░ hours: 0 of 150
    For a while:
    - `gra_00000000000000070000000000000007`: 4 cpu more until Sun 25 Oct 2026 04:00 CET, by @ada
    [Ask for more]
    ");
    world.outside.clock.set(utc("2026-10-25 02:59"));
    assert!(world.says("dana", "/env request web cpu=4 for=1h").await.starts_with("Asked"));
    assert!(world.says("dana", "/env request web cpu=4 for=1h").await.starts_with("Asked"));
    world.says("dana", "/env withdraw web-2").await;
    // Nobody has looked yet, and still it is over.
    world.outside.clock.set(utc("2026-10-25 03:00"));
    assert_snapshot!(world.says("dana", "/env request web cpu=1 for=1h").await, @"
    You may hold 4 cpu at once. You hold 4 cpu, and asked for 1 cpu more. Held by web-1 (4).
        /env request web cpu=1 for=1h
                             ^
    (Release or withdraw something, or ask for more for a while: `/quota request`. `/quota show` tells how it stands.)
    ");
    world.settles().await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet:
    @root gave you 2 cpu more, from Sun 25 Oct 2026 00:00 CEST until Sun 25 Oct 2026 02:30 CET.
    [My quotas]

    sublet:
    @ada gave you 4 cpu more, from Sat 24 Oct 2026 14:00 CEST until Sun 25 Oct 2026 04:00 CET.
    [My quotas]

    sublet:
    # web-1
    Waiting for an approver.
    Template: web
    Size: cpu=4 memory=2Gi
    For: 1 hour
    [Withdraw]

    sublet:
    # web-2
    Withdrawn at Sun 25 Oct 2026 03:59 CET
    Template: web
    Size: cpu=4 memory=2Gi
    For: 1 hour

    sublet:
    A temporary quota (2 cpu more) is over.
    [My quotas]

    sublet:
    A temporary quota (4 cpu more) is over.
    [My quotas]
    ");
}
