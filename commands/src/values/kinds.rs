//! How each kind of value is read, and what is said when it is not of its kind.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Given, NAME_MAX, TEXT_MAX};
use crate::spec::Kind;
use crate::usage::{UsageError, nearest};
use crate::{Context, units};

/// A value that is not of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    what: String,
    hint: String,
    suggestion: Option<String>,
    /// Whether the value must not be repeated in an answer.
    secret: bool,
}

impl Wrong {
    pub(crate) fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into(), suggestion: None, secret: false }
    }

    pub(crate) fn suggest(self, suggestion: Option<String>) -> Self {
        Self { suggestion, ..self }
    }

    pub(super) fn about(self, given: &Given) -> UsageError {
        let error = super::fault(given, self.what, self.hint).suggest(self.suggestion);
        if self.secret { error.secret() } else { error }
    }
}

impl From<units::UnitError> for Wrong {
    fn from(error: units::UnitError) -> Self {
        Self { what: error.what, hint: error.hint, suggestion: error.suggestion, secret: false }
    }
}

/// A type that a command's field may have.
pub trait FromValue: Sized {
    /// Reads a value of the kind that the argument declares.
    fn from_value(kind: Kind, value: &str, context: &Context) -> Result<Self, Wrong>;
}

impl FromValue for TimeDelta {
    fn from_value(_: Kind, value: &str, _: &Context) -> Result<Self, Wrong> {
        Ok(units::span(value)?)
    }
}

impl FromValue for DateTime<Utc> {
    fn from_value(_: Kind, value: &str, context: &Context) -> Result<Self, Wrong> {
        Ok(units::when(value, context)?)
    }
}

impl FromValue for u64 {
    fn from_value(kind: Kind, value: &str, _: &Context) -> Result<Self, Wrong> {
        match kind {
            Kind::Cpu => return Ok(units::cpu(value)?.into()),
            Kind::Bytes => return Ok(units::bytes(value)?),
            _ => {}
        }
        let number = value.trim().parse().ok().filter(|number| *number <= i64::MAX as u64);
        number.ok_or_else(|| {
            Wrong::new(format!("`{}` is not a whole number.", clip(value)), "Write digits only, such as `3`.")
        })
    }
}

impl FromValue for String {
    fn from_value(kind: Kind, value: &str, _: &Context) -> Result<Self, Wrong> {
        match kind {
            Kind::Template | Kind::Name | Kind::Subject => name(kind, value),
            Kind::KeyName => key_name("a key", value),
            Kind::Token => key_name("a token", value),
            Kind::Team => team(value),
            Kind::Size => size(value),
            Kind::Key => key(value),
            Kind::Text => text(value),
            Kind::Person | Kind::Cpu | Kind::Bytes | Kind::Span | Kind::When | Kind::Number => word(value),
            Kind::Choice(choices) => choice(choices, value),
            Kind::Command => crate::find_topic(value),
        }
    }
}

/// Whether a template's parameter may have this name: a small letter, then at most 31 of `a-z 0-9 _ -`.
pub fn is_parameter_name(name: &str) -> bool {
    name.len() <= 32
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-')
}

/// Whether a team may have this name: a small letter, then at most 31 of `a-z 0-9 . _ -`.
pub fn is_team_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    name.len() <= 32 && name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(allowed)
}

/// A wrong word as it may be repeated in a message: short, and on one line.
pub(crate) fn clip(value: &str) -> String {
    let mut short: String = value.chars().take(40).map(shown).collect();
    if value.chars().count() > 40 {
        short.push('…');
    }
    short
}

/// Names are small letters, digits and hyphens; ids have an underscore and keep their case.
fn name(kind: Kind, value: &str) -> Result<String, Wrong> {
    let value = value.trim();
    let is_id = kind != Kind::Template && value.contains('_');
    let name = if is_id { value.to_owned() } else { value.to_lowercase() };
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || (is_id && c == '_');
    let edge = |c: char| c.is_ascii_alphanumeric();
    if name.len() <= NAME_MAX && name.chars().all(allowed) && name.starts_with(edge) && name.ends_with(edge) {
        return Ok(name);
    }
    let (thing, list) = match kind {
        Kind::Template => ("a template", "`/template list` shows what there is."),
        _ => ("an environment", "`/env list` shows what there is."),
    };
    let what = format!("`{}` cannot be the name of {thing}.", clip(value));
    Err(Wrong::new(what, format!("Names are letters, digits and hyphens, such as `web-1`. {list}")))
}

