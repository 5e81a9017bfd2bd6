//! Our neutral blocks as Discord's embeds, every limit kept: what is too long is cut, what is too much is counted.
//!
//! An embed shows its title, its words and its fields in that order, so each heading begins a new one, and words that
//! follow fields are a field without a name.

use serde_json::{Map, Value, json};

use super::{Names, limits, text};
use crate::{
    chat::render::{
        signs::{self, CELLS, bar},
        words::alive,
    },
    ports::chat::{Block, Message, Text, Tone},
};

/// What the line about missing parts weighs at the most.
const REST: usize = 60;
/// The name of a field that has none: Discord takes no empty one.
const NAMELESS: &str = "\u{200b}";

/// A part of what is shown, already as Discord shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A title, which begins an embed.
    Title(String),
    /// A heading that a title cannot hold; it begins an embed all the same.
    Heading(String),
    /// Words on lines of their own.
    Words(String),
    /// A name and a value.
    Field(String, String),
}

/// The parts of a message, but for its buttons. Never none, unless it says nothing at all.
pub fn parts(message: &Message, names: &Names) -> Vec<Part> {
    let parts: Vec<Part> = message.blocks.iter().flat_map(|block| part(block, names)).collect();
    if parts.is_empty() { part(&Block::Paragraph(message.summary.clone()), names) } else { parts }
}

/// The parts as embeds, as many as there is room for; the reader is told that some are missing.
pub fn embeds(parts: &[Part], tone: Tone) -> Vec<Value> {
    let mut packed = Packed::default();
    let mut missing = 0;
    for (at, part) in parts.iter().enumerate() {
        let last = missing == 0 && at + 1 == parts.len();
        // Once something is missing, nothing that follows it is shown either.
        if missing > 0 || !packed.add(part, if last { 0 } else { REST }) {
            missing += 1;
        }
    }
    if missing > 0 {
        // Room was spared for it.
        packed.add(&Part::Words(small(&signs::rest(missing))), 0);
    }
    packed.embeds.into_iter().map(|embed| embed.write(colour(tone))).collect()
}

/// Small print: words on one line, which Discord shows small.
pub fn small(words: &str) -> String {
    let lines = words.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| format!("-# {line}")).collect::<Vec<_>>().join("\n")
}

fn part(block: &Block, names: &Names) -> Vec<Part> {
    let words = |words: &Text| {
        let words = text::markdown(words, names, limits::WORDS);
        Some(words).filter(|words| !words.trim().is_empty())
    };
    match block {
        Block::Heading(heading) => vec![self::heading(heading, names)],
        Block::Paragraph(all) => words(all).map(Part::Words).into_iter().collect(),
        Block::Fields(all) => all.iter().map(|(name, value)| field(name, value, names)).collect(),
        Block::Progress { done, total, step } => {
            let (bar, words) = signs::progress(*done, *total, step);
            let words = text::markdown(&words.into(), names, limits::WORDS - CELLS - 1);
            vec![Part::Words(format!("{bar} {words}"))]
        }
        Block::Bar { percent, words } => {
            let words = text::markdown(words, names, limits::WORDS - CELLS - 1);
            vec![Part::Words(format!("{} {words}", bar((*percent).min(100).into(), 100)))]
        }
        Block::Code(code) => text::fenced(code).into_iter().map(Part::Words).collect(),
        Block::List(items) => {
            let item =
                |item: &Text| Part::Words(format!("• {}", text::markdown(item, names, limits::WORDS - 2)));
            items.iter().map(item).collect()
        }
        Block::Actions(_) => Vec::new(),
        Block::Note(all) => words(all).map(|words| Part::Words(small(&words))).into_iter().collect(),
    }
}

/// A title, in which Discord shows no mentions and moments; with one of them in it, the heading of a text instead.
fn heading(words: &Text, names: &Names) -> Part {
    if words.0.iter().any(alive) {
        return Part::Heading(format!("### {}", text::line(words, names, limits::TITLE)));
    }
    let words = text::plain(words, limits::TITLE);
    Part::Title(text::line(&words.into(), names, limits::TITLE))
}

fn field(name: &str, value: &Text, names: &Names) -> Part {
    let name = Text::plain(text::label(name, limits::FIELD_NAME));
    let name = text::line(&name, names, limits::FIELD_NAME);
    let value = text::markdown(value, names, limits::FIELD_VALUE);
    Part::Field(name, if value.trim().is_empty() { "…".to_owned() } else { value })
}

