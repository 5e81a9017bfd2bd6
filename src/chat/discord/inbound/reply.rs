//! The acknowledgement, which Discord wants within three seconds, and what may go with it.
//!
//! The numbers are Discord's types of responses:
//! <https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object>.

use serde_json::{Value, json};

use crate::chat::{desk, discord::render};

/// What Discord is told at once.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Reply {
    /// Nothing: it is not ours to answer.
    #[default]
    Nothing,
    /// Discord's response: its `type`, and its `data` when there is some.
    With(Value),
}

/// The chance to tell Discord at once.
pub type Acknowledge = desk::Acknowledge<Reply>;

/// What kind of response a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// A message of its own, or what becomes of the message in which something was pressed.
    Message,
    /// A modal opens.
    Modal,
    /// Nothing that has to be seen: the answer follows, or there is none.
    Other,
}

impl Reply {
    /// We are there.
    pub fn pong() -> Self {
        Self::With(json!({"type": 1}))
    }

    /// A message for the eyes of the one who acted.
    pub fn private(message: Value) -> Self {
        Self::With(json!({"type": 4, "data": render::unseen(message)}))
    }

    /// That a message for the eyes of the one who acted follows.
    pub fn follows() -> Self {
        Self::With(json!({"type": 5, "data": render::unseen(json!({}))}))
    }

    /// That it came in; the message in which it was pressed may change later.
    pub fn noted() -> Self {
        Self::With(json!({"type": 6}))
    }

    /// What becomes of the message in which something was pressed.
    pub fn instead(message: Value) -> Self {
        Self::With(json!({"type": 7, "data": message}))
    }

    /// What could be meant, while somebody types.
    pub fn choices(choices: Vec<Value>) -> Self {
        Self::With(json!({"type": 8, "data": {"choices": choices}}))
    }

    /// A modal opens.
    pub fn modal(modal: Value) -> Self {
        Self::With(json!({"type": 9, "data": modal}))
    }
}

/// What kind of response a body is, and the message in it, as it would be written by an edit.
pub fn means(body: &Value) -> (Means, Value) {
    let means = match body["type"].as_u64() {
        Some(4 | 7) => Means::Message,
        Some(9) => Means::Modal,
        _ => Means::Other,
    };
    let mut message = body["data"].clone();
    if let Value::Object(parts) = &mut message {
        parts.remove("flags");
    }
    (means, message)
}
