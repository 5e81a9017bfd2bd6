//! What people do on either platform while things go wrong: they look a little, and do not wonder.

use std::time::Duration;

use crate::{
    discord, slack,
    world::{On, World, discord as guild, slack as team},
};

/// How long somebody looks at the screen before they try again.
const LOOKS: Duration = Duration::from_secs(4);

fn is_discord(world: &World) -> bool {
    matches!(world.on(), On::DiscordGateway | On::DiscordHttp)
}

/// Types a line in a channel for everybody.
pub async fn asks(world: &World, who: &str, line: &str) {
    if is_discord(world) {
        let discord = &world.discord().discord;
        let act = discord.command(&guild::account(who), guild::GENERAL, line).await;
        return looks_in_discord(world, &act.expect("the command is registered")).await;
    }
    let act = world.slack().slack.command(team::TEAM, &team::account(who), team::GENERAL, line).await;
    looks(world, &act).await;
}

/// Presses it, if it is there: in somebody's direct messages, or in the approvers' channel.
pub async fn presses(world: &World, who: &str, place: Option<&str>, label: &str) {
    if is_discord(world) {
        let (discord, who) = (&world.discord().discord, guild::account(who));
        if let Some(button) = finds_in_discord(world, &who, place, label) {
            let act = discord.presses(&who, &button).await;
            looks_in_discord(world, &act).await;
        }
        return;
    }
    let (slack, who) = (&world.slack().slack, team::account(who));
    let place = place.map_or_else(|| team::APPROVERS.to_owned(), team::direct);
    if let Some(button) = slack.finds(&who, &place, label, 0) {
        let act = slack.presses(team::TEAM, &who, &button).await;
        looks(world, &act).await;
    }
}

/// Whether it stands there.
pub fn sees(world: &World, who: &str, place: Option<&str>, label: &str) -> bool {
    if is_discord(world) {
        return finds_in_discord(world, &guild::account(who), place, label).is_some();
    }
    let place = place.map_or_else(|| team::APPROVERS.to_owned(), team::direct);
    world.slack().slack.finds(&team::account(who), &place, label, 0).is_some()
}

/// A button in somebody's direct messages, or in the approvers' channel and what stands below its messages.
fn finds_in_discord(
    world: &World,
    who: &str,
    place: Option<&str>,
    label: &str,
) -> Option<discord::act::Pressable> {
    let discord = &world.discord().discord;
    let places = match place {
        Some(place) => vec![guild::direct(place)],
        None => discord.with(|state| {
            let channels = state.directory.channels.values();
            let below = channels.filter(|channel| {
                channel.below.as_ref().is_some_and(|(channel, _)| channel == guild::APPROVERS)
            });
            below.map(|channel| channel.id.clone()).chain([guild::APPROVERS.to_owned()]).collect()
        }),
    };
    places.iter().find_map(|place| discord.finds(who, place, label, 0))
}

/// Closes the form before them, if there is one.
pub fn dismisses(world: &World, who: &str) {
    if is_discord(world) {
        world.discord().discord.dismisses(&guild::account(who));
    } else {
        world.slack().slack.dismisses(&team::account(who));
    }
}

/// Fills in the form and sends it, if it came.
pub async fn fills(world: &World, who: &str, given: &[(&str, &str)]) {
    if is_discord(world) {
        return fills_in_discord(world, &guild::account(who), given).await;
    }
    let (slack, who) = (&world.slack().slack, team::account(who));
    if slack.modal(&who).is_none_or(|view| view.json["submit"].is_null()) {
        return;
    }
    for (field, text) in given {
        slack.fills(team::TEAM, &who, field, text).await;
    }
    if let slack::forms::Sent::Closed(act) = slack.submits(team::TEAM, &who).await {
        looks(world, &act).await;
    }
}

async fn fills_in_discord(world: &World, who: &str, given: &[(&str, &str)]) {
    let discord = &world.discord().discord;
    if discord.modal(who).is_none() {
        return;
    }
    for (field, text) in given {
        discord.fills(who, field, text);
    }
    if let discord::forms::Sent::Closed(act) = discord.submits(who).await {
        looks_in_discord(world, &act).await;
    }
}

/// Waits a little for an answer, which may be lost.
pub async fn looks(world: &World, act: &slack::act::Act) {
    if act.ack.is_ok() {
        world.slack().slack.sees_within(LOOKS, act).await;
    }
}

async fn looks_in_discord(world: &World, act: &discord::act::Act) {
    if act.ack.is_ok() {
        world.discord().discord.sees_within(LOOKS, act).await;
    }
}
