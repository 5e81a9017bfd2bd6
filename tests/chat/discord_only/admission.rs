//! Who may come in, and as what: members whose accounts are linked, with the roles that they have when they press.

use insta::assert_snapshot;

use crate::world::{
    World,
    discord::{GUILD, ROLE_APPROVER, account},
};

/// A role of somebody's in the guild of the contract.
fn role(world: &World, handle: &str, has: bool) {
    world.discord().discord.with(|state| {
        let member = state.guild(GUILD).members.get_mut(&account(handle)).expect("a member");
        if has {
            member.roles.insert(ROLE_APPROVER.to_owned())
        } else {
            member.roles.remove(ROLE_APPROVER)
        };
    });
}

pub async fn only_known_members_come_in(world: &mut World) {
    assert_snapshot!(world.says("zoe", "/env list").await, @"
    Sublet does not know who you are here.
    (Where you use it already, type `/env link`, and the code that you get here: `/env link CODE`. Or ask an admin to list your account 1400000000000000007.)
    ");
    assert_snapshot!(world.says("gus", "/env list").await, @"
    Guests may not use Sublet here.
    (Ask an admin to add you.)
    ");
    assert_snapshot!(world.says("robot", "/env list").await, @"
    Sublet listens to people, not to programs.
    (Ask somebody of this workspace to do it.)
    ");
    let known = world.people().await;
    assert!(["zoe", "gus", "robot"].iter().all(|handle| !known.contains(&(*handle).to_owned())));
}

pub async fn a_role_counts_at_the_moment_of_the_press(world: &mut World) {
    world.says("dana", "/env request web for=2d").await;
    world.settles().await;
    let approve = world.button("erin", "#approvers", "Approve").await;
    assert_snapshot!(world.presses_that("erin", &approve).await, @"
    Only approvers may do that.
    (They were asked already; you will be told what they decide.)
    ");
    role(world, "erin", true);
    role(world, "erin", false);
    assert_snapshot!(world.presses_that("erin", &approve).await, @"
    Only approvers may do that.
    (They were asked already; you will be told what they decide.)
    ");
    role(world, "erin", true);
    assert_snapshot!(world.presses_that("erin", &approve).await, @"You approved web-1. The requester is being told.");
    world.settles().await;
    assert_eq!(world.cluster.made().len(), 1);
    world.says("dana", "/env release web-1").await;
}

pub async fn whoever_leaves_is_shut_out(world: &mut World) {
    world.says("dana", "/env request web for=2d").await;
    world.settles().await;
    let withdraw = world.button("dana", "dana", "Withdraw").await;
    world.discord().discord.with(|state| {
        for guild in state.directory.guilds.values_mut() {
            guild.members.get_mut(&account("dana")).expect("Dana").left = true;
        }
    });
    assert_snapshot!(world.presses_that("dana", &withdraw).await, @"
    This account was closed, or has left.
    (Ask an admin if that is wrong.)
    ");
    world.discord().discord.with(|state| {
        for guild in state.directory.guilds.values_mut() {
            guild.members.get_mut(&account("dana")).expect("Dana").left = false;
        }
    });
    assert_snapshot!(world.presses_that("dana", &withdraw).await, @"You withdrew web-1.");
}

pub async fn a_code_links_an_account_once(world: &mut World) {
    let told = world.says("dana", "/env link").await;
    let code =
        told.lines().find_map(|line| line.trim().strip_prefix("/env link ")).expect("a code").to_owned();
    assert_snapshot!(told.replace(&code, "CODE"), @"
    Type this within ten minutes on the platform where you are not known yet:
        /env link CODE
    (It makes whoever types it you, so show it to nobody.)
    ");
    assert_snapshot!(world.says("dana", &format!("/env link {code}")).await, @"
    You are known here already.
    (Type the code on the platform where you are not known yet.)
    ");
    assert_snapshot!(world.says("zoe", "/env link ABCD-EFGH-JK").await, @"
    This code is no good: it is mistyped, was used, or its ten minutes are over.
    (Type `/env link` where you use Sublet already, for a new one.)
    ");
    assert_snapshot!(world.says("zoe", &format!("/env link {}", code.to_lowercase())).await, @"You are known here as @dana now.");
    assert_snapshot!(world.says("zoe", "/key list").await, @"- dana-laptop: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`, added Mon 23 Nov 2026 09:00 UTC");
    assert_snapshot!(world.says("gus", &format!("/env link {code}")).await, @"
    This code is no good: it is mistyped, was used, or its ten minutes are over.
    (Type `/env link` where you use Sublet already, for a new one.)
    ");
}

pub async fn a_code_is_good_for_ten_minutes(world: &mut World) {
    let told = world.says("dana", "/env link").await;
    let code =
        told.lines().find_map(|line| line.trim().strip_prefix("/env link ")).expect("a code").to_owned();
    world.passes(chrono::TimeDelta::minutes(10)).await;
    assert_snapshot!(world.says("zoe", &format!("/env link {code}")).await, @"
    This code is no good: it is mistyped, was used, or its ten minutes are over.
    (Type `/env link` where you use Sublet already, for a new one.)
    ");
}
