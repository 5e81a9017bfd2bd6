//! A mistake in a command, told so that the person can mend it: which word, what is wrong, what would be right.

use std::fmt;
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::spec::Spec;
use crate::values::shown;

/// Why a line, a form or an option list is not a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageError {
    /// The wrong part, as bytes of the line; `None` when there was no line or nothing to point at.
    pub at: Option<Range<usize>>,
    /// The argument or parameter that is wrong, so that a form can write beside its field.
    pub field: Option<String>,
    /// What is wrong; names the word.
    pub what: String,
    /// What would be right, with an example.
    pub hint: String,
    /// What was probably meant: the whole corrected line, or only the value when there was no line.
    pub suggestion: Option<String>,
    /// True when nothing is wrong except that required arguments are missing: a surface opens a form.
    pub missing: bool,
    /// The command that was recognised.
    pub command: Option<&'static Spec>,
    /// What was given, by name, so that a form can start with it.
    pub given: Vec<(String, String)>,
    /// Whether `suggestion` is already a whole line.
    whole: bool,
    /// Whether the wrong value must not be repeated.
    secret: bool,
}

/// How many columns of a long line are shown around the wrong word.
const SHOWN: usize = 72;

impl UsageError {
    /// A mistake with its explanation, pointing nowhere yet.
    pub fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            at: None,
            field: None,
            what: what.into(),
            hint: hint.into(),
            suggestion: None,
            missing: false,
            command: None,
            given: Vec::new(),
            whole: false,
            secret: false,
        }
    }

    /// Nothing is wrong, but something is missing that is not one argument.
    pub(crate) fn lacking(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { missing: true, ..Self::new(what, hint) }
    }

    /// Points at a part of the line.
    pub fn at(mut self, at: Option<Range<usize>>) -> Self {
        self.at = at;
        self
    }

    /// Names the argument or parameter.
    pub fn field(mut self, name: impl Into<String>) -> Self {
        self.field = Some(name.into());
        self
    }

    /// Says what was probably meant.
    pub fn suggest(mut self, suggestion: Option<String>) -> Self {
        self.suggestion = suggestion;
        self
    }

    /// Keeps the wrong value out of every answer: the line is not shown, and no form is filled with it.
    pub(crate) fn secret(mut self) -> Self {
        self.at = None;
        self.secret = true;
        self
    }

    /// Notes what was given, for a form.
    pub(crate) fn given(mut self, given: Vec<(String, String)>) -> Self {
        if !self.secret {
            self.given = given;
        }
        self
    }

    /// Says what the whole line should have been.
    pub(crate) fn suggest_line(mut self, line: String) -> Self {
        self.whole = true;
        self.suggestion = Some(line);
        self
    }

    /// Names the command.
    pub fn of(mut self, spec: &'static Spec) -> Self {
        self.command = Some(spec);
        self
    }

    /// Points at the value of its field in this line, when it points nowhere yet. For mistakes that are
    /// found after parsing, such as a parameter that the template does not have.
    pub fn pointing_in(mut self, line: &str) -> Self {
        if self.at.is_none() && !self.secret {
            self.at = self.field.as_deref().and_then(|name| crate::line::locate(line, name));
        }
        self.in_line(line)
    }

    /// The explanation in one paragraph, without the line.
    pub fn explain(&self) -> String {
        let mut text = self.what.clone();
        if !self.hint.is_empty() {
            text.push('\n');
            text.push_str(&self.hint);
        }
        if let Some(suggestion) = &self.suggestion {
            text.push_str(&format!("\nDid you mean  {suggestion}"));
        }
        text
    }

    /// The line with the wrong word underlined, and the explanation below. For a monospace block.
    pub fn render(&self, line: &str) -> String {
        match &self.at {
            Some(at) => format!("{}\n{}", underline(line, at), self.explain()),
            None => self.explain(),
        }
    }

    /// Makes the suggested word a suggested line, by putting it in the place of the wrong one.
    pub(crate) fn in_line(mut self, line: &str) -> Self {
        if !self.whole
            && let (Some(at), Some(word)) = (&self.at, &self.suggestion)
            && let (Some(before), Some(after)) = (line.get(..at.start), line.get(at.end..))
        {
            self.suggestion = Some(format!("{before}{word}{after}").trim().to_owned());
            self.whole = true;
        }
        self
    }
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain().replace('\n', " "))
    }
}

impl std::error::Error for UsageError {}

/// Two rows: the line (only the part around `at` when it is long), and carets below `at`.
fn underline(line: &str, at: &Range<usize>) -> String {
    let mut columns: Vec<(usize, char, usize)> = line
        .char_indices()
        .map(|(i, c)| (i, shown(c)))
        .map(|(i, c)| (i, c, c.width().unwrap_or(0)))
        .collect();
    let first = columns.iter().position(|(i, ..)| *i >= at.start).unwrap_or(columns.len());
    let (mut head, mut tail) = ("", "");
    if columns.len() > first + SHOWN {
        columns.truncate(first + SHOWN);
        tail = "…";
    }
    if columns.len() > SHOWN && first > SHOWN / 2 {
        columns.drain(..first - SHOWN / 2);
        head = "…";
    }
    let shown: String = columns.iter().map(|(_, c, _)| c).collect();
    let width = |keep: &dyn Fn(usize) -> bool| -> usize {
        columns.iter().filter(|(i, ..)| keep(*i)).map(|(_, _, w)| w).sum()
    };
    let before = width(&|i| i < at.start) + usize::from(!head.is_empty());
    let below = width(&|i| at.contains(&i)).max(1);
    format!("{head}{}{tail}\n{}{}", shown.trim_end(), " ".repeat(before), "^".repeat(below))
}

/// The candidate that was probably meant by `word`, when one is near enough.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let allowed = match word.chars().count() {
        0 | 1 => return None,
        2..=5 => 1,
        6..=8 => 2,
        _ => 3,
    };
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
