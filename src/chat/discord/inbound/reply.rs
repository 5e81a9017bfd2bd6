//! The acknowledgement, which Discord wants within three seconds, and what may go with it.

use serde_json::Value;

/// What Discord is told at once.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Reply {
    /// Nothing: it is not ours to answer.
    #[default]
    Nothing,
    /// Discord's response: its `type`, and its `data` when there is some.
    With(Value),
}
