//! Documents that people write (configuration, templates), read so that every fault is found at once.
//!
//! The serde way stops at the first fault. Here a document becomes a `tree` whose every value knows
//! its place; a [`section::Section`] hands out typed values, notes what is wrong and goes on.

pub mod fault;
pub mod section;
mod tree;

use std::collections::BTreeMap;

pub use fault::{Fault, Faults, Place};
pub use section::{Kept, Section, Wrong, choose};

use tree::{Item, Table};

/// A document whose values know where they were written.
#[derive(Debug, Clone)]
pub struct Document {
    root: Table,
    origin: String,
}

impl Document {
    /// Reads TOML. `origin` is the name that faults show, such as the file's path.
    ///
    /// # Errors
    /// Every place where the text is not TOML. Values are never quoted: one might be a secret.
    pub fn read(origin: &str, text: &str) -> Result<Self, Faults> {
        Ok(Self { root: tree::read(origin, text)?, origin: origin.to_owned() })
    }

    /// A document without any value.
    pub fn empty(origin: &str) -> Self {
        Self { root: Table::default(), origin: origin.to_owned() }
    }

    /// Lays variables over the document: with the prefix `SUBLET__`, the variable
    /// `SUBLET__MAIL__SMTP__PORT` stands for `mail.smtp.port`. Variables without the prefix are left alone.
    ///
    /// # Errors
    /// Variables that cannot have a place: they go through a value that is no section.
    pub fn overlay(&mut self, prefix: &str, variables: &BTreeMap<String, String>) -> Result<(), Faults> {
        let mut faults = Faults::none();
        for (name, value) in variables {
            let Some(keys) = name.strip_prefix(prefix) else { continue };
            let path: Vec<String> = keys.to_lowercase().split("__").map(str::to_owned).collect();
            if !self.root.set(&path, Item::variable(name, value)) {
                faults.add(Fault {
                    place: Place::Variable(name.clone()),
                    path: path.join("."),
                    wrong: "No section or key can be reached by this name.".to_owned(),
                    right: format!("Write {prefix}SECTION__KEY, with two underscores between the parts."),
                });
            }
        }
        faults.or(())
    }

    /// Reads the whole document with `read`; keys that `read` never asks for are faults.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the places.
    pub fn check<T>(&self, read: impl FnOnce(&Section<'_>) -> T) -> Result<T, Faults> {
        let faults = std::cell::RefCell::new(Faults::none());
        let section = Section::root(&self.root, &self.origin, &faults);
        let value = read(&section);
        section.refuse_unknown();
        faults.into_inner().or(value)
    }
}

#[cfg(test)]
mod tests;
