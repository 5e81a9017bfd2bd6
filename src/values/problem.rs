//! What is wrong with a parameter, in one sentence that says what would work.

use commands::usage::nearest;

use super::show;
use crate::domain::template::{ParameterKind, Problem};

/// The sentence about what is wrong with the parameter of that name. `what` is how the sentence names its value.
pub fn problem(what: &str, name: &str, wrong: &Problem) -> String {
    match wrong {
        Problem::Unknown { known } if known.is_empty() => {
            format!("There is no parameter `{name}`; this template has none.")
        }
        Problem::Unknown { known } => match nearest(name, known.iter().map(String::as_str)) {
            Some(similar) => format!("There is no parameter `{name}`. Did you mean `{similar}`?"),
            None => format!("There is no parameter `{name}`; there are {}.", list(known)),
        },
        Problem::Missing => format!("{what} must be given."),
        Problem::Unreadable { why } => why.clone(),
        Problem::WrongKind { kind } => format!("{what} takes another kind of value: {}.", takes(*kind)),
        Problem::BelowMinimum { min } => format!("{what} is too little; at least {}.", show(min)),
        Problem::AboveMaximum { max } => format!("{what} is too much; at most {}.", show(max)),
        Problem::NotAChoice { choices } => {
            let choices: Vec<String> = choices.iter().map(show).collect();
            format!("{what} must be one of {}.", list(&choices))
        }
        Problem::TooShort { least } => format!("{what} is too short; at least {}.", characters(*least)),
        Problem::TooLong { most } => format!("{what} is too long; at most {}.", characters(*most)),
        Problem::NoMatch { pattern } => format!("{what} must match the pattern `{pattern}` as a whole."),
        Problem::Hidden { code } => {
            format!("{what} holds a character that cannot be seen (U+{code:04X}); leave it out.")
        }
        Problem::TooFewItems { least } => format!("{what} has too few entries; at least {least}."),
        Problem::TooManyItems { most } => format!("{what} has too many entries; at most {most}."),
        Problem::BadName { name } => format!(
            "{what} cannot have an entry “{name}”; names are letters, digits and `.` `_` `-`, at most 63."
        ),
        Problem::Inside { of, fault } => problem(&format!("{what}, {of},"), name, fault),
    }
}

fn list(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn characters(count: u32) -> String {
    format!("{count} character{}", if count == 1 { "" } else { "s" })
}

fn takes(kind: ParameterKind) -> &'static str {
    match kind {
        ParameterKind::Cpu => "processors such as `2` or `500m`",
        ParameterKind::Bytes => "a size such as `4Gi`",
        ParameterKind::Number => "a whole number such as `3`",
        ParameterKind::Decimal => "a number such as `1.5`",
        ParameterKind::Text => "a text",
        ParameterKind::Choice => "one of its choices",
        ParameterKind::Switch => "`yes` or `no`",
        ParameterKind::List => "a list such as `a,b`",
        ParameterKind::Map => "entries such as `name=value,other=value`",
    }
}
