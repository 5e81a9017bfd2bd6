//! What Discord refuses in a modal, and in a list of choices.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Check, components};

/// Checks a modal of rows with one text input each.
pub(in super::super) fn check(data: &Value) -> Check {
    let mut check = Check::default();
    check.keys(data, &["custom_id", "title", "components"], "data");
    check.needed(&data["title"], 45, "data/title");
    check.needed(&data["custom_id"], 100, "data/custom_id");
    let mut ids = BTreeSet::new();
    for (number, row) in check.count(&data["components"], 1, 5, "data/components").iter().enumerate() {
        let at = format!("data/components/{number}");
        let parts = check.count(&row["components"], 1, 1, &format!("{at}/components"));
        let at = format!("{at}/components/0");
        let Some(part) = parts.first().filter(|part| row["type"] == 1 && part["type"] == 4) else {
            check.say(&at, "UNION_TYPE_CHOICES", "A text input in a row was expected");
            continue;
        };
        input(&mut check, part, &at);
        components::custom_id(&mut check, part, &mut ids, &at);
    }
    if data["components"].is_null() {
        check.say("data/components", "BASE_TYPE_REQUIRED", "This field is required");
    }
    check
}

fn input(check: &mut Check, input: &Value, at: &str) {
    let keys = [
        "type",
        "custom_id",
        "style",
        "label",
        "min_length",
        "max_length",
        "required",
        "value",
        "placeholder",
        "id",
    ];
    check.keys(input, &keys, at);
    check.needed(&input["label"], 45, &format!("{at}/label"));
    check.length(&input["placeholder"], 0, 100, &format!("{at}/placeholder"));
    let most = input["max_length"].as_u64().unwrap_or(4_000);
    if most == 0 || most > 4_000 || input["min_length"].as_u64().unwrap_or_default() > most {
        check.say(at, "NUMBER_TYPE_MAX", "A text input takes 1 to 4000 characters");
    }
    check.length(&input["value"], 0, usize::try_from(most).unwrap_or(4_000), &format!("{at}/value"));
    if !matches!(input["style"].as_u64(), Some(1 | 2)) {
        check.say(&format!("{at}/style"), "BASE_TYPE_CHOICES", "Value must be one of (1, 2).");
    }
}

/// Checks what could be typed.
pub(in super::super) fn choices(data: &Value) -> Check {
    let mut check = Check::default();
    if !data["choices"].is_array() {
        check.say("data/choices", "BASE_TYPE_REQUIRED", "This field is required");
    }
    for (number, choice) in check.count(&data["choices"], 0, 25, "data/choices").iter().enumerate() {
        let at = format!("data/choices/{number}");
        check.keys(choice, &["name", "value", "name_localizations"], &at);
        check.needed(&choice["name"], 100, &format!("{at}/name"));
        if choice["value"].is_string() {
            check.needed(&choice["value"], 100, &format!("{at}/value"));
        }
    }
    check
}
