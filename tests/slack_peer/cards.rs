//! How messages and views of Slack are read by somebody who looks at them.

use serde_json::Value;

/// All words of a message or a view, as they are shown.
pub fn words(shown: &Value) -> String {
    let mut found = Vec::new();
    collect(&shown["title"], &mut found);
    collect(&shown["text"], &mut found);
    collect(&shown["blocks"], &mut found);
    found.join("\n")
}

fn collect(shown: &Value, found: &mut Vec<String>) {
    match shown {
        Value::String(text) => found.push(text.clone()),
        Value::Array(all) => all.iter().for_each(|one| collect(one, found)),
        Value::Object(fields) => {
            for name in ["text", "label", "hint", "elements", "element", "fields", "accessory", "options"] {
                collect(fields.get(name).unwrap_or(&Value::Null), found);
            }
        }
        _ => {}
    }
}

/// The button of that label, with its block.
pub fn button<'a>(shown: &'a Value, label: &str) -> Option<(&'a Value, &'a Value)> {
    shown["blocks"].as_array()?.iter().find_map(|block| {
        let elements = block["elements"].as_array().into_iter().flatten().chain(block.get("accessory"));
        let named = |element: &&Value| element["type"] == "button" && element["text"]["text"] == label;
        elements.into_iter().find(named).map(|element| (element, block))
    })
}

/// The labels of all buttons.
pub fn buttons(shown: &Value) -> Vec<String> {
    let blocks = shown["blocks"].as_array().into_iter().flatten();
    let elements = blocks.flat_map(|block| {
        block["elements"].as_array().into_iter().flatten().chain(block.get("accessory")).collect::<Vec<_>>()
    });
    let buttons = elements.filter(|element| element["type"] == "button");
    buttons.filter_map(|button| button["text"]["text"].as_str().map(str::to_owned)).collect()
}

/// The names of the fields of a form.
pub fn fields(view: &Value) -> Vec<String> {
    let blocks = view["blocks"].as_array().into_iter().flatten();
    let inputs = blocks.filter(|block| block["type"] == "input");
    inputs.filter_map(|block| block["block_id"].as_str().map(str::to_owned)).collect()
}
