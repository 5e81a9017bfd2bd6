//! The first answer to what somebody did, by the API or as the body of the HTTP answer: once, and within three
//! seconds.

use chrono::TimeDelta;
use serde_json::{Value, json};
use sublet::domain::Instant;

use super::{
    api::{self, Fault, Outcome, Request},
    check,
    gateway::Cut,
    interactions::{First, Interaction, Kind},
    state::{Content, State},
};

/// How long the first answer may take.
const MOMENT: TimeDelta = TimeDelta::seconds(3);

/// Takes it by the API.
pub(super) fn called(state: &mut State, request: &Request) -> Outcome {
    let (id, token) = (request.name("interaction"), request.name("token"));
    let known = state.interactions.get(id).filter(|known| known.token == token);
    if known.is_none() {
        return Err(Fault::new(10_062));
    }
    state.cut_if(Cut::AtTheAnswer);
    take(state, id, &request.body, request.now)?;
    state.cut_if(Cut::AfterTheAnswer);
    let known = state.interactions[id].clone();
    if !request.query.contains("with_response=true") {
        return Ok((204, Value::Null));
    }
    let message = known.original.and_then(|id| state.message(&id).cloned());
    let message = message.map(|message| api::shown(state, &message));
    Ok((
        200,
        json!({ "interaction": { "id": id, "type": known.kind.number() }, "resource": { "message": message } }),
    ))
}

/// Takes it, however it came.
pub(super) fn take(state: &mut State, id: &str, body: &Value, now: Instant) -> Result<(), Fault> {
    state.answers.push(body.clone());
    let interaction = state.interactions.get(id).cloned().ok_or_else(|| Fault::new(10_062))?;
    if interaction.first.is_some() {
        return Err(Fault::new(40_060));
    }
    if interaction.given_up || now - interaction.at > MOMENT {
        return Err(Fault::new(10_062));
    }
    let number = body["type"].as_u64().unwrap_or_default();
    if !fitting(&interaction).contains(&number) {
        let words = format!("No answer of the type {number} to this");
        return Err(Fault::at("type", "INTERACTION_CALLBACK_TYPE_INVALID", &words));
    }
    let data = &body["data"];
    let (first, original) = match number {
        4 => (First::Message, Some(message(state, &interaction, data, now)?)),
        5 => (First::Deferred, Some(thinking(state, &interaction, data, now))),
        6 => (First::DeferredUpdate, interaction.message.clone()),
        7 => (First::Update, Some(update(state, &interaction, data)?)),
        8 => (First::Choices(choices(state, data)?), None),
        _ => (First::Modal(modal(state, data)?), None),
    };
    let interaction = state.interactions.get_mut(id).expect("it is there");
    interaction.first = Some(first);
    interaction.original = original;
    Ok(())
}

/// Discord's numbers of the answers that fit.
fn fitting(interaction: &Interaction) -> &'static [u64] {
    match (interaction.kind, &interaction.message) {
        (Kind::Autocomplete, _) => &[8],
        (Kind::Command, _) => &[4, 5, 9],
        (Kind::Component, _) => &[4, 5, 6, 7, 9],
        (Kind::Modal, Some(_)) => &[4, 5, 6, 7],
        (Kind::Modal, None) => &[4, 5],
    }
}

fn message(state: &mut State, to: &Interaction, data: &Value, now: Instant) -> Result<String, Fault> {
    let content = api::content(state, data, &Content::default(), api::FLAGS)?;
    let message = api::of(to, content, &data["flags"]);
    Ok(state.post(message, now))
}

fn thinking(state: &mut State, to: &Interaction, data: &Value, now: Instant) -> String {
    let mut message = api::of(to, Content::default(), &data["flags"]);
    message.thinking = true;
    state.post(message, now)
}

fn update(state: &mut State, to: &Interaction, data: &Value) -> Result<String, Fault> {
    let id = to.message.clone().ok_or_else(|| Fault::new(10_008))?;
    let before = state.message(&id).map(|message| message.now().clone());
    let content = api::content(state, data, &before.ok_or_else(|| Fault::new(10_008))?, api::FLAGS)?;
    state.message(&id).expect("it is there").say(content);
    Ok(id)
}

fn choices(state: &mut State, data: &Value) -> Result<Vec<Value>, Fault> {
    let check = check::modal::choices(data);
    state.violations.extend(check.strange.iter().cloned());
    if !check.is_fine() {
        return Err(Fault::of(&check));
    }
    Ok(data["choices"].as_array().cloned().unwrap_or_default())
}

fn modal(state: &mut State, data: &Value) -> Result<Value, Fault> {
    let check = check::modal::check(data);
    state.violations.extend(check.strange.iter().cloned());
    if check.is_fine() { Ok(data.clone()) } else { Err(Fault::of(&check)) }
}
