//! How Discord looks: messages and forms as Discord's embeds and components. Pure.

mod components;
mod embeds;
mod form;
pub mod ids;
mod limits;
mod message;
mod text;

#[cfg(test)]
mod tests;

pub use form::{form, modal, part};
pub use ids::{Id, values_of_modal};
pub use message::{SURE, answer, message, sure, unseen};

pub use crate::chat::names::Names;
