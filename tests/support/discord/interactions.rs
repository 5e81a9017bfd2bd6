//! What people do: each with its token, its moment, and how the application answered.

use serde_json::Value;
use sublet::domain::Instant;

/// What a person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Command,
    Autocomplete,
    Component,
    Modal,
}

impl Kind {
    /// Discord's number of it.
    pub fn number(self) -> u8 {
        match self {
            Self::Command => 2,
            Self::Component => 3,
            Self::Autocomplete => 4,
            Self::Modal => 5,
        }
    }
}

/// Something that a person did.
#[derive(Debug, Clone)]
pub struct Interaction {
    /// Discord's id of it.
    pub id: String,
    /// What allows to answer it.
    pub token: String,
    /// What it is.
    pub kind: Kind,
    /// Where: the guild; `None` in direct messages.
    pub guild: Option<String>,
    /// The channel.
    pub channel: String,
    /// Who.
    pub user: String,
    /// When.
    pub at: Instant,
    /// The message whose button or menu it is, or with whose button the modal was opened.
    pub message: Option<String>,
    /// How it was first answered.
    pub first: Option<First>,
    /// The message that the first answer made or stands for.
    pub original: Option<String>,
    /// The person was told that the application did not respond.
    pub given_up: bool,
    /// How often it was handed to the application.
    pub delivered: u32,
    /// What was sent.
    pub payload: Value,
}

/// The first answer, which is also the acknowledgement.
#[derive(Debug, Clone, PartialEq)]
pub enum First {
    /// A message (4).
    Message,
    /// A message will come (5).
    Deferred,
    /// The message on which it stands will be rewritten, or not (6).
    DeferredUpdate,
    /// The message on which it stands was rewritten (7).
    Update,
    /// What could be typed (8).
    Choices(Vec<Value>),
    /// A form (9).
    Modal(Value),
}
