//! What people do in a modal: fill in, and send. Discord's own client holds what is required.

use serde_json::Value;

use super::{
    Discord,
    act::Act,
    interactions::{First, Kind},
    payload::{Doing, sent},
    state::State,
};

/// A modal that somebody has before them.
#[derive(Debug, Clone)]
pub struct Modal {
    /// What opened it: the interaction's id.
    pub by: String,
    /// As the application sent it.
    pub json: Value,
    /// What stands in its fields, by their ids, in their order.
    pub values: Vec<(String, String)>,
}

/// What comes of sending a modal.
pub enum Sent {
    /// Discord's client did not send it, and says why at these fields, by their labels.
    Held(Vec<String>),
    /// It was sent and is closed, unless nobody answered.
    Closed(Act),
}

impl State {
    /// Shows somebody the modal with which what they did was answered, if it was.
    pub(super) fn shows_modal(&mut self, interaction: &str) {
        let interaction = &self.interactions[interaction];
        let Some(First::Modal(json)) = &interaction.first else { return };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let values =
            inputs(json).iter().map(|input| (text(&input["custom_id"]), text(&input["value"]))).collect();
        let modal = Modal { by: interaction.id.clone(), json: json.clone(), values };
        self.modals.insert(interaction.user.clone(), modal);
    }
}

/// The text inputs of a modal.
pub(super) fn inputs(json: &Value) -> Vec<Value> {
    let rows = json["components"].as_array().into_iter().flatten();
    rows.filter_map(|row| row["components"].as_array()).flatten().cloned().collect()
}

impl Modal {
    /// Whether it has that field.
    pub fn has(&self, field: &str) -> bool {
        self.values.iter().any(|(name, _)| name == field)
    }
}

impl Discord {
    /// The modal that somebody has before them.
    pub fn modal(&self, user: &str) -> Option<Modal> {
        self.with(|state| state.modals.get(user).cloned())
    }

    /// Puts a text into a field.
    pub fn fills(&self, user: &str, field: &str, text: &str) {
        self.with(|state| {
            let modal = state.modals.get_mut(user).expect("a modal is open");
            let value = modal.values.iter_mut().find(|(name, _)| name == field);
            value.unwrap_or_else(|| panic!("the form has no field {field}: {}", modal.json)).1 =
                text.to_owned();
        });
    }

    /// Closes the modal without sending it: the application is not told.
    pub fn dismisses(&self, user: &str) {
        self.with(|state| state.modals.remove(user));
    }

    /// Sends the modal.
    pub async fn submits(&self, user: &str) -> Sent {
        let modal = self.modal(user).expect("a modal is open");
        let held = held(&modal);
        if !held.is_empty() {
            return Sent::Held(held);
        }
        let custom_id = modal.json["custom_id"].as_str().unwrap_or_default();
        let data = sent(custom_id, &modal.values);
        let (channel, message) = self.with(|state| {
            let opened = state.interactions[&modal.by].clone();
            (opened.channel, opened.message.and_then(|id| state.message(&id).cloned()))
        });
        let doing = Doing { kind: Kind::Modal, user, channel: &channel, data, message: message.as_ref() };
        let act = self.acts(doing).await;
        if act.ack.is_ok() {
            self.dismisses(user);
        }
        Sent::Closed(act)
    }
}

/// The labels of fields whose text Discord's client does not send: nothing, too little or too much.
fn held(modal: &Modal) -> Vec<String> {
    let inputs = inputs(&modal.json);
    let wrong = inputs.iter().zip(&modal.values).filter(|(input, (_, value))| {
        let count = value.chars().count() as u64;
        let empty = value.trim().is_empty() && input["required"] != false;
        let little = count > 0 && count < input["min_length"].as_u64().unwrap_or_default();
        empty || little || count > input["max_length"].as_u64().unwrap_or(4_000)
    });
    wrong.filter_map(|(input, _)| input["label"].as_str().map(str::to_owned)).collect()
}
