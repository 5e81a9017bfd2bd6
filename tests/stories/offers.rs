//! Less than was asked for, taken with one press; and what it costs.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use sublet::domain::{approval::Group, cost::Prices, policy::Policy};

use crate::{
    rules::{need, requests_follow, rule},
    world::{World, places},
};

pub async fn an_offer_is_taken_with_one_press(world: &mut World) {
    world.says("dana", "/env request web cpu=4 for=5d").await;
    world.settles().await;
    world.sees("dana").await;
    world.sees("#approvers").await;
    assert_snapshot!(world.presses("ada", "#approvers", "Approve shorter").await, @"
    form: Offer less than a request asks for
    less is shorter
    For how long:
    [Offer]
    ");
    assert_snapshot!(world.fills("ada", &[]).await, @"
    form: Offer less than a request asks for
    ! Nothing is less than was asked for.
    Lower something, or approve it as it is.
    less is shorter
    For how long:
    [Offer]
    ");
    assert_snapshot!(world.fills("ada", &[("for", "9d")]).await, @"
    form: Offer less than a request asks for
    less is shorter
    For how long: 9d
      ! An offer may only be less than what was asked for, `for=5d`. Write `for=5d` or less.
    [Offer]
    ");
    assert_snapshot!(world.presses("ada", "#approvers", "Approve smaller").await, @"
    form: Offer less than a request asks for
    less is smaller
    Cpu:
    Memory:
    [Offer]
    ");
    assert_snapshot!(world.fills("ada", &[("cpu", "8")]).await, @"
    form: Offer less than a request asks for
    less is smaller
    Cpu: 8
      ! `cpu` is too much; at most 4.
    Memory:
    [Offer]
    ");
    assert_snapshot!(world.fills("ada", &[("cpu", "")]).await, @"
    form: Offer less than a request asks for
    ! No size is lowered.
    Lower something, or approve it as it is.
    less is smaller
    Cpu:
    Memory:
    [Offer]
    ");
    assert_snapshot!(world.says("ada", "/env offer web-1 cpu=4").await, @"
    That is what was asked for.
    (Lower something, or approve it as it is.)
    ");
    assert_snapshot!(world.says("ada", "/env offer web-1 for=6d").await, @"
    An offer may only be less than what was asked for, `for=5d`.
        /env offer web-1 for=6d
                             ^^
    (Write `for=5d` or less.)
    ");
    assert_snapshot!(world.says("ada", "/env offer web-1 cpu=10m").await, @"
    `cpu` is too little; at least 100m.
        /env offer web-1 cpu=10m
                             ^^^
    (`/template show web` explains its parameters.)
    ");
    assert_snapshot!(world.says("erin", "/env offer web-1 cpu=1").await, @"
    There is no environment `web-1` that you could see.
    (`/env list` shows yours.)
    ");
    assert_snapshot!(world.says("ada", "/env offer web-1 cpu=2 for=1d").await, @"You offered cpu=2 memory=2Gi for 1 day for web-1. The requester is being told, and takes it with one press.");
    world.settles().await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Waiting for an approver.
    Template: web
    Size: cpu=4 memory=2Gi
    For: 5 days
    (@ada offers cpu=2 memory=2Gi instead, for 1 day.)
    [Take it] [Withdraw]

    sublet:
    @ada offers you less for web-1: cpu=2 memory=2Gi for 1 day. You may take it, or wait for a decision.
    [Take it]
    ");
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet (rewritten):
    # @dana asks for web-1
    Template: web
    Size: cpu=4 memory=2Gi
    For: 5 days
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Waiting for an approver.
    (@ada offers cpu=2 memory=2Gi instead, for 1 day.)
    [Approve] [Reject] [Approve smaller] [Approve shorter] [Details]
    ");
    assert_snapshot!(world.says("erin", "/env accept web-1").await, @"
    There is no environment `web-1` that you could see.
        /env accept web-1
                    ^^^^^
    (`/env list` shows yours.)
    ");
    assert_snapshot!(world.says("root", "/env accept web-1").await, @"
    web-1 belongs to somebody else.
    (Its owner or an admin can do that.)
    ");
    assert_snapshot!(world.presses("dana", "dana", "Take it").await, @"You took the offer for web-1. It is approved and being provisioned.");
    world.settles().await;
    let made = world.outside.cluster.made();
    assert_eq!(made.len(), 1);
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet (rewritten):
    # @dana asks for web-1
    Template: web
    Size: cpu=2 memory=2Gi
    For: 1 day
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Ends: Tue 24 Nov 2026 09:00 UTC
    Approved by @ada on the console at Mon 23 Nov 2026 09:00 UTC. Active.
    ");
    assert_snapshot!(world.says("dana", "/env why web-1").await, @"
    # The story of web-1
    - Mon 23 Nov 2026 10:00 CET: @dana asked for web for 5 days
    - Mon 23 Nov 2026 10:00 CET: it waits for an approver
    - Mon 23 Nov 2026 10:00 CET: @erin tried to see it and was refused: There is no environment `web-1` that you could see.
    - Mon 23 Nov 2026 10:00 CET: @ada offered cpu=2 memory=2Gi for 1 day instead
    - Mon 23 Nov 2026 10:00 CET: @erin tried to see it and was refused: There is no environment `web-1` that you could see.
    - Mon 23 Nov 2026 10:00 CET: @root tried to accept the offer for it and was refused: web-1 belongs to somebody else.
    - Mon 23 Nov 2026 10:00 CET: @dana took the offer of @ada; with that it is approved
    - Mon 23 Nov 2026 10:00 CET: provisioning began
    - Mon 23 Nov 2026 10:00 CET: ready at env.example.org:22001; the lease ends Tue 24 Nov 2026 10:00 CET
    ");
}

pub async fn an_offer_is_superseded(world: &mut World) {
    world.says("dana", "/env request web cpu=4").await;
    world.settles().await;
    let before = world.line_of("#approvers", "Approve");
    world.says("ada", "/env offer web-1 cpu=1").await;
    world.settles().await;
    let first = world.line_of("dana", "Take it");
    // The card did not show the offer.
    assert_snapshot!(world.says("bob", &before).await, @"
    This card is older than what it shows.
    (Look at it again as it is now, then decide.)
    ");
    world.says("ada", "/env offer web-1 cpu=2").await;
    world.settles().await;
    // There is another offer now.
    assert_snapshot!(world.says("dana", &first).await, @"
    This card is older than what it shows.
    (Look at it again as it is now, then decide.)
    ");
    let second = world.line_of("dana", "Take it");
    assert_snapshot!(world.presses("bob", "#approvers", "Approve").await, @"You approved web-1. The requester is being told.");
    assert_snapshot!(world.says("dana", &second).await, @"It was approved already by @bob at Mon 23 Nov 2026 10:00 CET.");
    world.settles().await;
    assert_snapshot!(world.says("dana", "/env why web-1").await, @"
    # The story of web-1
    - Mon 23 Nov 2026 10:00 CET: @dana asked for web for 3 days
    - Mon 23 Nov 2026 10:00 CET: it waits for an approver
    - Mon 23 Nov 2026 10:00 CET: @ada offered cpu=1 memory=2Gi for 3 days instead
    - Mon 23 Nov 2026 10:00 CET: @ada offered cpu=2 memory=2Gi for 3 days instead
    - Mon 23 Nov 2026 10:00 CET: so the offer is no more
    - Mon 23 Nov 2026 10:00 CET: @bob approved it
    - Mon 23 Nov 2026 10:00 CET: provisioning began
    - Mon 23 Nov 2026 10:00 CET: ready at env.example.org:22001; the lease ends Thu 26 Nov 2026 10:00 CET
    ");
}

pub async fn an_offer_and_a_second_group(world: &mut World) {
    requests_follow(world, rule(vec![need(Group::Approvers, 1), need(Group::Admins, 1)])).await;
    world.says("dana", "/env request web cpu=4").await;
    world.settles().await;
    world.says("ada", "/env offer web-1 cpu=1").await;
    world.settles().await;
    assert_snapshot!(world.presses("dana", "dana", "Take it").await, @"You took the offer for web-1. Still needed: one of the admins.");
    world.settles().await;
    assert_snapshot!(world.presses("ada", "#approvers", "Approve").await, @"
    You approved this already; it needs somebody else's word as well.
    (The card tells who is still needed.)
    ");
    assert_snapshot!(world.presses("root", "#approvers", "Approve").await, @"You approved web-1. The requester is being told.");
    world.settles().await;
    assert_eq!(world.outside.cluster.made().len(), 1);
    world.says("erin", "/env request web cpu=4").await;
    world.settles().await;
    world.presses("root", "#approvers", "Approve").await;
    world.says("ada", "/env offer web-2 cpu=1").await;
    world.settles().await;
    assert_snapshot!(world.presses("erin", "erin", "Take it").await, @"You took the offer for web-2. It is approved and being provisioned.");
    world.settles().await;
}

pub async fn what_it_costs_is_on_the_card(world: &mut World) {
    let prices = Prices {
        currency: "EUR".to_owned(),
        cpu: 30_000,
        memory: 4_000,
        storage: 0,
        environment: 1_000,
        templates: BTreeMap::new(),
    };
    world.rules(Policy { prices: Some(prices), ..places::policy() }).await;
    world.says("dana", "/env request web cpu=2 for=2d").await;
    world.settles().await;
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet:
    # @dana asks for web-1
    Template: web
    Size: cpu=2 memory=2Gi
    For: 2 days
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Cost: 0.069 EUR an hour, 3.31 EUR until the end
    Waiting for an approver.
    [Approve] [Reject] [Approve smaller] [Approve shorter] [Details]
    ");
    world.says("ada", "/env offer web-1 cpu=1").await;
    world.settles().await;
    world.presses("dana", "dana", "Take it").await;
    world.settles().await;
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet (rewritten):
    # @dana asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    For: 2 days
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Ends: Wed 25 Nov 2026 09:00 UTC
    Cost: 0.039 EUR an hour, 1.87 EUR until the end
    Approved by @ada on the console at Mon 23 Nov 2026 09:00 UTC. Active.
    ");
}
