//! A request from the ask to its end without an approver: repeated, by rule, reminded, lapsed, withdrawn.

use chrono::TimeDelta;
use insta::assert_snapshot;

use crate::world::World;

pub async fn the_same_event_is_done_once(world: &mut World) {
    let first = world.event("platform-7", "dana", "/env request web").await;
    for _ in 0..2 {
        assert_eq!(world.event("platform-7", "dana", "/env request web").await, first);
    }
    let refused = world.event("platform-8", "dana", "/env extend web-1 for=1d more").await;
    assert_eq!(world.event("platform-8", "dana", "/env extend web-1 for=1d more").await, refused);
    world.settles().await;
    assert_snapshot!(world.says("dana", "/env list").await, @"- web-1: pending, cpu=1 memory=2Gi");
}

pub async fn a_rule_approves_the_small_ones(world: &mut World) {
    world.says("dana", "/env request small for=8h").await;
    world.settles().await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet:
    # small-1
    Approved by the template's rule at Mon 23 Nov 2026 10:00 CET. Active.
    Template: small
    Size: cpu=1 memory=2Gi
    For: 8 hours
    Ends: Mon 23 Nov 2026 18:00 CET
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    [Extend] [Release now]

    sublet:
    small-1 is ready. You can log in:
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    ");
    assert_snapshot!(world.sees("#approvers").await, @"");
    world.says("dana", "/env request small cpu=2").await;
    world.says("dana", "/env request small for=2d").await;
    world.settles().await;
    assert_snapshot!(world.says("dana", "/env list").await, @"
    - small-1: active, ends Mon 23 Nov 2026 18:00 CET
    - small-2: pending, cpu=2 memory=2Gi
    - small-3: pending, cpu=1 memory=2Gi
    ");
}

pub async fn reminders_come_ever_less_often(world: &mut World) {
    world.says("dana", "/env request web").await;
    world.settles().await;
    world.sees("#approvers").await;
    world.passes(TimeDelta::minutes(59)).await;
    assert_eq!(world.sees("#approvers").await, "");
    world.passes(TimeDelta::minutes(1)).await;
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet (rewritten):
    # @dana asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    For: 3 days
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Waiting for an approver.
    [Approve] [Reject] [Approve smaller] [Approve shorter] [Details]

    sublet:
    (A reminder: this still waits for an approver.)
    # @dana asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    For: 3 days
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Waiting for an approver.
    [Approve] [Reject] [Approve smaller] [Approve shorter] [Details]
    ");
    world.passes(TimeDelta::hours(22)).await;
    let count = |word: &str| world.outside.chat.calls().keys().filter(|key| key.starts_with(word)).count();
    // After 1, 3, 7 and 15 hours.
    assert_eq!(count("remind/"), 4);
    assert_snapshot!(world.presses("bob", "#approvers", "Approve").await, @"You approved web-1. The requester is being told.");
    world.passes(TimeDelta::hours(10)).await;
    assert_eq!(count("remind/"), 4, "what is decided reminds nobody");
}

pub async fn nobody_decides_and_it_lapses(world: &mut World) {
    world.says("dana", "/env request web").await;
    world.settles().await;
    world.sees("dana").await;
    world.passes(TimeDelta::hours(24)).await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Nobody decided in time; it lapsed at Tue 24 Nov 2026 10:00 CET
    Template: web
    Size: cpu=1 memory=2Gi
    For: 3 days

    sublet:
    web-1 was decided by nobody in time and has lapsed. Ask again, or ask an approver in person.
    ");
    assert_snapshot!(world.says("ada", "/env approve web-1").await, @"It has lapsed already, undecided, at Tue 24 Nov 2026 09:00 GMT.");
    assert_snapshot!(world.says("dana", "/env why web-1").await, @"
    # The story of web-1
    - Mon 23 Nov 2026 10:00 CET: @dana asked for web for 3 days
    - Mon 23 Nov 2026 10:00 CET: it waits for an approver
    - Mon 23 Nov 2026 11:00 CET: the approvers were reminded (time 1)
    - Mon 23 Nov 2026 13:00 CET: the approvers were reminded (time 2)
    - Mon 23 Nov 2026 17:00 CET: the approvers were reminded (time 3)
    - Tue 24 Nov 2026 01:00 CET: the approvers were reminded (time 4)
    - Tue 24 Nov 2026 10:00 CET: nobody decided in time; it lapsed
    ");
}

pub async fn it_can_be_withdrawn(world: &mut World) {
    world.says("dana", "/env request web").await;
    world.settles().await;
    assert_snapshot!(world.says("erin", "/env withdraw web-1").await, @"
    There is no environment `web-1` that you could see.
        /env withdraw web-1
                      ^^^^^
    (`/env list` shows yours.)
    ");
    assert_snapshot!(world.says("bob", "/env withdraw web-1").await, @"
    web-1 belongs to somebody else.
    (Its owner or an admin can do that.)
    ");
    assert_snapshot!(world.presses("dana", "dana", "Withdraw").await, @"You withdrew web-1.");
    world.settles().await;
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet:
    # @dana asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    For: 3 days
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Withdrawn at Mon 23 Nov 2026 09:00 UTC
    ");
    assert_snapshot!(world.says("ada", "/env approve web-1").await, @"It was withdrawn already by @dana at Mon 23 Nov 2026 09:00 GMT.");
    assert_snapshot!(world.says("dana", "/env withdraw web-1").await, @"It was withdrawn already by @dana at Mon 23 Nov 2026 10:00 CET.");
}
