//! Named values on their way to a command: where they came from, how each kind is checked, how a command reads them.

use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};

use crate::spec::{Arg, Kind, Spec};
use crate::usage::{UsageError, nearest};
use crate::{Context, Entry, Invocation, units};

/// The longest free text, in characters.
pub const TEXT_MAX: usize = 1000;
/// The longest name, in characters.
pub const NAME_MAX: usize = 63;

/// One value with its name, and where it stood when it came from a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The name of the argument or parameter.
    pub name: String,
    /// The value, without quotes.
    pub value: String,
    /// The bytes of the line that hold the value.
    pub at: Option<Range<usize>>,
}

/// Named values for one command, from a line, a form, or a platform's options.
#[derive(Debug, Clone)]
pub struct Values {
    entry: &'static Entry,
    given: Vec<Given>,
}

impl Values {
    /// Values for a command whose entry is known.
    pub(crate) fn new(entry: &'static Entry, given: Vec<Given>) -> Self {
        Self { entry, given }
    }

    /// Values from a form or an option list. Blank values count as not given.
    pub fn from_pairs<N, V>(
        path: &[&str],
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, UsageError>
    where
        N: Into<String>,
        V: Into<String>,
    {
        let entry = crate::find(path).ok_or_else(|| {
            let name = path.join(" ");
            UsageError::new(format!("There is no command `/{name}`."), "`/help` lists all commands.")
        })?;
        let given = pairs
            .into_iter()
            .map(|(name, value)| Given { name: name.into(), value: value.into(), at: None })
            .filter(|given| !given.value.trim().is_empty())
            .collect();
        Ok(Self { entry, given })
    }

    /// The command that these values are for.
    pub fn spec(&self) -> &'static Spec {
        self.entry.spec
    }

    /// All values, in the order in which they were given.
    pub fn given(&self) -> &[Given] {
        &self.given
    }

    fn pairs(&self) -> Vec<(String, String)> {
        self.given.iter().map(|given| (given.name.clone(), given.value.clone())).collect()
    }

    /// Refuses what no command could read: wrong values, unknown or doubled names, missing arguments.
    fn check(&self, context: &Context) -> Result<(), UsageError> {
        let spec = self.spec();
        for (index, given) in self.given.iter().enumerate() {
            if self.given[..index].iter().any(|earlier| earlier.name == given.name) {
                let hint = format!("Keep one `{}=`.", given.name);
                return Err(fault(given, format!("`{}` is given twice.", given.name), hint));
            }
            match spec.arg(&given.name) {
                Some(arg) => {
                    check_value(arg, given, context)?;
                    self.check_excluded(arg)?;
                }
                None => self.check_parameter(given)?,
            }
        }
        self.check_missing()
    }

    fn check_excluded(&self, arg: &Arg) -> Result<(), UsageError> {
        let Some(other) = arg.excludes.and_then(|name| self.given.iter().find(|given| given.name == name))
        else {
            return Ok(());
        };
        let what = format!("`{}` and `{}` exclude each other.", arg.name, other.name);
        let spec = self.spec();
        let examples = [arg.name, other.name.as_str()].map(|name| {
            spec.arg(name).map_or_else(String::new, |arg| format!("`{name}={}`", arg.kind.example()))
        });
        Err(fault(other, what, format!("Give {} or {}.", examples[0], examples[1])))
    }

    fn check_parameter(&self, given: &Given) -> Result<(), UsageError> {
        let spec = self.spec();
        if !spec.takes_parameters() {
            let near = nearest(&given.name, spec.args.iter().map(|arg| arg.name));
            let what = format!("`{}` has no `{}`.", spec.name(), given.name);
            let hint = match near {
                Some(near) => format!("Did you mean `{near}=`? The form is: {}", spec.usage()),
                None => format!("The form is: {}", spec.usage()),
            };
            return Err(fault(given, what, hint));
        }
        if !is_parameter_name(&given.name) {
            let what = format!("`{}` cannot be the name of a parameter.", given.name);
            return Err(fault(given, what, "Names are short words such as `cpu` or `disk_size`.".to_owned()));
        }
        if given.value.chars().count() > TEXT_MAX {
            let what = format!("`{}` is too long.", given.name);
            return Err(fault(given, what, format!("At most {TEXT_MAX} characters.")));
        }
        check_visible(&given.value).map_err(|what| fault(given, what, String::new()))
    }

    fn check_missing(&self) -> Result<(), UsageError> {
        let spec = self.spec();
        let missing: Vec<&Arg> = spec
            .args
            .iter()
            .filter(|arg| arg.required && !self.given.iter().any(|given| given.name == arg.name))
            .collect();
        let Some(first) = missing.first() else { return Ok(()) };
        let names: Vec<String> =
            missing.iter().map(|arg| format!("`{}`", arg.name.replace('_', " "))).collect();
        let (names, verb) = match names.as_slice() {
            [one] => (one.clone(), "is"),
            [init @ .., last] => (format!("{} and {last}", init.join(", ")), "are"),
            [] => return Ok(()),
        };
        let mut hint = format!("The form is: {}", spec.usage());
        if let Some(example) = spec.examples.first() {
            hint.push_str(&format!("\nFor example:  {example}"));
        }
        let mut error = UsageError::new(format!("{names} {verb} missing."), hint).field(first.name);
        error.missing = true;
        Err(error)
    }
}

