//! How Slack looks: messages, forms and the App Home as Slack's blocks. Pure.

mod actions;
mod blocks;
mod form;
mod home;
mod limits;
mod message;
mod text;

#[cfg(test)]
mod tests;

pub use form::{Meta, faults, modal, values};
pub use home::home;
pub use message::message;

pub use crate::chat::names::Names;
