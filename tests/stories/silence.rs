//! No silent end: nothing is deleted before its final warning was delivered, plus the grace.

use chrono::TimeDelta;
use insta::assert_snapshot;
use sublet::ports::Failure;

use crate::world::{World, utc};

async fn active(world: &World, line: &str) {
    world.says("dana", line).await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.settles().await;
    world.sees("dana").await;
    world.sees("#approvers").await;
}

fn closed(world: &World, place: &str) {
    world.outside.chat.fails(Some(crate::world::talk::room(place)), Failure::never("nobody is there"), None);
}

pub async fn from_direct_message_to_letter_to_channel(world: &mut World) {
    active(world, "/env request web for=4h").await;
    closed(world, "dana");
    world.passes(TimeDelta::hours(2)).await;
    assert_snapshot!(world.letters("dana").last().expect("a letter"), @"
    To: Dana Jäger <dana@example.org>
    Subject: [Sublet] final warning: web-1 ends soon

    Hello Dana Jäger,

    web-1 ends in about 2 hours, at Mon 23 Nov 2026 14:00 CET. This is the final warning: after that everything in it is deleted.

    To keep it longer, once:  /env extend web-1 for=1d <reason>
    To give it back now:      /env release web-1

    -- 
    Sublet
    ");
    assert!(!world.outside.chat.calls().keys().any(|key| key.starts_with("channel/")));
    world.says("dana", "/env extend web-1 for=1d please").await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.settles().await;
    world.sees("#approvers").await;
    world.outside.mail.fails(Failure::later("the mail server is away"));
    world.passes(TimeDelta::hours(26)).await;
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet (rewritten):
    # @dana asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    For: 4 hours
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Ends: Tue 24 Nov 2026 13:00 UTC
    Approved by @ada on the console at Mon 23 Nov 2026 09:00 UTC. The lease is over. It will be deleted at Tue 24 Nov 2026 15:00 UTC

    sublet:
    @dana could be reached neither by DM nor by e-mail. web-1 ends in about 13 hours, at Tue 24 Nov 2026 13:00 UTC. Everything in it will be deleted then.

    sublet:
    @dana could be reached neither by DM nor by e-mail. web-1 ends in about 2 hours, at Tue 24 Nov 2026 13:00 UTC. This is the final warning: after that everything in it is deleted.
    ");
    assert_snapshot!(world.says("dana", "/env why web-1").await, @"
    # The story of web-1
    - Mon 23 Nov 2026 10:00 CET: @dana asked for web for 4 hours
    - Mon 23 Nov 2026 10:00 CET: it waits for an approver
    - Mon 23 Nov 2026 10:00 CET: @ada approved it
    - Mon 23 Nov 2026 10:00 CET: provisioning began
    - Mon 23 Nov 2026 10:00 CET: ready at env.example.org:22001; the lease ends Mon 23 Nov 2026 14:00 CET
    - Mon 23 Nov 2026 12:00 CET: final warning sent, as due 2 hours before the end
    - Mon 23 Nov 2026 12:00 CET: final warning delivered by mail
    - Mon 23 Nov 2026 12:00 CET: @dana asked for 1 day more: please
    - Mon 23 Nov 2026 12:00 CET: @ada approved the extension; it now ends Tue 24 Nov 2026 14:00 CET
    - Tue 24 Nov 2026 01:00 CET: a warning sent, as due 13 hours before the end
    - Tue 24 Nov 2026 01:00 CET: a warning delivered by channel
    - Tue 24 Nov 2026 12:00 CET: final warning sent, as due 2 hours before the end
    - Tue 24 Nov 2026 12:00 CET: final warning delivered by channel
    - Tue 24 Nov 2026 14:00 CET: kept for the grace until Tue 24 Nov 2026 16:00 CET
    ");
    world.outside.chat.heals();
    world.outside.mail.heals();
    world.passes(TimeDelta::hours(6)).await;
}

pub async fn held_until_somebody_was_told(world: &mut World) {
    active(world, "/env request web for=4h").await;
    closed(world, "dana");
    world.outside.chat.fails(
        Some(crate::world::talk::room("#approvers")),
        Failure::later("no connection"),
        None,
    );
    world.outside.mail.fails(Failure::later("the mail server is away"));
    world.passes(TimeDelta::hours(19)).await;
    assert_eq!(world.outside.cluster.made().len(), 1, "it is held");
    assert_snapshot!(world.says("dana", "/env show web-1").await, @"
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. The lease is over. It is kept until its final warning has been delivered.
    Template: web
    Size: cpu=1 memory=2Gi
    For: 4 hours
    Ends: Mon 23 Nov 2026 14:00 CET
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    [Extend] [Release now]
    Made of: web, version 1
    Latest end with an extension: Mon 30 Nov 2026 10:00 CET
    ");
    world.outside.mail.heals();
    world.passes(TimeDelta::minutes(20)).await;
    assert_snapshot!(world.letters("devops").last().expect("DevOps was told"), @"
    To: DevOps <devops@example.org>
    Subject: [Sublet] web-1 needs somebody

    web-1 needs somebody: the final warning could not be delivered (dm: nobody is there; mail: the mail server is away; channel: no connection); the environment will be kept.

    The approvers' channel could not be reached.

    -- 
    Sublet
    ");
    world.outside.chat.heals();
    world.passes(TimeDelta::hours(23)).await;
    assert_snapshot!(world.says("dana", "/env why web-1").await, @"
    # The story of web-1
    - Mon 23 Nov 2026 10:00 CET: @dana asked for web for 4 hours
    - Mon 23 Nov 2026 10:00 CET: it waits for an approver
    - Mon 23 Nov 2026 10:00 CET: @ada approved it
    - Mon 23 Nov 2026 10:00 CET: provisioning began
    - Mon 23 Nov 2026 10:00 CET: ready at env.example.org:22001; the lease ends Mon 23 Nov 2026 14:00 CET
    - Mon 23 Nov 2026 12:00 CET: final warning sent, as due 2 hours before the end
    - Mon 23 Nov 2026 12:01 CET: the final warning could not be delivered: dm: nobody is there; mail: the mail server is away; channel: no connection
    - Mon 23 Nov 2026 14:00 CET: the lease is over; held, because no delivery of the final warning is confirmed
    - Mon 23 Nov 2026 15:00 CET: final warning sent, as due 2 hours before the end
    - Mon 23 Nov 2026 15:01 CET: the final warning could not be delivered: dm: nobody is there; mail: the mail server is away; channel: no connection
    - Mon 23 Nov 2026 16:00 CET: final warning sent, as due 2 hours before the end
    - Mon 23 Nov 2026 16:01 CET: the final warning could not be delivered: dm: nobody is there; mail: the mail server is away; channel: no connection
    - Mon 23 Nov 2026 18:00 CET: final warning sent, as due 2 hours before the end
    - Mon 23 Nov 2026 18:01 CET: the final warning could not be delivered: dm: nobody is there; mail: the mail server is away; channel: no connection
    - Mon 23 Nov 2026 22:00 CET: final warning sent, as due 2 hours before the end
    - Mon 23 Nov 2026 22:01 CET: the final warning could not be delivered: dm: nobody is there; mail: the mail server is away; channel: no connection
    - Tue 24 Nov 2026 06:00 CET: final warning sent, as due 2 hours before the end
    - Tue 24 Nov 2026 06:00 CET: final warning delivered by dm
    - Tue 24 Nov 2026 06:00 CET: kept for the grace until Tue 24 Nov 2026 10:00 CET
    - Tue 24 Nov 2026 10:00 CET: deletion began, because the lease is over and its final warning was delivered
    - Tue 24 Nov 2026 10:00 CET: everything is gone
    ");
    world.passes(TimeDelta::hours(6)).await;
    assert_eq!(world.outside.cluster.made().len(), 0, "told, and then deleted");
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. Purged at Tue 24 Nov 2026 10:00 CET
    Template: web
    Size: cpu=1 memory=2Gi
    For: 4 hours
    Ends: Mon 23 Nov 2026 14:00 CET

    sublet:
    The lease of web-1 was over at Mon 23 Nov 2026 14:00 CET. This is the final warning: everything in it will be deleted soon.
    (This has moved on since: `/env show web-1` tells how it stands.)

    sublet:
    web-1 and everything in it is gone.
    ");
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet (rewritten):
    # @dana asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    For: 4 hours
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Ends: Mon 23 Nov 2026 13:00 UTC
    Approved by @ada on the console at Mon 23 Nov 2026 09:00 UTC. Purged at Tue 24 Nov 2026 09:00 UTC

    sublet:
    web-1 needs somebody: the lease is over, but its final warning could not be delivered to anybody, so the environment is kept; reach the owner, or let an admin release it.
    [Details]
    ");
}

pub async fn asleep_over_the_whole_warning(world: &mut World) {
    active(world, "/env request web for=2d").await;
    world.sleeps(TimeDelta::days(5));
    world.settles().await;
    assert_eq!(world.outside.cluster.made().len(), 1);
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 10:00 CET. The lease is over. It will be deleted at Sat 28 Nov 2026 14:00 CET
    Template: web
    Size: cpu=1 memory=2Gi
    For: 2 days
    Ends: Wed 25 Nov 2026 10:00 CET
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    [Extend] [Release now]

    sublet:
    The lease of web-1 was over at Wed 25 Nov 2026 10:00 CET. This is the final warning: everything in it will be deleted soon.
    [Extend] [Release now]
    ");
    world.passes(TimeDelta::minutes(4 * 60 - 1)).await;
    assert_eq!(world.outside.cluster.made().len(), 1, "the grace counts from the delivery");
    world.passes(TimeDelta::minutes(1)).await;
    assert_eq!(world.outside.cluster.made().len(), 0);
    assert_eq!(world.now(), utc("2026-11-28 13:00"));
}

/// To see this red: in `src/domain/lease.rs`, `Term::delete_at`, write `self.receipt.or(Some(self.ends_at))`
/// for `self.receipt`.
pub async fn a_purge_before_the_receipt_is_impossible(world: &mut World) {
    active(world, "/env request web for=1h").await;
    closed(world, "dana");
    closed(world, "#approvers");
    world.outside.mail.fails(Failure::never("no such mailbox"));
    for _ in 0..40 {
        world.sleeps(TimeDelta::days(1));
        world.settles().await;
        assert_eq!(world.outside.cluster.made().len(), 1, "it was deleted, and nobody was told");
    }
    world.outside.chat.heals();
    world.outside.mail.heals();
    world.passes(TimeDelta::days(1)).await;
    world.passes(TimeDelta::hours(4)).await;
    assert_eq!(world.outside.cluster.made().len(), 0);
}
