//! The console: a chat platform in the browser, whose messages live in our own database.

mod deliver;
pub mod inbound;
pub mod render;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tracing::warn;

use crate::{
    domain::{ids::PersonId, person::Person},
    ports::{
        chat::{Message, Room, Workspace},
        clock::{Clock, Ids},
        store::{ConsoleMessage, Store, StoreError, Stored},
    },
};

/// The author of everything that Sublet itself writes.
pub const SUBLET: &str = "sublet";

/// How often a write is begun again when the database asks for it.
const ATTEMPTS: u32 = 5;

/// The console as a chat platform: writes messages and wakes whoever looks at them.
pub struct Console {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    news: watch::Sender<u64>,
    workspace: Workspace,
}

/// What a message of the console says, as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Body {
    /// Words that a person typed.
    Said {
        /// The line, as typed.
        line: String,
    },
    /// Something that Sublet posted.
    Posted {
        /// What it says.
        message: Message,
    },
    /// A private answer to one person.
    Answered {
        /// What was typed, or the label of the button that was pressed.
        to: String,
        /// What it says.
        message: Message,
    },
}

/// The name under which a room's messages are stored.
pub fn channel(room: &Room) -> String {
    match room {
        Room::Approvers => "approvers".to_owned(),
        Room::Direct(person) => format!("dm/{person}"),
    }
}

/// Whether a person may look into a room: their own conversation, and the approvers' channel if they decide.
pub fn may_enter(room: &Room, person: &Person) -> bool {
    match room {
        Room::Approvers => person.may_decide(),
        Room::Direct(whose) => *whose == person.id,
    }
}

/// Whether a message is for this reader's eyes. The room is checked by [`may_enter`].
pub fn may_see(message: &ConsoleMessage, reader: &PersonId) -> bool {
    message.only_for.as_deref().is_none_or(|only| only == reader.as_str())
}

impl Console {
    /// A console whose messages are kept in `store`.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self { store, clock, ids, news: watch::Sender::new(0), workspace: Workspace::console() }
    }

    /// Changes whenever this process has written or rewritten a message.
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }

    /// A room as one person sees it: the last `limit` messages, oldest first, and the revision up to which
    /// this is the whole truth.
    pub async fn look(
        &self,
        room: &Room,
        reader: &PersonId,
        limit: u32,
    ) -> Stored<(Vec<ConsoleMessage>, i64)> {
        let mut tx = self.store.read().await?;
        // The revision first: a message written in between is then seen twice, not never.
        let revision = tx.last_revision().await?;
        let messages = tx.messages(&channel(room), reader.as_str(), limit).await?;
        Ok((messages, revision))
    }

    /// Everything written or rewritten after `revision`, in order, at most `limit`, in all rooms.
    pub async fn since(&self, revision: i64, limit: u32) -> Stored<Vec<ConsoleMessage>> {
        self.store.read().await?.messages_since(revision, limit).await
    }

    /// Writes a message under a key, once; answers with the id of the message under that key.
    async fn write(
        &self,
        key: &str,
        room: &Room,
        by: &str,
        only_for: Option<&PersonId>,
        body: &Body,
    ) -> Stored<String> {
        let message = ConsoleMessage {
            id: format!("msg_{}", self.ids.next().simple()),
            channel: channel(room),
            author: by.to_owned(),
            only_for: only_for.map(|person| person.as_str().to_owned()),
            body: encode(body)?,
            at: self.clock.now(),
            revision: 0,
        };
        let mut attempt = 1;
        loop {
            match self.try_write(key, &message).await {
                Err(StoreError::Conflict) if attempt < ATTEMPTS => attempt += 1,
                other => return other,
            }
        }
    }

    async fn try_write(&self, key: &str, message: &ConsoleMessage) -> Stored<String> {
        let mut tx = self.store.begin().await?;
        let id = tx.write_message(key, message).await?;
        tx.commit().await?;
        self.wake();
        Ok(id)
    }

    /// Replaces what a message says; `false` when there is none of that id.
    async fn replace(&self, id: &str, body: &Body) -> Stored<bool> {
        let body = encode(body)?;
        let mut attempt = 1;
        loop {
            match self.try_replace(id, &body).await {
                Err(StoreError::Conflict) if attempt < ATTEMPTS => attempt += 1,
                other => return other,
            }
        }
    }

    async fn try_replace(&self, id: &str, body: &str) -> Stored<bool> {
        let mut tx = self.store.begin().await?;
        let found = tx.rewrite_message(id, body).await?;
        tx.commit().await?;
        self.wake();
        Ok(found)
    }

    fn wake(&self) {
        self.news.send_modify(|count| *count = count.wrapping_add(1));
    }
}

fn encode(body: &Body) -> Stored<String> {
    serde_json::to_string(body).map_err(|error| StoreError::Fault(error.into()))
}

/// Reads a stored body. One that cannot be read any more is shown as such instead of hiding the room.
fn decode(message: &ConsoleMessage) -> Body {
    serde_json::from_str(&message.body).unwrap_or_else(|error| {
        warn!(message = message.id, %error, "a stored message cannot be read");
        Body::Said { line: "(this message cannot be shown)".to_owned() }
    })
}
