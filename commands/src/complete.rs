//! Completion of a half-typed line.

use std::ops::Range;

use crate::form::{Parameter, ParameterKind};
use crate::line::assign::assign;
use crate::line::words::{Word, is_space, words};
use crate::line::{Found, find, quote_if_needed};
use crate::spec::{Arg, Kind, Parameters, Spec};
use crate::{CATALOG, Entry};

/// One way to go on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Completion {
    /// The bytes of the line to replace.
    pub replace: Range<usize>,
    /// What to put there.
    pub insert: String,
    /// What to show in the list.
    pub label: String,
    /// One line of help; may be empty.
    pub help: String,
}

/// A name that exists, with a line about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The name.
    pub name: String,
    /// One line of help; may be empty.
    pub help: String,
}

/// The names that exist just now, as far as the person may see them.
pub trait Source {
    /// The templates that can be requested.
    fn templates(&self) -> Vec<Candidate> {
        Vec::new()
    }

    /// The parameters of a template; none when it is unknown.
    fn parameters(&self, template: &str) -> Vec<Parameter> {
        let _ = template;
        Vec::new()
    }

    /// The parameters of what was asked for by a request; none when it is unknown.
    fn asked(&self, subject: &str) -> Vec<Parameter> {
        let _ = subject;
        Vec::new()
    }

    /// The same when these values were given already, by name: defaults and choices may depend on them.
    fn parameters_given(&self, template: &str, given: &[(String, String)]) -> Vec<Parameter> {
        let _ = given;
        self.parameters(template)
    }

    /// The sizes of a template; none when it is unknown.
    fn sizes(&self, template: &str) -> Vec<Candidate> {
        let _ = template;
        Vec::new()
    }

    /// The person's environments.
    fn environments(&self) -> Vec<Candidate> {
        Vec::new()
    }

    /// What waits for a decision.
    fn subjects(&self) -> Vec<Candidate> {
        self.environments()
    }

    /// The people who may be named.
    fn people(&self) -> Vec<Candidate> {
        Vec::new()
    }

    /// The teams there are.
    fn teams(&self) -> Vec<Candidate> {
        Vec::new()
    }

    /// The person's keys.
    fn keys(&self) -> Vec<Candidate> {
        Vec::new()
    }

    /// The person's tokens.
    fn tokens(&self) -> Vec<Candidate> {
        Vec::new()
    }
}

/// A source that knows no names: commands and arguments only.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoNames;

impl Source for NoNames {}

/// What may stand at the cursor, in the order of the catalogue. `cursor` is a byte of the line.
pub fn complete(text: &str, cursor: usize, source: &dyn Source) -> Vec<Completion> {
    let mut cursor = cursor.min(text.len());
    while !text.is_char_boundary(cursor) {
        cursor -= 1;
    }
    let before = words(&text[..cursor]);
    let typing = before.last().filter(|word| word.at.end == cursor);
    let done = &before[..before.len() - usize::from(typing.is_some())];
    let start = typing.map_or(cursor, |word| word.at.start);
    let rest = &text[cursor..];
    let replace = start..cursor + rest.find(is_space).unwrap_or(rest.len());
    let typed = typing.map_or("", |word| word.text.as_str());
    let mut offers = match (done, find(done)) {
        ([], _) => first_words(),
        (_, Ok(Found::Command(entry, path))) => {
            let place = Place { spec: entry.spec, before: &text[..cursor], done: &done[path..], typing };
            arguments(&place, source)
        }
        ([first], _) => second_words(&first.text),
        _ => Vec::new(),
    };
    let typed = typed.to_lowercase();
    offers.retain(|offer| {
        let insert = offer.insert.to_lowercase();
        insert.starts_with(&typed) || insert.trim_start_matches('/').starts_with(&typed)
    });
    // A space that already stands behind the cursor is not written twice.
    let spaced = text[replace.end..].starts_with(is_space);
    let finish = |offer: Offer| Completion {
        replace: replace.clone(),
        label: if offer.label.is_empty() { offer.insert.trim_end().to_owned() } else { offer.label },
        insert: if spaced { offer.insert.trim_end().to_owned() } else { offer.insert },
        help: offer.help,
    };
    offers.into_iter().map(finish).collect()
}

