//! `[telemetry]`: what is logged, and how.

use tracing_subscriber::EnvFilter;

use crate::document::{Section, Wrong};

/// What is logged, and how.
#[derive(Debug, Clone)]
pub struct Telemetry {
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

impl Telemetry {
    pub(super) fn read(section: &Section<'_>) -> Self {
        Self {
            format: section
                .choice("format", &[("text", Format::Text), ("json", Format::Json)])
                .unwrap_or(Format::Text),
            filter: section.parse("filter", filter).unwrap_or_else(|| "info".to_owned()),
        }
    }
}

fn filter(text: &str) -> Result<String, Wrong> {
    let right = "Write a level (error, warn, info, debug, trace), or levels by module: `info,sublet=debug`.";
    // A single unknown word would be taken for a module's name and silence everything else.
    let known = ["error", "warn", "info", "debug", "trace", "off"];
    if !text.contains(['=', ',']) && !known.contains(&text) {
        return Err(Wrong::unknown(text, "a level", &known));
    }
    EnvFilter::try_new(text)
        .map(|_| text.to_owned())
        .map_err(|why| Wrong::new(format!("“{text}” is not a filter: {why}."), right))
}
