//! The environment is made: with progress in one card, with failures that are told, and again when it vanished.

use chrono::TimeDelta;
use insta::assert_snapshot;
use sublet::ports::{
    Failure,
    cluster::{Cluster, Observed},
};

use crate::world::World;

async fn approved(world: &World) {
    world.says("dana", "/env request web").await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.settles().await;
    world.sees("dana").await;
}

pub async fn progress_moves_in_one_card(world: &mut World) {
    world.outside.cluster.by_hand();
    approved(world).await;
    let web = world.real("web-1");
    world.outside.cluster.works(&web, 1, 3, "making its folder");
    world.settles().await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Being provisioned.
    ▓░░ making its folder
    Template: web
    Size: cpu=1 memory=2Gi
    For: 3 days
    [Release now]
    ");
    world.outside.cluster.works(&web, 2, 3, "waiting for the SSH banner");
    world.settles().await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Being provisioned.
    ▓▓░ waiting for the SSH banner
    Template: web
    Size: cpu=1 memory=2Gi
    For: 3 days
    [Release now]
    ");
    world.outside.cluster.gets_ready(&web);
    world.settles().await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Active.
    Template: web
    Size: cpu=1 memory=2Gi
    For: 3 days
    Ends: Thu 26 Nov 2026 10:00 CET
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    [Extend] [Release now]

    sublet:
    web-1 is ready. You can log in:
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    ");
    let cards = world.outside.chat.messages();
    assert_eq!(cards.iter().filter(|posted| posted.key.starts_with("card/")).count(), 2);
}

pub async fn a_failure_is_told_and_retried(world: &mut World) {
    world.outside.cluster.by_hand();
    approved(world).await;
    world.sees("#approvers").await;
    let web = world.real("web-1");
    world.outside.cluster.reports(&web, Observed::Failed("no disk is left".to_owned()));
    world.settles().await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Stuck: provisioning failed, because no disk is left.
    Template: web
    Size: cpu=1 memory=2Gi
    For: 3 days
    [Retry] [Release now]

    sublet:
    web-1 could not be provisioned: no disk is left. DevOps knows; you can retry or release it.
    [Retry] [Release now]
    ");
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet (rewritten):
    # @dana asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    For: 3 days
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Approved by @ada on the console at Mon 23 Nov 2026 09:00 UTC. Stuck: provisioning failed, because no disk is left.
    [Retry] [Details]

    sublet:
    web-1 needs somebody: provisioning failed: no disk is left.
    [Details]
    ");
    world.passes(TimeDelta::hours(8)).await;
    let pages =
        |world: &World| world.outside.chat.calls().keys().filter(|key| key.starts_with("page/")).count();
    // At once, and after 1, 2, 4 and 8 hours.
    assert_eq!(pages(world), 5);
    assert_snapshot!(world.presses("dana", "dana", "Retry").await, @"Trying web-1 again.");
    assert_snapshot!(world.says("dana", "/env retry web-1").await, @"
    You cannot retry it while it is provisioning.
    (`/env show` tells where it stands.)
    ");
    world.settles().await;
    world.outside.cluster.gets_ready(&web);
    world.settles().await;
    assert_snapshot!(world.says("dana", "/env show web-1").await, @"
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Active.
    Template: web
    Size: cpu=1 memory=2Gi
    For: 3 days
    Ends: Thu 26 Nov 2026 18:00 CET
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    [Extend] [Release now]
    Made of: web, version 1
    Latest end with an extension: Mon 30 Nov 2026 10:00 CET
    ");
    world.outside.cluster.apply_fails([Failure::later("busy")]);
    world.passes(TimeDelta::hours(10)).await;
    assert_eq!(pages(world), 5);
}

pub async fn not_ready_in_time_and_then_late(world: &mut World) {
    world.outside.cluster.by_hand();
    world.outside.cluster.apply_fails([Failure::later("the provisioner is away")]);
    approved(world).await;
    world.passes(TimeDelta::minutes(15)).await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Stuck: provisioning failed, because it was not ready within 15 minutes.
    Template: web
    Size: cpu=1 memory=2Gi
    For: 3 days
    [Retry] [Release now]

    sublet:
    web-1 could not be provisioned: it was not ready within 15 minutes. DevOps knows; you can retry or release it.
    [Retry] [Release now]
    ");
    world.passes(TimeDelta::minutes(10)).await;
    world.outside.cluster.gets_ready(&world.real("web-1"));
    world.settles().await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Active.
    Template: web
    Size: cpu=1 memory=2Gi
    For: 3 days
    Ends: Thu 26 Nov 2026 10:25 CET
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    [Extend] [Release now]

    sublet (rewritten):
    web-1 could not be provisioned: it was not ready within 15 minutes. DevOps knows; you can retry or release it.
    [Release now]
    (This has moved on since: `/env show web-1` tells how it stands.)

    sublet:
    web-1 is ready. You can log in:
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    ");
}

pub async fn what_vanished_is_made_again(world: &mut World) {
    approved(world).await;
    world.outside.cluster.loses(&world.real("web-1"));
    world.engine.reconcile().await.expect("it reconciles");
    world.settles().await;
    assert_eq!(world.outside.cluster.made().len(), 1);
    assert_snapshot!(world.presses("dana", "dana", "Release now").await, @"You released web-1. Everything in it is being purged.");
    world.settles().await;
    world.engine.reconcile().await.expect("it reconciles");
    assert_eq!(world.outside.cluster.made().len(), 0);
}

pub async fn what_is_left_of_something_gone_is_removed(world: &mut World) {
    approved(world).await;
    let made = world.outside.cluster.made().remove(0);
    world.presses("dana", "dana", "Release now").await;
    world.settles().await;
    // A call that began before the purge comes through after it.
    world.outside.cluster.apply(&made.spec).await.expect("it is made");
    world.engine.reconcile().await.expect("it reconciles");
    assert_eq!(world.outside.cluster.made().len(), 0);
}
