//! The demo: everything in one process on embedded defaults, and a tour that plays the whole story.

mod chat;
pub mod kube;
mod login;
mod script;
mod stage;
mod tour;

use std::sync::Arc;

use anyhow::Context as _;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::{clock::SystemClock, config::Config, templates, wiring};

pub use tour::tour;

/// Starts the demo, prints the one address to open, and runs until it is told to stop.
///
/// # Errors
/// What could not be opened, in words.
pub async fn demo(
    config: &Config,
    image: Option<&str>,
    metrics: Option<PrometheusHandle>,
) -> anyhow::Result<()> {
    prepare(config, image).await?;
    let running = wiring::start(config, Arc::new(SystemClock), metrics).await?;
    println!("Sublet is running: open http://{}/", running.address);
    println!(
        "Ask as Dana, approve as Ada or Omar. Data: {}. End it with Ctrl-C.",
        config.data.folder.display()
    );
    wiring::told_to_stop().await?;
    running.stop().await;
    Ok(())
}

/// The demo's templates, and the cluster if it is to be on one.
async fn prepare(config: &Config, image: Option<&str>) -> anyhow::Result<()> {
    if config.kubernetes.enabled {
        return kube::prepare(config, image).await;
    }
    templates::demo::seed(&config.templates.folder)
        .with_context(|| format!("cannot write templates to {}", config.templates.folder.display()))
}
