//! The commands as Discord registers them, made from the catalogue.
//!
//! The shape and the figures in the tests are those of docs.discord.com, "Application Commands". Discord requires no
//! option of ours: what is missing is asked for by a form, as when a line is typed elsewhere.

use serde::Serialize;

use crate::spec::{Arg, Kind, Spec};
use crate::values::{NAME_MAX, TEXT_MAX};
use crate::{group, groups};

/// The option that takes the parameters of a template, as `name=value` words.
pub const PARAMETERS: &str = "parameters";

/// Discord's numbers of kinds of options.
const SUBCOMMAND: u8 = 1;
const STRING: u8 = 3;
const INTEGER: u8 = 4;
/// A command that is typed, not one of a person's or message's menu.
const CHAT_INPUT: u8 = 1;
/// The app is installed in guilds, not by single people.
const GUILD_INSTALL: u8 = 0;
/// In a guild, and in the direct conversation with the bot.
const CONTEXTS: [u8; 2] = [0, 1];

/// All commands, as Discord's "bulk overwrite" takes them.
pub fn commands() -> serde_json::Value {
    serde_json::to_value(list()).unwrap_or_default()
}

/// The same as text, to be read and compared.
pub fn document() -> String {
    let mut text = serde_json::to_string_pretty(&list()).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Debug, Serialize)]
struct Registered {
    name: &'static str,
    r#type: u8,
    description: String,
    contexts: [u8; 2],
    integration_types: [u8; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    options: Vec<Choice>,
}

/// An option: a subcommand, or a value.
#[derive(Debug, Default, Serialize)]
struct Choice {
    r#type: u8,
    name: &'static str,
    description: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<Word>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_value: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_length: Option<usize>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    autocomplete: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<Vec<Choice>>,
}

/// One of the only words that may be given.
#[derive(Debug, Serialize)]
struct Word {
    name: &'static str,
    value: &'static str,
}

fn list() -> Vec<Registered> {
    groups().into_iter().filter_map(registered).collect()
}

/// Names in a description, as many as Discord takes.
fn clipped(names: &[&str]) -> String {
    const MOST: usize = 100;
    let all = names.join(", ");
    if all.chars().count() <= MOST {
        return all;
    }
    let mut short = String::new();
    for name in names {
        if short.chars().count() + name.chars().count() + ", …".chars().count() > MOST {
            break;
        }
        short += name;
        short += ", ";
    }
    short + "…"
}

/// One for each first word: with its verbs as subcommands, or alone.
fn registered(first: &'static str) -> Option<Registered> {
    let specs: Vec<&Spec> = group(first).map(|entry| entry.spec).filter(|spec| spec.listed).collect();
    let (description, options) = match specs.as_slice() {
        [] => return None,
        [only] if only.path.len() == 1 => (only.summary.to_owned(), options(only)),
        all => {
            let verbs = all.iter().filter_map(|spec| Some((*spec.path.get(1)?, *spec)));
            let (names, verbs): (Vec<&str>, Vec<Choice>) =
                verbs.map(|(verb, spec)| (verb, subcommand(verb, spec))).unzip();
            (clipped(&names), verbs)
        }
    };
    let integration_types = [GUILD_INSTALL];
    Some(Registered {
        name: first,
        r#type: CHAT_INPUT,
        description,
        contexts: CONTEXTS,
        integration_types,
        options,
    })
}

fn subcommand(verb: &'static str, spec: &Spec) -> Choice {
    Choice {
        r#type: SUBCOMMAND,
        name: verb,
        description: spec.summary,
        options: Some(options(spec)),
        ..Choice::default()
    }
}

/// What must be known in the end stands first, then the parameters, then the rest.
fn options(spec: &Spec) -> Vec<Choice> {
    let of = |required: bool| {
        let seen = move |arg: &&Arg| arg.required == required;
        spec.given().filter(seen).map(option)
    };
    of(true).chain(spec.takes_parameters().then(parameters)).chain(of(false)).collect()
}

fn parameters() -> Choice {
    Choice {
        r#type: STRING,
        name: PARAMETERS,
        description: "The template's parameters, such as cpu=2 memory=4Gi",
        max_length: Some(TEXT_MAX),
        autocomplete: true,
        ..Choice::default()
    }
}

fn option(arg: &Arg) -> Choice {
    let common = Choice { r#type: STRING, name: arg.name, description: arg.help, ..Choice::default() };
    match arg.kind {
        Kind::Number => Choice { r#type: INTEGER, min_value: Some(0), ..common },
        Kind::Choice(words) => {
            let choices = words.iter().map(|word| Word { name: word, value: word }).collect();
            Choice { choices, ..common }
        }
        Kind::Text => Choice { max_length: Some(TEXT_MAX), ..common },
        Kind::Key => common,
        Kind::Template
        | Kind::Name
        | Kind::Subject
        | Kind::KeyName
        | Kind::Token
        | Kind::Person
        | Kind::Team
        | Kind::Size
        | Kind::Cpu
        | Kind::Bytes
        | Kind::Span
        | Kind::When
        | Kind::Command => Choice { max_length: Some(NAME_MAX), autocomplete: true, ..common },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_argument_becomes_an_option() {
        let made = |kind| serde_json::to_value(option(&Arg::required("x", kind, "Help"))).unwrap();
        let number = serde_json::json!({"type": 4, "name": "x", "description": "Help", "min_value": 0});
        assert_eq!(made(Kind::Number), number);
        let choices = serde_json::json!([{"name": "a", "value": "a"}, {"name": "b", "value": "b"}]);
        assert_eq!(made(Kind::Choice(&["a", "b"]))["choices"], choices);
        assert_eq!(made(Kind::Text)["max_length"], TEXT_MAX);
        assert_eq!(made(Kind::Key), serde_json::json!({"type": 3, "name": "x", "description": "Help"}));
        assert_eq!(made(Kind::Template)["autocomplete"], true);
    }
}
