//! What Discord refuses in bodies as `50035`, and where: told as Discord tells it, below the path of the field.

pub(super) mod commands;
mod components;
pub(super) mod message;
pub(super) mod modal;

use serde_json::{Value, json};

/// What was found wrong.
#[derive(Default)]
pub(super) struct Check {
    /// Path, Discord's code, and the words.
    faults: Vec<(String, &'static str, String)>,
    /// What Discord overlooks, though it is surely meant otherwise: keys that it does not know.
    pub strange: Vec<String>,
}

impl Check {
    pub(super) fn say(&mut self, at: &str, code: &'static str, words: impl Into<String>) {
        self.faults.push((at.to_owned(), code, words.into()));
    }

    /// A text of that length; `null` and nothing are none.
    fn length(&mut self, value: &Value, least: usize, most: usize, at: &str) {
        if value.is_null() {
            return;
        }
        let Some(text) = value.as_str() else {
            return self.say(at, "STRING_TYPE_CONVERT", "Could not interpret as string.");
        };
        let count = text.chars().count();
        if count > most {
            self.say(at, "BASE_TYPE_MAX_LENGTH", format!("Must be {most} or fewer in length."));
        }
        if count < least || least > 0 && text.trim().is_empty() {
            self.say(at, "BASE_TYPE_MIN_LENGTH", format!("Must be at least {least} in length."));
        }
    }

    /// The same for a text that must be there.
    fn needed(&mut self, value: &Value, most: usize, at: &str) {
        if value.is_null() {
            return self.say(at, "BASE_TYPE_REQUIRED", "This field is required");
        }
        self.length(value, 1, most, at);
    }

    /// A list of that size; nothing is none.
    fn count(&mut self, value: &Value, least: usize, most: usize, at: &str) -> Vec<Value> {
        let Some(all) = value.as_array() else {
            if !value.is_null() {
                self.say(at, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
            }
            return Vec::new();
        };
        if all.len() < least || all.len() > most {
            self.say(at, "BASE_TYPE_BAD_LENGTH", format!("Must be between {least} and {most} in length."));
        }
        all.clone()
    }

    /// Notes keys that Discord does not know.
    fn keys(&mut self, value: &Value, known: &[&str], at: &str) {
        for key in value.as_object().into_iter().flat_map(|map| map.keys()) {
            if !known.contains(&key.as_str()) {
                self.strange.push(format!("Discord does not know `{key}` at `{at}`"));
            }
        }
    }

    /// Whether nothing is wrong.
    pub(super) fn is_fine(&self) -> bool {
        self.faults.is_empty()
    }

    /// Everything that is wrong, in one line.
    pub(super) fn words(&self) -> String {
        let all = self.faults.iter().map(|(at, code, words)| format!("{at}: {code} ({words})"));
        all.collect::<Vec<_>>().join("; ")
    }

    /// Discord's `errors`: objects below each other as the path goes, `_errors` at the end.
    pub(super) fn errors(&self) -> Value {
        let mut errors = json!({});
        for (at, code, words) in &self.faults {
            let mut place = &mut errors;
            for part in at.split('/').filter(|part| !part.is_empty()) {
                place = &mut place[part];
            }
            let fault = json!({ "code": code, "message": words });
            match place["_errors"].as_array_mut() {
                Some(known) => known.push(fault),
                None => place["_errors"] = json!([fault]),
            }
        }
        errors
    }
}
