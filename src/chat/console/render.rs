//! Messages as HTML. Everything that somebody wrote is escaped by the template; nothing here marks text as safe.

use std::collections::HashMap;

use askama::Template;
use chrono::Datelike;
use chrono_tz::Tz;

use super::{Body, SUBLET, channel, decode};
use crate::{
    domain::{Instant, ids::PersonId, person::Person},
    ports::{
        chat::{Block, Button, Message, Piece, Room, Style, Tone},
        clock::Ids,
        store::ConsoleMessage,
    },
};

/// Who looks, from where, and when.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// The person.
    pub person: &'a Person,
    /// Everybody by id, for the names of authors.
    pub people: &'a HashMap<PersonId, Person>,
    /// Address of the room, such as `/as/dana/dm`: buttons are sent below it.
    pub room: &'a str,
    /// The moment of looking: a year is shown only when it is another one.
    pub now: Instant,
}

impl Reader<'_> {
    /// The moment as this reader sees it.
    pub fn moment(&self, at: &Instant) -> Moment {
        moment(*at, self.person.zone, self.now)
    }

    /// Whether this is the reader.
    pub fn is(&self, id: &PersonId) -> bool {
        *id == self.person.id
    }
}

/// A moment, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// For machines, in UTC.
    pub machine: String,
    /// For people, in their own zone.
    pub words: String,
    /// In UTC, for whoever wants to be sure.
    pub utc: String,
}

/// The moment in a zone. The year is left out when it is the year of `now` there.
pub fn moment(at: Instant, zone: Tz, now: Instant) -> Moment {
    let (local, today) = (at.with_timezone(&zone), now.with_timezone(&zone));
    let format = if local.year() == today.year() { "%a %-d %b, %H:%M" } else { "%a %-d %b %Y, %H:%M" };
    let utc = at.format("%Y-%m-%d %H:%M UTC").to_string();
    Moment {
        machine: at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        words: local.format(format).to_string(),
        utc: if zone == Tz::UTC { utc } else { format!("{} · {utc}", local.format("%Z (UTC%:z)")) },
    }
}

/// One message as a list item of the log, with fresh ids for its buttons.
pub fn message(stored: &ConsoleMessage, reader: Reader<'_>, ids: &dyn Ids) -> Result<String, askama::Error> {
    View::new(stored, reader, ids).render()
}

/// The letters on somebody's picture: the first ones of their first and last name.
pub fn initials(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let picked = match words.as_slice() {
        [] => return "?".to_owned(),
        [one] => vec![*one],
        [first, .., last] => vec![*first, *last],
    };
    picked.iter().filter_map(|word| word.chars().next()).flat_map(char::to_uppercase).collect()
}

/// The colour of somebody's picture, 0 to 7: always the same for the same person.
pub fn hue(id: &str) -> u8 {
    id.bytes().fold(3u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte)) % 8
}

#[derive(Template)]
#[template(path = "message.html", config = "src/web/askama.toml")]
struct View<'a> {
    id: &'a str,
    at: Moment,
    at_ms: i64,
    from: Author,
    private: bool,
    body: Body,
    reader: Reader<'a>,
    ids: &'a dyn Ids,
}

struct Author {
    name: String,
    initials: String,
    hue: u8,
    bot: bool,
    own: bool,
}

impl<'a> View<'a> {
    fn new(stored: &'a ConsoleMessage, reader: Reader<'a>, ids: &'a dyn Ids) -> Self {
        Self {
            id: &stored.id,
            at: moment(stored.at, reader.person.zone, reader.now),
            at_ms: stored.at.timestamp_millis(),
            from: Author::of(&stored.author, reader),
            private: stored.only_for.is_some() && stored.channel == channel(&Room::Approvers),
            body: decode(stored),
            reader,
            ids,
        }
    }

    /// One line for screen readers and notifications.
    fn summary(&self) -> String {
        match &self.body {
            Body::Said { line } => line.clone(),
            Body::Posted { message } | Body::Answered { message, .. } => {
                message.summary.in_zone(self.reader.person.zone)
            }
        }
    }

    fn card(&self) -> Option<&Message> {
        match &self.body {
            Body::Said { .. } => None,
            Body::Posted { message } | Body::Answered { message, .. } => Some(message),
        }
    }

    fn fresh(&self) -> String {
        self.ids.next().to_string()
    }
}

impl Author {
    fn of(id: &str, reader: Reader<'_>) -> Self {
        if id == SUBLET {
            return Self { name: "Sublet".into(), initials: String::new(), hue: 0, bot: true, own: false };
        }
        let known = PersonId::parse(id).and_then(|id| reader.people.get(&id));
        let name = known.map_or_else(|| "Somebody who left".to_owned(), |person| person.name.clone());
        let own = id == reader.person.id.as_str();
        Self { initials: initials(&name), hue: hue(id), bot: false, own, name }
    }
}

/// The tone as a word of the style sheet.
fn tone_class(tone: &Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Asking => "asking",
        Tone::Working => "working",
        Tone::Good => "good",
        Tone::Warning => "warning",
        Tone::Bad => "bad",
        Tone::Over => "over",
    }
}

/// The tone in words, so that colour is never alone: a sign and a label.
fn tone_words(tone: &Tone) -> Option<(&'static str, &'static str)> {
    match tone {
        Tone::Plain => None,
        Tone::Asking => Some(("?", "Needs a decision")),
        Tone::Working => Some(("…", "Under way")),
        Tone::Good => Some(("✓", "All good")),
        Tone::Warning => Some(("!", "Attention")),
        Tone::Bad => Some(("×", "Failed")),
        Tone::Over => Some(("–", "Over")),
    }
}

fn style_class(button: &Button) -> &'static str {
    match button.style {
        Style::Plain | Style::Quiet => "plain",
        Style::Primary => "primary",
        Style::Danger => "danger",
    }
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
