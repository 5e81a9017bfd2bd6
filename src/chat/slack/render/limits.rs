//! What Slack takes at the most. The figures are those of docs.slack.dev, under "Block Kit" and "chat.postMessage".

pub use crate::chat::render::measure::length;

/// Blocks in a message.
pub const MESSAGE_BLOCKS: usize = 50;
/// Blocks in a modal or an App Home.
pub const VIEW_BLOCKS: usize = 100;
/// All blocks of a message together: more is `msg_blocks_too_long`. Slack does not document it; people measured 11,000
/// to 13,000 (slackapi/bolt-js, issues 2509 and 2867), so this stays below.
pub const MESSAGE_WEIGHT: usize = 10_000;
/// All blocks of a view together; Slack says 250 kB, of which a character may take four bytes.
pub const VIEW_WEIGHT: usize = 50_000;
/// The text of a section or of a part of a context.
pub const SECTION: usize = 3_000;
/// The text of a header.
pub const HEADER: usize = 150;
/// Fields of a section, and the text of each.
pub const FIELDS: usize = 10;
/// The text of a field.
pub const FIELD: usize = 2_000;
/// Elements of an actions block.
pub const ELEMENTS: usize = 25;
/// What a button or an option says.
pub const LABEL: usize = 75;
/// What a button carries.
pub const BUTTON_VALUE: usize = 2_000;
/// Options of an overflow menu.
pub const OVERFLOW: usize = 5;
/// Options of a select.
pub const SELECT: usize = 100;
/// What an option carries.
pub const OPTION_VALUE: usize = 150;
/// The text of a message beside its blocks: what `chat.update` takes, which is less than `chat.postMessage` does.
pub const TEXT: usize = 4_000;
/// The title and the buttons of a modal.
pub const TITLE: usize = 24;
/// The grey example in a field.
pub const PLACEHOLDER: usize = 150;
/// The label and the hint of a field.
pub const HINT: usize = 2_000;
/// What may be typed into a field, and stand in it at first.
pub const INPUT: usize = 3_000;
/// What a view carries unseen.
pub const METADATA: usize = 3_000;
/// The title of a confirmation.
pub const CONFIRM_TITLE: usize = 100;
/// The buttons of a confirmation.
pub const CONFIRM_BUTTON: usize = 30;