/// Where the cursor stands within a command.
struct Place<'a> {
    spec: &'static Spec,
    /// The line up to the cursor.
    before: &'a str,
    /// The finished words behind the command's path.
    done: &'a [Word],
    /// The word at the cursor.
    typing: Option<&'a Word>,
}

struct Offer {
    insert: String,
    label: String,
    help: String,
}

impl Offer {
    fn new(insert: impl Into<String>, help: impl Into<String>) -> Self {
        Self { insert: insert.into(), label: String::new(), help: help.into() }
    }
}

fn listed() -> impl Iterator<Item = &'static Entry> {
    CATALOG.iter().filter(|entry| entry.spec.listed)
}

fn first_words() -> Vec<Offer> {
    let help = |first: &str| {
        let mut specs = crate::group(first).map(|entry| entry.spec);
        match (specs.next(), specs.next()) {
            (Some(only), None) => only.summary.to_owned(),
            _ => {
                crate::group(first).filter_map(|e| e.spec.path.get(1).copied()).collect::<Vec<_>>().join(", ")
            }
        }
    };
    crate::groups().into_iter().map(|first| Offer::new(format!("/{first} "), help(first))).collect()
}

fn second_words(first: &str) -> Vec<Offer> {
    let first = first.trim_start_matches('/').to_lowercase();
    let specs = listed().map(|entry| entry.spec).filter(|spec| spec.path.first() == Some(&first.as_str()));
    let mut offers = Vec::new();
    for spec in specs {
        for path in std::iter::once(&spec.path).chain(spec.aliases) {
            offers.extend(path.get(1).map(|second| Offer::new(format!("{second} "), spec.summary)));
        }
    }
    offers
}

fn arguments(place: &Place<'_>, source: &dyn Source) -> Vec<Offer> {
    let spec = place.spec;
    let Ok(given) = assign(spec, place.before, place.done) else { return Vec::new() };
    let value = |name: &str| given.iter().find(|given| given.name == name).map(|given| given.value.as_str());
    let has = |name: &str| value(name).is_some();
    let template = match spec.parameters {
        Parameters::OfTemplate(name) => value(name),
        Parameters::OfSubject(_) | Parameters::None => None,
    };
    let pairs: Vec<_> = given.iter().map(|given| (given.name.clone(), given.value.clone())).collect();
    let parameters = match spec.parameters {
        Parameters::OfSubject(name) => value(name).map(|subject| source.asked(subject)),
        _ => template.map(|name| source.parameters_given(name, &pairs)),
    };
    let parameters = parameters.unwrap_or_default();
    let sizes = || template.map(|name| source.sizes(name)).unwrap_or_default();
    if let Some(named) = place.typing.and_then(|word| word.named.as_ref()) {
        let values = match (spec.arg(&named.name), parameters.iter().find(|p| p.name == named.name)) {
            (Some(arg), _) if arg.kind == Kind::Size => names(sizes()),
            (Some(arg), _) => of_kind(arg.kind, source),
            (None, Some(parameter)) => of_parameter(parameter),
            (None, None) => Vec::new(),
        };
        let whole = |offer: Offer| Offer { insert: format!("{}={}", named.name, offer.insert), ..offer };
        return values.into_iter().map(whole).collect();
    }
    if spec.args.iter().any(|arg| arg.kind == Kind::Command) {
        return topics(place.done);
    }
    // "for " waits for a span, though so far it reads as the beginning of a text.
    let open = |arg: &Arg| !arg.positional && !excluded(spec, arg, &has);
    let waiting = place.done.last().and_then(|word| spec.arg(&word.text.to_lowercase()));
    if let Some(arg) = waiting.filter(|arg| open(arg) && matches!(arg.kind, Kind::Span | Kind::When)) {
        return of_kind(arg.kind, source);
    }
    if let Some(arg) = spec.args.iter().find(|arg| arg.positional && !arg.rest && !has(arg.name)) {
        return of_kind(arg.kind, source);
    }
    // Named words after a text would be part of it.
    if spec.args.iter().any(|arg| arg.rest && arg.kind == Kind::Text && has(arg.name)) {
        return Vec::new();
    }
    let free = parameters.iter().filter(|parameter| !has(&parameter.name)).map(|parameter| {
        let default = parameter.default.as_ref().map(|default| format!(" (default {default})"));
        Offer::new(format!("{}=", parameter.name), parameter.help.clone() + &default.unwrap_or_default())
    });
    let without = |arg: &Arg| arg.kind == Kind::Size && sizes().is_empty();
    let named = spec.args.iter().filter(|arg| open(arg) && !has(arg.name) && !without(arg));
    free.chain(named.map(|arg| Offer::new(format!("{}=", arg.name), arg.help))).collect()
}

