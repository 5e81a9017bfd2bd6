//! A Web API in trouble: limits, errors, lost and slow answers, a token that is revoked and back.

use super::{chance::Chance, end, job};
use crate::{
    discord::trouble::Trouble as InDiscord,
    slack::trouble::Trouble,
    world::{World, slack::TEAM},
};

const METHODS: [&str; 6] =
    ["chat.postMessage", "chat.update", "conversations.open", "users.info", "views.open", "response_url"];

async fn storm(world: &mut World, seed: u64, make: impl Fn(&mut Chance) -> Trouble) {
    let slack = world.slack().slack.clone();
    slack.with(|state| state.troubles.burst = Some(3));
    let mut chance = Chance::of(seed);
    job::done(world, |_| {
        for _ in 0..3 {
            let (method, trouble) = (*chance.of_all(&METHODS), make(&mut chance));
            let times = u32::try_from(1 + chance.below(3)).expect("a small number");
            slack.with(|state| state.troubles.plan(method, trouble, times));
        }
    })
    .await;
    end::well(world).await;
}

pub async fn limits_without_end(world: &mut World) {
    storm(world, 7, |chance| Trouble::Limited(u32::try_from(1 + chance.below(40)).expect("a small number")))
        .await;
}

pub async fn errors_and_lost_answers(world: &mut World) {
    storm(world, 11, |chance| match chance.below(6) {
        0 => Trouble::Status(500),
        1 => Trouble::Status(503),
        2 => Trouble::DroppedBefore,
        3 => Trouble::DroppedAfter,
        4 => Trouble::Slow(1_000),
        _ => Trouble::Error("internal_error".to_owned()),
    })
    .await;
}

pub async fn the_token_comes_and_goes(world: &mut World) {
    let slack = world.slack().slack.clone();
    let mut good = true;
    job::done(world, |_| {
        good = !good;
        slack.with(|state| state.directory.teams.get_mut(TEAM).expect("the workspace").revoked = !good);
    })
    .await;
    slack.with(|state| state.directory.teams.get_mut(TEAM).expect("the workspace").revoked = false);
    end::well(world).await;
}

/// The same for Discord, on any route.
pub async fn discord_is_in_trouble(world: &mut World) {
    let discord = world.discord().discord.clone();
    let mut chance = Chance::of(13);
    job::done(world, |_| {
        for _ in 0..3 {
            let trouble = match chance.below(6) {
                0 => InDiscord::Status(500),
                1 => InDiscord::Status(503),
                2 => InDiscord::DroppedBefore,
                3 => InDiscord::DroppedAfter,
                4 => InDiscord::Slow(1_000),
                _ => InDiscord::Limited(1_000),
            };
            discord.with(|state| state.troubles.plan("*", trouble, 1));
        }
    })
    .await;
    end::well(world).await;
}
