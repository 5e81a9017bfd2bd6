//! The acknowledgement, which Slack wants within three seconds, and what may go with it.

use crate::chat::desk;
use serde_json::Value;

/// What Slack is told at once.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Reply {
    /// That it came in.
    #[default]
    Empty,
    /// That it came in, and this: the answer to a command, or what becomes of a form.
    With(Value),
    /// That it could not be dealt with: Slack sends events again.
    NotTaken,
}

/// The chance to tell Slack at once.
pub type Acknowledge = desk::Acknowledge<Reply>;
