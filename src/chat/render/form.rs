//! What every platform says beside a form's fields.

use commands::form::Field;

use super::measure;
use crate::{actions::Asked, ports::chat::Text};

/// What is wrong with a field.
pub fn fault(field: &Field, asked: &Asked) -> Option<Text> {
    let said = asked.faults.iter().find(|(name, _)| *name == field.name).map(|(_, words)| words.clone());
    said.or_else(|| field.error.as_deref().map(Text::plain))
}

/// The help, and what no longer fits into the field itself, which holds so many characters. `typed` when its choices
/// are not seen otherwise.
pub fn hint(field: &Field, typed: bool, holds: usize) -> String {
    let mut words = vec![field.help.clone()];
    if typed && !field.choices.is_empty() {
        words.push(format!("One of: {}", field.choices.join(", ")));
    }
    if typed && measure::length(&field.value) > holds {
        words.push(format!("What was given is longer than the {holds} characters of a field"));
    }
    words.retain(|words| !words.is_empty());
    words.join(". ")
}
