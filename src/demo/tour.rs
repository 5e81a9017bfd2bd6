//! `sublet demo --tour`: the whole story in the terminal, on a clock that is put forward, with real logins.

use std::sync::Arc;

use super::{kube, script, stage::Stage};
use crate::{clock::WarpClock, config::Config, wiring};

/// Plays the story. Anything that is not as told ends it with an error.
///
/// # Errors
/// What was not as told.
pub async fn tour(config: &Config, image: Option<&str>) -> anyhow::Result<()> {
    super::prepare(config, image).await?;
    let clock = Arc::new(WarpClock::new());
    let running = wiring::start(config, clock.clone(), None).await?;
    let stage = Stage::new(&running, clock, config, script::SCENES);
    let played = script::play(&stage).await;
    stage.over();
    if played.is_ok() {
        stage.tell_what_was_seen().await?;
        println!("\nThe story ended as told.");
    }
    let swept = if config.kubernetes.enabled { kube::sweep(config).await } else { Ok(()) };
    running.stop().await;
    played.and(swept)
}
