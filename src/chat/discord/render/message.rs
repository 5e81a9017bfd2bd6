//! A message as Discord shows it: its text for notifications and screen readers, its embeds, and its buttons.

use serde_json::{Value, json};

use super::{
    Names,
    components::{self, Look},
    embeds::{self, Part},
    ids::Id,
    limits, text,
};
use crate::{
    cards::answer::say,
    chat::render::signs,
    ports::chat::{Message, Text, Tone},
};

/// Only who acted sees it: Discord's number for it among the `flags` of an answer.
const EPHEMERAL: u64 = 64;
/// The number of the one button in a message that asks whether somebody is sure: no message has as many buttons.
pub const SURE: usize = 99;

/// A message as the body of a post or an edit. `mention` is the role to be mentioned while approvers are asked; it
/// is not mentioned by a message that asks for nothing. A body says everything, so that it can replace another one.
///
/// Beside the embeds stands the summary: it is what notifications show, and what is seen by people who see no embeds.
pub fn message(message: &Message, names: &Names, mention: Option<&str>) -> Value {
    let role = mention.filter(|role| message.tone == Tone::Asking && is_id(role));
    let (embeds, rows) = shown(message, names);
    body(&spoken(message, names, role), &embeds, &rows, role)
}

/// A message as the answer to the one who acted. Nobody is notified of it, so beside the embeds stands the tone alone.
pub fn answer(message: &Message, names: &Names) -> Value {
    let (embeds, rows) = shown(message, names);
    let tone = signs::tone(message.tone).map(|(sign, word)| format!("{sign} {word}")).unwrap_or_default();
    let said = if embeds.is_empty() { spoken(message, names, None) } else { tone };
    body(&said, &embeds, &rows, None)
}

/// The embeds of a message, and its rows of buttons.
fn shown(message: &Message, names: &Names) -> (Vec<Value>, Vec<Value>) {
    let (rows, typed) = components::components(message);
    let mut parts = embeds::parts(message, names);
    // What somebody has to type stands before what may not fit.
    let at = usize::from(matches!(parts.first(), Some(Part::Title(_) | Part::Heading(_))));
    parts.splice(at..at, typed);
    (embeds::embeds(&parts, message.tone), rows)
}

/// A body of these parts, which mentions nobody but this role.
pub fn body(content: &str, embeds: &[Value], rows: &[Value], role: Option<&str>) -> Value {
    let mentions = role.map_or_else(|| json!({"parse": []}), |role| json!({"parse": [], "roles": [role]}));
    json!({"content": content, "embeds": embeds, "components": rows, "allowed_mentions": mentions})
}

/// The body as one that only who acted sees: the `data` of an answer.
pub fn unseen(mut body: Value) -> Value {
    body["flags"] = json!(EPHEMERAL);
    body
}

/// The question whether somebody is sure, which Discord has no dialogue for. `label` is that of the button that was
/// pressed, `line` what it stands for.
pub fn sure(label: &str, line: &str) -> Value {
    let label = text::label(label, limits::BUTTON_LABEL);
    let words = Text::default().strong(label.clone()).and("? This cannot be taken back.");
    let mut asks = answer(&say(words, Tone::Warning), &Names::default());
    let id = Id::Press { number: SURE, line: line.to_owned() }.write();
    let buttons: Vec<Value> = id.iter().map(|id| components::button(&label, Look::Danger, id)).collect();
    asks["components"] = buttons.chunks(limits::BUTTONS).map(components::row).collect();
    asks
}

/// The whole in one line: who is asked, the sign and the word for its tone, and what it says.
fn spoken(message: &Message, names: &Names, role: Option<&str>) -> String {
    let role = role.map(|role| format!("<@&{role}> ")).unwrap_or_default();
    let tone = signs::tone(message.tone).map(|(sign, word)| format!("{sign} {word}: ")).unwrap_or_default();
    let room = limits::CONTENT - limits::length(&role) - limits::length(&tone);
    let words = text::markdown(&message.summary, names, room);
    let words = if words.trim().is_empty() { "…" } else { &words };
    format!("{role}{tone}{words}")
}

/// Whether it could be an id of Discord's, which are numbers.
fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 20 && id.chars().all(|char| char.is_ascii_digit())
}
