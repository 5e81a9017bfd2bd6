//! What must be told and is about no single environment.

use serde::{Deserialize, Serialize};

use super::ids::{EnvName, PersonId};

/// Who must be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", content = "who", rename_all = "snake_case")]
pub enum Hearer {
    /// One person: by DM, else by e-mail.
    Person(PersonId),
    /// The approvers: in their channel, else by e-mail.
    Approvers,
}

/// Something that must be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Announcement {
    /// To whom.
    pub to: Hearer,
    /// What keeps it single, such as `removed/per_dana/web-1`.
    pub key: String,
    /// What happened.
    pub says: Saying,
}

/// What is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "says", rename_all = "snake_case")]
pub enum Saying {
    /// Somebody left, and an environment of theirs needs a decision.
    HandedOver {
        /// Which.
        name: EnvName,
        /// Whose it was.
        from: PersonId,
    },
}
