//! Short private answers.

use super::refusal::Said;
use crate::ports::chat::{Block, Message, Text, Tone};

/// A sentence.
pub fn say(words: impl Into<Text>, tone: Tone) -> Message {
    let summary = words.into();
    Message { blocks: vec![Block::Paragraph(summary.clone())], summary, tone }
}

/// A refusal; `shown` is the typed line with the wrong word marked, when there is one.
pub fn refused(said: &Said, shown: Option<String>) -> Message {
    let mut message = say(said.what.clone(), Tone::Warning);
    if let Some(shown) = shown {
        message.blocks.push(Block::Code(shown));
    }
    if !said.hint.is_empty() {
        message.blocks.push(Block::Note(Text::plain(said.hint.clone())));
    }
    if !said.ways.is_empty() {
        message.blocks.push(Block::Actions(said.ways.clone()));
    }
    message
}

/// A line that could not be read, with the wrong word marked.
pub fn misread(error: &commands::UsageError, line: Option<&str>) -> Message {
    let summary = Text::plain(error.what.clone());
    let mut message = say(summary, Tone::Warning);
    match line {
        Some(line) if error.at.is_some() => {
            message.blocks = vec![Block::Code(error.render(line))];
        }
        _ => message.blocks.push(Block::Note(Text::plain(error.hint.clone()))),
    }
    message
}

/// Something broke; the reference leads to the log.
pub fn fault(reference: &str) -> Message {
    let words =
        Text::plain("Something broke; nothing was changed. Tell an admin the reference ").code(reference);
    say(words.and("."), Tone::Bad)
}
