//! The parameters of a template file: kinds, limits, defaults, choices.

use std::collections::BTreeSet;

use commands::{Command, EnvRequest};

use super::read::short;
use crate::{
    document::{Section, Wrong},
    domain::template::{Parameter, ParameterKind, Problem, Value},
    values,
};

const KINDS: [(&str, ParameterKind); 6] = [
    ("cpu", ParameterKind::Cpu),
    ("bytes", ParameterKind::Bytes),
    ("number", ParameterKind::Number),
    ("text", ParameterKind::Text),
    ("choice", ParameterKind::Choice),
    ("switch", ParameterKind::Switch),
];

/// The most parameters that fit into every form and every chat's list of options.
const MOST: usize = 20;
/// The most choices that every chat's list takes.
const MOST_CHOICES: usize = 25;

/// Reads `[parameters.NAME]` sections in the order in which they are written.
pub(super) fn read(section: &Section<'_>) -> Vec<Parameter> {
    let keys = section.keys();
    if let Some(key) = keys.get(MOST) {
        let wrong = format!("{} parameters do not fit into a form.", keys.len());
        section.fault_at(&key.place, &key.value, Wrong::new(wrong, format!("Keep {MOST} at most.")));
    }
    let mut parameters = Vec::new();
    for key in keys {
        if let Err(wrong) = name(&key.value) {
            section.fault_at(&key.place, &key.value, wrong);
        }
        parameters.extend(section.named(&key.value, |inside| one(&key.value, inside)).flatten());
    }
    parameters
}

fn one(name: &str, section: &Section<'_>) -> Option<Parameter> {
    let kind = section.choice("kind", &KINDS);
    let kind = section.require("kind", kind, "Write cpu, bytes, number, text, choice or switch.");
    let help = section.parse("help", |text| short(text, 100));
    let help = section.require("help", help, "Write one sentence that says what it is for.");
    let choices = section.each("choices", |text| short(text, 40));
    let choices: Option<Vec<String>> =
        choices.map(|all| all.into_iter().map(|choice| choice.value).collect());
    let Some(kind) = kind else {
        // The other values cannot be judged; asking for them keeps them from being called unknown.
        for key in ["min", "max", "default"] {
            section.scalar(key, |_| Ok(()));
        }
        return None;
    };
    let min = limit(section, "min", kind);
    let max = limit(section, "max", kind);
    if let (Some(min), Some(max)) = (&min, &max)
        && min > max
    {
        let wrong =
            format!("The least, {}, is more than the most, {}.", values::show(min), values::show(max));
        section.fault("min", Wrong::new(wrong, "Exchange them."));
    }
    let choices = check_choices(section, kind, choices);
    let mut parameter = Parameter {
        name: name.to_owned(),
        kind,
        help: help.unwrap_or_default(),
        default: None,
        min,
        max,
        choices,
    };
    parameter.default = section.scalar("default", |text| {
        let value = value(kind, text)?;
        within(&parameter, &value).map(|()| value)
    });
    Some(parameter)
}

fn limit(section: &Section<'_>, key: &'static str, kind: ParameterKind) -> Option<Value> {
    match kind {
        ParameterKind::Cpu | ParameterKind::Bytes | ParameterKind::Number => {
            section.scalar(key, |text| value(kind, text))
        }
        ParameterKind::Text | ParameterKind::Choice | ParameterKind::Switch => section
            .scalar(key, |_| Err(Wrong::new("Only cpu, bytes and number have limits.", "Leave this out."))),
    }
}

fn check_choices(section: &Section<'_>, kind: ParameterKind, choices: Option<Vec<String>>) -> Vec<String> {
    let right = "Write the words that may be chosen, such as [\"postgres\", \"mysql\"].";
    if kind != ParameterKind::Choice {
        if choices.is_some() {
            let wrong =
                Wrong::new("Only a choice has choices.", "Write kind = \"choice\", or leave this out.");
            section.fault("choices", wrong);
        }
        return Vec::new();
    }
    let choices = section.require("choices", choices, right).unwrap_or_default();
    if section.has("choices") && choices.is_empty() {
        section.fault("choices", Wrong::new("There is nothing to choose from.", right));
    }
    if choices.len() > MOST_CHOICES {
        let wrong = format!("{} choices do not fit into a list.", choices.len());
        section.fault("choices", Wrong::new(wrong, format!("Keep {MOST_CHOICES} at most.")));
    }
    if choices.iter().collect::<BTreeSet<_>>().len() < choices.len() {
        section.fault("choices", Wrong::new("A choice is written twice.", "Keep each one once."));
    }
    choices
}

/// A value as people write it.
pub(super) fn value(kind: ParameterKind, text: &str) -> Result<Value, Wrong> {
    values::parse(kind, text).map_err(|why| match why.split_once(". Write ") {
        Some((wrong, right)) => Wrong::new(format!("{wrong}."), format!("Write {right}")),
        None => Wrong::new(why, ""),
    })
}

/// Whether the parameter would take the value.
pub(super) fn within(parameter: &Parameter, value: &Value) -> Result<(), Wrong> {
    let shown = values::show(value);
    parameter.check(value).map_err(|problem| match problem {
        Problem::BelowMinimum { min } => Wrong::new(
            format!("“{shown}” is below the least, {}.", values::show(&min)),
            "Write more, or lower min.",
        ),
        Problem::AboveMaximum { max } => Wrong::new(
            format!("“{shown}” is above the most, {}.", values::show(&max)),
            "Write less, or raise max.",
        ),
        Problem::NotAChoice { choices } => {
            let choices: Vec<&str> = choices.iter().map(String::as_str).collect();
            Wrong::unknown(&shown, "one of the choices", &choices)
        }
        Problem::Unknown { .. }
        | Problem::Missing
        | Problem::Unreadable { .. }
        | Problem::WrongKind { .. } => Wrong::new(format!("“{shown}” is of another kind."), ""),
    })
}

fn name(text: &str) -> Result<(), Wrong> {
    let fits = text.len() <= 32
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !fits {
        let right = "Write at most 32 small letters, digits and `_`, a letter first.";
        return Err(Wrong::new(format!("“{text}” cannot be a parameter's name."), right));
    }
    // In `/env request` such a word would be taken for the command's own argument.
    let reserved: Vec<&str> = EnvRequest::SPEC.args.iter().map(|arg| arg.name).collect();
    if reserved.contains(&text) {
        let wrong = format!("“{text}” has a meaning of its own in /env request.");
        return Err(Wrong::new(wrong, format!("Take another name than {}.", reserved.join(", "))));
    }
    Ok(())
}
