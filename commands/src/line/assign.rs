//! Which words of a line belong to which argument of its command.

use std::ops::Range;

use crate::spec::{Arg, Kind, Spec};
use crate::units;
use crate::usage::{UsageError, nearest};
use crate::values::{Given, clip};

use super::bare::is_minutes;
use super::words::{Named, Word};

/// Gives every word after the command's path to an argument. Values are not checked here.
pub(crate) fn assign(spec: &'static Spec, text: &str, words: &[Word]) -> Result<Vec<Given>, UsageError> {
    let mut assigner = Assigner { spec, text, words, next: 0, given: Vec::new(), pieces: Vec::new() };
    while let Some(word) = assigner.words.get(assigner.next) {
        assigner.place(word)?;
    }
    assigner.finish()
}

/// An argument whose rest-of-line text is collected word by word, because named words may stand among them.
fn is_collected(arg: &Arg) -> bool {
    arg.rest && arg.kind == Kind::Key
}

pub(super) struct Assigner<'a> {
    pub(super) spec: &'static Spec,
    pub(super) text: &'a str,
    pub(super) words: &'a [Word],
    pub(super) next: usize,
    pub(super) given: Vec<Given>,
    /// Words of a collected argument.
    pieces: Vec<Word>,
}

impl<'a> Assigner<'a> {
    fn place(&mut self, word: &'a Word) -> Result<(), UsageError> {
        if let Some(named) = &word.named
            && self.place_named(word, named)?
        {
            return Ok(());
        }
        if !word.quoted && (self.place_spaced(word)? || self.place_keyword(word)) {
            return Ok(());
        }
        if let Some(arg) = self.open_positional() {
            refuse_unclosed(word)?;
            self.give(arg.name, word.text.clone(), word.at.clone());
            self.next += 1;
            return Ok(());
        }
        if !word.quoted && self.place_bare(word)? {
            return Ok(());
        }
        match self.spec.args.iter().find(|arg| arg.rest && !self.has(arg.name)) {
            Some(arg) if is_collected(arg) => {
                refuse_unclosed(word)?;
                self.pieces.push(word.clone());
                self.next += 1;
            }
            Some(arg) => self.give_rest(arg, self.next, word.at.start),
            None => return Err(self.too_many(word)),
        }
        Ok(())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.given.iter().any(|given| given.name == name)
    }

    pub(super) fn give(&mut self, name: &str, value: String, at: Range<usize>) {
        self.given.push(Given { name: name.to_owned(), value, at: Some(at) });
    }

