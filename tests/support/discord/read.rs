//! What people see, as plain text, the same as of every other platform: mentions as handles, times in the reader's
//! zone, markup undone.

use chrono_tz::Tz;
use serde_json::Value;

use super::{
    Discord,
    forms::{Modal, inputs},
    markup,
    state::{Content, Message, State},
};

impl Discord {
    /// What is new or rewritten in a channel since it was last read, as a person there sees it: whether it is new.
    /// Private answers are not among it.
    pub fn reads(&self, channel: &str, zone: Tz) -> Vec<(bool, String)> {
        self.with(|state| {
            let mut changed = Vec::new();
            let here = |message: &&mut Message| message.channel == channel && message.only_for.is_none();
            for message in state.messages.iter_mut().filter(here).filter(|message| !message.deleted) {
                let known = message.read.checked_sub(1).map(|at| message.versions[at].clone());
                message.read = message.versions.len();
                if known.as_ref() != Some(message.now()) {
                    changed.push((known.is_none(), message.now().clone()));
                }
            }
            changed.into_iter().map(|(new, content)| (new, shown(state, &content, zone))).collect()
        })
    }

    /// A message as its reader sees it.
    pub fn shows(&self, message: &str, zone: Tz) -> String {
        self.with(|state| {
            let content = state.message(message).expect("that message").now().clone();
            shown(state, &content, zone)
        })
    }

    /// A modal as its reader sees it: title, then each field with its label and what stands in it.
    pub fn shows_modal(&self, modal: &Modal) -> String {
        let mut lines = vec![format!("form: {}", text(&modal.json["title"]))];
        for (input, (_, value)) in inputs(&modal.json).iter().zip(&modal.values) {
            let star = if input["required"] == false { "" } else { "*" };
            lines.push(format!("{}{star}: {value}", text(&input["label"])).trim_end().to_owned());
        }
        lines.join("\n")
    }
}

fn shown(state: &State, content: &Content, zone: Tz) -> String {
    let mut lines = Vec::new();
    // Beside embeds, the text is for notifications, and calls people: both repeat what is seen.
    if content.embeds.is_empty() {
        lines.extend((!content.text.is_empty()).then(|| markup::plain(state, &content.text, zone)));
    }
    for embed in &content.embeds {
        lines.extend(embedded(state, embed, zone));
    }
    lines.extend(content.components.iter().filter_map(labels));
    lines.join("\n")
}

fn embedded(state: &State, embed: &Value, zone: Tz) -> Vec<String> {
    let mut lines = Vec::new();
    let there = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    lines.extend(there(&embed["title"]).map(|title| format!("# {}", markup::inline(state, &title, zone))));
    lines.extend(there(&embed["description"]).map(|text| markup::plain(state, &text, zone)));
    for field in embed["fields"].as_array().into_iter().flatten() {
        let (name, value) = (text(&field["name"]), text(&field["value"]));
        let value = markup::plain(state, &value, zone);
        let name = markup::inline(state, &name, zone);
        // A field without a name goes on where the others end.
        lines.push(if name.is_empty() { value } else { format!("{name}: {value}").trim_end().to_owned() });
    }
    // A footer shows no markup.
    lines.extend(there(&embed["footer"]["text"]).map(|text| format!("({text})")));
    lines
}

/// What stands on the buttons of a row, and in its menu.
fn labels(row: &Value) -> Option<String> {
    let of = |part: &Value| match part["type"].as_u64() {
        Some(2) => vec![text(&part["label"])],
        Some(3) => {
            part["options"].as_array().into_iter().flatten().map(|option| text(&option["label"])).collect()
        }
        _ => Vec::new(),
    };
    let all: Vec<String> = row["components"].as_array()?.iter().flat_map(of).collect();
    (!all.is_empty()).then(|| format!("[{}]", all.join("] [")))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
