//! Logs and metrics: how a running Sublet tells what it does.

pub mod names;

use std::io::IsTerminal;

use anyhow::Context;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// One line for people, or one JSON object for machines.
    pub format: Format,
    /// Levels, also by module: `info,sublet=debug`.
    pub filter: String,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// Whether a filter is well formed.
///
/// # Errors
/// Why not, in the library's words.
pub fn check(filter: &str) -> Result<(), String> {
    EnvFilter::try_new(filter).map(|_| ()).map_err(|why| why.to_string())
}

/// Starts to log to the standard error output. Once per process.
///
/// # Errors
/// The filter is not well formed, or logging was started before.
pub fn log(settings: &Settings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.filter).context("the log filter is not well formed")?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match settings.format {
        Format::Text => lines.with_ansi(std::io::stderr().is_terminal()).with_target(false).try_init(),
        Format::Json => lines.json().flatten_event(true).with_current_span(false).try_init(),
    };
    started.map_err(|why| anyhow::anyhow!("logging cannot be started: {why}"))
}

/// Starts to count. Whoever shows the handle's text calls its `run_upkeep` first. Once per process.
///
/// # Errors
/// Counting was started before.
pub fn count() -> anyhow::Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new()
        .set_buckets(&names::SECONDS)
        .and_then(PrometheusBuilder::install_recorder)
        .context("counting cannot be started")?;
    names::describe();
    Ok(handle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_a_description() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            names::describe();
            metrics::counter!("sublet_faults_total").increment(1);
        });
        assert!(handle.render().contains("# HELP sublet_faults_total Faults"), "{}", handle.render());
    }

    #[test]
    fn a_filter_is_checked() {
        assert_eq!(check("info,sublet=debug"), Ok(()));
        assert!(check("sublet=loud").is_err());
    }
}
