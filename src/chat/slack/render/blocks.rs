//! Our neutral blocks as Slack's, every limit kept: what is too long is cut, what is too much is counted.

use std::collections::BTreeSet;

use slack_morphism::prelude::*;

use super::{Names, actions, limits, text};
use crate::{
    chat::render::{
        signs::{self, CELLS, bar, tone},
        words::alive,
    },
    ports::chat::{Block, Message, Text},
};

/// What there is room for.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// Blocks.
    pub blocks: usize,
    /// Characters in all blocks together.
    pub weight: usize,
}

/// What the line about missing parts weighs at the most.
const REST: usize = 200;

/// Everything that the message shows, from top to bottom. Never nothing.
pub fn all(message: &Message, names: &Names, room: Room) -> Vec<SlackBlock> {
    let mut buttons = actions::Counter::default();
    let (title, rest) = match message.blocks.split_first() {
        Some((title @ Block::Heading(_), rest)) => (Some(title), rest),
        _ => (None, message.blocks.as_slice()),
    };
    let mut shown: Vec<SlackBlock> =
        title.into_iter().flat_map(|title| block(title, names, &mut buttons)).collect();
    let tone_at = shown.len();
    shown.extend(rest.iter().flat_map(|part| block(part, names, &mut buttons)));
    if shown.is_empty() {
        shown = paragraph(&message.summary, names);
    }
    if shown.is_empty() {
        shown.push(section("…".to_owned()));
    }
    if let Some((sign, word)) = tone(message.tone) {
        shown.insert(tone_at, context(format!("{sign} {word}")));
    }
    within(shown, room)
}

/// A section of mrkdwn that is safe already.
pub fn section(mrkdwn: String) -> SlackBlock {
    SlackSectionBlock::new().with_text(marked(mrkdwn)).into()
}

/// Small print of mrkdwn that is safe already.
pub fn context(mrkdwn: String) -> SlackBlock {
    let text = SlackBlockMarkDownText::new(mrkdwn).with_verbatim(true);
    SlackContextBlock::new(vec![text.into()]).into()
}

fn marked(mrkdwn: String) -> SlackBlockText {
    // Verbatim: Slack makes no links and no mentions of what only looks like one.
    SlackBlockMarkDownText::new(mrkdwn).with_verbatim(true).into()
}

fn block(block: &Block, names: &Names, buttons: &mut actions::Counter) -> Vec<SlackBlock> {
    match block {
        Block::Heading(words) => heading(words, names),
        Block::Paragraph(words) => paragraph(words, names),
        Block::Fields(all) => fields(all, names),
        Block::Progress { done, total, step } => progress(*done, *total, step),
        Block::Bar { percent, words } => {
            let words = text::mrkdwn(words, names, limits::SECTION - CELLS - 1);
            vec![section(format!("{} {words}", bar((*percent).min(100).into(), 100)))]
        }
        Block::Code(code) => text::fenced(code).into_iter().map(section).collect(),
        Block::List(items) => list(items, names),
        Block::Actions(all) => actions::actions(all, buttons),
        Block::Note(words) => {
            let note = text::mrkdwn(words, names, limits::SECTION);
            Some(note).filter(|note| !note.trim().is_empty()).map(context).into_iter().collect()
        }
    }
}

/// A header, which Slack shows without formatting; with a person or a moment in it, a strong section instead.
fn heading(words: &Text, names: &Names) -> Vec<SlackBlock> {
    if words.0.iter().any(alive) {
        return vec![section(text::strong(words, names, limits::SECTION))];
    }
    vec![SlackHeaderBlock::new(text::plain(words, limits::HEADER).into()).into()]
}

fn paragraph(words: &Text, names: &Names) -> Vec<SlackBlock> {
    let words = text::mrkdwn(words, names, limits::SECTION);
    if words.trim().is_empty() { Vec::new() } else { vec![section(words)] }
}

fn fields(all: &[(String, Text)], names: &Names) -> Vec<SlackBlock> {
    let field = |(name, words): &(String, Text)| {
        let name = text::strong(&Text::plain(text::label(name, limits::HEADER)), names, limits::FIELD / 2);
        let room = limits::FIELD - limits::length(&name) - 1;
        marked(format!("{name}\n{}", text::mrkdwn(words, names, room)))
    };
    let one = |part: &[(String, Text)]| {
        SlackSectionBlock::new().with_fields(part.iter().map(field).collect()).into()
    };
    all.chunks(limits::FIELDS).map(one).collect()
}

fn progress(done: u8, total: u8, step: &str) -> Vec<SlackBlock> {
    let (bar, words) = signs::progress(done, total, step);
    let words = text::mrkdwn(&Text::plain(words), &Names::default(), limits::SECTION - CELLS - 1);
    vec![section(format!("{bar} {words}"))]
}

/// Items on lines of their own, as many sections as they need.
fn list(items: &[Text], names: &Names) -> Vec<SlackBlock> {
    let mut parts: Vec<String> = Vec::new();
    for item in items {
        let line = format!("• {}", text::mrkdwn(item, names, limits::SECTION - 2));
        match parts.last_mut() {
            Some(part) if limits::length(part) + limits::length(&line) < limits::SECTION => {
                part.push('\n');
                part.push_str(&line);
            }
            _ => parts.push(line),
        }
    }
    parts.into_iter().map(section).collect()
}

/// As many parts as there is room for; those with buttons stay, and the reader is told that some are missing.
fn within(shown: Vec<SlackBlock>, room: Room) -> Vec<SlackBlock> {
    let weights: Vec<usize> = shown.iter().map(weight).collect();
    let mut weight: usize = weights.iter().sum();
    let mut count = shown.len();
    if count <= room.blocks && weight <= room.weight {
        return shown;
    }
    // The last parts go first, those with buttons only when there is nothing else.
    let has_buttons = |at: &usize| matches!(shown[*at], SlackBlock::Actions(_));
    let (pressed, others): (Vec<usize>, Vec<usize>) = (0..count).rev().partition(has_buttons);
    let mut dropped = BTreeSet::new();
    for at in others.into_iter().chain(pressed) {
        if count < room.blocks && weight + REST <= room.weight {
            break;
        }
        dropped.insert(at);
        count -= 1;
        weight -= weights[at];
    }
    let rest = context(signs::rest(dropped.len()));
    let kept = shown.into_iter().enumerate().filter(|(at, _)| !dropped.contains(at));
    kept.map(|(_, block)| block).chain([rest]).collect()
}

/// How much a block weighs against [`Room::weight`]: all of it, but for what buttons carry.
fn weight(block: &SlackBlock) -> usize {
    fn of(value: &serde_json::Value) -> usize {
        match value {
            serde_json::Value::Object(all) => all
                .iter()
                .filter(|(name, _)| *name != "value")
                .map(|(name, value)| limits::length(name) + of(value))
                .sum(),
            serde_json::Value::Array(all) => all.iter().map(of).sum(),
            serde_json::Value::String(text) => limits::length(text),
            _ => 1,
        }
    }
    serde_json::to_value(block).as_ref().map_or(0, of)
}
