//! What Discord refuses in rows of buttons and menus: too many, too long, ids twice.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Check;

pub(super) fn rows(check: &mut Check, value: &Value, at: &str) {
    let mut ids = BTreeSet::new();
    for (number, row) in check.count(value, 0, 5, at).iter().enumerate() {
        let at = format!("{at}/{number}");
        if row["type"] != 1 {
            check.say(&at, "UNION_TYPE_CHOICES", format!("A row was expected, here is {}", row["type"]));
            continue;
        }
        check.keys(row, &["type", "components", "id"], &at);
        let all = check.count(&row["components"], 1, 5, &format!("{at}/components"));
        let menu = all.iter().any(|part| part["type"] == 3);
        if menu && all.len() > 1 {
            check.say(
                &at,
                "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
                "The specified component exceeds the maximum width",
            );
        }
        for (index, part) in all.iter().enumerate() {
            let at = format!("{at}/components/{index}");
            match part["type"].as_u64() {
                Some(2) => button(check, part, &at),
                Some(3) => select(check, part, &at),
                other => check.say(&at, "UNION_TYPE_CHOICES", format!("No such component here: {other:?}")),
            }
            custom_id(check, part, &mut ids, &at);
        }
    }
}

/// An id of 1 to 100 characters that no other component has.
pub(super) fn custom_id(check: &mut Check, part: &Value, ids: &mut BTreeSet<String>, at: &str) {
    if part["type"] == 2 && part["style"] == 5 {
        return;
    }
    check.needed(&part["custom_id"], 100, &format!("{at}/custom_id"));
    if !ids.insert(part["custom_id"].to_string()) {
        let words = "Component custom id cannot be duplicated";
        check.say(&format!("{at}/custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", words);
    }
}

fn button(check: &mut Check, button: &Value, at: &str) {
    check.keys(button, &["type", "style", "label", "emoji", "custom_id", "url", "disabled", "id"], at);
    check.length(&button["label"], 0, 80, &format!("{at}/label"));
    if button["label"].as_str().is_none_or(str::is_empty) && button["emoji"].is_null() {
        check.say(at, "BUTTON_COMPONENT_LABEL_REQUIRED", "A button needs a label or an emoji");
    }
    match button["style"].as_u64() {
        Some(1..=4) if button["url"].is_null() => {}
        Some(1..=4) => check.say(at, "BUTTON_COMPONENT_URL", "A button with an id has no address"),
        Some(5) if button["custom_id"].is_null() => check.needed(&button["url"], 512, &format!("{at}/url")),
        Some(5) => check.say(at, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A link has no id"),
        other => check.say(&format!("{at}/style"), "BASE_TYPE_CHOICES", format!("No such style: {other:?}")),
    }
}

fn select(check: &mut Check, menu: &Value, at: &str) {
    let keys = [
        "type",
        "custom_id",
        "options",
        "placeholder",
        "min_values",
        "max_values",
        "disabled",
        "id",
        "required",
    ];
    check.keys(menu, &keys, at);
    check.length(&menu["placeholder"], 0, 150, &format!("{at}/placeholder"));
    let mut values = BTreeSet::new();
    let mut chosen = 0;
    let options = check.count(&menu["options"], 1, 25, &format!("{at}/options"));
    for (number, option) in options.iter().enumerate() {
        let at = format!("{at}/options/{number}");
        check.keys(option, &["label", "value", "description", "emoji", "default"], &at);
        check.needed(&option["label"], 100, &format!("{at}/label"));
        check.needed(&option["value"], 100, &format!("{at}/value"));
        check.length(&option["description"], 0, 100, &format!("{at}/description"));
        chosen += u64::from(option["default"] == true);
        if !values.insert(option["value"].to_string()) {
            let words = "The specified option value is already used";
            check.say(&format!("{at}/value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", words);
        }
    }
    if menu["options"].is_null() {
        check.say(&format!("{at}/options"), "BASE_TYPE_REQUIRED", "This field is required");
    }
    let most = menu["max_values"].as_u64().unwrap_or(1);
    if menu["min_values"].as_u64().unwrap_or(1) > most || most > options.len() as u64 || chosen > most {
        check.say(at, "SELECT_COMPONENT_VALUES", "How many may be chosen does not fit the options");
    }
}
