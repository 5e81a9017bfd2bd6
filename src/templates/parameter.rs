//! The parameters of a template file: kinds, limits, defaults, choices.

use std::collections::BTreeSet;

use commands::{Command, EnvOffer, EnvRequest};

use super::{
    dependent::{self, Conditions},
    read::short,
};
use crate::{
    document::{Section, Wrong},
    domain::template::{ItemKind, Parameter, ParameterKind, Pattern, Problem, Rules, Value},
    values,
};

/// The words for kinds: ours, and for those that JSON Schema names otherwise its own as well.
const KINDS: [(&str, ParameterKind); 14] = [
    ("cpu", ParameterKind::Cpu),
    ("bytes", ParameterKind::Bytes),
    ("number", ParameterKind::Number),
    ("decimal", ParameterKind::Decimal),
    ("text", ParameterKind::Text),
    ("choice", ParameterKind::Choice),
    ("switch", ParameterKind::Switch),
    ("list", ParameterKind::List),
    ("map", ParameterKind::Map),
    ("integer", ParameterKind::Number),
    ("string", ParameterKind::Text),
    ("boolean", ParameterKind::Switch),
    ("array", ParameterKind::List),
    ("object", ParameterKind::Map),
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
    let (mut parameters, mut conditions) = (Vec::new(), Vec::new());
    for key in keys {
        if let Err(wrong) = name(&key.value) {
            section.fault_at(&key.place, &key.value, wrong);
        }
        if let Some((parameter, needs)) =
            section.named(&key.value, |inside| one(&key.value, inside)).flatten()
        {
            parameters.push(parameter);
            conditions.push(needs);
        }
    }
    dependent::settle(section, &mut parameters, conditions);
    parameters
}

fn one(name: &str, section: &Section<'_>) -> Option<(Parameter, Conditions)> {
    let kind = section.choice("kind", &KINDS);
    let right = "Write cpu, bytes, number, decimal, text, choice, switch, list or map.";
    let kind = section.require("kind", kind, right);
    let help = section.parse("help", |text| short(text, 100));
    let help = section.require("help", help, "Write one sentence that says what it is for.");
    let optional = section.switch("optional").unwrap_or(false);
    let Some(kind) = kind else {
        // The other values cannot be judged; asking for them keeps them from being called unknown.
        for key in ["min", "max", "default", "choices", "default_when", "choices_when"] {
            section.leave(key);
        }
        for key in ["min_length", "max_length", "pattern", "items", "min_items", "max_items"] {
            section.leave(key);
        }
        return None;
    };
    let mut parameter = Parameter {
        help: help.unwrap_or_default(),
        optional,
        rules: rules(section, kind),
        ..Parameter::of(name, kind)
    };
    parameter.min = limit(section, "min", &parameter);
    parameter.max = limit(section, "max", &parameter);
    if let (Some(min), Some(max)) = (&parameter.min, &parameter.max)
        && min > max
    {
        let wrong =
            format!("The least, {}, is more than the most, {}.", values::show(min), values::show(max));
        section.fault("min", Wrong::new(wrong, "Exchange them."));
    }
    parameter.choices = choices(section, &parameter);
    let (choices_when, choices_need) = dependent::choices(section, &parameter);
    parameter.choices_when = choices_when;
    let taken = |text: &str| {
        let value = value_of(&parameter, text)?;
        within(&parameter, &value).map(|()| value)
    };
    let default = section.written("default", taken);
    let (default_when, defaults_need) = dependent::defaults(section, &parameter);
    if section.has("default") && optional {
        let wrong = "What has a default always has a value, so there is nothing optional about it.";
        section.fault("optional", Wrong::new(wrong, "Leave out either of them."));
    }
    if section.has("default_when") && !section.has("default") && !optional {
        let right = "Write a default as well, or optional = true.";
        section.fault("default_when", Wrong::new("Nothing stands when none of these hold.", right));
    }
    (parameter.default, parameter.default_when) = (default, default_when);
    Some((parameter, Conditions { defaults: defaults_need, choices: choices_need }))
}

