//! `[data]`: the folder that holds what must be kept on disk.

use std::path::PathBuf;

use super::Sources;
use crate::document::Section;

/// The folder that holds what must be kept on disk.
#[derive(Debug, Clone)]
pub struct Data {
    /// The database (unless it is elsewhere), local environments, letters of the folder transport.
    pub folder: PathBuf,
}

impl Data {
    pub(super) fn read(section: &Section<'_>, sources: &Sources) -> Self {
        let folder = section.text("folder").unwrap_or_else(|| "sublet-data".to_owned());
        // "." would leave a dot inside every path that is shown.
        let folder = if folder == "." { sources.folder.clone() } else { sources.path(&folder) };
        Self { folder }
    }
}
