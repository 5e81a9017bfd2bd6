//! The text at the end of a line.

use crate::spec::{Arg, Kind};
use crate::usage::UsageError;
use crate::values::clip;

use super::assign::Assigner;
use super::words::is_space;

impl Assigner<'_> {
    /// Everything from this byte to the end of the line. One quoted word alone loses its quotes.
    pub(super) fn give_rest(&mut self, arg: &Arg, index: usize, start: usize) {
        let alone = self.words.get(index).filter(|word| word.quoted && word.unclosed.is_none());
        let rest = self.text[start..].trim_matches(is_space);
        let offset = self.text[start..].find(|c| !is_space(c)).unwrap_or(0);
        let value = match alone {
            Some(word) if index + 1 == self.words.len() => word.text.clone(),
            _ => rest.to_owned(),
        };
        if !value.trim().is_empty() {
            self.give(arg.name, value, start + offset..start + offset + rest.len());
        }
        self.next = self.words.len();
    }

    /// A required argument that stands inside the text at the end was meant to stand before it.
    pub(super) fn refuse_swallowed(&self) -> Result<(), UsageError> {
        let rest = self.spec.args.iter().find(|arg| arg.rest && arg.kind == Kind::Text);
        let Some(rest) = rest.and_then(|arg| self.given.iter().find(|given| given.name == arg.name)) else {
            return Ok(());
        };
        let Some(at) = &rest.at else { return Ok(()) };
        for word in self.words.iter().filter(|word| word.at.start > at.start && word.at.end <= at.end) {
            let Some(named) = &word.named else { continue };
            let missing = |arg: &&Arg| arg.required && arg.name == named.name && !self.has(arg.name);
            if let Some(arg) = self.spec.args.iter().find(missing) {
                let raw = &self.text[word.at.clone()];
                let what = format!("`{}` stands inside the {}.", clip(raw), rest.name);
                let without =
                    format!("{}{}", &self.text[at.start..word.at.start], &self.text[word.at.end..at.end]);
                let text = without.split_whitespace().collect::<Vec<_>>().join(" ");
                let line = format!("{}{raw} {text}", &self.text[..at.start]);
                let mut error = UsageError::new(what, format!("Write it before the {}.", rest.name));
                error.at = Some(word.at.clone());
                return Err(error.field(arg.name).suggest_line(line));
            }
        }
        Ok(())
    }
}
