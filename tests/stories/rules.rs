//! Rules of several people: who is still needed, who may alone, who counts when nobody answers or somebody is away.

use chrono::TimeDelta;
use insta::assert_snapshot;
use sublet::domain::{
    approval::{Escalation, Group, Need, Rule, Rules},
    person::{Person, Rights, Role},
    policy::Policy,
};

use crate::world::{World, places};

pub fn need(of: Group, count: u32) -> Need {
    Need { of, count }
}

fn named(handles: &[&str]) -> Group {
    Group::People(handles.iter().map(|handle| (*handle).to_owned()).collect())
}

/// A rule whose name is its words.
pub fn rule(needs: Vec<Need>) -> Rule {
    let rule = Rule { needs, ..Rule::default() };
    Rule { name: rule.words(), ..rule }
}

/// From now on requests follow that rule.
pub async fn requests_follow(world: &mut World, requests: Rule) {
    let rules = Rules { requests, ..Rules::default() };
    world.rules(Policy { rules, ..places::policy() }).await;
}

/// Kim, a developer, joins.
async fn kim_joins(world: &World) {
    let erin = world.person("erin").await;
    let (name, email) = ("Kim".to_owned(), "kim@example.org".to_owned());
    let kim =
        Person { id: places::id("kim"), handle: "kim".to_owned(), name, email, zone: chrono_tz::UTC, ..erin };
    world.knows(&kim).await;
}

