//! One typed line: which command it calls, and which words belong to which of its arguments.

pub(crate) mod assign;
mod bare;
mod rest;
pub(crate) mod words;
mod write;

use std::ops::Range;

use crate::help::Help;
use crate::usage::{UsageError, nearest};
use crate::values::{Values, clip, read_values};
use crate::{CATALOG, Context, Entry, Invocation};
use words::{Word, words};

pub use write::compose;
pub(crate) use write::{quote_if_needed, write};

/// The longest line, in characters.
pub const LINE_MAX: usize = 4000;

/// Reads one line, such as `/env request web cpu=2 for=3d to test the new checkout`. The slash may be left out.
pub fn parse(text: &str, context: &Context) -> Result<Invocation, UsageError> {
    let length = text.chars().count();
    if length > LINE_MAX {
        let what = format!("The line has {length} characters.");
        return Err(UsageError::new(what, format!("At most {LINE_MAX} fit. Shorten the text at the end.")));
    }
    let words = words(text);
    match find(&words).map_err(|error| error.in_line(text))? {
        Found::Help(topic) => Ok(Invocation::Help(Help { topic })),
        Found::Command(entry, path) => {
            let given = assign::assign(entry.spec, text, &words[path..]);
            let given = given.map_err(|error| error.of(entry.spec).in_line(text))?;
            read_values(Values::new(entry, given), context).map_err(|error| error.in_line(text))
        }
    }
}

/// The bytes of the line that hold the value of this argument or parameter, so that whoever refuses the
/// value later can still point at it. `None` when the line does not name it.
pub fn locate(text: &str, name: &str) -> Option<Range<usize>> {
    let words = words(text);
    let Ok(Found::Command(entry, path)) = find(&words) else { return None };
    let given = assign::assign(entry.spec, text, &words[path..]).ok()?;
    given.into_iter().find(|given| given.name == name)?.at
}

/// The bytes of the line that hold the name itself, in `name=value`; the value's when the name is not written.
pub fn locate_name(text: &str, name: &str) -> Option<Range<usize>> {
    let value = locate(text, name)?;
    let written = words(text).into_iter().filter_map(|word| word.named).find(|named| named.value_at == value);
    Some(written.map_or(value, |named| named.name_at))
}

/// What the first words of a line call.
pub(crate) enum Found {
    /// Help, about everything or about a topic.
    Help(Option<String>),
    /// A command, and how many words its path took.
    Command(&'static Entry, usize),
}

/// A word as the name of a command: without the slash, in small letters.
fn plain(word: &Word) -> String {
    word.text.trim_start_matches('/').to_lowercase()
}

/// The command that the first words call.
pub(crate) fn find(words: &[Word]) -> Result<Found, UsageError> {
    let names: Vec<String> = words.iter().take(3).map(plain).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let asks_help = |word: Option<&&str>| matches!(word.copied(), Some("help" | "--help" | "-h" | "?"));
    if names.first().is_none_or(|first| first.is_empty()) && words.len() <= 1 {
        return Ok(Found::Help(None));
    }
    for length in [2, 1] {
        let Some(entry) = names.get(..length).and_then(crate::find) else { continue };
        if words.len() == length + 1 && matches!(names.get(length).copied(), Some("--help" | "-h" | "?")) {
            return Ok(Found::Help(Some(entry.spec.path.join(" "))));
        }
        return Ok(Found::Command(entry, length));
    }
    let first = names.first().copied().unwrap_or_default();
    if crate::group(first).next().is_some() && (names.len() == 1 || asks_help(names.get(1))) {
        return Ok(Found::Help(Some(match names.get(2) {
            Some(third) => crate::find(&[first, third]).map_or(first.to_owned(), |e| e.spec.path.join(" ")),
            None => first.to_owned(),
        })));
    }
    Err(unknown(words, &names))
}

/// All first words and second words below a first word, as they may be written.
fn second_words(first: &str) -> Vec<&'static str> {
    let specs = crate::group(first).map(|entry| entry.spec);
    let paths = specs.flat_map(|spec| std::iter::once(&spec.path).chain(spec.aliases));
    paths.filter_map(|path| path.get(1).copied()).collect()
}

fn unknown(words: &[Word], names: &[&str]) -> UsageError {
    let first = names.first().copied().unwrap_or_default();
    let (Some(word), subcommands) = (words.first(), second_words(first)) else {
        return UsageError::new("There is no command.", "`/help` lists all commands.");
    };
    if let (false, Some(second)) = (subcommands.is_empty(), words.get(1)) {
        let what = format!("There is no command `/{first} {}`.", clip(&plain(second)));
        let list = subcommands.join(", ");
        let near = nearest(&plain(second), subcommands).map(str::to_owned);
        return UsageError::new(what, format!("`/{first}` knows: {list}."))
            .at(Some(second.at.clone()))
            .suggest(near);
    }
    let groups = crate::groups();
    let near = match nearest(first, groups.iter().copied()) {
        Some(near) => Some(format!("/{near}")),
        // Somebody who writes "/extend web-1" has left out the group.
        None => CATALOG
            .iter()
            .map(|entry| entry.spec)
            .find(|spec| {
                spec.path.get(1) == Some(&first) || spec.aliases.iter().any(|a| a.get(1) == Some(&first))
            })
            .map(|spec| spec.name()),
    };
    let list: Vec<String> = groups.iter().map(|group| format!("`/{group}`")).collect();
    UsageError::new(
        format!("There is no command `/{}`.", clip(first)),
        format!("The commands begin with {}.", list.join(", ")),
    )
    .at(Some(word.at.clone()))
    .suggest(near)
}