/// The colour of a tone. It is never alone: the sign and the word stand before the summary.
fn colour(tone: Tone) -> u32 {
    match tone {
        Tone::Plain => 0x4f_54_5c,
        Tone::Asking => 0x3b_6f_d4,
        Tone::Working => 0x7b_5c_c4,
        Tone::Good => 0x2e_8b_57,
        Tone::Warning => 0xd9_82_2b,
        Tone::Bad => 0xc0_39_2b,
        Tone::Over => 0x74_7f_8d,
    }
}

/// Embeds that are being filled.
#[derive(Debug, Default)]
struct Packed {
    embeds: Vec<Embed>,
    weight: usize,
}

/// An embed that is being filled.
#[derive(Debug, Default)]
struct Embed {
    title: Option<String>,
    words: String,
    fields: Vec<(String, String)>,
}

impl Packed {
    /// Adds a part, unless there is no room for it and for `spare` characters more.
    fn add(&mut self, part: &Part, spare: usize) -> bool {
        let begins = self.embeds.last().is_none_or(|last| !last.takes(part));
        // What is spared may need an embed of its own.
        let embeds = self.embeds.len() + usize::from(begins) + usize::from(spare > 0);
        let weight = part.weight();
        if embeds > limits::EMBEDS || self.weight + weight + spare > limits::EMBED_WORDS {
            return false;
        }
        if begins {
            self.embeds.push(Embed::default());
        }
        if let Some(last) = self.embeds.last_mut() {
            last.put(part);
        }
        self.weight += weight;
        true
    }
}

impl Embed {
    fn is_empty(&self) -> bool {
        self.title.is_none() && self.words.is_empty() && self.fields.is_empty()
    }

    /// Whether the part may follow what is there.
    fn takes(&self, part: &Part) -> bool {
        match part {
            Part::Title(_) | Part::Heading(_) => self.is_empty(),
            Part::Words(words) if self.fields.is_empty() => {
                limits::length(&self.words) + 1 + limits::length(words) <= limits::DESCRIPTION
            }
            Part::Words(words) => self.continues(words) || (self.has_room() && fits(words)),
            Part::Field(..) => self.has_room(),
        }
    }

    fn has_room(&self) -> bool {
        self.fields.len() < limits::FIELDS
    }

    /// Whether the words may stand in the last field, below other words.
    fn continues(&self, words: &str) -> bool {
        self.fields.last().is_some_and(|(name, value)| name == NAMELESS && fits(&format!("{value}\n{words}")))
    }

    fn put(&mut self, part: &Part) {
        match part {
            Part::Title(title) => self.title = Some(title.clone()),
            Part::Words(words) if !self.fields.is_empty() && !self.continues(words) => {
                self.fields.push((NAMELESS.to_owned(), words.clone()));
            }
            Part::Heading(words) | Part::Words(words) => {
                let below = match self.fields.last_mut() {
                    Some((_, value)) => value,
                    None => &mut self.words,
                };
                if !below.is_empty() {
                    below.push('\n');
                }
                below.push_str(words);
            }
            Part::Field(name, value) => self.fields.push((name.clone(), value.clone())),
        }
    }

    fn write(self, colour: u32) -> Value {
        let mut embed = Map::new();
        embed.insert("color".to_owned(), json!(colour));
        if let Some(title) = self.title {
            embed.insert("title".to_owned(), json!(title));
        }
        if !self.words.is_empty() {
            embed.insert("description".to_owned(), json!(self.words));
        }
        if !self.fields.is_empty() {
            let field = |(name, value): (String, String)| {
                // Long values need the whole width.
                let beside = name != NAMELESS && limits::length(&value) <= limits::BESIDE;
                json!({"name": name, "value": value, "inline": beside})
            };
            embed.insert("fields".to_owned(), self.fields.into_iter().map(field).collect());
        }
        Value::Object(embed)
    }
}

/// Whether words may be the value of a field.
fn fits(words: &str) -> bool {
    limits::length(words) <= limits::FIELD_VALUE
}

impl Part {
    /// How much it weighs against all the words that a message may have, with what may stand before it.
    fn weight(&self) -> usize {
        match self {
            Self::Title(words) | Self::Heading(words) | Self::Words(words) => 2 + limits::length(words),
            Self::Field(name, value) => limits::length(name) + limits::length(value),
        }
    }
}