fn excluded(spec: &Spec, arg: &Arg, has: &dyn Fn(&str) -> bool) -> bool {
    arg.excludes.is_some_and(has)
        || spec.args.iter().any(|other| other.excludes == Some(arg.name) && has(other.name))
}

fn topics(done: &[Word]) -> Vec<Offer> {
    match done {
        [] => first_words()
            .into_iter()
            .map(|offer| Offer { insert: offer.insert.trim_start_matches('/').to_owned(), ..offer })
            .collect(),
        [first] => second_words(&first.text),
        _ => Vec::new(),
    }
}

fn names(candidates: Vec<Candidate>) -> Vec<Offer> {
    let offer = |c: Candidate| Offer {
        insert: format!("{} ", quote_if_needed(&c.name)),
        label: c.name,
        help: c.help,
    };
    candidates.into_iter().map(offer).collect()
}

fn of_kind(kind: Kind, source: &dyn Source) -> Vec<Offer> {
    let fixed = |values: &[(&str, &str)]| {
        values.iter().map(|(value, help)| Offer::new(format!("{value} "), *help)).collect()
    };
    match kind {
        Kind::Template => names(source.templates()),
        Kind::Name => names(source.environments()),
        Kind::Subject => names(source.subjects()),
        Kind::KeyName => names(source.keys()),
        Kind::Token => names(source.tokens()),
        Kind::Person => {
            let all = Candidate { name: "all".to_owned(), help: "everybody's".to_owned() };
            names(std::iter::once(all).chain(source.people()).collect())
        }
        Kind::Team => names(source.teams()),
        Kind::Cpu => {
            fixed(&[("500m", "half a core"), ("1", "one core"), ("2", "two cores"), ("4", "four cores")])
        }
        Kind::Bytes => fixed(&[("1Gi", ""), ("4Gi", ""), ("8Gi", ""), ("16Gi", "")]),
        Kind::Span => {
            fixed(&[("8h", "eight hours"), ("1d", "one day"), ("3d", "three days"), ("1w", "one week")])
        }
        Kind::When => fixed(&[
            ("18:00", "the next 18:00"),
            ("tomorrow", "the end of tomorrow"),
            ("friday", "the end of Friday"),
        ]),
        Kind::Choice(choices) => choices.iter().map(|choice| Offer::new(format!("{choice} "), "")).collect(),
        Kind::Key | Kind::Text | Kind::Number | Kind::Command | Kind::Size => Vec::new(),
    }
}

fn of_parameter(parameter: &Parameter) -> Vec<Offer> {
    let mut values = parameter.choices.clone();
    if parameter.kind == ParameterKind::Switch {
        values = vec!["yes".to_owned(), "no".to_owned()];
    }
    if values.is_empty() {
        values.extend(parameter.default.iter().chain(&parameter.min).chain(&parameter.max).cloned());
        values.dedup();
    }
    let help = |value: &String| if Some(value) == parameter.default.as_ref() { "default" } else { "" };
    values.iter().map(|value| Offer::new(format!("{} ", quote_if_needed(value)), help(value))).collect()
}