fn limit(section: &Section<'_>, key: &'static str, parameter: &Parameter) -> Option<Value> {
    let kind = match (parameter.kind, parameter.rules.items) {
        (ParameterKind::List, ItemKind::Number) => ParameterKind::Number,
        (kind, _) => kind,
    };
    match kind {
        ParameterKind::Cpu | ParameterKind::Bytes | ParameterKind::Number | ParameterKind::Decimal => {
            section.scalar(key, |text| value(kind, text))
        }
        ParameterKind::Text
        | ParameterKind::Choice
        | ParameterKind::Switch
        | ParameterKind::List
        | ParameterKind::Map => section.scalar(key, |_| {
            Err(Wrong::new("Only cpu, bytes, number and decimal have limits.", "Leave this out."))
        }),
    }
}

/// Rules of texts, lists and maps.
fn rules(section: &Section<'_>, kind: ParameterKind) -> Rules {
    let (list, map) = (kind == ParameterKind::List, kind == ParameterKind::Map);
    let items = if allowed(section, "items", list, "Only a list has items.") {
        let kinds = [
            ("text", ItemKind::Text),
            ("number", ItemKind::Number),
            ("string", ItemKind::Text),
            ("integer", ItemKind::Number),
        ];
        section.choice("items", &kinds).unwrap_or_default()
    } else {
        ItemKind::Text
    };
    let texts = kind == ParameterKind::Text || map || (list && items == ItemKind::Text);
    let wrong = "Only texts have a length and a pattern.";
    let length = |key| allowed(section, key, texts, wrong).then(|| count(section, key, 1000)).flatten();
    let many = |key| {
        let has = allowed(section, key, list || map, "Only lists and maps have several entries.");
        has.then(|| count(section, key, 100)).flatten()
    };
    let pattern =
        allowed(section, "pattern", texts, wrong).then(|| section.parse("pattern", pattern)).flatten();
    let rules = Rules {
        shortest: length("min_length"),
        longest: length("max_length"),
        pattern,
        items,
        fewest: many("min_items"),
        most: many("max_items"),
    };
    for (key, least, most) in
        [("min_length", rules.shortest, rules.longest), ("min_items", rules.fewest, rules.most)]
    {
        if least.zip(most).is_some_and(|(least, most)| least > most) {
            section.fault(key, Wrong::new("The least is more than the most.", "Exchange them."));
        }
    }
    rules
}

/// Whether a key may stand here; noted when it does and may not.
fn allowed(section: &Section<'_>, key: &str, may: bool, wrong: &str) -> bool {
    if !may && section.has(key) {
        section.leave(key);
        section.fault(key, Wrong::new(wrong, "Leave this out."));
    }
    may
}

fn count(section: &Section<'_>, key: &'static str, most: i64) -> Option<u32> {
    section.number(key, 0..=most).and_then(|number| number.try_into().ok())
}

fn pattern(text: &str) -> Result<Pattern, Wrong> {
    Pattern::new(text).map_err(|why| {
        let right = "Write a regular expression for the whole text, such as '[a-z]+'.";
        Wrong::new(format!("This is no pattern: {why}."), right)
    })
}

fn choices(section: &Section<'_>, parameter: &Parameter) -> Vec<Value> {
    let right = "Write the words that may be chosen, such as [\"postgres\", \"mysql\"].";
    if matches!(parameter.kind, ParameterKind::Text | ParameterKind::Switch | ParameterKind::Map) {
        if section.has("choices") {
            section.leave("choices");
            let wrong =
                Wrong::new("Only a choice has choices.", "Write kind = \"choice\", or leave this out.");
            section.fault("choices", wrong);
        }
        return Vec::new();
    }
    let read = read_choices(section, parameter);
    if parameter.kind == ParameterKind::Choice {
        return section.require("choices", read, right).unwrap_or_default();
    }
    read.unwrap_or_default()
}

