//! Tests of the language as a whole. Those of one unit or command stand beside it.

mod catalog;
mod completions;
mod discord;
mod documents;
mod forms;
mod mistakes;
mod properties;
mod slack;
mod understood;

use chrono::{TimeZone, Utc};

use crate::Context;

/// A Saturday morning, for somebody in Berlin.
pub(crate) fn context() -> Context {
    Context { now: Utc.with_ymd_and_hms(2026, 11, 21, 8, 0, 0).unwrap(), zone: chrono_tz::Europe::Berlin }
}