/// Checks the values and makes the command of them: the one road for lines, forms and option lists.
pub fn read_values(values: Values, context: &Context) -> Result<Invocation, UsageError> {
    let entry = values.entry;
    let mut reader = Reader { values: &values, context, asked: Vec::new() };
    values.check(context).and_then(|()| (entry.read)(&mut reader)).map_err(|mut error| {
        error.given = values.pairs();
        error.of(entry.spec)
    })
}

/// What a command reads its fields from. It notes every name that is asked for, so that a test can compare.
pub struct Reader<'a> {
    values: &'a Values,
    context: &'a Context,
    asked: Vec<&'static str>,
}

impl Reader<'_> {
    /// The value of a required argument.
    pub fn need<T: FromValue>(&mut self, name: &'static str) -> Result<T, UsageError> {
        self.maybe(name)?.ok_or_else(|| {
            let mut error = UsageError::new(format!("`{name}` is missing."), "").field(name);
            error.missing = true;
            error
        })
    }

    /// The value of an optional argument.
    pub fn maybe<T: FromValue>(&mut self, name: &'static str) -> Result<Option<T>, UsageError> {
        self.asked.push(name);
        let spec = self.values.spec();
        let Some(given) = self.values.given.iter().find(|given| given.name == name) else { return Ok(None) };
        let Some(arg) = spec.arg(name) else { return Ok(None) };
        T::from_value(arg.kind, &given.value, self.context).map(Some).map_err(|wrong| wrong.about(given))
    }

    /// The values that are no declared arguments: the template's parameters, in the order given.
    pub fn parameters(&mut self) -> Vec<(String, String)> {
        self.asked.push("…");
        let spec = self.values.spec();
        let free = self.values.given.iter().filter(|given| spec.arg(&given.name).is_none());
        free.map(|given| (given.name.clone(), given.value.clone())).collect()
    }
}

/// A value that is not of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    what: String,
    hint: String,
    suggestion: Option<String>,
}

impl Wrong {
    pub(crate) fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into(), suggestion: None }
    }

    pub(crate) fn suggest(self, suggestion: Option<String>) -> Self {
        Self { suggestion, ..self }
    }

    fn about(self, given: &Given) -> UsageError {
        fault(given, self.what, self.hint).suggest(self.suggestion)
    }
}

impl From<units::UnitError> for Wrong {
    fn from(error: units::UnitError) -> Self {
        Self { what: error.what, hint: error.hint, suggestion: error.suggestion }
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
    fn from_value(_: Kind, value: &str, _: &Context) -> Result<Self, Wrong> {
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
            Kind::KeyName => key_name(value),
            Kind::Key => key(value),
            Kind::Text => text(value),
            Kind::Word | Kind::Span | Kind::When | Kind::Number => word(value),
            Kind::Choice(choices) => choice(choices, value),
            Kind::Command => crate::find_topic(value),
        }
    }
}

fn check_value(arg: &Arg, given: &Given, context: &Context) -> Result<(), UsageError> {
    match arg.kind {
        Kind::Span => TimeDelta::from_value(arg.kind, &given.value, context).map(drop),
        Kind::When => DateTime::<Utc>::from_value(arg.kind, &given.value, context).map(drop),
        Kind::Number => u64::from_value(arg.kind, &given.value, context).map(drop),
        _ => String::from_value(arg.kind, &given.value, context).map(drop),
    }
    .map_err(|wrong| wrong.about(given))
}

fn fault(given: &Given, what: String, hint: String) -> UsageError {
    UsageError::new(what, hint).at(given.at.clone()).field(&given.name)
}

/// Whether a template's parameter may have this name: a small letter, then at most 31 of `a-z 0-9 _ -`.
pub fn is_parameter_name(name: &str) -> bool {
    name.len() <= 32
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-')
}

/// A wrong word as it may be repeated in a message: short, and on one line.
pub(crate) fn clip(value: &str) -> String {
    let mut short: String = value.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
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

fn key_name(value: &str) -> Result<String, Wrong> {
    let value = value.trim();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-@".contains(c);
    if !value.is_empty() && value.len() <= NAME_MAX && value.chars().all(allowed) {
        return Ok(value.to_owned());
    }
    let what = format!("`{}` cannot be the name of a key.", clip(value));
    Err(Wrong::new(what, "Use letters, digits and `.` `_` `-` `@`, such as `laptop`."))
}

/// Only the shape: one line of a few words. Whether it is a good key is decided by those who know keys.
fn key(value: &str) -> Result<String, Wrong> {
    let hint = "Paste one line of your .pub file, such as `ssh-ed25519 AAAA… you@laptop`.";
    if value.contains("PRIVATE KEY") {
        let what = "This is a private key. Keep it secret, and make a new one if others could see this.";
        return Err(Wrong::new(what, hint));
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

/// Refuses characters that cannot be seen, which could make a text look like another one.
fn check_visible(value: &str) -> Result<(), String> {
    let hidden = |c: &char| {
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    match value.chars().find(hidden) {
        Some(c) => Err(format!("The text holds a character that cannot be seen (U+{:04X}).", u32::from(c))),
        None => Ok(()),
    }
}

/// Test help: which names a command's reader asks for when every argument is given.
#[cfg(test)]
pub(crate) fn asked(entry: &'static Entry, context: &Context) -> Vec<&'static str> {
    let given = entry.spec.args.iter().map(|arg| Given {
        name: arg.name.to_owned(),
        value: arg.kind.example().trim_matches('"').to_owned(),
        at: None,
    });
    let values = Values { entry, given: given.collect() };
    let mut reader = Reader { values: &values, context, asked: Vec::new() };
    let _ = (entry.read)(&mut reader);
    reader.asked
}
