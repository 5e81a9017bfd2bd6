//! Times in everybody's own zone, also when clocks change inside a lease.

use chrono::TimeDelta;
use insta::assert_snapshot;

use crate::world::{World, utc};

async fn active(world: &World, line: &str) -> String {
    let said = world.says("dana", line).await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.settles().await;
    world.sees("dana").await;
    said
}

/// 25 October 2026, 03:00 CEST becomes 02:00 CET.
pub async fn clocks_go_back_inside_a_lease(world: &mut World) {
    world.outside.clock.back_to(utc("2026-10-24 10:00"));
    active(world, "/env request web for=1d").await;
    assert_snapshot!(world.says("dana", "/env show web-1").await, @"
    # web-1
    Approved by @ada on the console at Sat 24 Oct 2026 12:00 CEST. Active.
    Template: web
    Size: cpu=1 memory=2Gi
    For: 1 day
    Ends: Sun 25 Oct 2026 11:00 CET
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    [Extend] [Release now]
    Made of: web, version 1
    Latest end with an extension: Sat 31 Oct 2026 11:00 CET
    ");
    world.passes(TimeDelta::hours(22)).await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Sat 24 Oct 2026 12:00 CEST. Active, and ends soon.
    Template: web
    Size: cpu=1 memory=2Gi
    For: 1 day
    Ends: Sun 25 Oct 2026 11:00 CET
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    [Extend] [Release now]

    sublet:
    web-1 ends in about 12 hours, at Sun 25 Oct 2026 11:00 CET. Everything in it will be deleted then.
    [Extend] [Release now]

    sublet:
    web-1 ends in about 2 hours, at Sun 25 Oct 2026 11:00 CET. This is the final warning: after that everything in it is deleted.
    [Extend] [Release now]
    ");
    assert_snapshot!(world.says("erin", "/env list").await, @"Nothing here. Ask for something: `/env request web`.");
    world.passes(TimeDelta::hours(6)).await;
    assert_snapshot!(world.says("dana", "/env why web-1").await, @"
    # The story of web-1
    - Sat 24 Oct 2026 12:00 CEST: @dana asked for web for 1 day
    - Sat 24 Oct 2026 12:00 CEST: it waits for an approver
    - Sat 24 Oct 2026 12:00 CEST: @ada approved it
    - Sat 24 Oct 2026 12:00 CEST: provisioning began
    - Sat 24 Oct 2026 12:00 CEST: ready at env.example.org:22001; the lease ends Sun 25 Oct 2026 11:00 CET
    - Sun 25 Oct 2026 00:00 CEST: a warning sent, as due 12 hours before the end
    - Sun 25 Oct 2026 00:00 CEST: a warning delivered by dm
    - Sun 25 Oct 2026 09:00 CET: final warning sent, as due 2 hours before the end
    - Sun 25 Oct 2026 09:00 CET: final warning delivered by dm
    - Sun 25 Oct 2026 11:00 CET: kept for the grace until Sun 25 Oct 2026 13:00 CET
    - Sun 25 Oct 2026 13:00 CET: deletion began, because the lease is over and its final warning was delivered
    - Sun 25 Oct 2026 13:00 CET: everything is gone
    ");
}

/// 28 March 2027, 02:00 CET becomes 03:00 CEST.
pub async fn clocks_go_forward_inside_a_lease(world: &mut World) {
    world.outside.clock.set(utc("2027-03-27 10:00"));
    active(world, "/env request web until=2027-03-28 12:00").await;
    assert_snapshot!(world.says("dana", "/env show web-1").await, @"
    # web-1
    Approved by @ada on the console at Sat 27 Mar 2027 11:00 CET. Active.
    Template: web
    Size: cpu=1 memory=2Gi
    Until: Sun 28 Mar 2027 12:00 CEST
    Ends: Sun 28 Mar 2027 12:00 CEST
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    [Extend] [Release now]
    Made of: web, version 1
    Latest end with an extension: Sat 3 Apr 2027 12:00 CEST
    ");
    world.passes(TimeDelta::hours(21)).await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    Approved by @ada on the console at Sat 27 Mar 2027 11:00 CET. Active, and ends soon.
    Template: web
    Size: cpu=1 memory=2Gi
    Until: Sun 28 Mar 2027 12:00 CEST
    Ends: Sun 28 Mar 2027 12:00 CEST
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    [Extend] [Release now]

    sublet:
    web-1 ends in about 12 hours, at Sun 28 Mar 2027 12:00 CEST. Everything in it will be deleted then.
    [Extend] [Release now]
    ");
    assert_snapshot!(world.says("dana", "/env request web until=2027-03-28 02:30").await, @r#"
    /env request web until=2027-03-28 02:30
                           ^^^^^^^^^^^^^^^^
    `2027-03-28 02:30` does not exist: on 2027-03-28 the clocks in Europe/Berlin skip that time.
    Choose a time before or after.
    Did you mean  /env request web until="2027-03-28 03:00"
    "#);
}

pub async fn an_end_in_my_own_zone(world: &mut World) {
    active(world, "/env request web until=2026-11-24 18:00").await;
    assert_snapshot!(world.says("dana", "/env list").await, @"- web-1: active, ends Tue 24 Nov 2026 18:00 CET");
    assert_snapshot!(world.says("bob", "/env show web-1").await, @"
    # @dana asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    Until: Tue 24 Nov 2026 12:00 EST
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Ends: Tue 24 Nov 2026 12:00 EST
    Approved by @ada on the console at Mon 23 Nov 2026 04:00 EST. Active.
    Made of: web, version 1
    Latest end with an extension: Mon 30 Nov 2026 04:00 EST
    ");
}
