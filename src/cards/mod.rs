//! What people see: domain things as platform-neutral messages. Pure; the same for every surface.
//!
//! A card depends on stored state only, never on the present moment, so that the same state always gives
//! the same card and a card is rewritten only when it says something else.

pub mod access;
pub mod announcement;
pub mod answer;
pub mod extension;
pub mod home;
mod letter;
pub mod listing;
pub mod notice;
pub mod offer;
pub mod people;
pub mod quota;
pub mod refusal;
pub mod request;
mod reviews;
pub mod story;
pub mod template;

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    domain::{ids::PersonId, person::Person, template::Value},
    ports::chat::{Button, Style, Text},
    values,
};

/// The people that a card mentions.
#[derive(Debug, Clone, Default)]
pub struct People(Arc<BTreeMap<PersonId, Person>>);

impl People {
    /// Those people.
    pub fn new(people: impl IntoIterator<Item = Person>) -> Self {
        Self(Arc::new(people.into_iter().map(|person| (person.id.clone(), person)).collect()))
    }

    /// Somebody, if known.
    pub fn get(&self, id: &PersonId) -> Option<&Person> {
        self.0.get(id)
    }

    /// Everybody, by id.
    pub fn all(&self) -> impl Iterator<Item = &Person> {
        self.0.values()
    }

    /// What somebody is called when mentioned.
    pub fn handle<'a>(&'a self, id: &'a PersonId) -> &'a str {
        self.0.get(id).map_or(id.as_str(), |person| &person.handle)
    }

    /// Adds a mention of somebody.
    pub fn mention(&self, text: Text, id: &PersonId) -> Text {
        text.person(id, self.handle(id))
    }
}

/// Sizes and options on one line, as they would be typed: `cpu=2 memory=4Gi`.
pub fn sizes(parameters: &BTreeMap<String, Value>) -> String {
    let words: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{name}={}", values::show(value))).collect();
    if words.is_empty() { "as the template says".to_owned() } else { words.join(" ") }
}

/// A button that carries a line.
fn button(label: &str, style: Style, line: String) -> Button {
    Button { label: label.to_owned(), line, style }
}
