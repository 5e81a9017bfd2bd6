//! Named values on their way to a command: where they came from, how each kind is checked, how a command reads them.

mod kinds;

use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};

use crate::spec::{Arg, Kind, Spec};
use crate::usage::{UsageError, nearest};
use crate::{Context, Entry, Invocation};

use kinds::check_visible;
pub use kinds::{FromValue, Wrong, is_parameter_name, is_team_name};
pub(crate) use kinds::{clip, shown};

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
    let read = values.check(context).and_then(|()| (entry.read)(&mut reader));
    read.map_err(|error| error.given(values.pairs()).of(entry.spec))
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

    /// The value of an optional argument, read in a way of the command's own.
    pub(crate) fn maybe_by<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str, &Context) -> Result<T, Wrong>,
    ) -> Result<Option<T>, UsageError> {
        self.asked.push(name);
        let Some(given) = self.values.given.iter().find(|given| given.name == name) else { return Ok(None) };
        read(given.value.trim(), self.context).map(Some).map_err(|wrong| wrong.about(given))
    }

    /// The values that are no declared arguments: the template's parameters, in the order given.
    pub fn parameters(&mut self) -> Vec<(String, String)> {
        self.asked.push("…");
        let spec = self.values.spec();
        let free = self.values.given.iter().filter(|given| spec.arg(&given.name).is_none());
        free.map(|given| (given.name.clone(), given.value.clone())).collect()
    }
}

fn check_value(arg: &Arg, given: &Given, context: &Context) -> Result<(), UsageError> {
    match arg.kind {
        Kind::Span => TimeDelta::from_value(arg.kind, &given.value, context).map(drop),
        Kind::When => DateTime::<Utc>::from_value(arg.kind, &given.value, context).map(drop),
        Kind::Number | Kind::Cpu | Kind::Bytes => u64::from_value(arg.kind, &given.value, context).map(drop),
        _ => String::from_value(arg.kind, &given.value, context).map(drop),
    }
    .map_err(|wrong| wrong.about(given))
}

fn fault(given: &Given, what: String, hint: String) -> UsageError {
    UsageError::new(what, hint).at(given.at.clone()).field(&given.name)
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
