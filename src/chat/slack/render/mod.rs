//! How Slack looks: messages, forms and the App Home as Slack's blocks. Pure.

mod actions;
mod blocks;
mod form;
mod home;
mod limits;
mod message;
mod text;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use form::{Meta, faults, modal, values};
pub use home::home;
pub use message::message;

use crate::{
    domain::ids::PersonId,
    ports::chat::{Block, Message, Piece, Text},
};

/// Who is who in one workspace: the people that can be mentioned there.
#[derive(Debug, Clone, Default)]
pub struct Names(BTreeMap<PersonId, String>);

impl Names {
    /// People with their Slack user ids.
    pub fn new(known: impl IntoIterator<Item = (PersonId, String)>) -> Self {
        Self(known.into_iter().collect())
    }

    /// The Slack user id, when they have an account in this workspace.
    fn of(&self, person: &PersonId) -> Option<&str> {
        let id = self.0.get(person)?;
        (!id.is_empty() && id.chars().all(|char| char.is_ascii_alphanumeric())).then_some(id)
    }
}

/// Whom a message mentions.
pub fn people(message: &Message) -> BTreeSet<PersonId> {
    let mut texts: Vec<&Text> = vec![&message.summary];
    for block in &message.blocks {
        match block {
            Block::Heading(text) | Block::Paragraph(text) | Block::Note(text) => texts.push(text),
            Block::Fields(fields) => texts.extend(fields.iter().map(|(_, text)| text)),
            Block::List(items) => texts.extend(items),
            Block::Bar { words, .. } => texts.push(words),
            Block::Progress { .. } | Block::Code(_) | Block::Actions(_) => {}
        }
    }
    let pieces = texts.into_iter().flat_map(|text| &text.0);
    let of = |piece: &Piece| match piece {
        Piece::Person { id, .. } => Some(id.clone()),
        _ => None,
    };
    pieces.filter_map(of).collect()
}
