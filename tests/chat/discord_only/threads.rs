//! What belongs to a request stands below its card: one thread for each.

use chrono::TimeDelta;
use chrono_tz::Tz;
use insta::assert_snapshot;

use crate::{
    discord::trouble::Trouble,
    world::{
        World,
        discord::{APPROVERS, account},
    },
};

/// The thread below the card of the contract's guild, if there is one.
fn thread(world: &World) -> Option<String> {
    world.discord().discord.with(|state| {
        let below = |below: &Option<(String, String)>| {
            below.as_ref().is_some_and(|(channel, _)| channel == APPROVERS)
        };
        state
            .directory
            .channels
            .values()
            .find(|channel| below(&channel.below))
            .map(|channel| channel.id.clone())
    })
}

/// Dana has an environment, and asks for more time.
async fn asks_for_more(world: &mut World) {
    world.says("dana", "/env request web for=2d").await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.settles().await;
    world.sees("#approvers").await;
    assert_eq!(thread(world), None, "nothing stands below the card yet");
    world.says("dana", "/env extend web-1 for=1d more tests").await;
    world.settles().await;
}

pub async fn more_time_is_asked_for_below_the_card(world: &mut World) {
    asks_for_more(world).await;
    assert_snapshot!(world.sees("#approvers").await, @"");
    let thread = thread(world).expect("a thread below the card");
    let discord = world.discord().discord.clone();
    let below: Vec<String> = discord.reads(&thread, Tz::UTC).into_iter().map(|(_, text)| text).collect();
    assert_snapshot!(world.short(&below.join("\n\n")), @"
    # @dana asks for 1 day more for web-1
    Reason: more tests
    Ends now: Wed 25 Nov 2026 09:00 UTC
    At the latest: Mon 30 Nov 2026 09:00 UTC
    Waiting for an approver.
    [Approve] [Reject] [Details]
    ");
    let approve = discord.finds(&account("bob"), &thread, "Approve", 0).expect("a button below the card");
    let said = world.discord().presses("bob", &approve, Tz::UTC).await;
    assert_snapshot!(world.short(&said), @"You approved web-1. The requester is being told.");
    world.settles().await;
    assert!(discord.finds(&account("bob"), &thread, "Approve", 0).is_none(), "a dead button");
    world.says("dana", "/env release web-1").await;
}

pub async fn where_no_thread_may_be_started_the_channel_takes_it(world: &mut World) {
    world.discord().troubles(crate::discord::api::routes::START_THREAD, Trouble::Error(403, 50013), 9);
    asks_for_more(world).await;
    assert_eq!(thread(world), None);
    assert!(world.sees("#approvers").await.contains("asks for 1 day more"));
    world.discord().discord.with(|state| state.troubles.heal());
    world.passes(TimeDelta::minutes(1)).await;
    world.says("dana", "/env release web-1").await;
}
