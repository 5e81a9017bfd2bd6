//! What Discord takes at the most. The figures are those of docs.discord.com, under "Message", "Components" and
//! "Receiving and Responding".

pub use crate::chat::render::measure::{cut, length};

/// The text of a message beside its embeds.
pub const CONTENT: usize = 2_000;
/// Embeds of a message.
pub const EMBEDS: usize = 10;
/// All words of all embeds together.
pub const EMBED_WORDS: usize = 6_000;
/// The title of an embed.
pub const TITLE: usize = 256;
/// The text of an embed.
pub const DESCRIPTION: usize = 4_096;
/// Most words of one part of an embed: a paragraph, an item, a piece of code. Ours, so that one of them does not push
/// out everything behind it.
pub const WORDS: usize = 2_000;
/// Fields of an embed.
pub const FIELDS: usize = 25;
/// The name of a field.
pub const FIELD_NAME: usize = 256;
/// The value of a field.
pub const FIELD_VALUE: usize = 1_024;
/// Most characters of a value that stands beside others; a longer one has the whole width. Ours.
pub const BESIDE: usize = 60;
/// Rows of components.
pub const ROWS: usize = 5;
/// Buttons in a row.
pub const BUTTONS: usize = 5;
/// What a button says.
pub const BUTTON_LABEL: usize = 80;
/// What a component carries.
pub const CUSTOM_ID: usize = 100;
/// Options of a menu.
pub const OPTIONS: usize = 25;
/// What an option says, and what it carries.
pub const OPTION: usize = 100;
/// What stands in a menu before anything is chosen.
pub const MENU_PLACEHOLDER: usize = 150;
/// Text fields of a modal.
pub const MODAL_FIELDS: usize = 5;
/// The title of a modal.
pub const MODAL_TITLE: usize = 45;
/// What stands above a field.
pub const LABEL: usize = 45;
/// The grey example in a field.
pub const PLACEHOLDER: usize = 100;
/// What may be typed into a field, and stand in it at first.
pub const INPUT: usize = 4_000;