pub async fn two_of_a_group(world: &mut World) {
    requests_follow(world, rule(vec![need(Group::Approvers, 2)])).await;
    world.says("dana", "/env request web").await;
    world.settles().await;
    world.sees("#approvers").await;
    let seen = world.line_of("#approvers", "Approve");
    assert_snapshot!(world.says("ada", &seen).await, @"Your approval of web-1 is counted. Still needed: one of the approvers.");
    assert_snapshot!(world.says("ada", &seen).await, @"
    You approved this already; it needs somebody else's word as well.
    (The card tells who is still needed.)
    ");
    world.settles().await;
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet (rewritten):
    # @dana asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    For: 3 days
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Rule: 2 of the approvers
    Approved by: @ada
    Waiting. Still needed: one of the approvers.
    [Approve] [Reject] [Approve smaller] [Approve shorter] [Details]
    ");
    assert_eq!(world.line_of("#approvers", "Approve"), seen, "only a review was added");
    assert_snapshot!(world.says("bob", &seen).await, @"You approved web-1. The requester is being told.");
    assert_snapshot!(world.says("root", &seen).await, @"It was approved already by @bob at Mon 23 Nov 2026 09:00 UTC.");
    world.settles().await;
    assert_eq!(world.outside.cluster.made().len(), 1);
    assert_snapshot!(world.says("dana", "/env why web-1").await, @"
    # The story of web-1
    - Mon 23 Nov 2026 10:00 CET: @dana asked for web for 3 days
    - Mon 23 Nov 2026 10:00 CET: it waits for an approver
    - Mon 23 Nov 2026 10:00 CET: @ada approved it; still needed: one of the approvers
    - Mon 23 Nov 2026 10:00 CET: @bob approved it
    - Mon 23 Nov 2026 10:00 CET: provisioning began
    - Mon 23 Nov 2026 10:00 CET: ready at env.example.org:22001; the lease ends Thu 26 Nov 2026 10:00 CET
    ");
}

pub async fn two_groups(world: &mut World) {
    requests_follow(world, rule(vec![need(Group::Approvers, 1), need(Group::Admins, 1)])).await;
    world.says("dana", "/env request web").await;
    world.settles().await;
    assert_snapshot!(world.presses("root", "#approvers", "Approve").await, @"Your approval of web-1 is counted. Still needed: one of the approvers.");
    world.settles().await;
    assert!(world.outside.cluster.made().is_empty(), "one person is never two");
    assert_snapshot!(world.presses("bob", "#approvers", "Approve").await, @"You approved web-1. The requester is being told.");
    world.settles().await;
    assert_eq!(world.outside.cluster.made().len(), 1);
}

pub async fn a_no_after_a_yes(world: &mut World) {
    requests_follow(world, rule(vec![need(Group::Approvers, 3)])).await;
    world.says("dana", "/env request web").await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.presses("bob", "#approvers", "Approve").await;
    assert_snapshot!(world.says("bob", "/env reject web-1 I looked again").await, @"You rejected web-1. The requester is being told.");
    assert_snapshot!(world.says("root", "/env approve web-1").await, @"It was rejected already by @bob at Mon 23 Nov 2026 09:00 UTC.");
    world.settles().await;
    assert!(world.outside.cluster.made().is_empty());
    assert_snapshot!(world.says("dana", "/env why web-1").await, @"
    # The story of web-1
    - Mon 23 Nov 2026 10:00 CET: @dana asked for web for 3 days
    - Mon 23 Nov 2026 10:00 CET: it waits for an approver
    - Mon 23 Nov 2026 10:00 CET: @ada approved it; still needed: 2 of the approvers
    - Mon 23 Nov 2026 10:00 CET: @bob approved it; still needed: one of the approvers
    - Mon 23 Nov 2026 10:00 CET: @bob rejected it: I looked again
    ");
}

pub async fn ones_own_where_it_is_allowed(world: &mut World) {
    world.says("ada", &format!("/key add {} name=mine", places::DANAS_KEY)).await;
    requests_follow(world, Rule { own: true, ..rule(vec![need(Group::Approvers, 2)]) }).await;
    world.says("ada", "/env request web").await;
    world.settles().await;
    assert_snapshot!(world.presses("ada", "#approvers", "Approve").await, @"Your approval of web-1 is counted. Still needed: one of the approvers.");
    assert_snapshot!(world.presses("bob", "#approvers", "Approve").await, @"You approved web-1. The requester is being told.");
    world.settles().await;
    assert_eq!(world.outside.cluster.made().len(), 1);
}

pub async fn nobody_can_approve(world: &mut World) {
    let needs = vec![need(Group::Approvers, 1), need(Group::Team("security".to_owned()), 2)];
    requests_follow(world, rule(needs)).await;
    assert_snapshot!(world.says("dana", "/env request web").await, @"
    There is nobody who could approve this, so it would wait for ever.
    (It lacks 2 of the approvers of team security, other than you. Ask an admin to name people for it.)
    ");
    for handle in ["ada", "bob"] {
        let person = world.person(handle).await;
        world.knows(&Person { teams: ["security".to_owned()].into(), ..person }).await;
    }
    assert_snapshot!(world.says("dana", "/env request web").await, @"Asked for web-1. Its card is in your direct messages and moves with it.");
    world.settles().await;
    // A group of a platform may make somebody an approver at the moment of their press, but nobody else than they are.
    let lent = Rights { roles: [Role::Approver].into(), teams: ["rare".to_owned()].into() };
    let rare = rule(vec![need(Group::Approvers, 7), need(Group::Team("rare".to_owned()), 1)]);
    let before = world.engine.world.policy.as_ref().clone();
    let rules = Rules { requests: rare, ..before.rules.clone() };
    world.rules(Policy { lent: lent.clone(), rules, ..before.clone() }).await;
    assert_snapshot!(world.says("dana", "/env request web").await, @"Asked for web-2. Its card is in your direct messages and moves with it.");
    world.settles().await;
    let rules = Rules { requests: rule(vec![need(Group::Admins, 2)]), ..before.rules.clone() };
    world.rules(Policy { lent, rules, ..before }).await;
    assert_snapshot!(world.says("dana", "/env request web").await, @"
    There is nobody who could approve this, so it would wait for ever.
    (It lacks one of the admins, other than you. Ask an admin to name people for it.)
    ");
    requests_follow(world, rule(vec![need(named(&["dana"]), 1)])).await;
    assert_snapshot!(world.says("dana", "/env request web").await, @"
    There is nobody who could approve this, so it would wait for ever.
    (It lacks @dana, other than you. Ask an admin to name people for it.)
    ");
}

pub async fn a_right_that_is_lost_between_two_presses(world: &mut World) {
    requests_follow(world, rule(vec![need(Group::Approvers, 2)])).await;
    world.says("dana", "/env request web").await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    let bob = world.person("bob").await;
    world.knows(&Person { roles: [Role::Developer].into(), ..bob }).await;
    assert_snapshot!(world.presses("bob", "#approvers", "Approve").await, @"
    Only approvers may do that.
    (They were asked already; you will be told what they decide.)
    ");
    let ada = world.person("ada").await;
    world.knows(&Person { roles: [Role::Developer].into(), ..ada }).await;
    assert_snapshot!(world.presses("ada", "#approvers", "Reject").await, @"
    form: Reject a request or an extension, with a reason
    Reason*:
    [Reject]
    ");
    assert_snapshot!(world.fills("ada", &[("reason", "not any more")]).await, @"
    Only approvers may do that.
    (They were asked already; you will be told what they decide.)
    ");
    assert_snapshot!(world.presses("root", "#approvers", "Approve").await, @"You approved web-1. The requester is being told.");
    world.settles().await;
    assert_eq!(world.outside.cluster.made().len(), 1, "what was said while it was a right counts");
}

pub async fn named_people_decide_and_are_asked(world: &mut World) {
    kim_joins(world).await;
    requests_follow(world, rule(vec![need(named(&["kim"]), 1)])).await;
    world.says("dana", "/env request web").await;
    world.settles().await;
    assert_snapshot!(world.sees("kim").await, @"
    sublet:
    @dana asks for something about web-1. Your word is needed.
    [Details]
    ");
    assert_snapshot!(world.presses("ada", "#approvers", "Approve").await, @"
    This one is not yours to decide.
    (It needs @kim.)
    ");
    assert_snapshot!(world.says("erin", "/env show web-1").await, @"
    There is no environment `web-1` that you could see.
        /env show web-1
                  ^^^^^
    (`/env list` shows yours.)
    ");
    assert_snapshot!(world.says("kim", "/env show web-1").await, @"
    # @dana asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    For: 3 days
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Rule: @kim
    Waiting. Still needed: @kim.
    [Approve] [Reject] [Approve smaller] [Approve shorter] [Details]
    Made of: web, version 1
    ");
    assert_snapshot!(world.says("kim", "/env approve web-1").await, @"You approved web-1. The requester is being told.");
    world.settles().await;
}

pub async fn breaking_the_glass(world: &mut World) {
    world.says("ada", &format!("/key add {} name=mine", places::DANAS_KEY)).await;
    let glass = Some(named(&["ada"]));
    requests_follow(world, Rule { break_glass: glass, ..rule(vec![need(Group::Approvers, 2)]) }).await;
    world.says("ada", "/env request web").await;
    world.settles().await;
    world.sees("#approvers").await;
    world.sees("bob").await;
    assert_snapshot!(world.says("bob", "/env break-glass web-1 I am in a hurry").await, @"
    You may not approve this alone.
    (In an emergency @ada may.)
    ");
    assert_snapshot!(world.says("ada", "/env break-glass web-1").await, @"
    form: Approve alone in an emergency, with a reason
    Reason*:
    [Break-glass]
    ");
    assert_snapshot!(world.fills("ada", &[("reason", "the shop is down")]).await, @"You approved web-1 alone. Every approver is being told, with your reason.");
    world.settles().await;
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet (rewritten):
    # @ada asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    For: 3 days
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Ends: Thu 26 Nov 2026 09:00 UTC
    Rule: 2 of the approvers
    Approved by: @ada, alone: the shop is down
    Approved by @ada on the console at Mon 23 Nov 2026 09:00 UTC. Active.

    sublet:
    The glass was broken: @ada approved web-1 alone: the shop is down
    [Details]
    ");
    assert_snapshot!(world.sees("bob").await, @"
    sublet:
    The glass was broken: @ada approved web-1 alone: the shop is down
    [Details]
    ");
    assert_snapshot!(world.says("ada", "/env break-glass web-1 again").await, @"It was approved already by @ada at Mon 23 Nov 2026 09:00 GMT.");
    assert_snapshot!(world.says("bob", "/env why web-1").await, @"
    # The story of web-1
    - Mon 23 Nov 2026 04:00 EST: @ada asked for web for 3 days
    - Mon 23 Nov 2026 04:00 EST: it waits for an approver
    - Mon 23 Nov 2026 04:00 EST: @bob tried to break the glass of it and was refused: You may not approve this alone.
    - Mon 23 Nov 2026 04:00 EST: @ada broke the glass: the shop is down
    - Mon 23 Nov 2026 04:00 EST: @ada approved it
    - Mon 23 Nov 2026 04:00 EST: provisioning began
    - Mon 23 Nov 2026 04:00 EST: ready at env.example.org:22001; the lease ends Thu 26 Nov 2026 04:00 EST
    ");
}

pub async fn others_count_when_nobody_answers(world: &mut World) {
    let escalate = Some(Escalation { after: TimeDelta::minutes(30).into(), to: Group::Admins });
    kim_joins(world).await;
    requests_follow(world, Rule { escalate, ..rule(vec![need(named(&["kim"]), 1)]) }).await;
    world.says("dana", "/env request web").await;
    world.settles().await;
    let seen = world.line_of("#approvers", "Approve");
    assert_snapshot!(world.says("root", &seen).await, @"
    This one is not yours to decide.
    (It needs @kim.)
    ");
    world.passes(TimeDelta::minutes(29)).await;
    assert_snapshot!(world.says("root", &seen).await, @"
    This one is not yours to decide.
    (It needs @kim.)
    ");
    world.passes(TimeDelta::minutes(1)).await;
    assert_snapshot!(world.sees("root").await, @"
    sublet:
    @dana asks for something about web-1. Nobody decided so far; you may now as well.
    [Details]
    ");
    world.passes(TimeDelta::minutes(5)).await;
    // They are told once.
    assert_snapshot!(world.sees("root").await, @"");
    assert_snapshot!(world.says("bob", &seen).await, @"
    This one is not yours to decide.
    (It needs @kim.)
    ");
    assert_snapshot!(world.says("root", &seen).await, @"You approved web-1. The requester is being told.");
    world.settles().await;
    assert_snapshot!(world.says("dana", "/env why web-1").await, @"
    # The story of web-1
    - Mon 23 Nov 2026 10:00 CET: @dana asked for web for 3 days
    - Mon 23 Nov 2026 10:00 CET: it waits for an approver
    - Mon 23 Nov 2026 10:00 CET: @root tried to approve it and was refused: This one is not yours to decide.
    - Mon 23 Nov 2026 10:29 CET: @root tried to approve it and was refused: This one is not yours to decide.
    - Mon 23 Nov 2026 10:30 CET: nobody answered; now it may also be the admins
    - Mon 23 Nov 2026 10:35 CET: @bob tried to approve it and was refused: This one is not yours to decide.
    - Mon 23 Nov 2026 10:35 CET: @root approved it
    - Mon 23 Nov 2026 10:35 CET: provisioning began
    - Mon 23 Nov 2026 10:35 CET: ready at env.example.org:22001; the lease ends Thu 26 Nov 2026 10:35 CET
    ");
}

pub async fn somebody_reviews_while_another_is_away(world: &mut World) {
    kim_joins(world).await;
    requests_follow(world, rule(vec![need(Group::Approvers, 2)])).await;
    assert_snapshot!(world.says("dana", "/env delegate @kim until=2026-11-24").await, @"
    Only approvers may do that.
    (They were asked already; you will be told what they decide.)
    ");
    assert_snapshot!(world.says("ada", "/env delegate @ada until=2026-11-24").await, @"
    Nobody reviews in their own stead.
        /env delegate @ada until=2026-11-24
                      ^^^^
    (Name somebody else; `off` ends it.)
    ");
    assert_snapshot!(world.says("ada", "/env delegate @nobody until=2026-11-24").await, @"
    Nobody is known here as `@nobody`.
        /env delegate @nobody until=2026-11-24
                      ^^^^^^^
    (`/admin people` lists everybody.)
    ");
    assert_snapshot!(world.says("ada", "/env delegate @kim until=2027-11-24").await, @"
    Nobody is away longer than until Tue 23 Feb 2027 09:00 GMT.
        /env delegate @kim until=2027-11-24
                                 ^^^^^^^^^^
    (Give an earlier end, and do it again then.)
    ");
    assert_snapshot!(world.says("ada", "/env delegate @kim until=\"2026-11-23 12:00\"").await, @"@kim reviews in your stead until Mon 23 Nov 2026 12:00 GMT. `/env delegate off` ends it earlier.");
    world.settles().await;
    assert_snapshot!(world.sees("kim").await, @"
    sublet:
    @ada is away. You review in their stead until Mon 23 Nov 2026 12:00 UTC.
    ");
    world.says("dana", "/env request web").await;
    world.settles().await;
    world.sees("#approvers").await;
    assert_snapshot!(world.presses("kim", "#approvers", "Approve").await, @"Your approval of web-1 is counted. Still needed: one of the approvers.");
    assert_snapshot!(world.presses("ada", "#approvers", "Approve").await, @"
    @kim approved this already, in the same place.
    (It needs somebody else's word as well; the card tells whose.)
    ");
    world.settles().await;
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet (rewritten):
    # @dana asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    For: 3 days
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Rule: 2 of the approvers
    Approved by: @kim for @ada
    Waiting. Still needed: one of the approvers.
    [Approve] [Reject] [Approve smaller] [Approve shorter] [Details]
    ");
    assert_snapshot!(world.presses("bob", "#approvers", "Approve").await, @"You approved web-1. The requester is being told.");
    world.settles().await;
    world.passes(TimeDelta::hours(3)).await;
    world.says("erin", "/env request web").await;
    world.settles().await;
    // The end is over.
    assert_snapshot!(world.presses("kim", "#approvers", "Approve").await, @"
    Only approvers may do that.
    (They were asked already; you will be told what they decide.)
    ");
    assert_snapshot!(world.says("ada", "/env delegate off").await, @"Nobody reviews in your stead.");
    world.says("bob", "/env delegate @kim until=2026-11-24").await;
    assert_snapshot!(world.says("bob", "/env delegate off").await, @"You review yourself again; nobody does it in your stead.");
    assert_snapshot!(world.says("kim", "/env approve web-2").await, @"
    There is no environment `web-2` that you could see.
    (`/env list` shows yours.)
    ");
    world.says("erin", "/env withdraw web-2").await;
    world.settles().await;
    assert_snapshot!(world.says("root", "/env why web-1").await, @"
    # The story of web-1
    - Mon 23 Nov 2026 09:00 UTC: @dana asked for web for 3 days
    - Mon 23 Nov 2026 09:00 UTC: it waits for an approver
    - Mon 23 Nov 2026 09:00 UTC: @kim approved it for @ada; still needed: one of the approvers
    - Mon 23 Nov 2026 09:00 UTC: @bob approved it
    - Mon 23 Nov 2026 09:00 UTC: provisioning began
    - Mon 23 Nov 2026 09:00 UTC: ready at env.example.org:22001; the lease ends Thu 26 Nov 2026 09:00 UTC
    ");
}

pub async fn extensions_have_a_rule_of_their_own(world: &mut World) {
    let rules = Rules { extensions: rule(vec![need(Group::Admins, 1)]), ..Rules::default() };
    world.rules(Policy { rules, ..places::policy() }).await;
    world.says("dana", "/env request web").await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.settles().await;
    world.says("dana", "/env extend web-1 for=1d the demo was moved").await;
    world.settles().await;
    assert_snapshot!(world.presses("ada", "#approvers", "Approve").await, @"
    This one is not yours to decide.
    (It needs one of the admins.)
    ");
    assert_snapshot!(world.presses("root", "#approvers", "Approve").await, @"You approved web-1. The requester is being told.");
    world.settles().await;
}
