//! Letters: the same words as plain text, and as a small page of one column without images or colours of its
//! own, so that it looks right in light and in dark.

use askama::Template;
use chrono_tz::Tz;

use crate::ports::{
    chat::{Piece, Text},
    mail::Letter,
};

/// A part of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// A paragraph.
    Words(Text),
    /// A line to be copied as it is.
    Copy(String),
    /// What can be done, each with the line to type.
    Ways(Vec<(&'static str, String)>),
}

/// A letter that is not written yet.
pub(super) struct Draft<'a> {
    /// Address of the recipient.
    pub(super) to: &'a str,
    /// Name of the recipient.
    pub(super) name: &'a str,
    /// The zone in which times are told.
    pub(super) zone: Tz,
    /// What it is about.
    pub(super) subject: String,
    /// What it says, from top to bottom.
    pub(super) parts: Vec<Part>,
    /// The letter's stable id.
    pub(super) key: String,
}

#[derive(Template)]
#[template(path = "letter.html", config = "src/cards/askama.toml")]
struct Page<'a> {
    subject: &'a str,
    parts: &'a [Part],
    zone: Tz,
}

impl Page<'_> {
    fn say(&self, piece: &Piece) -> String {
        Text(vec![piece.clone()]).in_zone(self.zone)
    }
}

impl Draft<'_> {
    /// Writes it. Everything that somebody wrote is escaped by the page's template.
    pub(super) fn write(self) -> Letter {
        let subject = format!("[Sublet] {}", self.subject);
        let page = Page { subject: &subject, parts: &self.parts, zone: self.zone };
        // A page that cannot be rendered must not keep the words from the person: the text goes alone then.
        let html = page.render().ok();
        Letter {
            to: self.to.to_owned(),
            name: self.name.to_owned(),
            text: text(&self.parts, self.zone),
            html,
            subject,
            key: self.key,
        }
    }
}

fn text(parts: &[Part], zone: Tz) -> String {
    let say = |part: &Part| match part {
        Part::Words(words) => words.in_zone(zone),
        Part::Copy(line) => format!("    {line}"),
        Part::Ways(ways) => aligned(ways),
    };
    let said: Vec<String> = parts.iter().map(say).collect();
    format!("{}\n\n-- \nSublet\n", said.join("\n\n"))
}

fn aligned(ways: &[(&str, String)]) -> String {
    let width = ways.iter().map(|(what, _)| what.len() + 1).max().unwrap_or_default();
    let lines: Vec<String> =
        ways.iter().map(|(what, line)| format!("{:width$}  {line}", format!("{what}:"))).collect();
    lines.join("\n")
}

#[cfg(test)]
#[path = "letter_tests.rs"]
mod tests;
