//! Messages, forms and letters as plain text, and short names for environments.

use std::sync::Mutex;

use chrono_tz::Tz;
use sublet::{
    actions::Asked,
    ports::{
        chat::{Block, Message},
        mail::Letter,
    },
};

/// Names such as `web-1` for the real ones, which end in five letters of chance.
#[derive(Default)]
pub struct Names(Mutex<Vec<String>>);

const TEMPLATES: [&str; 3] = ["web-", "small-", "data-"];
const CHANCE: usize = 5;

impl Names {
    /// The text with short names; a name that was not seen before gets the next number.
    pub fn short(&self, text: &str) -> String {
        let mut gone: Vec<(usize, usize)> = Vec::new();
        let mut lines = Vec::new();
        for line in text.split('\n') {
            let marks = !line.trim().is_empty() && line.trim().bytes().all(|byte| byte == b'^');
            lines.push(if marks { without(line, &gone) } else { self.short_line(line, &mut gone) });
        }
        lines.join("\n")
    }

    /// `gone` becomes which places of the line were left out: where, and how many.
    fn short_line(&self, line: &str, gone: &mut Vec<(usize, usize)>) -> String {
        let mut known = self.0.lock().expect("the names");
        let mut shown = String::new();
        let mut rest = line;
        gone.clear();
        while let Some((at, name)) = next_name(rest) {
            if !known.contains(&name) {
                known.push(name.clone());
            }
            let short = short_of(&known, &name);
            shown.push_str(&rest[..at]);
            gone.push((shown.chars().count(), name.len() - short.len()));
            shown.push_str(&short);
            rest = &rest[at + name.len()..];
        }
        shown + rest
    }

    /// The text with the real names.
    pub fn real(&self, text: &str) -> String {
        let known = self.0.lock().expect("the names");
        let word = |word: &str| {
            let name = known.iter().find(|name| short_of(&known, name) == word);
            name.map_or_else(|| word.to_owned(), Clone::clone)
        };
        text.split(' ').map(word).collect::<Vec<_>>().join(" ")
    }
}

/// The line of marks, moved as the line above it was.
fn without(marks: &str, gone: &[(usize, usize)]) -> String {
    let mut marks: Vec<char> = marks.chars().collect();
    for (at, count) in gone {
        let end = (at + count).min(marks.len());
        marks.drain((*at).min(end)..end);
    }
    marks.into_iter().collect()
}

fn short_of(known: &[String], name: &str) -> String {
    let template = TEMPLATES.into_iter().find(|template| name.starts_with(template)).unwrap_or_default();
    let number = known
        .iter()
        .filter(|other| other.starts_with(template))
        .position(|other| other == name)
        .map_or(0, |at| at + 1);
    format!("{template}{number}")
}

fn next_name(text: &str) -> Option<(usize, String)> {
    let found = TEMPLATES.into_iter().flat_map(|template| {
        text.match_indices(template).filter_map(move |(at, _)| {
            let tail = text.get(at + template.len()..at + template.len() + CHANCE)?;
            let fits = tail.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
            fits.then(|| (at, format!("{template}{tail}")))
        })
    });
    found.min_by_key(|(at, _)| *at)
}

/// A message as text, with times in that zone.
pub fn message(message: &Message, zone: Tz) -> String {
    let block = |block: &Block| match block {
        Block::Heading(text) => format!("# {}", text.in_zone(zone)),
        Block::Paragraph(text) => text.in_zone(zone),
        Block::Fields(fields) => {
            let field =
                |(name, value): &(_, sublet::ports::chat::Text)| format!("{name}: {}", value.in_zone(zone));
            fields.iter().map(field).collect::<Vec<_>>().join("\n")
        }
        Block::Progress { done, total, step } => {
            let (done, total) = (usize::from(*done), usize::from(*total));
            format!("{}{} {step}", "▓".repeat(done), "░".repeat(total.saturating_sub(done)))
        }
        Block::Bar { percent, words } => {
            let full = usize::from(*percent) / 10;
            format!("{}{} {}", "▓".repeat(full), "░".repeat(10 - full), words.in_zone(zone))
        }
        Block::Code(text) => format!("    {}", text.replace('\n', "\n    ")),
        Block::List(items) => {
            let item = |text: &sublet::ports::chat::Text| format!("- {}", text.in_zone(zone));
            items.iter().map(item).collect::<Vec<_>>().join("\n")
        }
        Block::Actions(buttons) => {
            buttons.iter().map(|button| format!("[{}]", button.label)).collect::<Vec<_>>().join(" ")
        }
        Block::Note(text) => format!("({})", text.in_zone(zone)),
    };
    message.blocks.iter().map(block).collect::<Vec<_>>().join("\n")
}

/// A form as text: what is settled, then each field with what stands in it.
pub fn form(asked: &Asked, zone: Tz) -> String {
    let mut lines = vec![format!("form: {}", asked.form.title)];
    lines.extend(asked.problem.iter().map(|problem| format!("! {}", problem.in_zone(zone))));
    let told = |name: &str| !["subject", "version", "seen"].contains(&name);
    let settled = asked.form.hidden.iter().filter(|(name, _)| told(name));
    lines.extend(settled.map(|(name, value)| format!("{name} is {value}")));
    for field in &asked.form.fields {
        let star = if field.required { "*" } else { "" };
        lines.push(format!("{}{star}: {}", field.label, field.value).trim_end().to_owned());
        lines.extend(field.error.iter().map(|error| format!("  ! {error}")));
        let faults = asked.faults.iter().filter(|(name, _)| *name == field.name);
        lines.extend(faults.map(|(_, text)| format!("  ! {}", text.in_zone(zone))));
    }
    lines.push(format!("[{}]", asked.form.submit));
    lines.join("\n")
}

/// A letter as text.
pub fn letter(letter: &Letter) -> String {
    format!("To: {} <{}>\nSubject: {}\n\n{}", letter.name, letter.to, letter.subject, letter.text.trim_end())
}
