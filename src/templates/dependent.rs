//! `default_when` and `choices_when` of a parameter: what holds while other parameters have certain values.

use std::collections::BTreeMap;

use super::parameter::{read_choices, value_of, within};
use crate::{
    document::{Place, Section, Wrong},
    domain::template::{Parameter, ParameterKind, Value, When, circle},
    values,
};

/// One `name = value` below `if`, as it was written: it can be judged when all parameters are known.
pub(super) struct Condition {
    place: Place,
    name: String,
    text: String,
}

/// The conditions of a parameter's dependent defaults and choices, in their order.
pub(super) struct Conditions {
    pub(super) defaults: Vec<Vec<Condition>>,
    pub(super) choices: Vec<Vec<Condition>>,
}

/// What holds, each with its conditions beside it.
type Read<T> = (Vec<When<T>>, Vec<Vec<Condition>>);

/// Reads `default_when = [{ if = { engine = "mysql" }, then = "8.4" }]`.
pub(super) fn defaults(section: &Section<'_>, parameter: &Parameter) -> Read<Value> {
    all(section.sections("default_when", |when| {
        let conditions = conditions(when)?;
        let then = when.written("then", |text| {
            let value = value_of(parameter, text)?;
            within(parameter, &value).map(|()| value)
        });
        Some((when.require("then", then, "Write the default that holds then.")?, conditions))
    }))
}

/// Reads `choices_when = [{ if = { engine = "mysql" }, choices = ["8.0", "8.4"] }]`.
pub(super) fn choices(section: &Section<'_>, parameter: &Parameter) -> Read<Vec<Value>> {
    if parameter.choices.is_empty() && section.has("choices_when") {
        section.leave("choices_when");
        let right = match parameter.kind {
            ParameterKind::Text => "Write kind = \"choice\" and choices.",
            _ => "Write choices as well.",
        };
        section.fault("choices_when", Wrong::new("Nothing can be chosen when none of these hold.", right));
        return (Vec::new(), Vec::new());
    }
    all(section.sections("choices_when", |when| {
        let conditions = conditions(when)?;
        let choices = read_choices(when, parameter);
        Some((when.require("choices", choices, "Write the choices that there are then.")?, conditions))
    }))
}

fn all<T>(read: Vec<Option<(T, Vec<Condition>)>>) -> Read<T> {
    let whole = read.into_iter().flatten();
    whole.map(|(then, conditions)| (When { given: BTreeMap::new(), then }, conditions)).unzip()
}

fn conditions(when: &Section<'_>) -> Option<Vec<Condition>> {
    let read = when.named("if", |inside| {
        let one = |key: crate::document::Kept<String>| {
            let text = inside.written(&key.value, |text| Ok(text.to_owned()))?;
            Some(Condition { place: inside.place_of(&key.value), name: key.value, text })
        };
        inside.keys().into_iter().filter_map(one).collect::<Vec<_>>()
    });
    let read = read.filter(|conditions| !conditions.is_empty());
    if read.is_none() {
        // Its other keys cannot be judged.
        when.leave("then");
        when.leave("choices");
        let right = "Write the values that others must have, such as if = { engine = \"mysql\" }.";
        when.fault("if", Wrong::new("Nothing says when this holds.", right));
    }
    read
}

/// Gives the conditions their meaning, and looks whether defaults and choices hold together.
pub(super) fn settle(section: &Section<'_>, parameters: &mut [Parameter], conditions: Vec<Conditions>) {
    let known = parameters.to_vec();
    for (parameter, needs) in parameters.iter_mut().zip(conditions) {
        let name = parameter.name.clone();
        for (when, needs) in parameter.default_when.iter_mut().zip(needs.defaults) {
            when.given = meant(section, &format!("{name}.default_when"), &known, needs);
        }
        for (when, needs) in parameter.choices_when.iter_mut().zip(needs.choices) {
            when.given = meant(section, &format!("{name}.choices_when"), &known, needs);
        }
    }
    if let Some(circle) = circle(parameters) {
        let first = circle.first().cloned().unwrap_or_default();
        let way: Vec<String> =
            circle.iter().skip(1).chain([&first]).map(|name| format!("“{name}”")).collect();
        let wrong = format!("“{first}” depends on {}.", way.join(", which depends on "));
        section.fault(&first, Wrong::new(wrong, "Let one of them stand for itself."));
        return;
    }
    for parameter in parameters.iter() {
        if let Some(default) = parameter.clash() {
            let wrong = format!(
                "The default “{}” is none of the choices that can hold with it.",
                values::show(default)
            );
            let right = "Write a default_when with the same “if” as the choices_when.";
            section.fault(&parameter.name, Wrong::new(wrong, right));
        }
    }
}

fn meant(
    section: &Section<'_>,
    path: &str,
    known: &[Parameter],
    conditions: Vec<Condition>,
) -> BTreeMap<String, Value> {
    let mut given = BTreeMap::new();
    for Condition { place, name, text } in conditions {
        let read = match known.iter().find(|parameter| parameter.name == name) {
            Some(parameter) => {
                value_of(parameter, &text).and_then(|value| within(parameter, &value).map(|()| value))
            }
            None => {
                let names: Vec<&str> = known.iter().map(|parameter| parameter.name.as_str()).collect();
                Err(Wrong::unknown(&name, "a parameter of this template", &names))
            }
        };
        match read {
            Ok(value) => {
                given.insert(name, value);
            }
            Err(wrong) => section.fault_at(&place, &format!("{path}.if.{name}"), wrong),
        }
    }
    given
}
