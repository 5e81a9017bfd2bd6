//! Announcements in words: as a message, and as a letter.

use chrono_tz::Tz;
use commands::{Command, EnvShow, QuotaShow};

use super::{
    People, button,
    letter::{Draft, Part},
    quota,
};
use crate::{
    domain::{
        announcement::{Announcement, Saying},
        quota::Scope,
    },
    ports::{
        chat::{Block, Button, Message, Style, Text, Tone},
        mail::Letter,
    },
    values,
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

#[expect(clippy::too_many_lines, reason = "one arm for each thing that is told")]
fn words(told: &Announcement, people: &People) -> Words {
    match &told.says {
        Saying::WebhookDead { hook, why } => Words {
            text: Text::plain("The webhook ")
                .strong(hook.clone())
                .and(" was not told of something for three days, so that is given up: ")
                .and(why.clone())
                .and("."),
            tone: Tone::Bad,
            subject: format!("The webhook {hook} does not take what it is told"),
            ways: Vec::new(),
        },
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
        Saying::QuotaGiven { amounts, from, until, by } => Words {
            text: people
                .mention(Text::default(), by)
                .and(format!(" gave you {} more, from ", values::say_amounts(amounts)))
                .time(*from)
                .and(" until ")
                .time(*until)
                .and("."),
            tone: Tone::Good,
            subject: "You may hold more for a while".to_owned(),
            ways: quotas(),
        },
        Saying::QuotaRefused { by, reason } => Words {
            text: people
                .mention(Text::plain("Your wish for more quota was rejected by "), by)
                .and(format!(": {reason}")),
            tone: Tone::Warning,
            subject: "Your wish for more quota was rejected".to_owned(),
            ways: quotas(),
        },
        Saying::QuotaLapsed => Words {
            text: Text::plain("Nobody decided in time on your wish for more quota; it lapsed."),
            tone: Tone::Over,
            subject: "Your wish for more quota lapsed".to_owned(),
            ways: quotas(),
        },
        Saying::QuotaEnded { .. } => ended(&told.says, people),
        Saying::ReviewWanted { name, by, late } => Words {
            text: people
                .mention(Text::default(), by)
                .and(" asks for something about ")
                .strong(name.as_str())
                .and(if *late {
                    ". Nobody decided so far; you may now as well."
                } else {
                    ". Your word is needed."
                }),
            tone: Tone::Asking,
            subject: format!("{name} waits for your decision"),
            ways: vec![button("Details", Style::Plain, EnvShow { name: name.as_str().to_owned() }.to_line())],
        },
        Saying::BrokeGlass { name, by, reason } => Words {
            text: people
                .mention(Text::plain("The glass was broken: "), by)
                .and(" approved ")
                .strong(name.as_str())
                .and(format!(" alone: {reason}")),
            tone: Tone::Bad,
            subject: format!("The glass was broken for {name}"),
            ways: vec![button("Details", Style::Plain, EnvShow { name: name.as_str().to_owned() }.to_line())],
        },
        Saying::Delegated { from, until } => Words {
            text: people
                .mention(Text::default(), from)
                .and(" is away. You review in their stead until ")
                .time(*until)
                .and("."),
            tone: Tone::Plain,
            subject: format!("You review for {}", people.handle(from)),
            ways: Vec::new(),
        },
    }
}

fn ended(says: &Saying, people: &People) -> Words {
    let mut text = Text::plain("A temporary quota");
    let mut tone = Tone::Over;
    if let Saying::QuotaEnded { scope, amounts, revoked_by, over, .. } = says {
        if !matches!(scope, Scope::Person(_)) {
            text = quota::named(text.and(" of "), scope, people);
        }
        text = text.and(format!(" ({} more)", values::say_amounts(amounts)));
        text = match revoked_by {
            Some(by) => people.mention(text.and(" was taken back by "), by).and("."),
            None => text.and(" is over."),
        };
        for short in over {
            let say = |amount| values::say_amount(short.resource, amount);
            tone = Tone::Warning;
            text = text.and(format!(" Held now: {}; the limit is {}.", say(short.used), say(short.limit)));
            text = quota::holders(text, short, people);
        }
        if !over.is_empty() {
            text =
                text.and(" Nothing is deleted because of that; new requests are refused until less is held.");
        }
    }
    Words { text, tone, subject: "A temporary quota is over".to_owned(), ways: quotas() }
}

fn quotas() -> Vec<Button> {
    vec![button("My quotas", Style::Plain, QuotaShow { who: None }.to_line())]
}
