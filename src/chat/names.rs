//! Whom a message mentions, and as whom a platform knows them.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::ids::PersonId,
    ports::{
        chat::{Block, Message, Piece, Text, Workspace},
        store::{Store, Stored},
    },
};

/// Who is who in one workspace: the people that can be mentioned there.
#[derive(Debug, Clone, Default)]
pub struct Names(BTreeMap<PersonId, String>);

impl Names {
    /// People with the platform's ids of their accounts.
    pub fn new(known: impl IntoIterator<Item = (PersonId, String)>) -> Self {
        Self(known.into_iter().collect())
    }

    /// Those whom a message mentions and who have an account in a workspace.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of_message(store: &dyn Store, workspace: &Workspace, message: &Message) -> Stored<Self> {
        let people = people(message);
        if people.is_empty() {
            return Ok(Self::default());
        }
        let mut tx = store.read().await?;
        let mut known = Vec::new();
        for person in people {
            let account = tx.account_of(workspace, &person).await?;
            known.extend(account.map(|account| (person, account.id)));
        }
        Ok(Self::new(known))
    }

    /// The platform's id, when they have an account in this workspace.
    pub fn of(&self, person: &PersonId) -> Option<&str> {
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
