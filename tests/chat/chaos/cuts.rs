//! Sockets that are cut without a word, or told to come again, at each step.

use super::{end, job};
use crate::{slack::socket::Cut, world::World};

/// The connection that carries what somebody does is cut each time, at that point.
async fn cut(world: &mut World, at: Cut) {
    let slack = world.slack().slack.clone();
    let mut before = None;
    job::done(world, |step| {
        // Once in each step: the next try of the same step goes through.
        if before.replace(step) != Some(step) {
            slack.with(|state| state.cut = vec![at]);
        }
    })
    .await;
    end::well(world).await;
    assert!(slack.with(|state| state.connected) > 2, "nothing was cut");
}

pub async fn the_socket_is_cut_at_each_step(world: &mut World) {
    cut(world, Cut::BeforeTheAcknowledgement).await;
}

pub async fn the_socket_is_refreshed_at_each_step(world: &mut World) {
    let slack = world.slack().slack.clone();
    job::done(world, |_| {
        slack.warns();
        slack.refreshes();
    })
    .await;
    end::well(world).await;
    assert!(slack.with(|state| state.connected) > 5, "no socket came again");
}