fn key_name(thing: &str, value: &str) -> Result<String, Wrong> {
    let value = value.trim();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-@".contains(c);
    if !value.is_empty() && value.len() <= NAME_MAX && value.chars().all(allowed) {
        return Ok(value.to_owned());
    }
    let what = format!("`{}` cannot be the name of {thing}.", clip(value));
    Err(Wrong::new(what, "Use letters, digits and `.` `_` `-` `@`, such as `laptop`."))
}

fn team(value: &str) -> Result<String, Wrong> {
    let name = value.trim().to_lowercase();
    if is_team_name(&name) {
        return Ok(name);
    }
    let what = format!("`{}` cannot be the name of a team.", clip(value));
    Err(Wrong::new(what, "Use at most 32 letters, digits and `.` `_` `-`, a letter first, such as `shop`."))
}

fn size(value: &str) -> Result<String, Wrong> {
    let name = value.trim().to_lowercase();
    if is_parameter_name(&name) {
        return Ok(name);
    }
    let what = format!("`{}` cannot be the name of a size.", clip(value));
    Err(Wrong::new(what, "`/template show <name>` lists the sizes of a template, such as `small`."))
}

/// Only the shape: one line of a few words. Whether it is a good key is decided by those who know keys.
fn key(value: &str) -> Result<String, Wrong> {
    let hint = "Paste one line of your .pub file, such as `ssh-ed25519 AAAA… you@laptop`.";
    if value.contains("PRIVATE KEY") {
        let what = "This is a private key. Keep it secret, and make a new one if others could see this.";
        return Err(Wrong { secret: true, ..Wrong::new(what, hint) });
    }
    if value.trim().contains(['\n', '\r']) {
        return Err(Wrong::new("A public key is one line.", hint));
    }
    check_visible(value).map_err(|what| Wrong::new(what, hint))?;
    Ok(value.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn text(value: &str) -> Result<String, Wrong> {
    let value = value.trim();
    let length = value.chars().count();
    if length > TEXT_MAX {
        let what = format!("The text has {length} characters.");
        return Err(Wrong::new(what, format!("At most {TEXT_MAX} fit.")));
    }
    check_visible(value).map_err(|what| Wrong::new(what, "Remove it, or type the text again."))?;
    Ok(value.to_owned())
}

fn word(value: &str) -> Result<String, Wrong> {
    let value = value.trim();
    if value.chars().count() > NAME_MAX {
        let what = format!("`{}` is too long.", clip(value));
        return Err(Wrong::new(what, format!("At most {NAME_MAX} characters.")));
    }
    check_visible(value).map_err(|what| Wrong::new(what, "Remove it, or type the word again."))?;
    Ok(value.to_owned())
}

fn choice(choices: &[&str], value: &str) -> Result<String, Wrong> {
    let lower = value.trim().to_lowercase();
    if choices.contains(&lower.as_str()) {
        return Ok(lower);
    }
    let list: Vec<String> = choices.iter().map(|choice| format!("`{choice}`")).collect();
    let what = format!("`{}` is none of the choices.", clip(value));
    let suggestion = nearest(&lower, choices.iter().copied()).map(str::to_owned);
    Err(Wrong::new(what, format!("Choose one of {}.", list.join(", "))).suggest(suggestion))
}

/// Whether a character cannot be seen and could make a text look like another one.
fn is_hidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A character as it may be repeated in a message that has one line.
pub(crate) fn shown(c: char) -> char {
    match c {
        '\n' | '\r' | '\t' => ' ',
        c if is_hidden(c) => '\u{fffd}',
        c => c,
    }
}

/// Refuses characters that cannot be seen.
pub(super) fn check_visible(value: &str) -> Result<(), String> {
    match value.chars().find(|c| is_hidden(*c)) {
        Some(c) => Err(format!("The text holds a character that cannot be seen (U+{:04X}).", u32::from(c))),
        None => Ok(()),
    }
}
