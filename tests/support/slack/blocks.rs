//! What Slack refuses in blocks: unknown kinds and keys, too many, too long, ids twice.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    elements::{self, Check},
    state::State,
};

/// Where blocks are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Surface {
    Message,
    Modal,
    Home,
}

/// What is wrong with these blocks, in Slack's manner.
pub(super) fn check(blocks: &[Value], surface: Surface) -> Vec<String> {
    let mut check = Check::default();
    let most = if surface == Surface::Message { 50 } else { 100 };
    if blocks.len() > most {
        check.say(format!("no more than {most} items allowed"), "/blocks");
    }
    let mut ids = BTreeSet::new();
    for (at, block) in blocks.iter().enumerate() {
        let at = format!("/blocks/{at}");
        one(&mut check, block, surface, &at);
        let Some(id) = block["block_id"].as_str() else { continue };
        check.limit(&block["block_id"], 255, &format!("{at}/block_id"));
        if !ids.insert(id.to_owned()) {
            check.say(format!("block_id {id} already exists"), &at);
        }
    }
    check.faults
}

fn one(check: &mut Check, block: &Value, surface: Surface, at: &str) {
    let kind = block["type"].as_str().unwrap_or_default();
    let own: &[&str] = match kind {
        "section" => {
            section(check, block, at);
            &["text", "fields", "accessory", "expand"]
        }
        "header" => {
            check.plain(&block["text"], 150, &format!("{at}/text"));
            &["text", "level"]
        }
        "divider" => &[],
        "context" => {
            context(check, block, at);
            &["elements"]
        }
        "actions" => {
            actions(check, block, surface, at);
            &["elements"]
        }
        "input" if surface == Surface::Modal || surface == Surface::Home => {
            check.plain(&block["label"], 2000, &format!("{at}/label"));
            if !block["hint"].is_null() {
                check.plain(&block["hint"], 2000, &format!("{at}/hint"));
            }
            elements::element(check, &block["element"], &format!("{at}/element"));
            if block["element"]["type"] == "button" || block["element"]["type"] == "overflow" {
                check.say("unsupported element in an input", at);
            }
            &["label", "element", "hint", "optional", "dispatch_action"]
        }
        "rich_text" => {
            elements::rich(check, block, at);
            &["elements"]
        }
        _ => {
            check.say(format!("unsupported type: {kind}"), at);
            return;
        }
    };
    let keys: Vec<&str> = own.iter().copied().chain(["type", "block_id"]).collect();
    known_keys(&mut check.faults, block, &keys, at);
}

fn section(check: &mut Check, block: &Value, at: &str) {
    let fields = block["fields"].as_array();
    if block["text"].is_null() && fields.is_none() {
        check.say("must have text or fields", at);
    }
    if !block["text"].is_null() {
        check.text(&block["text"], 3000, &format!("{at}/text"));
    }
    if let Some(fields) = fields {
        check.count(fields.len(), 10, &format!("{at}/fields"));
        for field in fields {
            check.text(field, 2000, &format!("{at}/fields"));
        }
    }
    if !block["accessory"].is_null() {
        elements::element(check, &block["accessory"], &format!("{at}/accessory"));
    }
}

fn context(check: &mut Check, block: &Value, at: &str) {
    let elements = block["elements"].as_array().cloned().unwrap_or_default();
    check.count(elements.len(), 10, &format!("{at}/elements"));
    for element in elements.iter().filter(|element| element["type"] != "image") {
        check.text(element, 2000, &format!("{at}/elements"));
    }
}

fn actions(check: &mut Check, block: &Value, surface: Surface, at: &str) {
    let all = block["elements"].as_array().cloned().unwrap_or_default();
    check.count(all.len(), 25, &format!("{at}/elements"));
    let mut ids = BTreeSet::new();
    for (index, element) in all.iter().enumerate() {
        let at = format!("{at}/elements/{index}");
        elements::element(check, element, &at);
        let typed = element["type"].as_str().is_some_and(|kind| kind.ends_with("_input"));
        if typed || surface == Surface::Message && element["type"] == "file_input" {
            check.say("unsupported element in actions", &at);
        }
        let id = element["action_id"].as_str().unwrap_or_default();
        if !id.is_empty() && !ids.insert(id.to_owned()) {
            check.say(format!("action_id {id} already exists"), &at);
        }
    }
}

/// The blocks, with an id for each that has none.
pub(super) fn with_ids(state: &mut State, mut blocks: Vec<Value>) -> Vec<Value> {
    for block in &mut blocks {
        if block["block_id"].as_str().is_none_or(str::is_empty) {
            block["block_id"] = Value::String(format!("b{:04}", state.next()));
        }
    }
    blocks
}

/// Says which keys are not Slack's.
pub(super) fn known_keys(faults: &mut Vec<String>, value: &Value, known: &[&str], at: &str) {
    for key in value.as_object().into_iter().flat_map(|map| map.keys()) {
        if !known.contains(&key.as_str()) {
            faults.push(format!("invalid additional property: {key} [json-pointer:{at}]"));
        }
    }
}

/// Says when a text is longer than allowed.
pub(super) fn length(faults: &mut Vec<String>, value: &Value, most: usize, at: &str) {
    if value.as_str().is_some_and(|text| text.chars().count() > most) {
        faults.push(format!("must be less than {} characters [json-pointer:{at}]", most + 1));
    }
}

/// Says when something is not plain text of the right length.
pub(super) fn plain(faults: &mut Vec<String>, value: &Value, most: usize, at: &str) {
    let mut check = Check::default();
    check.plain(value, most, at);
    faults.extend(check.faults);
}
