//! What people do in a modal: fill in fields, choose, send. Slack's own client holds what is required.

use serde_json::{Value, json};

use super::{
    Slack,
    act::{Act, Said},
    deliver::Kind,
    read,
    state::{Content, State, View},
    views,
};

/// What comes of sending a form.
pub enum Sent {
    /// Slack's client did not send it: these fields are required, by their labels.
    Held(Vec<String>),
    /// It stays, with errors at its fields or as another view.
    Stays,
    /// It is closed, and the app was told.
    Closed(Act),
}

impl Slack {
    /// The modal that somebody has before them.
    pub fn modal(&self, user: &str) -> Option<View> {
        self.with(|state| open(state, user).cloned())
    }

    /// Puts a value into a field; a choice is taken from its options. What the app wants to know at once, it is told.
    pub async fn fills(&self, team: &str, user: &str, field: &str, text: &str) {
        let view = self.modal(user).expect("a form is open");
        let all = views::fields(&view.json);
        let found = all.into_iter().find(|(block, _)| block["block_id"] == field);
        let (block, element) =
            found.unwrap_or_else(|| panic!("the form has no field {field}: {}", view.json));
        let value = value_of(&element, text);
        let key = (field.to_owned(), views::text(&element["action_id"]));
        self.with(|state| {
            let view = state.views.get_mut(&view.id).expect("that view");
            view.values.insert(key, value.clone());
        });
        if block["dispatch_action"] == true || block["type"] != "input" {
            let what = Self::choice(&view.id, field, &element, &value);
            let before = view.hash.clone();
            let act = self.presses(team, user, &what).await;
            assert!(act.ack.is_ok(), "a choice was not acknowledged: {:?}", act.ack);
            let id = view.id.clone();
            self.until("the form follows the choice", |state| {
                state.views.get(&id).filter(|view| view.hash != before).map(|_| ())
            })
            .await;
        }
    }

    /// Sends the form.
    pub async fn submits(&self, team: &str, user: &str) -> Sent {
        let view = self.modal(user).expect("a form is open");
        let held = missing(&view);
        if !held.is_empty() {
            return Sent::Held(held);
        }
        let act =
            self.acts(Kind::Interaction, team, user, |state, about| state.submission(about, &view)).await;
        let said = act.ack.clone().unwrap_or_default();
        match said["response_action"].as_str() {
            Some("errors") => {
                let errors = said["errors"].as_object().cloned().unwrap_or_default();
                assert!(!errors.is_empty(), "errors without any: {said}");
                self.with(|state| {
                    let known = state.views.get_mut(&view.id).expect("that view");
                    known.errors =
                        errors.iter().map(|(block, text)| (block.clone(), views::text(text))).collect();
                    for block in known.errors.keys() {
                        let input = views::fields(&known.json)
                            .iter()
                            .any(|(field, _)| field["block_id"] == *block.as_str());
                        assert!(input, "an error at a block that is no field: {block}");
                    }
                });
                Sent::Stays
            }
            Some("update") => {
                let faults = views::check(&said["view"], "modal");
                assert!(faults.is_empty(), "Slack would not show this view: {faults:?}");
                self.with(|state| views::replace(state, &view.id, said["view"].clone()));
                Sent::Stays
            }
            Some("push") => panic!("a view on a view, which this stand-in does not know: {said}"),
            Some("clear") | None => {
                if act.ack.is_ok() {
                    self.with(|state| state.views.remove(&view.id));
                }
                Sent::Closed(act)
            }
            Some(other) => panic!("no such response_action: {other}"),
        }
    }

    /// Closes the form without sending it.
    pub fn dismisses(&self, user: &str) {
        self.with(|state| {
            if let Some(id) = open(state, user).map(|view| view.id.clone()) {
                state.views.remove(&id);
            }
        });
    }

    /// What comes after a form was sent: a private message, or Slack's red line.
    pub async fn after(&self, act: &Act) -> Content {
        match self.answer(act).await {
            Said::Message(content) => content,
            other => panic!("after a form was sent: {other:?}"),
        }
    }
}

fn open<'a>(state: &'a State, user: &str) -> Option<&'a View> {
    state.views.values().rfind(|view| view.user == user && view.json["type"] == "modal")
}

fn value_of(element: &Value, text: &str) -> Value {
    let kind = &element["type"];
    match kind.as_str() {
        Some("static_select" | "radio_buttons") => {
            let options = element["options"].as_array().cloned().unwrap_or_default();
            let fits = |option: &&Value| option["value"] == text || option["text"]["text"] == text;
            let option = options.iter().find(fits);
            let option = option.unwrap_or_else(|| panic!("there is no option {text} in {element}"));
            json!({ "type": kind, "selected_option": option })
        }
        _ => {
            let most = element["max_length"].as_u64().unwrap_or(3000);
            assert!(text.chars().count() as u64 <= most, "Slack's client takes {most} characters at most");
            json!({ "type": kind, "value": (!text.is_empty()).then_some(text) })
        }
    }
}

/// The labels of required fields in which nothing stands.
fn missing(view: &View) -> Vec<String> {
    let fields = views::fields(&view.json).into_iter().filter(|(block, _)| block["type"] == "input");
    let required = fields.filter(|(block, _)| block["optional"] != true);
    let empty = required.filter(|(block, element)| {
        let key = (views::text(&block["block_id"]), views::text(&element["action_id"]));
        view.values.get(&key).is_none_or(|value| read::value(value).is_empty())
    });
    empty.map(|(block, _)| views::text(&block["label"]["text"])).collect()
}
