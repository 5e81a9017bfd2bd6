//! What Discord refuses in commands: names, descriptions, how many, how deep, how long all together.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Check;

const KEYS: [&str; 14] = [
    "id",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "options",
    "default_member_permissions",
    "dm_permission",
    "default_permission",
    "integration_types",
    "contexts",
    "type",
    "nsfw",
    "handler",
];
const OPTION: [&str; 14] = [
    "type",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "required",
    "choices",
    "options",
    "channel_types",
    "min_value",
    "max_value",
    "min_length",
    "max_length",
    "autocomplete",
];

/// Checks all commands of one place.
pub(in super::super) fn check(body: &Value) -> Check {
    let mut check = Check::default();
    if !body.is_array() {
        check.say("", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
    }
    let mut names = BTreeSet::new();
    for (number, command) in check.count(body, 0, 100, "").iter().enumerate() {
        let at = number.to_string();
        check.keys(command, &KEYS, &at);
        if !matches!(command["type"].as_u64(), None | Some(1)) {
            check.say(&at, "BASE_TYPE_CHOICES", "This stand-in knows chat commands only");
        }
        named(&mut check, command, &mut names, &at);
        options(&mut check, &command["options"], 0, &at);
        if length(command) > 8_000 {
            check.say(&at, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)");
        }
    }
    check
}

/// A name that no other in the same place has, and a description.
fn named(check: &mut Check, value: &Value, names: &mut BTreeSet<String>, at: &str) {
    let name = value["name"].as_str().unwrap_or_default();
    let fits = |char: char| char == '-' || char == '_' || char == '\'' || char.is_alphanumeric();
    let lower = name.chars().all(|char| !char.is_uppercase() && fits(char));
    if !(1..=32).contains(&name.chars().count()) || !lower {
        let words = format!("Command name is invalid: {name}");
        check.say(&format!("{at}/name"), "APPLICATION_COMMAND_INVALID_NAME", words);
    }
    if !names.insert(name.to_owned()) {
        check.say(
            &format!("{at}/name"),
            "APPLICATION_COMMANDS_DUPLICATE_NAME",
            format!("{name} is there twice"),
        );
    }
    check.needed(&value["description"], 100, &format!("{at}/description"));
}

fn options(check: &mut Check, value: &Value, depth: usize, at: &str) {
    let all = check.count(value, 0, 25, &format!("{at}/options"));
    let mut names = BTreeSet::new();
    let mut optional = false;
    let below = all.iter().filter(|option| matches!(option["type"].as_u64(), Some(1 | 2))).count();
    if below > 0 && below < all.len() {
        check.say(at, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-commands and others cannot be mixed");
    }
    for (number, option) in all.iter().enumerate() {
        let at = format!("{at}/options/{number}");
        check.keys(option, &OPTION, &at);
        named(check, option, &mut names, &at);
        match option["type"].as_u64() {
            Some(1) if depth < 2 => options(check, &option["options"], 2, &at),
            Some(2) if depth < 1 => options(check, &option["options"], 1, &at),
            Some(3..=11) => {}
            other => {
                check.say(&at, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", format!("No such type: {other:?}"))
            }
        }
        let required = option["required"] == true;
        if required && optional {
            let words = "Required options must be placed before non-required options";
            check.say(&at, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", words);
        }
        optional |= !required;
        let choices = check.count(&option["choices"], 0, 25, &format!("{at}/choices"));
        if option["autocomplete"] == true && !choices.is_empty() {
            check.say(&at, "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES", "Either choices or autocomplete");
        }
        for choice in &choices {
            check.needed(&choice["name"], 100, &format!("{at}/choices"));
        }
    }
}

/// The names, descriptions and values of a command together.
fn length(value: &Value) -> usize {
    let of = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
    let own = of(&value["name"]) + of(&value["description"]) + of(&value["value"]);
    let below = ["options", "choices"].into_iter().filter_map(|key| value[key].as_array());
    own + below.flatten().map(length).sum::<usize>()
}
