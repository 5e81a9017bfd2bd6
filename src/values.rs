//! Where syntax meets meaning: values as people write them, and as the domain holds them.

use chrono::TimeDelta;
use commands::{form, units};

use crate::domain::template::{Parameter, ParameterKind, Template, Value};

/// Reads a value of that kind.
///
/// # Errors
/// A sentence that says what is wrong and what would be right.
pub fn parse(kind: ParameterKind, text: &str) -> Result<Value, String> {
    let text = text.trim();
    match kind {
        ParameterKind::Cpu => units::cpu(text).map(Value::Cpu).map_err(|error| error.to_string()),
        ParameterKind::Bytes => units::bytes(text).map(Value::Bytes).map_err(|error| error.to_string()),
        ParameterKind::Number => text
            .parse()
            .map(Value::Number)
            .map_err(|_| format!("“{text}” is not a whole number. Write digits only, such as `3`.")),
        ParameterKind::Text | ParameterKind::Choice => Ok(Value::Text(text.to_owned())),
        ParameterKind::Switch => match text.to_lowercase().as_str() {
            "yes" | "true" | "on" => Ok(Value::Switch(true)),
            "no" | "false" | "off" => Ok(Value::Switch(false)),
            _ => Err(format!("“{text}” is neither yes nor no. Write `yes` or `no`.")),
        },
    }
}

/// A value in its shortest form, as people write it.
pub fn show(value: &Value) -> String {
    match value {
        Value::Cpu(millis) => units::print_cpu(*millis),
        Value::Bytes(bytes) => units::print_bytes(*bytes),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Switch(on) => if *on { "yes" } else { "no" }.to_owned(),
    }
}

/// A span in its shortest form, as people write it, such as `3d`.
pub fn show_span(span: impl Into<TimeDelta>) -> String {
    units::print_span(span.into())
}

/// The largest units of a span, for reading: `2 days`, `3 hours 20 minutes`, `less than a minute`.
pub fn say_span(span: impl Into<TimeDelta>) -> String {
    let minutes = span.into().num_minutes();
    let parts = [("day", minutes / 1440), ("hour", minutes / 60 % 24), ("minute", minutes % 60)];
    let words: Vec<String> = parts
        .iter()
        .filter(|(_, count)| *count > 0)
        .take(2)
        .map(|(unit, count)| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    if words.is_empty() { "less than a minute".to_owned() } else { words.join(" ") }
}

/// A template's parameters as forms, help and completion want them.
pub fn describe(template: &Template) -> Vec<form::Parameter> {
    template.parameters.iter().map(describe_one).collect()
}

fn describe_one(parameter: &Parameter) -> form::Parameter {
    let kind = match parameter.kind {
        ParameterKind::Cpu => form::ParameterKind::Cpu,
        ParameterKind::Bytes => form::ParameterKind::Bytes,
        ParameterKind::Number => form::ParameterKind::Number,
        ParameterKind::Text => form::ParameterKind::Text,
        ParameterKind::Choice => form::ParameterKind::Choice,
        ParameterKind::Switch => form::ParameterKind::Switch,
    };
    form::Parameter {
        name: parameter.name.clone(),
        kind,
        default: parameter.default.as_ref().map(show),
        choices: parameter.choices.clone(),
        min: parameter.min.as_ref().map(show),
        max: parameter.max.as_ref().map(show),
        help: parameter.help.clone(),
        required: parameter.default.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_read_again() {
        for (kind, text) in [
            (ParameterKind::Cpu, "500m"),
            (ParameterKind::Bytes, "4Gi"),
            (ParameterKind::Number, "-3"),
            (ParameterKind::Switch, "yes"),
        ] {
            assert_eq!(parse(kind, text).map(|value| show(&value)), Ok(text.to_owned()));
        }
    }

    #[test]
    fn spans_are_said_in_two_units_at_most() {
        assert_eq!(say_span(TimeDelta::minutes(1 + 60 * 26)), "1 day 2 hours");
        assert_eq!(say_span(TimeDelta::seconds(20)), "less than a minute");
    }
}
