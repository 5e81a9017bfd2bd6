//! `[telemetry]`: what is logged, and how.

use crate::{
    document::{Section, Wrong},
    telemetry::{Format, Settings, check},
};

/// The client of Kubernetes logs each request that fails; whoever asked tells it once, in words. The libraries of the
/// chat platforms log what they are sent, with tokens in it.
const DEFAULT: &str = "info,kube_client=off,serenity=off,slack_morphism=off";

/// Reads what is logged, and how.
pub(super) fn read(section: &Section<'_>) -> Settings {
    Settings {
        format: section
            .choice("format", &[("text", Format::Text), ("json", Format::Json)])
            .unwrap_or(Format::Text),
        filter: section.parse("filter", filter).unwrap_or_else(|| DEFAULT.to_owned()),
    }
}

fn filter(text: &str) -> Result<String, Wrong> {
    let right = "Write a level (error, warn, info, debug, trace), or levels by module: `info,sublet=debug`.";
    // A single unknown word would be taken for a module's name and silence everything else.
    let known = ["error", "warn", "info", "debug", "trace", "off"];
    if !text.contains(['=', ',']) && !known.contains(&text) {
        return Err(Wrong::unknown(text, "a level", &known));
    }
    check(text)
        .map(|()| text.to_owned())
        .map_err(|why| Wrong::new(format!("“{text}” is not a filter: {why}."), right))
}
