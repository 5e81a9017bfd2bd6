//! `[reaper]`: when Sublet looks for what is due.

use super::schedule::Schedule;
use crate::document::Section;

/// When Sublet looks for what is due.
#[derive(Debug, Clone)]
pub struct Reaper {
    /// The moments, in UTC. What is due is in the database; a late look loses nothing.
    pub schedule: Schedule,
}

impl Reaper {
    pub(super) fn read(section: &Section<'_>) -> Self {
        Self { schedule: section.parse("schedule", Schedule::read).unwrap_or_else(Schedule::every_minute) }
    }
}
