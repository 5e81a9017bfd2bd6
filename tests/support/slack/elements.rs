//! What Slack refuses in elements, composition objects and rich text.

use std::collections::BTreeSet;

use serde_json::Value;

use super::blocks::{known_keys, length};

/// What was found wrong.
#[derive(Default)]
pub(super) struct Check {
    pub faults: Vec<String>,
}

impl Check {
    pub fn say(&mut self, what: impl Into<String>, at: &str) {
        self.faults.push(format!("{} [json-pointer:{at}]", what.into()));
    }

    pub fn limit(&mut self, value: &Value, most: usize, at: &str) {
        length(&mut self.faults, value, most, at);
    }

    pub fn count(&mut self, count: usize, most: usize, at: &str) {
        if count == 0 {
            self.say("no fewer than 1 items allowed", at);
        }
        if count > most {
            self.say(format!("no more than {most} items allowed"), at);
        }
    }

    /// A text object of either kind.
    pub fn text(&mut self, value: &Value, most: usize, at: &str) {
        let keys: &[&str] = match value["type"].as_str() {
            Some("mrkdwn") => &["type", "text", "verbatim"],
            Some("plain_text") => &["type", "text", "emoji"],
            other => return self.say(format!("unsupported type: {other:?}"), at),
        };
        known_keys(&mut self.faults, value, keys, at);
        if value["text"].as_str().is_none_or(str::is_empty) {
            self.say("must be more than 0 characters", &format!("{at}/text"));
        }
        self.limit(&value["text"], most, &format!("{at}/text"));
    }

    /// A text object that must be plain.
    pub fn plain(&mut self, value: &Value, most: usize, at: &str) {
        if value["type"] != "plain_text" {
            self.say(format!("must be plain_text, is {}", value["type"]), at);
        }
        self.text(value, most, at);
    }
}

/// Checks an interactive element.
pub(super) fn element(check: &mut Check, element: &Value, at: &str) {
    check.limit(&element["action_id"], 255, &format!("{at}/action_id"));
    if !element["confirm"].is_null() {
        confirm(check, &element["confirm"], &format!("{at}/confirm"));
    }
    if !element["placeholder"].is_null() {
        check.plain(&element["placeholder"], 150, &format!("{at}/placeholder"));
    }
    let own: &[&str] = match element["type"].as_str().unwrap_or_default() {
        "button" => {
            button(check, element, at);
            &["text", "url", "value", "style", "confirm", "accessibility_label"]
        }
        "static_select" => {
            options(check, element, 100, at);
            &["placeholder", "options", "option_groups", "initial_option", "confirm", "focus_on_load"]
        }
        "overflow" => {
            options(check, element, 5, at);
            &["options", "confirm"]
        }
        "radio_buttons" => {
            options(check, element, 10, at);
            &["options", "initial_option", "confirm", "focus_on_load"]
        }
        "checkboxes" => {
            options(check, element, 10, at);
            &["options", "initial_options", "confirm", "focus_on_load"]
        }
        "plain_text_input" | "number_input" | "email_text_input" | "url_text_input" => {
            typed(check, element, at);
            &[
                "placeholder",
                "initial_value",
                "multiline",
                "min_length",
                "max_length",
                "focus_on_load",
                "dispatch_action_config",
                "is_decimal_allowed",
                "min_value",
                "max_value",
            ]
        }
        other => return check.say(format!("unsupported type: {other}"), at),
    };
    let keys: Vec<&str> = own.iter().copied().chain(["type", "action_id"]).collect();
    known_keys(&mut check.faults, element, &keys, at);
}

fn button(check: &mut Check, button: &Value, at: &str) {
    check.plain(&button["text"], 75, &format!("{at}/text"));
    check.limit(&button["value"], 2000, &format!("{at}/value"));
    check.limit(&button["url"], 3000, &format!("{at}/url"));
    check.limit(&button["accessibility_label"], 75, &format!("{at}/accessibility_label"));
    if button["value"].as_str().is_some_and(str::is_empty) {
        check.say("must be more than 0 characters", &format!("{at}/value"));
    }
    if !button["style"].is_null() && button["style"] != "primary" && button["style"] != "danger" {
        check.say(format!("no such style: {}", button["style"]), at);
    }
}

fn options(check: &mut Check, element: &Value, most: usize, at: &str) {
    let groups = element["option_groups"].as_array().cloned().unwrap_or_default();
    let grouped = groups.iter().flat_map(|group| group["options"].as_array().cloned().unwrap_or_default());
    let own = element["options"].as_array().cloned().unwrap_or_default();
    let all: Vec<Value> = own.into_iter().chain(grouped).collect();
    check.count(all.len(), most, &format!("{at}/options"));
    let mut values = BTreeSet::new();
    for option in &all {
        let at = format!("{at}/options");
        known_keys(&mut check.faults, option, &["text", "value", "description", "url"], &at);
        check.text(&option["text"], 75, &at);
        check.limit(&option["value"], 150, &at);
        if !option["description"].is_null() {
            check.plain(&option["description"], 75, &at);
        }
        if !values.insert(option["value"].to_string()) {
            check.say(format!("two options have the value {}", option["value"]), &at);
        }
    }
    let initial = &element["initial_option"];
    if !initial.is_null() && !all.contains(initial) {
        check.say("initial_option is not among the options", at);
    }
}

fn typed(check: &mut Check, element: &Value, at: &str) {
    let most = element["max_length"].as_u64().unwrap_or(3000);
    if most == 0 || most > 3000 {
        check.say("max_length must be between 1 and 3000", at);
    }
    check.limit(&element["initial_value"], usize::try_from(most).unwrap_or(3000), at);
    if element["type"] == "number_input" && element["is_decimal_allowed"].is_null() {
        check.say("missing required field: is_decimal_allowed", at);
    }
}

fn confirm(check: &mut Check, confirm: &Value, at: &str) {
    known_keys(&mut check.faults, confirm, &["title", "text", "confirm", "deny", "style"], at);
    check.plain(&confirm["title"], 100, &format!("{at}/title"));
    check.text(&confirm["text"], 300, &format!("{at}/text"));
    check.plain(&confirm["confirm"], 30, &format!("{at}/confirm"));
    check.plain(&confirm["deny"], 30, &format!("{at}/deny"));
}

/// Checks a block of rich text.
pub(super) fn rich(check: &mut Check, block: &Value, at: &str) {
    for part in block["elements"].as_array().cloned().unwrap_or_default() {
        match part["type"].as_str().unwrap_or_default() {
            "rich_text_section" | "rich_text_preformatted" | "rich_text_quote" => inline(check, &part, at),
            "rich_text_list" => {
                if part["style"] != "bullet" && part["style"] != "ordered" {
                    check.say("a list needs its style", at);
                }
                for item in part["elements"].as_array().cloned().unwrap_or_default() {
                    inline(check, &item, at);
                }
            }
            other => check.say(format!("unsupported type: {other}"), at),
        }
    }
}

fn inline(check: &mut Check, part: &Value, at: &str) {
    for piece in part["elements"].as_array().cloned().unwrap_or_default() {
        let needed = match piece["type"].as_str().unwrap_or_default() {
            "text" => "text",
            "user" => "user_id",
            "usergroup" => "usergroup_id",
            "channel" => "channel_id",
            "link" => "url",
            "emoji" => "name",
            "date" if piece["timestamp"].is_i64() => "format",
            other => {
                check.say(format!("unsupported type: {other}"), at);
                continue;
            }
        };
        if piece[needed].as_str().is_none_or(str::is_empty) {
            check.say(format!("missing required field: {needed}"), at);
        }
    }
}
