//! Modals and App Homes: what Slack takes, who sees them, and how they are given back.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    APP,
    blocks::{self, Surface, length, plain},
    state::{State, View},
};

/// What is wrong with a view of that kind, in words.
pub(super) fn check(view: &Value, kind: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if view["type"] != kind {
        faults.push(format!("must be a {kind}, is {} [json-pointer:/view/type]", view["type"]));
    }
    let mut keys = vec!["type", "blocks", "private_metadata", "callback_id", "external_id"];
    if kind == "modal" {
        keys.extend(["title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"]);
        plain(&mut faults, &view["title"], 24, "/view/title");
        for name in ["submit", "close"].into_iter().filter(|name| !view[*name].is_null()) {
            plain(&mut faults, &view[name], 24, &format!("/view/{name}"));
        }
    }
    blocks::known_keys(&mut faults, view, &keys, "/view");
    length(&mut faults, &view["private_metadata"], 3000, "/view/private_metadata");
    for name in ["callback_id", "external_id"] {
        length(&mut faults, &view[name], 255, &format!("/view/{name}"));
    }
    let Some(all) = view["blocks"].as_array() else {
        faults.push("missing required field: blocks [json-pointer:/view]".to_owned());
        return faults;
    };
    let surface = if kind == "modal" { Surface::Modal } else { Surface::Home };
    faults.extend(blocks::check(all, surface));
    let asks = all.iter().any(|block| block["type"] == "input");
    if kind == "modal" && asks && view["submit"].is_null() {
        faults.push("`submit` is required when there are inputs [json-pointer:/view]".to_owned());
    }
    faults
}

/// Shows somebody a view.
pub(super) fn show(state: &mut State, team: &str, user: &str, mut json: Value, by: &str) -> View {
    let number = state.next();
    let home = json["type"] == "home";
    let id = if home { home_of(user) } else { format!("V{number:06}") };
    let all = json["blocks"].take().as_array().cloned().unwrap_or_default();
    json["blocks"] = blocks::with_ids(state, all).into();
    let view = View {
        id: id.clone(),
        team: team.to_owned(),
        user: user.to_owned(),
        hash: format!("{number}.abcd"),
        values: begun(&json, &BTreeMap::new()),
        json,
        errors: BTreeMap::new(),
        by: by.to_owned(),
    };
    state.views.insert(id, view.clone());
    view
}

/// Replaces what a view shows. What was filled in stays where a field of the same ids is.
pub(super) fn replace(state: &mut State, id: &str, mut json: Value) -> View {
    let number = state.next();
    let all = json["blocks"].take().as_array().cloned().unwrap_or_default();
    json["blocks"] = blocks::with_ids(state, all).into();
    let view = state.views.get_mut(id).expect("that view");
    view.values = begun(&json, &view.values);
    view.json = json;
    view.hash = format!("{number}.abcd");
    view.errors.clear();
    view.clone()
}

/// The id of somebody's App Home.
pub(super) fn home_of(user: &str) -> String {
    format!("VHOME{user}")
}

/// What stands in the fields at first.
fn begun(view: &Value, kept: &BTreeMap<(String, String), Value>) -> BTreeMap<(String, String), Value> {
    let mut values = BTreeMap::new();
    for (block, element) in fields(view) {
        let key = (text(&block["block_id"]), text(&element["action_id"]));
        let value = kept.get(&key).cloned().unwrap_or_else(|| initial(&element));
        values.insert(key, value);
    }
    values
}

/// Every field of a view with the block in which it stands.
pub(super) fn fields(view: &Value) -> Vec<(Value, Value)> {
    let all = view["blocks"].as_array().cloned().unwrap_or_default();
    let of = |block: Value| match block["type"].as_str() {
        Some("input") => vec![(block.clone(), block["element"].clone())],
        Some("section") if block["accessory"].is_object() => {
            vec![(block.clone(), block["accessory"].clone())]
        }
        Some("actions") => {
            let elements = block["elements"].as_array().cloned().unwrap_or_default();
            elements.into_iter().map(|element| (block.clone(), element)).collect()
        }
        _ => Vec::new(),
    };
    let stateful =
        |(_, element): &(Value, Value)| !matches!(element["type"].as_str(), Some("button" | "overflow"));
    all.into_iter().flat_map(of).filter(stateful).collect()
}

fn initial(element: &Value) -> Value {
    let kind = &element["type"];
    match kind.as_str() {
        Some("static_select" | "radio_buttons") => {
            json!({ "type": kind, "selected_option": element["initial_option"] })
        }
        Some("checkboxes") => {
            let all = element["initial_options"].as_array().cloned().unwrap_or_default();
            json!({ "type": kind, "selected_options": all })
        }
        _ => json!({ "type": kind, "value": element["initial_value"] }),
    }
}

/// A view as Slack gives it back, with what was filled in.
pub(super) fn given_back(view: &View) -> Value {
    let mut values: BTreeMap<&str, BTreeMap<&str, &Value>> = BTreeMap::new();
    for ((block, action), value) in &view.values {
        values.entry(block).or_default().insert(action, value);
    }
    let mut json = json!({
        "private_metadata": "", "callback_id": "", "external_id": "", "clear_on_close": false,
        "notify_on_close": false, "close": null, "submit": null, "title": null,
    });
    let (Value::Object(all), Value::Object(own)) = (&mut json, view.json.clone()) else { return json };
    all.extend(own);
    let home = view.json["type"] == "home";
    let given = json!({
        "id": view.id, "team_id": view.team, "hash": view.hash, "state": { "values": values },
        "previous_view_id": null, "root_view_id": view.id, "app_id": APP, "bot_id": format!("B{}", &view.team[1..]),
        "app_installed_team_id": view.team,
    });
    all.extend(given.as_object().cloned().unwrap_or_default());
    if home {
        // What Slack shows as an App Home has a title that nobody sees.
        json["title"] = json!({ "type": "plain_text", "text": "View Title", "emoji": true });
    }
    json
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
