//! The home page: what one has with the time that is left, and what waits for one's decision.

use chrono::TimeDelta;
use insta::assert_snapshot;

use crate::world::World;

pub async fn it_shows_the_time_left_and_what_waits(world: &mut World) {
    assert_snapshot!(world.home("dana").await, @"
    [Request an environment] [My keys] [Templates]
    # Your environments
    (None yet.)
    ░░░░░░░░░░ 0 of 2 undecided requests
    ");
    world.says("dana", "/env request web for=2d the demo").await;
    world.settles().await;
    assert_snapshot!(world.home("dana").await, @"
    [Request an environment] [My keys] [Templates]
    # Your environments
    web-1: Waiting for an approver.
    [Withdraw]
    ▓▓▓▓▓░░░░░ 1 of 2 undecided requests
    ");
    assert_snapshot!(world.home("ada").await, @"
    [Request an environment] [My keys] [Templates]
    # Waiting for your decision
    @dana asks for web-1: cpu=1 memory=2Gi for 2 days
    [Approve] [Reject] [Approve smaller] [Approve shorter] [Details]
    # Your environments
    (None yet.)
    ░░░░░░░░░░ 0 of 2 undecided requests
    ");
    world.presses("ada", "#approvers", "Approve").await;
    world.settles().await;
    world.passes(TimeDelta::hours(12)).await;
    assert_snapshot!(world.home("dana").await, @"
    [Request an environment] [My keys] [Templates]
    # Your environments
    web-1: Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Active.
    ▓▓▓▓▓▓▓░░░ 1 day 12 hours left, until Wed 25 Nov 2026 10:00 CET
    [Extend] [Release now]
    ░░░░░░░░░░ 0 of 2 undecided requests
    ");
    world.says("dana", "/env extend web-1 for=1d the demo was moved").await;
    world.settles().await;
    assert_snapshot!(world.home("ada").await, @"
    [Request an environment] [My keys] [Templates]
    # Waiting for your decision
    @dana asks for 1 day more for web-1: the demo was moved
    [Approve] [Reject] [Details]
    # Your environments
    (None yet.)
    ░░░░░░░░░░ 0 of 2 undecided requests
    ");
    world.says("root", "/quota set @dana cpu=8").await;
    world.says("dana", "/quota request cpu=2 until=2026-12-01 two teams watch").await;
    let own = world.home("ada").await;
    assert!(own.contains("two teams watch"), "{own}");
    assert_snapshot!(own, @"
    [Request an environment] [My keys] [Templates]
    # Waiting for your decision
    @dana asks for 1 day more for web-1: the demo was moved
    [Approve] [Reject] [Details]
    @dana asks for 2 cpu more for a while, until Tue 1 Dec 2026 23:00 GMT: two teams watch
    [Approve] [Reject] [Their quotas]
    # Your environments
    (None yet.)
    ░░░░░░░░░░ 0 of 2 undecided requests
    ");
    assert!(
        world.offers("ada", "/env approve ").await.iter().any(|line| line.starts_with("/env approve quo_")),
        "wishes are offered behind what decides them"
    );
    let own = world.home("dana").await;
    assert!(!own.contains("Waiting for your decision"), "{own}");
    world.deactivates("dana").await;
    assert_eq!(world.home("dana").await, "nobody");
}

pub async fn a_form_follows_the_template_that_is_chosen(world: &mut World) {
    world.says("dana", "/key add name=second ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0wmN/Cr3JXqmLW7u+g9pTh+wyqDHpSQEIQczXkVx9q two").await;
    assert_snapshot!(world.says("dana", "/env request").await, @"
    form: Request an environment
    Template*:
    For how long:
    Or until when:
    SSH key:
    Reason:
    [Send request]
    ");
    let filled = [("template", "web"), ("cpu", "2"), ("for", "1d"), ("gone", "7")];
    assert_snapshot!(world.chooses("dana", "env request", &filled).await, @"
    form: Request an environment
    Template*: web
    Cpu: 2
    Memory:
    For how long: 1d
    Or until when:
    SSH key:
    Reason:
    [Send request]
    ");
}
