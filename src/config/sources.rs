//! Where settings come from: the one place that reads the process's environment.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::USUAL_FILE;
use crate::document::{Fault, Faults, Place};

/// The variable that names the configuration file.
const NAMES_THE_FILE: &str = "SUBLET_CONFIG";

/// What a configuration is read from. It may hold secrets, so it is never printed.
#[derive(Default, Clone)]
pub struct Sources {
    /// Name and text of the file, if there is one.
    pub file: Option<(String, String)>,
    /// The folder from which relative paths count: the file's, else the working folder.
    pub folder: PathBuf,
    /// The environment's variables.
    pub variables: BTreeMap<String, String>,
}

impl Sources {
    /// Gathers the environment's variables and the file: the one named here, else by `SUBLET_CONFIG`,
    /// else `sublet.toml` in the working folder if it is there.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn gather(named: Option<&Path>) -> Result<Self, Faults> {
        let variables = variables();
        let named = named.map(Path::to_owned).or_else(|| variables.get(NAMES_THE_FILE).map(PathBuf::from));
        let Some(path) = named.or_else(|| Some(PathBuf::from(USUAL_FILE)).filter(|path| path.exists()))
        else {
            return Ok(Self { file: None, folder: PathBuf::new(), variables });
        };
        let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        Ok(Self { file: Some((path.display().to_string(), text)), folder, variables })
    }

    /// A path as it is meant: relative ones count from the folder of the configuration file.
    pub(super) fn path(&self, text: &str) -> PathBuf {
        self.folder.join(text)
    }
}

/// The environment's variables, those that are not text left out.
pub fn variables() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

fn unreadable(path: &Path, error: &std::io::Error) -> Faults {
    Faults::one(Fault {
        place: Place::Whole(path.display().to_string()),
        path: String::new(),
        wrong: format!("The configuration cannot be read: {error}."),
        right: format!("Name the file with --config or {NAMES_THE_FILE}."),
    })
}