/// The values of `choices`, with what is wrong with all of them together.
pub(super) fn read_choices(section: &Section<'_>, parameter: &Parameter) -> Option<Vec<Value>> {
    let read = section.each("choices", |text| choice(parameter, text))?;
    let choices: Vec<Value> = read.into_iter().map(|choice| choice.value).collect();
    if choices.is_empty() {
        let right = "Write the words that may be chosen, such as [\"postgres\", \"mysql\"].";
        section.fault("choices", Wrong::new("There is nothing to choose from.", right));
    }
    if choices.len() > MOST_CHOICES {
        let wrong = format!("{} choices do not fit into a list.", choices.len());
        section.fault("choices", Wrong::new(wrong, format!("Keep {MOST_CHOICES} at most.")));
    }
    if choices.iter().collect::<BTreeSet<_>>().len() < choices.len() {
        section.fault("choices", Wrong::new("A choice is written twice.", "Keep each one once."));
    }
    Some(choices)
}

fn choice(parameter: &Parameter, text: &str) -> Result<Value, Wrong> {
    let text = short(text, 40)?;
    match (parameter.kind, parameter.rules.items) {
        (ParameterKind::Choice, _) => Ok(Value::Text(text)),
        (ParameterKind::List, ItemKind::Text) => Ok(Value::Text(text)),
        (ParameterKind::List, ItemKind::Number) => value(ParameterKind::Number, &text),
        (kind, _) => {
            let value = value(kind, &text)?;
            let unlimited = Parameter { choices: Vec::new(), ..parameter.clone() };
            within(&unlimited, &value).map(|()| value)
        }
    }
}

/// A value as people write it.
pub(super) fn value(kind: ParameterKind, text: &str) -> Result<Value, Wrong> {
    values::parse(kind, text).map_err(unread)
}

/// A value of a parameter as people write it.
pub(super) fn value_of(parameter: &Parameter, text: &str) -> Result<Value, Wrong> {
    values::read(parameter, text).map_err(unread)
}

fn unread(why: String) -> Wrong {
    match why.split_once(". Write ") {
        Some((wrong, right)) => Wrong::new(format!("{wrong}."), format!("Write {right}")),
        None => Wrong::new(why, ""),
    }
}

/// Whether the parameter would take the value.
pub(super) fn within(parameter: &Parameter, value: &Value) -> Result<(), Wrong> {
    parameter.check(value).map_err(|problem| wrong(parameter, value, problem))
}

/// What is wrong with a value, for whoever wrote the file.
fn wrong(parameter: &Parameter, value: &Value, problem: Problem) -> Wrong {
    let shown = values::show(value);
    match problem {
        Problem::BelowMinimum { min } => Wrong::new(
            format!("“{shown}” is below the least, {}.", values::show(&min)),
            "Write more, or lower min.",
        ),
        Problem::AboveMaximum { max } => Wrong::new(
            format!("“{shown}” is above the most, {}.", values::show(&max)),
            "Write less, or raise max.",
        ),
        Problem::NotAChoice { choices } => {
            let choices: Vec<String> = choices.iter().map(values::show).collect();
            let choices: Vec<&str> = choices.iter().map(String::as_str).collect();
            Wrong::unknown(&shown, "one of the choices", &choices)
        }
        Problem::WrongKind { .. } => Wrong::new(format!("“{shown}” is of another kind."), ""),
        problem => Wrong::new(values::problem(&format!("“{shown}”"), &parameter.name, &problem), ""),
    }
}

fn name(text: &str) -> Result<(), Wrong> {
    let fits = text.len() <= 32
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !fits {
        let right = "Write at most 32 small letters, digits and `_`, a letter first.";
        return Err(Wrong::new(format!("“{text}” cannot be a parameter's name."), right));
    }
    // In these commands such a word would be taken for the command's own argument.
    for spec in [EnvRequest::SPEC, EnvOffer::SPEC] {
        let reserved: Vec<&str> = spec.args.iter().map(|arg| arg.name).collect();
        if reserved.contains(&text) {
            let wrong = format!("“{text}” has a meaning of its own in {}.", spec.name());
            return Err(Wrong::new(wrong, format!("Take another name than {}.", reserved.join(", "))));
        }
    }
    Ok(())
}
