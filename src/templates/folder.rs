//! A folder of template files, looked at again and again. A bad file keeps its last good version.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use crate::{
    document::{Fault, Place},
    domain::template::Template,
    ports::templates::Templates,
};

/// No template is longer; a larger file was put there by mistake.
const LONGEST_FILE: u64 = 256 * 1024;

/// The templates of a folder.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    state: RwLock<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By file name.
    files: BTreeMap<String, File>,
    /// What is wrong with the folder itself.
    folder: Option<Fault>,
    /// The templates in force, by name.
    templates: Vec<Arc<Template>>,
}

/// One file as it was last seen.
#[derive(Debug, Default)]
struct File {
    /// What it held; `None` when it could not be read.
    text: Option<String>,
    good: Option<Arc<Template>>,
    faults: Vec<Fault>,
}

impl Folder {
    /// Opens a folder and reads what is there, with everything that is wrong.
    pub fn open(path: &Path) -> (Self, Vec<Fault>) {
        let folder = Self { path: path.to_owned(), state: RwLock::default() };
        folder.refresh();
        let faults = folder.faults();
        (folder, faults)
    }

    /// Reads again what changed; true when templates or faults are others than before. A file with faults
    /// keeps its last good version, a file that is gone takes its template along, and a folder that cannot
    /// be read changes nothing. Faults are logged once per change.
    pub fn refresh(&self) -> bool {
        let listing = self.list();
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        match listing {
            Ok(seen) => state.take(&self.path, seen),
            Err(error) => {
                let fault = about(&self.path, format!("The folder of templates cannot be read: {error}."));
                let changed = state.folder.as_ref() != Some(&fault);
                if changed {
                    log(&fault);
                }
                state.folder = Some(fault);
                changed
            }
        }
    }

    /// Everything that is wrong now.
    pub fn faults(&self) -> Vec<Fault> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.folder.iter().chain(state.files.values().flat_map(|file| &file.faults)).cloned().collect()
    }

    /// The template files and their texts.
    fn list(&self) -> io::Result<BTreeMap<String, io::Result<String>>> {
        let mut seen = BTreeMap::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if name.ends_with(".toml") && !name.starts_with('.') {
                seen.insert(name, text(&entry.path()));
            }
        }
        Ok(seen)
    }
}

impl Templates for Folder {
    fn all(&self) -> Vec<Arc<Template>> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).templates.clone()
    }
}

impl State {
    fn take(&mut self, folder: &Path, seen: BTreeMap<String, io::Result<String>>) -> bool {
        let before = self.files.len();
        self.files.retain(|name, _| {
            let there = seen.contains_key(name);
            if !there {
                tracing::info!(file = name, "template file is gone");
            }
            there
        });
        let mut changed = self.files.len() != before || self.folder.take().is_some();
        for (name, text) in seen {
            changed |= self.files.entry(name.clone()).or_default().take(&folder.join(&name), text);
        }
        if changed {
            self.templates = self.files.values().filter_map(|file| file.good.clone()).collect();
            self.templates.sort_by(|a, b| a.name.cmp(&b.name));
        }
        changed
    }
}

impl File {
    fn take(&mut self, path: &Path, text: io::Result<String>) -> bool {
        let (text, read) = match text {
            Ok(text) if self.text.as_ref() == Some(&text) => return false,
            Ok(text) => {
                let name = path.file_stem().unwrap_or_default().to_string_lossy();
                let read = super::read(&name, &path.display().to_string(), &text);
                (Some(text), read.map_err(|faults| faults.into_iter().collect()))
            }
            Err(error) => (None, Err(vec![about(path, format!("The file cannot be read: {error}."))])),
        };
        self.text = text;
        let faults = match read {
            Ok(template) => {
                tracing::info!(template = template.name, "template read");
                self.good = Some(Arc::new(template));
                Vec::new()
            }
            Err(faults) if faults == self.faults => return false,
            Err(faults) => faults,
        };
        faults.iter().for_each(log);
        self.faults = faults;
        true
    }
}

fn text(path: &Path) -> io::Result<String> {
    if fs::metadata(path)?.len() > LONGEST_FILE {
        return Err(io::Error::other("it is larger than any template"));
    }
    fs::read_to_string(path)
}

fn about(path: &Path, wrong: String) -> Fault {
    let place = Place::Whole(path.display().to_string());
    Fault { place, path: String::new(), wrong, right: String::new() }
}

fn log(fault: &Fault) {
    tracing::warn!(place = %fault.place, path = fault.path, "template: {} {}", fault.wrong, fault.right);
}
