//! The bot ends and starts again at any point; the story goes on.

use chrono::TimeDelta;
use insta::assert_snapshot;

use crate::world::World;

pub async fn in_the_middle_of_everything(world: &mut World) {
    world.says("dana", "/env request web for=2h").await;
    world.restarts().await;
    world.settles().await;
    world.restarts().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.restarts().await;
    world.settles().await;
    world.outside.cluster.loses(&world.real("web-1"));
    world.restarts().await;
    assert_eq!(world.outside.cluster.made().len(), 1, "it is made again");
    world.passes(TimeDelta::minutes(61)).await;
    world.restarts().await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet:
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Active, and ends soon.
    Template: web
    Size: cpu=1 memory=2Gi
    For: 2 hours
    Ends: Mon 23 Nov 2026 12:00 CET
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    [Extend] [Release now]

    sublet:
    web-1 was approved by @ada and is being provisioned.

    sublet:
    web-1 is ready. You can log in:
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)

    sublet:
    web-1 ends in about 1 hour, at Mon 23 Nov 2026 12:00 CET. This is the final warning: after that everything in it is deleted.
    [Extend] [Release now]
    ");
    world.sleeps(TimeDelta::hours(1));
    world.restarts().await;
    world.passes(TimeDelta::hours(5)).await;
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
    web-1 and everything in it is gone.
    ");
    assert_eq!(world.outside.cluster.made().len(), 0);
}