    /// The first positional argument that has no value yet.
    fn open_positional(&self) -> Option<&'static Arg> {
        self.spec.args.iter().find(|arg| arg.positional && !arg.rest && !self.has(arg.name))
    }

    /// `name=value`. Tells whether the word was taken.
    fn place_named(&mut self, word: &Word, named: &Named) -> Result<bool, UsageError> {
        let Some(arg) = self.spec.arg(&named.name) else { return self.place_parameter(word, named) };
        // A colon also ends ordinary words: "key: ..." may well begin a sentence.
        if named.sign == ':' && !arg.rest && named.value.is_empty() {
            return Ok(false);
        }
        if arg.rest && !named.quoted {
            self.give_rest(arg, self.next, named.value_at.start);
            return Ok(true);
        }
        refuse_unclosed(word)?;
        let (mut value, mut at) = (named.value.clone(), named.value_at.clone());
        self.next += 1;
        // "for= 3d"
        if let (true, Some(next)) = (value.is_empty() && !named.quoted, self.words.get(self.next))
            && next.named.is_none()
        {
            (value, at) = (next.text.clone(), next.at.clone());
            self.next += 1;
        }
        if value.trim().is_empty() {
            let what = format!("`{}=` has no value.", named.name);
            let hint = format!("Write `{}={}`.", named.name, arg.kind.example());
            return Err(UsageError::new(what, hint).at(Some(word.at.clone())).field(arg.name));
        }
        if !named.quoted
            && let Some((longer, end, count)) = self.joined(arg.kind, &value, self.next)
        {
            (value, at) = (longer, at.start..end);
            self.next += count;
        }
        self.give(arg.name, value, at);
        Ok(true)
    }

    fn place_parameter(&mut self, word: &Word, named: &Named) -> Result<bool, UsageError> {
        if self.spec.takes_parameters() && named.sign == '=' {
            refuse_unclosed(word)?;
            if named.value.trim().is_empty() {
                let what = format!("`{}=` has no value.", clip(&named.name));
                let hint = "Write the value directly behind the sign, such as `cpu=2`.";
                return Err(UsageError::new(what, hint).at(Some(word.at.clone())).field(&named.name));
            }
            self.give(&named.name, named.value.clone(), named.value_at.clone());
            self.next += 1;
            return Ok(true);
        }
        let near = nearest(&named.name, self.spec.args.iter().map(|arg| arg.name));
        let takes_text = self.spec.args.iter().any(|arg| arg.rest);
        if named.sign == ':' || (near.is_none() && takes_text) {
            return Ok(false);
        }
        let what = format!("`{}` has no `{}`.", self.spec.name(), clip(&named.name));
        let error = UsageError::new(what, format!("The form is: {}", self.spec.usage()));
        Err(error.at(Some(named.name_at.clone())).field(&named.name).suggest(near.map(str::to_owned)))
    }

    /// `for = 3d`. Tells whether the words were taken.
    fn place_spaced(&mut self, word: &Word) -> Result<bool, UsageError> {
        let Some(sign) = self.words.get(self.next + 1).filter(|sign| !sign.quoted) else { return Ok(false) };
        let Some(rest) = sign.text.strip_prefix('=') else { return Ok(false) };
        let name = word.text.to_lowercase();
        if self.spec.arg(&name).is_none() {
            return Ok(false);
        }
        let named = Named {
            name,
            name_at: word.at.clone(),
            value: rest.to_owned(),
            value_at: sign.at.end - rest.len()..sign.at.end,
            quoted: false,
            sign: '=',
        };
        self.next += 1;
        self.place_named(sign, &named)
    }

    /// `for 3d` and `until tomorrow 18:00`. Tells whether the words were taken.
    fn place_keyword(&mut self, word: &Word) -> bool {
        let name = word.text.to_lowercase();
        let Some(arg) = self.spec.arg(&name).filter(|arg| !arg.positional && !self.has(arg.name)) else {
            return false;
        };
        let Some(next) = self.words.get(self.next + 1).filter(|next| next.named.is_none()) else {
            return false;
        };
        let joined = if next.quoted { None } else { self.joined(arg.kind, &next.text, self.next + 2) };
        let (value, at, count) = match joined {
            Some((value, end, count)) => (value, next.at.start..end, count),
            None if reads_as(arg.kind, &next.text) || is_misspelt(arg.kind, &next.text) => {
                (next.text.clone(), next.at.clone(), 0)
            }
            None => return false,
        };
        self.give(arg.name, value, at);
        self.next += 2 + count;
        true
    }

    /// A span or moment that goes on in the words from here: `for=2 weeks`, `until=2026-12-01 18:00`.
    /// Gives the longest such value, where it ends, and how many words it took.
    pub(super) fn joined(&self, kind: Kind, first: &str, from: usize) -> Option<(String, usize, usize)> {
        if !matches!(kind, Kind::Span | Kind::When) {
            return None;
        }
        let mut value = first.to_owned();
        let mut best = None;
        for (count, word) in self.words.iter().skip(from).take(3).enumerate() {
            // Beside a span, "500m" is more likely half a processor than eight hours.
            let size = self.spec.takes_parameters() && is_minutes(&word.text);
            if word.quoted || word.named.is_some() || size {
                break;
            }
            value = format!("{value} {}", word.text);
            if reads_as(kind, &value) {
                best = Some((value.clone(), word.at.end, count + 1));
            }
        }
        best
    }

    fn too_many(&self, word: &Word) -> UsageError {
        let what = format!("`{}` is one word too many.", clip(&word.text));
        UsageError::new(what, format!("The form is: {}", self.spec.usage())).at(Some(word.at.clone()))
    }

    fn finish(mut self) -> Result<Vec<Given>, UsageError> {
        if let (Some(arg), [first, .., last] | [first @ last]) =
            (self.spec.args.iter().find(|arg| is_collected(arg)), self.pieces.as_slice())
        {
            let value = self.pieces.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
            if !value.trim().is_empty() {
                self.give(arg.name, value, first.at.start..last.at.end);
            }
        }
        self.refuse_swallowed()?;
        Ok(self.given)
    }
}

/// Whether the text has the form of a value of this kind, for kinds whose form is unmistakable.
pub(super) fn reads_as(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Span => units::reads_as_span(text),
        Kind::When => units::reads_as_when(text),
        Kind::Number => !text.is_empty() && text.chars().all(|c| c.is_ascii_digit()),
        _ => false,
    }
}

/// Whether the text was meant as such a value: a digit first and more than digits, as in `3x`.
fn is_misspelt(kind: Kind, text: &str) -> bool {
    matches!(kind, Kind::Span | Kind::When)
        && text.starts_with(|c: char| c.is_ascii_digit())
        && !text.chars().all(|c| c.is_ascii_digit())
}

fn refuse_unclosed(word: &Word) -> Result<(), UsageError> {
    let Some(at) = word.unclosed else { return Ok(()) };
    let what = "This quote is never closed.";
    Err(UsageError::new(what, "Add the other quote where the text ends.").at(Some(at..word.at.end)))
}
