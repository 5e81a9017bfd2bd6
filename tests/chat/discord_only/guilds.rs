//! Several guilds with one bot: cards in each, and one decision; and direct messages, which are of none.

use insta::assert_snapshot;

use crate::world::{
    World,
    discord::{APPROVERS, OTHER_APPROVERS, account},
};

pub async fn one_decision_in_two_guilds(world: &mut World) {
    let side = world.discord();
    let said = side.says_in("dana", OTHER_APPROVERS, "/env request web for=2d", chrono_tz::UTC).await;
    assert_snapshot!(world.short(&said), @"Asked for web-1. Its card is in your direct messages and moves with it.");
    world.settles().await;
    let discord = world.discord().discord.clone();
    let there = discord.finds(&account("ada"), OTHER_APPROVERS, "Approve", 0).expect("a button there");
    assert_snapshot!(world.presses("bob", "#approvers", "Approve").await, @"You approved web-1. The requester is being told.");
    let said = world.discord().presses("ada", &there, chrono_tz::UTC).await;
    assert_snapshot!(world.short(&said), @"It was approved already by @bob at Mon 23 Nov 2026 09:00 UTC.");
    world.settles().await;
    assert_eq!(world.cluster.made().len(), 1);
    for channel in [APPROVERS, OTHER_APPROVERS] {
        let dead = discord.finds(&account("ada"), channel, "Approve", 0);
        assert!(dead.is_none(), "a dead button: {dead:?}");
    }
    world.says("dana", "/env release web-1").await;
}

/// Commands are there in direct messages as well, for whoever is a member of a guild.
pub async fn commands_in_direct_messages(world: &mut World) {
    let side = world.discord();
    let channel = side.discord.opens_direct(&account("dana"));
    let said = side.says_in("dana", &channel, "/env request web for=2d", chrono_tz::UTC).await;
    assert_snapshot!(world.short(&said), @"Asked for web-1. Its card is in your direct messages and moves with it.");
    let channel = side.discord.opens_direct(&account("sam"));
    let said = side.says_in("sam", &channel, "/env list", chrono_tz::UTC).await;
    assert_snapshot!(said, @"
    People of other organisations may not use Sublet here.
    (Ask somebody of this workspace to do it.)
    ");
    world.says("dana", "/env withdraw web-1").await;
}
