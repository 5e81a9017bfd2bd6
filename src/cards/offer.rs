//! Buttons on messages that are no cards: warnings and reminders. They live as long as a card offers the same.

use super::{extension, request, story::Story};
use crate::ports::chat::{Block, Button, Message, Text, Tone};

/// How a line begins that works at any time, since it only tells.
const TELLS: &str = "/env show ";

/// Whether a message carries buttons that may die.
pub fn offers(message: &Message) -> bool {
    message.blocks.iter().any(|block| match block {
        Block::Actions(buttons) => buttons.iter().any(|button| !button.line.starts_with(TELLS)),
        _ => false,
    })
}

/// The message without the buttons that no card offers now, and with a word about it when one had to go.
pub fn renewed(message: &Message, story: &Story) -> Message {
    let live = live(story);
    let lives = |button: &Button| {
        button.line.starts_with(TELLS) || live.iter().any(|offered| offered.line == button.line)
    };
    let mut renewed = message.clone();
    let mut gone = false;
    for block in &mut renewed.blocks {
        if let Block::Actions(buttons) = block {
            let before = buttons.len();
            buttons.retain(lives);
            gone |= buttons.len() < before;
        }
    }
    renewed.blocks.retain(|block| !matches!(block, Block::Actions(buttons) if buttons.is_empty()));
    if gone {
        say_so(&mut renewed, story);
    }
    renewed
}

/// Says that it moved on. Where somebody was asked, nothing may go on saying that it waits for them.
fn say_so(message: &mut Message, story: &Story) {
    let note = Block::Note(moved_on(story));
    if message.tone == Tone::Asking {
        message.tone = Tone::Over;
        message.summary = moved_on(story);
        message.blocks.retain(|block| !matches!(block, Block::Paragraph(_) | Block::Note(_)));
    }
    if !message.blocks.contains(&note) {
        message.blocks.push(note);
    }
}

fn live(story: &Story) -> Vec<Button> {
    let mut live = request::requester_buttons(story);
    live.extend(request::approver_buttons(story));
    live.extend(story.extension.iter().flat_map(extension::buttons));
    live
}

fn moved_on(story: &Story) -> Text {
    let name = story.request.name.as_str();
    Text::plain("This has moved on since: ").code(format!("{TELLS}{name}")).and(" tells how it stands.")
}
