//! `views.open`, `views.update` and `views.publish`.

use chrono::TimeDelta;
use serde_json::{Value, json};
use sublet::domain::Instant;

use super::{
    super::{
        state::{State, View},
        views::{self, given_back},
    },
    Arguments, Fault, Outcome,
};

/// How long what a person did allows a view to be opened.
const TRIGGER: TimeDelta = TimeDelta::seconds(3);

pub(super) fn open(state: &mut State, team: &str, arguments: &Arguments, now: Instant) -> Outcome {
    let id = arguments.text("trigger_id").unwrap_or_default();
    let trigger = state.triggers.get(&id).filter(|trigger| trigger.team == team);
    let trigger = trigger.ok_or_else(|| Fault::new("invalid_trigger_id"))?;
    if trigger.used {
        return Err(Fault::new("exchanged_trigger_id"));
    }
    if now - trigger.at > TRIGGER {
        return Err(Fault::new("expired_trigger_id"));
    }
    let user = trigger.user.clone();
    let json = checked(arguments.value("view"), "modal")?;
    state.triggers.get_mut(&id).expect("it was there").used = true;
    let view = views::show(state, team, &user, json, &id);
    Ok(json!({ "ok": true, "view": given_back(&view) }))
}

pub(super) fn update(state: &mut State, team: &str, arguments: &Arguments) -> Outcome {
    let id = arguments.text("view_id").unwrap_or_default();
    let known = state.views.get(&id).filter(|view| view.team == team);
    let known = known.ok_or_else(|| Fault::new("not_found"))?;
    if arguments.text("hash").is_some_and(|hash| hash != known.hash) {
        return Err(Fault::new("hash_conflict"));
    }
    let json = checked(arguments.value("view"), "modal")?;
    let view = views::replace(state, &id, json);
    Ok(json!({ "ok": true, "view": given_back(&view) }))
}

pub(super) fn publish(state: &mut State, team: &str, arguments: &Arguments) -> Outcome {
    let user = arguments.text("user_id").unwrap_or_default();
    if state.directory.users.get(&user).is_none_or(|user| user.team != team) {
        return Err(Fault::new("user_not_found"));
    }
    let json = checked(arguments.value("view"), "home")?;
    let id = views::home_of(&user);
    let known = state.views.contains_key(&id);
    let view: View =
        if known { views::replace(state, &id, json) } else { views::show(state, team, &user, json, &id) };
    Ok(json!({ "ok": true, "view": given_back(&view) }))
}

/// The view, if Slack takes it.
fn checked(view: &Value, kind: &str) -> Result<Value, Fault> {
    // In form-encoded calls and in JSON it may be JSON inside a string.
    let parsed = view.as_str().and_then(|text| serde_json::from_str(text).ok());
    let view = parsed.unwrap_or_else(|| view.clone());
    let faults = views::check(&view, kind);
    if faults.is_empty() {
        return Ok(view);
    }
    Err(Fault::with("invalid_arguments", json!({ "response_metadata": { "messages": faults } })))
}
