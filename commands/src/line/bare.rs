//! Values written without a name: `/env create web 2cpu 4Gi 20Gi 3d` is `cpu=2 memory=4Gi storage=20Gi for=3d`.

use crate::spec::{Arg, Kind};
use crate::units;
use crate::usage::UsageError;
use crate::values::{Given, clip};

use super::assign::{Assigner, reads_as};
use super::words::Word;

impl Assigner<'_> {
    /// `3d` for `for=3d`, `2cpu` for `cpu=2`. Tells whether the word was taken.
    pub(super) fn place_bare(&mut self, word: &Word) -> Result<bool, UsageError> {
        let sizes = self.spec.takes_parameters();
        if sizes && let Some((name, value)) = size(word, &self.given) {
            self.give(name, value, word.at.clone());
            self.next += 1;
            return Ok(true);
        }
        let open = |arg: &&Arg| {
            arg.bare && !self.has(arg.name) && !arg.excludes.is_some_and(|other| self.has(other))
        };
        let open = self.spec.args.iter().find(open);
        if sizes {
            self.refuse_unitless(word)?;
            if is_minutes(&word.text) && !self.has("cpu") {
                if open.is_some() {
                    return Err(unclear(word));
                }
                self.give("cpu", word.text.clone(), word.at.clone());
                self.next += 1;
                return Ok(true);
            }
        }
        let Some(arg) = open else { return Ok(false) };
        let (value, end, count) = match self.joined(arg.kind, &word.text, self.next + 1) {
            Some(joined) => joined,
            None if reads_as(arg.kind, &word.text) => (word.text.clone(), word.at.end, 0),
            None => return Ok(false),
        };
        self.give(arg.name, value, word.at.start..end);
        self.next += 1 + count;
        Ok(true)
    }

    /// "2 students need it" is a reason; "2 4Gi" is a size without its unit.
    fn refuse_unitless(&self, word: &Word) -> Result<(), UsageError> {
        let number = word.text.chars().all(|c| c.is_ascii_digit());
        let next = self.words.get(self.next + 1);
        if !number || next.is_none_or(|next| size(next, &self.given).is_none()) {
            return Ok(());
        }
        let what = format!("`{}` has no unit.", clip(&word.text));
        let hint = "Write `2cpu`, `4Gi` or `3d`, or give the name, as in `cpu=2`.";
        let meant = (!self.has("cpu")).then(|| format!("{}cpu", word.text));
        Err(UsageError::new(what, hint).at(Some(word.at.clone())).suggest(meant))
    }
}

/// The parameter that a bare size stands for, and its value; `None` when the word is no bare size or
/// the parameter was given already. The first size in bytes is the memory, the second the storage.
fn size(word: &Word, given: &[Given]) -> Option<(&'static str, String)> {
    let text = word.text.as_str();
    let unit_at = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(unit_at);
    let free = |name: &&str| !given.iter().any(|given| given.name == *name);
    if matches!(unit.to_lowercase().as_str(), "cpu" | "cpus" | "vcpu" | "vcpus" | "core" | "cores") {
        units::cpu(number).ok()?;
        return Some("cpu").filter(free).map(|name| (name, number.to_owned()));
    }
    // Without a letter of its own that only bytes have, "20m" could be minutes or thousandths.
    if !unit.to_lowercase().starts_with(['k', 'm', 'g', 't']) || unit == "m" {
        return None;
    }
    units::bytes(text).ok()?;
    ["memory", "storage"].into_iter().find(free).map(|name| (name, text.to_owned()))
}

/// `500m`: minutes, or thousandths of a processor.
pub(super) fn is_minutes(text: &str) -> bool {
    text.strip_suffix('m').is_some_and(|number| reads_as(Kind::Number, number))
}

fn unclear(word: &Word) -> UsageError {
    let what = format!("`{}` could be minutes or thousandths of a processor.", clip(&word.text));
    let hint = format!("Write `for={0}` or `cpu={0}`.", word.text);
    UsageError::new(what, hint).at(Some(word.at.clone()))
}
