//! Roles and teams given in chat, and what happens when somebody leaves.

use insta::assert_snapshot;
use sublet::{
    actions::{audit::verify, people::bring_in},
    domain::{
        person::{Person, Role},
        quota::Scope,
    },
};

use crate::world::{World, places, utc};

pub async fn a_role_given_in_chat_decides_and_stays(world: &mut World) {
    world.says("dana", "/env request web").await;
    world.settles().await;
    assert_snapshot!(world.says("erin", "/admin role @erin give admin").await, @"
    Only admins may do that.
    (Ask one of them.)
    ");
    assert_snapshot!(world.says("root", "/admin role @erin give devops").await, @"@erin is approver now.");
    assert_snapshot!(world.says("root", "/admin role @erin give approver").await, @"
    @erin is approver already.
    (`/admin people` tells what somebody is.)
    ");
    bring_in(&world.engine.world, &places::people()).await.expect("the database");
    world.restarts().await;
    assert_snapshot!(world.presses("erin", "#approvers", "Approve").await, @"You approved web-1. The requester is being told.");
    world.says("dana", "/env request web").await;
    world.settles().await;
    let approve = world.line_of("#approvers", "Approve");
    assert_snapshot!(world.says("root", "/admin role @erin take approver").await, @"@erin is no longer approver.");
    assert_snapshot!(world.says("erin", &approve).await, @"
    Only approvers may do that.
    (They were asked already; you will be told what they decide.)
    ");
    assert_snapshot!(world.says("root", "/admin role @ada take approver").await, @"
    That @ada is approver was not said here.
    (Change the configuration, or the group on the platform, which says so.)
    ");
    assert_snapshot!(world.says("root", "/admin role @nobody give approver").await, @"
    Nobody is known here as `@nobody`.
        /admin role @nobody give approver
                    ^^^^^^^
    (`/admin people` lists everybody.)
    ");
    world.says("dana", "/env withdraw web-2").await;
    assert_snapshot!(world.says("root", "/admin people @erin").await, @"
    # @erin
    Name: Erin 雪
    Address: erin@example.org
    Is: developer
    Known by: the configuration
    ");
    assert_snapshot!(world.says("root", "/audit @erin").await, @"
    - Mon 23 Nov 2026 09:00 UTC @erin: @root took the role approver
    - Mon 23 Nov 2026 09:00 UTC @erin: @root gave the role approver
    - Mon 23 Nov 2026 09:00 UTC @erin: @erin tried to administer it and was refused: Only admins may do that.
    - Mon 23 Nov 2026 09:00 UTC @erin: @erin added the key `SHA256:le8fiyZlqMGo+Z9qDGisWTz7/axvZRILsE41awGAVZ4`
    ");
}

pub async fn a_team_joined_in_chat_stays(world: &mut World) {
    assert_snapshot!(world.says("root", "/admin team @dana join shop").await, @"@dana is in the team shop now.");
    bring_in(&world.engine.world, &places::people()).await.expect("the database");
    assert!(world.person("dana").await.teams.contains("shop"));
    let mut listed = places::people();
    listed[0].teams.insert("shop".to_owned());
    bring_in(&world.engine.world, &listed).await.expect("the database");
    assert_snapshot!(world.says("root", "/admin team @dana leave shop").await, @"@dana is still in the team shop: the configuration says so.");
    assert_snapshot!(world.says("root", "/admin team @dana leave shop").await, @"
    That @dana is in the team shop was not said here.
    (Change the configuration, or the group on the platform, which says so.)
    ");
    bring_in(&world.engine.world, &places::people()).await.expect("the database");
    assert!(world.person("dana").await.teams.is_empty());
    assert_snapshot!(world.says("root", "/admin people").await, @"
    - @ada: developer, approver
    - @bob: approver
    - @dana: developer
    - @erin: developer
    - @mallory: developer
    - @root: admin
    ");
    assert_snapshot!(world.says("dana", "/admin people").await, @"
    Only auditors and admins may do that.
    (Ask one of them.)
    ");
    assert_snapshot!(world.says("dana", "/admin people me").await, @"
    # @dana
    Name: Dana Jäger
    Address: dana@example.org
    Is: developer
    Known by: the configuration
    ");
}

pub async fn whoever_leaves_hands_over_what_they_have(world: &mut World) {
    for line in ["/admin team @dana join shop", "/admin team @bob join shop"] {
        world.says("root", line).await;
    }
    world.says("dana", "/env request web for=2d").await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.settles().await;
    world.outside.cluster.by_hand();
    world.says("dana", "/env request web for=2d").await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.settles().await;
    world.says("dana", "/env request small cpu=2 for=1d to see").await;
    world.settles().await;
    world.sees("dana").await;
    world.sees("bob").await;
    assert!(keys(world, "web-1") == [places::DANAS_KEY] && keys(world, "web-2") == [places::DANAS_KEY]);
    assert_snapshot!(world.says("root", "/admin remove @root by mistake").await, @"
    You would shut yourself out.
    (Another admin has to do that.)
    ");
    assert_snapshot!(world.says("root", "/admin remove @dana left the company").await, @"
    @dana is removed.
    - small-1 was withdrawn
    - web-1 is now in the hands of @bob
    - web-2 is now in the hands of @bob
    ");
    world.settles().await;
    assert!(keys(world, "web-1").is_empty() && keys(world, "web-2").is_empty(), "nobody's key opens them");
    assert_snapshot!(world.says("dana", "/env list").await, @"
    Sublet does not know you, or you are no longer active.
    (Ask an admin to add you.)
    ");
    assert_snapshot!(world.sees("dana").await, @"
    sublet (rewritten):
    # web-1
    web-1 is in the hands of @bob now.

    sublet (rewritten):
    # web-2
    web-2 is in the hands of @bob now.

    sublet (rewritten):
    # small-1
    Withdrawn at Mon 23 Nov 2026 10:00 CET
    Template: small
    Size: cpu=2 memory=2Gi
    For: 1 day
    Reason: to see
    ");
    assert_snapshot!(world.sees("bob").await, @"
    sublet:
    # web-1
    Approved by @ada on the console at Mon 23 Nov 2026 04:00 EST. Active.
    Template: web
    Size: cpu=1 memory=2Gi
    For: 2 days
    Ends: Wed 25 Nov 2026 04:00 EST
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    [Extend] [Release now]

    sublet:
    @dana left. web-1 was theirs, and is in your hands now.
    [Details]

    sublet:
    # web-2
    Approved by @ada on the console at Mon 23 Nov 2026 04:00 EST. Being provisioned.
    ░ waiting for its turn
    Template: web
    Size: cpu=1 memory=2Gi
    For: 2 days
    [Release now]

    sublet:
    @dana left. web-2 was theirs, and is in your hands now.
    [Details]
    ");
    world.says("bob", &format!("/key add {}", places::ERINS_KEY)).await;
    world.outside.cluster.gets_ready(&world.real("web-2"));
    world.restarts().await;
    world.settles().await;
    assert_eq!(keys(world, "web-2"), [places::ERINS_KEY], "the new owner's");
    assert_snapshot!(world.says("bob", "/env ssh web-2").await, @"
    How to log in to web-2
        ssh -p 22002 dev@env.example.org
    (Host key `SHA256:host`)
    (To pin the host key, add this line to `~/.ssh/known_hosts`:)
        [env.example.org]:22002 ssh-ed25519 AAAAhost
    ");
    assert_snapshot!(world.says("root", "/env why web-1").await, @"
    # The story of web-1
    - Mon 23 Nov 2026 09:00 UTC: @dana asked for web for 2 days
    - Mon 23 Nov 2026 09:00 UTC: it waits for an approver
    - Mon 23 Nov 2026 09:00 UTC: @ada approved it
    - Mon 23 Nov 2026 09:00 UTC: provisioning began
    - Mon 23 Nov 2026 09:00 UTC: ready at env.example.org:22001; the lease ends Wed 25 Nov 2026 09:00 UTC
    - Mon 23 Nov 2026 09:00 UTC: it went from @dana to @bob
    ");
    // Once more is nothing more.
    let before = world.outside.chat.messages().len();
    bring_in(&world.engine.world, &places::people()).await.expect("the database");
    world.settles().await;
    assert_eq!(world.outside.chat.messages().len(), before);
    assert!(
        !world.person("dana").await.active,
        "the configuration does not bring back whom an admin removed"
    );
    assert_snapshot!(world.says("root", "/admin restore @dana").await, @"@dana is back, with the roles they had. They link their accounts anew.");
    assert_snapshot!(world.says("dana", "/env list").await, @"Nothing here. Ask for something: `/env request web`.");
    for name in ["web-1", "web-2"] {
        world.says("bob", &format!("/env release {name}")).await;
    }
    world.settles().await;
}

/// The keys that open an environment now.
fn keys(world: &World, name: &str) -> Vec<String> {
    let name = world.real(name);
    let made = world.outside.cluster.made();
    let made = made.into_iter().find(|made| made.spec.name.as_str() == name).expect("it exists");
    made.spec.keys
}

pub async fn whoever_is_no_longer_listed_hands_over_as_well(world: &mut World) {
    world.says("erin", "/env request small").await;
    world.settles().await;
    world.says("erin", "/env request web").await;
    world.settles().await;
    let listed: Vec<Person> = places::people().into_iter().filter(|person| person.handle != "erin").collect();
    for _ in 0..2 {
        bring_in(&world.engine.world, &listed).await.expect("the database");
        world.settles().await;
    }
    assert_snapshot!(world.sees("root").await, @"
    sublet:
    # small-1
    Approved by the template's rule at Mon 23 Nov 2026 09:00 UTC. Active.
    Template: small
    Size: cpu=1 memory=2Gi
    For: 8 hours
    Ends: Mon 23 Nov 2026 17:00 UTC
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    [Extend] [Release now]

    sublet:
    @erin left. small-1 was theirs, and is in your hands now.
    [Details]
    ");
    assert_snapshot!(world.says("root", "/env list all").await, @"- small-1: active, ends Mon 23 Nov 2026 17:00 UTC, @root");
    assert_snapshot!(world.says("root", "/admin restore @erin").await, @"
    The configuration does not let @erin in.
    (List them there as active, and start Sublet again.)
    ");
    assert_snapshot!(world.says("root", "/env release small-1").await, @"You released small-1. Everything in it is being purged.");
    world.settles().await;
    let all = places::people();
    bring_in(&world.engine.world, &all).await.expect("the database");
    assert!(world.person("erin").await.active);
}

pub async fn the_last_one_is_missed_aloud(world: &mut World) {
    for line in ["/admin role @erin give admin", "/admin remove @ada gone", "/admin remove @bob gone"] {
        world.says("root", line).await;
    }
    assert_snapshot!(world.says("erin", "/admin remove @root gone too").await, @"@root is removed.");
    assert_snapshot!(world.says("erin", "/admin role @erin take admin").await, @"
    @erin is no longer admin.
    (Nobody is left who may decide by a role of their own: requests wait for those whom a group of a platform makes an approver.)
    ");
}

pub async fn what_is_known_of_somebody_is_erased(world: &mut World) {
    world.says("dana", "/env request web to show Dana's work").await;
    world.settles().await;
    world.says("ada", "/env reject web-1 Dana has two already").await;
    world.says("dana", "/env request small").await;
    world.settles().await;
    world.says("dana", "/env release small-1").await;
    world.settles().await;
    world.says("root", "/quota set @dana cpu=8").await;
    world.says("root", "/quota grant @dana cpu=1 until=2026-12-01 Dana needs it").await;
    world.says("dana", "/quota request cpu=2 until=2026-12-01 Dana's own wish").await;
    world.settles().await;
    assert_snapshot!(world.says("root", "/admin erase @dana").await, @"
    @dana is active.
    (Remove them first: `/admin remove @dana …`.)
    ");
    world.says("root", "/admin remove @dana left for good").await;
    world.settles().await;
    assert_snapshot!(erased(&world.says("root", "/admin erase @dana").await), @"What was known of @dana is erased, with the words of 12 entries of the log. They are @erased-… from now on.");
    world.settles().await;
    assert_snapshot!(world.says("root", "/admin erase @dana").await, @"
    Nobody is known here as `@dana`.
        /admin erase @dana
                     ^^^^^
    (`/admin people` lists everybody.)
    ");
    assert_snapshot!(erased(&world.says("root", "/env why web-1").await), @"
    # The story of web-1
    - Mon 23 Nov 2026 09:00 UTC: @erased-… asked for web for 3 days: (erased)
    - Mon 23 Nov 2026 09:00 UTC: it waits for an approver
    - Mon 23 Nov 2026 09:00 UTC: @ada rejected it: (erased)
    ");
    assert_snapshot!(erased(&world.says("root", "/env why small-1").await), @"
    # The story of small-1
    - Mon 23 Nov 2026 09:00 UTC: @erased-… asked for small for 8 hours
    - Mon 23 Nov 2026 09:00 UTC: approved by the template's rule
    - Mon 23 Nov 2026 09:00 UTC: provisioning began
    - Mon 23 Nov 2026 09:00 UTC: ready at env.example.org:22001; the lease ends Mon 23 Nov 2026 17:00 UTC
    - Mon 23 Nov 2026 09:00 UTC: @erased-… released it
    - Mon 23 Nov 2026 09:00 UTC: deletion began, because @erased-… released it
    - Mon 23 Nov 2026 09:00 UTC: everything is gone
    ");
    let found =
        verify(world.store().as_ref(), None).await.expect("the database").expect("the chain is whole");
    assert!(found.sealed > 4, "{found:?}");
    let mut tx = world.store().read().await.expect("a transaction");
    let log = tx.audit_after(0, 1_000).await.expect("entries");
    let requests = tx.requests_of(&places::id("dana"), 10).await.expect("requests");
    let people = tx.people().await.expect("people");
    let wishes = tx.wishes_of(&places::id("dana")).await.expect("wishes");
    let grants =
        tx.grants_of(&Scope::Person(places::id("dana")), utc("2026-11-23 00:00")).await.expect("grants");
    assert!(
        wishes.len() == 1 && wishes[0].wakes_at().is_none() && grants.len() == 1,
        "{wishes:?} {grants:?}"
    );
    let quotas = format!("{wishes:?} {grants:?}");
    for known in [format!("{log:?}"), format!("{requests:?}"), format!("{people:?}"), quotas] {
        let known = known.replace("per_dana", "");
        let words = ["@dana", "dana@example.org", "Dana", "Jäger", "left for good", "has two", "dana@laptop"];
        for word in words {
            assert!(!known.contains(word), "{word} is in {known}");
        }
    }
    assert_eq!(tx.keys_of(&places::id("dana")).await.expect("keys"), []);
    let nobody = people.iter().find(|person| person.id == places::id("dana")).expect("that they were stays");
    assert!(!nobody.active && nobody.roles.is_empty() && nobody.email.is_empty());
}

/// Chance gives the name of whoever was erased.
fn erased(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("erased-") {
        out.push_str(before);
        out.push_str("erased-…");
        rest = after.get(8..).unwrap_or_default();
    }
    out + rest
}

pub async fn the_log_is_read_in_pages(world: &mut World) {
    world.says("dana", "/env request web").await;
    world.settles().await;
    world.says("erin", "/env show web-1").await;
    world.presses("ada", "#approvers", "Approve").await;
    world.settles().await;
    let auditor = Person { roles: [Role::Auditor].into(), ..world.person("mallory").await };
    world.knows(&auditor).await;
    assert_snapshot!(world.says("dana", "/audit").await, @"
    - Mon 23 Nov 2026 10:00 CET web-1: ready at env.example.org:22001; the lease ends Thu 26 Nov 2026 10:00 CET
    - Mon 23 Nov 2026 10:00 CET web-1: @ada provisioning began
    - Mon 23 Nov 2026 10:00 CET web-1: @ada approved it
    - Mon 23 Nov 2026 10:00 CET web-1: @erin tried to see it and was refused: There is no environment `web-1` that you could see.
    - Mon 23 Nov 2026 10:00 CET web-1: it waits for an approver
    - Mon 23 Nov 2026 10:00 CET web-1: @dana asked for web for 3 days
    - Mon 23 Nov 2026 10:00 CET @dana: @dana added the key `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    ");
    assert_snapshot!(world.says("erin", "/audit web-1").await, @"- Mon 23 Nov 2026 18:00 JST web-1: @erin tried to see it and was refused: There is no environment `web-1` that you could see.");
    assert_snapshot!(world.says("erin", "/audit who=@dana").await, @"
    Only auditors and admins may do that.
    (Ask one of them.)
    ");
    assert_snapshot!(world.says("mallory", "/audit what=refused").await, @"
    - Mon 23 Nov 2026 09:00 UTC @dana: @erin tried to see it and was refused: Only auditors and admins may do that.
    - Mon 23 Nov 2026 09:00 UTC web-1: @erin tried to see it and was refused: There is no environment `web-1` that you could see.
    ");
    assert_snapshot!(world.says("mallory", "/audit who=@ada web-1").await, @"
    - Mon 23 Nov 2026 09:00 UTC web-1: @ada provisioning began
    - Mon 23 Nov 2026 09:00 UTC web-1: @ada approved it
    ");
    assert_snapshot!(world.says("mallory", "/audit since=\"2026-12-01 18:00\"").await, @"The log has nothing of that kind.");
    assert_snapshot!(world.says("mallory", "/env approve web-1").await, @"
    Only approvers may do that.
    (They were asked already; you will be told what they decide.)
    ");
    assert_snapshot!(world.says("mallory", "/env release web-1").await, @"
    web-1 belongs to somebody else.
    (Its owner or an admin can do that.)
    ");
    for _ in 0..12 {
        world.says("erin", "/env release web-1").await;
    }
    let first = world.says("mallory", "/audit").await;
    assert!(first.contains("[Older]"), "{first}");
    let older = world.says("mallory", &oldest(world).await).await;
    assert!(older.contains("asked for web") && !older.contains("[Older]"), "{older}");
}

/// The line of the button that shows what is older.
async fn oldest(world: &World) -> String {
    let mut tx = world.store().read().await.expect("a transaction");
    let head = tx.audit_head().await.expect("a head").seq;
    format!("/audit before={}", head - 14)
}
