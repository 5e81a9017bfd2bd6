//! Whether the commands that Discord has are those that we want, as far as we say anything about them.

use serde_json::{Map, Value};

/// Fields that are not sent when there is nothing in them: what Discord has there is from before.
const LISTS: [&str; 2] = ["options", "choices"];

/// Whether the same commands are there, in whatever order. Discord adds fields of its own to each.
pub(super) fn commands(wanted: &Value, known: &Value) -> bool {
    let (Some(wanted), Some(known)) = (wanted.as_array(), known.as_array()) else { return false };
    let matches =
        |wanted: &Value| known.iter().any(|known| name(known) == name(wanted) && same(wanted, known));
    wanted.len() == known.len() && wanted.iter().all(matches)
}

/// A command is known by its name and its type, which is 1 when it is not said.
fn name(command: &Value) -> (Option<&str>, i64) {
    (command["name"].as_str(), command["type"].as_i64().unwrap_or(1))
}

fn same(wanted: &Value, known: &Value) -> bool {
    match (wanted, known) {
        (Value::Object(wanted), Value::Object(known)) => objects(wanted, known),
        (Value::Array(wanted), Value::Array(known)) => arrays(wanted, known),
        (Value::Number(wanted), Value::Number(known)) => wanted.as_f64() == known.as_f64(),
        // What says nothing is left out by Discord.
        (wanted, Value::Null) => is_nothing(wanted),
        (wanted, known) => wanted == known,
    }
}

fn objects(wanted: &Map<String, Value>, known: &Map<String, Value>) -> bool {
    let left =
        |name: &&str| !wanted.contains_key(*name) && known.get(*name).is_some_and(|at| !is_nothing(at));
    wanted.iter().all(|(name, value)| same(value, known.get(name).unwrap_or(&Value::Null)))
        && !LISTS.iter().any(left)
}

/// The order counts, but for lists of numbers, which are sets: kinds of places and of channels.
fn arrays(wanted: &[Value], known: &[Value]) -> bool {
    if wanted.len() != known.len() {
        return false;
    }
    if wanted.iter().all(Value::is_number) {
        return wanted.iter().all(|wanted| known.iter().any(|known| same(wanted, known)));
    }
    wanted.iter().zip(known).all(|(wanted, known)| same(wanted, known))
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}
