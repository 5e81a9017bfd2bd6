//! How Discord looks: messages and forms as Discord's embeds and components. Pure.

use serde_json::{Value, json};

use crate::{actions::Asked, chat::names::Names, ports::chat::Message};

/// A message as the body of a post or an edit. `mention` is the role to be mentioned while approvers are asked; it
/// is not mentioned by a message that asks for nothing.
pub fn message(_message: &Message, _names: &Names, _mention: Option<&str>) -> Value {
    json!({})
}

/// A form as a modal, when it fits into one: at most five fields, all of them text. `id` is its draft's.
pub fn modal(_asked: &Asked, _id: &str) -> Option<Value> {
    None
}

/// A form as a message, with its fields, what was wrong with them, menus for choices, and buttons that open parts
/// of it as modals and send it. `id` is its draft's.
pub fn form(_asked: &Asked, _id: &str) -> Value {
    json!({})
}

/// The part of a form that has this number as a modal: its text fields from `5 × part`.
pub fn part(_asked: &Asked, _id: &str, _part: usize) -> Option<Value> {
    None
}
