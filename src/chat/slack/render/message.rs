//! A message as Slack shows it: its text for notifications and screen readers, and its blocks.

use slack_morphism::prelude::{SlackBlock, SlackMessageContent};

use super::{
    Names,
    blocks::{self, Room},
    limits, text,
};
use crate::{
    chat::render::signs,
    ports::chat::{Message, Text, Tone},
};

/// The message. `group` is the user group to be mentioned while approvers are asked (`S0123ABCD`); it is not
/// mentioned by a message that asks for nothing.
pub fn message(message: &Message, names: &Names, group: Option<&str>) -> SlackMessageContent {
    let mut shown: Vec<SlackBlock> = Vec::new();
    if let (Some(group), Tone::Asking) = (group.filter(|group| is_id(group)), message.tone) {
        shown.push(blocks::section(format!("<!subteam^{group}>")));
    }
    let room = Room { blocks: limits::MESSAGE_BLOCKS - shown.len(), weight: limits::MESSAGE_WEIGHT };
    shown.extend(blocks::all(message, names, room));
    SlackMessageContent::new().with_text(spoken(message, names)).with_blocks(shown)
}

/// The whole in one line: what it says, after the word for its tone.
fn spoken(message: &Message, names: &Names) -> String {
    let words = match signs::tone(message.tone) {
        Some((_, word)) => Text::plain(format!("{word}: ")),
        None => Text::default(),
    };
    let all = Text(words.0.into_iter().chain(message.summary.0.clone()).collect());
    let said = text::notice(&all, names, limits::TEXT);
    if said.trim().is_empty() { "…".to_owned() } else { said }
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.chars().all(|char| char.is_ascii_alphanumeric())
}
