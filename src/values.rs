//! Where syntax meets meaning: values as people write them, and as the domain holds them.

mod describe;
mod problem;
mod several;

use chrono::TimeDelta;
use commands::units;

use crate::domain::{
    quota::{Amounts, Resource},
    template::{Decimal, ItemKind, Parameter, ParameterKind, Value},
};

pub use describe::{describe, describe_given};
pub use problem::problem;

/// Reads a value of that kind; the items of a list as texts.
///
/// # Errors
/// A sentence that says what is wrong and what would be right.
pub fn parse(kind: ParameterKind, text: &str) -> Result<Value, String> {
    let text = text.trim();
    match kind {
        ParameterKind::Cpu => units::cpu(text).map(Value::Cpu).map_err(|error| error.to_string()),
        ParameterKind::Bytes => units::bytes(text).map(Value::Bytes).map_err(|error| error.to_string()),
        ParameterKind::Number => whole(text).map(Value::Number),
        ParameterKind::Decimal => decimal(text).map(Value::Decimal),
        ParameterKind::Text | ParameterKind::Choice => Ok(Value::Text(text.to_owned())),
        ParameterKind::Switch => match text.to_lowercase().as_str() {
            "yes" | "true" | "on" => Ok(Value::Switch(true)),
            "no" | "false" | "off" => Ok(Value::Switch(false)),
            _ => Err(format!("“{text}” is neither yes nor no. Write `yes` or `no`.")),
        },
        ParameterKind::List => {
            several::items(text).map(|items| Value::List(items.into_iter().map(Value::Text).collect()))
        }
        ParameterKind::Map => several::entries(text).map(Value::Map),
    }
}

/// Reads a value of a parameter: as [`parse`], and the items of a list as what they are.
///
/// # Errors
/// A sentence that says what is wrong and what would be right.
pub fn read(parameter: &Parameter, text: &str) -> Result<Value, String> {
    if (parameter.kind, parameter.rules.items) == (ParameterKind::List, ItemKind::Number) {
        let numbers = several::items(text)?.into_iter().map(|item| whole(&item).map(Value::Number));
        return Ok(Value::List(numbers.collect::<Result<_, _>>()?));
    }
    parse(parameter.kind, text)
}

fn whole(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| format!("“{text}” is not a whole number. Write digits only, such as `3`."))
}

fn decimal(text: &str) -> Result<Decimal, String> {
    text.parse().map_err(|_| {
        format!(
            "“{text}” is not a number. Write digits with a point, such as `1.5`, at most 9 of them behind it."
        )
    })
}

/// A value in its shortest form, as people write it.
pub fn show(value: &Value) -> String {
    match value {
        Value::Cpu(millis) => units::print_cpu(*millis),
        Value::Bytes(bytes) => units::print_bytes(*bytes),
        Value::Number(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Switch(on) => if *on { "yes" } else { "no" }.to_owned(),
        Value::List(items) => several::show_items(&items.iter().map(show).collect::<Vec<_>>()),
        Value::Map(entries) => several::show_entries(entries),
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

/// An amount of a resource as it is typed, without its name: `3`, `500m`, `4Gi`, and hours as `1.5`.
pub fn show_amount(resource: Resource, amount: u64) -> String {
    match resource {
        Resource::Environments => amount.to_string(),
        Resource::Cpu => u32::try_from(amount).map_or_else(|_| (amount / 1000).to_string(), units::print_cpu),
        Resource::Memory | Resource::Storage => units::print_bytes(amount),
        Resource::LeaseTime => {
            let (hours, hundredths) = (amount / 3600, amount % 3600 / 36);
            let text = format!("{hours}.{hundredths:02}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    }
}

/// An amount of a resource for reading: `3 environments`, `2 cpu`, `4Gi memory`, `72 hours`.
pub fn say_amount(resource: Resource, amount: u64) -> String {
    let shown = show_amount(resource, amount);
    let name = match resource {
        Resource::Environments if amount == 1 => "environment",
        Resource::LeaseTime if amount == 3600 => "hour",
        other => other.word(),
    };
    format!("{shown} {name}")
}

/// Amounts for reading: `2 cpu, 4Gi memory`.
pub fn say_amounts(amounts: &Amounts) -> String {
    let words: Vec<String> = amounts.each().map(|(resource, amount)| say_amount(resource, amount)).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
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
            (ParameterKind::Decimal, "-0.25"),
            (ParameterKind::List, "a,b c"),
            (ParameterKind::List, r#"["a,b",""]"#),
            (ParameterKind::Map, "a=1,b=x=y"),
            (ParameterKind::Map, r#"{"a":"x,y","b":""}"#),
        ] {
            assert_eq!(parse(kind, text).map(|value| show(&value)), Ok(text.to_owned()));
        }
    }

    #[test]
    fn amounts_are_shown_in_their_own_units() {
        let shown = [
            show_amount(Resource::Cpu, 1500),
            show_amount(Resource::Memory, 4 << 30),
            show_amount(Resource::LeaseTime, 90 * 60),
            say_amount(Resource::LeaseTime, 72 * 3600),
            say_amount(Resource::Environments, 1),
            say_amount(Resource::Cpu, u64::MAX),
        ];
        assert_eq!(shown, ["1.5", "4Gi", "1.5", "72 hours", "1 environment", "18446744073709551 cpu"]);
    }

    #[test]
    fn spans_are_said_in_two_units_at_most() {
        assert_eq!(say_span(TimeDelta::minutes(1 + 60 * 26)), "1 day 2 hours");
        assert_eq!(say_span(TimeDelta::seconds(20)), "less than a minute");
    }
}
