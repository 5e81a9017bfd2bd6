//! `[audit]`: how long the audit log is kept.

use chrono::TimeDelta;

use super::quantity::span;
use crate::document::{Section, Wrong};

/// The shortest time that makes sense: who did something must be found after a holiday.
const SHORTEST: TimeDelta = TimeDelta::days(30);

/// How long the audit log is kept.
#[derive(Debug, Clone)]
pub struct Audit {
    /// How long entries are kept; `None` for ever.
    pub keep: Option<TimeDelta>,
}

impl Audit {
    pub(super) fn read(section: &Section<'_>) -> Self {
        let keep = section.parse("keep", |text| match span(text)? {
            keep if keep < SHORTEST => {
                let wrong = format!("“{text}” is shorter than 30 days.");
                Err(Wrong::new(wrong, "Write at least `30d`, or leave it out to keep everything."))
            }
            keep => Ok(keep),
        });
        Self { keep }
    }
}
