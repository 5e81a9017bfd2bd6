//! A template's parameters as forms, help and completion want them.

use std::collections::BTreeMap;

use commands::form;

use super::{read, show};
use crate::domain::template::{ItemKind, Parameter, ParameterKind, Template, Value};

/// The parameters with their plain defaults.
pub fn describe(template: &Template) -> Vec<form::Parameter> {
    describe_given(template, &[])
}

/// The parameters with the defaults and choices that hold when these values were given, by name; a size among them
/// counts as well. What cannot be read counts as not given.
pub fn describe_given(template: &Template, given: &[(String, String)]) -> Vec<form::Parameter> {
    let size = given.iter().find(|(name, _)| name == "size").and_then(|(_, word)| template.size(word).ok());
    let mut known: BTreeMap<String, Value> = size.map(|size| size.values.clone()).unwrap_or_default();
    let preset = known.clone();
    for (name, text) in given.iter().filter(|(_, text)| !text.trim().is_empty()) {
        if let Some(value) = template.parameter(name).and_then(|parameter| read(parameter, text).ok()) {
            known.insert(name.clone(), value);
        }
    }
    let expected = template.expected(&known);
    let leads = |name: &str| template.parameters.iter().any(|other| other.depends_on().any(|on| on == name));
    let one = |parameter: &Parameter| {
        let default = preset.get(&parameter.name).or_else(|| parameter.default_for(&expected));
        form::Parameter {
            name: parameter.name.clone(),
            kind: kind(parameter.kind),
            default: default.map(show),
            choices: parameter.choices_for(&expected).iter().map(show).collect(),
            min: parameter.min.as_ref().map(show),
            max: parameter.max.as_ref().map(show),
            rules: rules(parameter),
            help: parameter.help.clone(),
            required: default.is_none() && !parameter.optional,
            leads: leads(&parameter.name),
        }
    };
    template.parameters.iter().map(one).collect()
}

fn kind(kind: ParameterKind) -> form::ParameterKind {
    match kind {
        ParameterKind::Cpu => form::ParameterKind::Cpu,
        ParameterKind::Bytes => form::ParameterKind::Bytes,
        ParameterKind::Number => form::ParameterKind::Number,
        ParameterKind::Decimal => form::ParameterKind::Decimal,
        ParameterKind::Text => form::ParameterKind::Text,
        ParameterKind::Choice => form::ParameterKind::Choice,
        ParameterKind::Switch => form::ParameterKind::Switch,
        ParameterKind::List => form::ParameterKind::List,
        ParameterKind::Map => form::ParameterKind::Map,
    }
}

/// How it is written and its rules besides the range, in words; empty when they say nothing.
fn rules(parameter: &Parameter) -> String {
    let rules = &parameter.rules;
    let between = |least: Option<u32>, most: Option<u32>, what: &str| match (least, most) {
        (Some(least), Some(most)) if least == most => Some(format!("{least} {what}")),
        (Some(least), Some(most)) => Some(format!("{least} to {most} {what}")),
        (Some(least), None) => Some(format!("at least {least} {what}")),
        (None, Some(most)) => Some(format!("at most {most} {what}")),
        (None, None) => None,
    };
    let mut words = Vec::new();
    let what = match (parameter.kind, rules.items) {
        (ParameterKind::List, ItemKind::Number) => {
            words.push("whole numbers, such as 1,2".to_owned());
            "items"
        }
        (ParameterKind::List, ItemKind::Text) => {
            words.push("separated by commas".to_owned());
            "items"
        }
        (ParameterKind::Map, _) => {
            words.push("such as name=value,other=value".to_owned());
            "entries"
        }
        _ => "",
    };
    words.extend(between(rules.fewest, rules.most, what));
    words.extend(between(rules.shortest, rules.longest, "characters"));
    words.extend(rules.pattern.as_ref().map(|pattern| format!("like {}", pattern.as_str())));
    words.join("; ")
}
