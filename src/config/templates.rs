//! `[templates]`: the folder of the templates.

use std::path::PathBuf;

use chrono::TimeDelta;

use super::{Sources, quantity::span};
use crate::document::Section;

/// Where templates are.
#[derive(Debug, Clone)]
pub struct Templates {
    /// Their folder: one TOML file each.
    pub folder: PathBuf,
    /// How often the folder is looked at.
    pub reload: TimeDelta,
}

impl Templates {
    pub(super) fn read(section: &Section<'_>, sources: &Sources) -> Self {
        Self {
            folder: sources.path(&section.text("folder").unwrap_or_else(|| "templates".to_owned())),
            reload: section.parse("reload", span).unwrap_or(TimeDelta::seconds(5)),
        }
    }
}
