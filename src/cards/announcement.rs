//! Announcements in words: as a message, and as a letter.

use chrono_tz::Tz;
use commands::{Command, EnvShow};

use super::{
    People, button,
    letter::{Draft, Part},
};
use crate::{
    domain::announcement::{Announcement, Saying},
    ports::{
        chat::{Block, Button, Message, Style, Text, Tone},
        mail::Letter,
    },
};

/// What is said, how it feels, what a letter is headed, and what can be done about it.
struct Words {
    text: Text,
    tone: Tone,
    subject: String,
    ways: Vec<Button>,
}

/// The announcement as a message.
pub fn message(told: &Announcement, people: &People) -> Message {
    let Words { text, tone, ways, .. } = words(told, people);
    let mut blocks = vec![Block::Paragraph(text.clone())];
    if !ways.is_empty() {
        blocks.push(Block::Actions(ways));
    }
    Message { summary: text, tone, blocks }
}

/// The announcement as a letter, with times in the reader's zone.
pub fn letter(told: &Announcement, people: &People, to: &str, name: &str, zone: Tz) -> Letter {
    let Words { text, subject, ways, .. } = words(told, people);
    let mut parts = vec![Part::Words(Text::plain(format!("Hello {name},"))), Part::Words(text)];
    if !ways.is_empty() {
        parts.push(Part::Words("In chat:".into()));
        parts.extend(ways.into_iter().map(|way| Part::Copy(way.line)));
    }
    let key = format!("inform/{}/{to}", told.key);
    Draft { to, name, zone, subject, parts, key }.write()
}

fn words(told: &Announcement, people: &People) -> Words {
    match &told.says {
        Saying::HandedOver { name, from } => Words {
            text: people
                .mention(Text::default(), from)
                .and(" left. ")
                .strong(name.as_str())
                .and(" was theirs, and is in your hands now."),
            tone: Tone::Warning,
            subject: format!("{name} is in your hands now"),
            ways: vec![button("Details", Style::Plain, EnvShow { name: name.as_str().to_owned() }.to_line())],
        },
    }
}
