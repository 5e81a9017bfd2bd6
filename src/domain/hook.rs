//! Outgoing webhooks: who wants to be told of what happens, and of what.

use std::collections::BTreeSet;

use super::ids::Lane;

/// Somebody outside who is told what happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// Its name, which stays when its address changes: the place up to which it was told is kept under it.
    pub name: String,
    /// The words of the facts that it wants; empty for all.
    pub events: BTreeSet<String>,
}

impl Hook {
    /// Whether it wants a fact of this word.
    pub fn wants(&self, word: &str) -> bool {
        self.events.is_empty() || self.events.contains(word)
    }

    /// The lane in which what it is told stands.
    pub fn lane(name: &str) -> Lane {
        Lane::of(format_args!("hook/{name}"))
    }
}
