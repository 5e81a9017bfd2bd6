//! Reads what Slack sends by HTTP: forms for commands and interactions, JSON for events.

use serde::Deserialize;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::chat::slack::inbound::came::{Came, Kind};

/// What a request says.
pub enum Read {
    /// Something that people or a workspace did.
    Came(Came),
    /// Slack asks whether this address is ours: answered with the same word.
    Challenge(String),
    /// Nothing that we have to do with.
    Nothing,
}

/// Which kinds a path takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Slash commands.
    Commands,
    /// Presses, forms and shortcuts.
    Interactions,
    /// Events; and the others too, so that one address may serve for everything.
    Everything,
}

/// A call with which Slack looks whether our certificate is good; it is not signed.
pub fn is_ssl_check(content_type: &str, body: &[u8]) -> bool {
    is_form(content_type)
        && form_urlencoded::parse(body).any(|(name, value)| name == "ssl_check" && value == "1")
}

/// Reads a body. `None` when it cannot be read, or does not belong at this path.
pub fn read(takes: Takes, content_type: &str, body: &[u8]) -> Option<Read> {
    let text = std::str::from_utf8(body).ok()?;
    if !is_form(content_type) {
        return if takes == Takes::Everything { event(serde_json::from_str(text).ok()?) } else { None };
    }
    let fields = form_urlencoded::parse(text.as_bytes()).into_owned();
    let fields: serde_json::Map<String, Value> = fields.map(|(name, value)| (name, json!(value))).collect();
    match fields.get("payload").and_then(Value::as_str) {
        Some(_) if takes == Takes::Commands => None,
        Some(payload) => {
            let read = serde_json::from_str(payload).ok()?;
            Some(Read::Came(Came::Interaction(Box::new(read))))
        }
        None if takes == Takes::Interactions => None,
        None => Some(Read::Came(Came::Command(serde_json::from_value(Value::Object(fields)).ok()?))),
    }
    .map(known)
}

fn known(read: Read) -> Read {
    match &read {
        Read::Came(Came::Interaction(one)) if one.kind == Kind::Other => Read::Nothing,
        _ => read,
    }
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Outer {
    UrlVerification {
        challenge: String,
    },
    EventCallback,
    AppRateLimited,
    #[serde(other)]
    Other,
}

fn event(value: Value) -> Option<Read> {
    match Outer::deserialize(&value).ok()? {
        Outer::UrlVerification { challenge } => Some(Read::Challenge(challenge)),
        Outer::EventCallback => Some(Read::Came(Came::Event(serde_json::from_value(value).ok()?))),
        Outer::AppRateLimited => {
            tracing::warn!("Slack holds events back: there were more than it delivers in an hour");
            Some(Read::Nothing)
        }
        Outer::Other => Some(Read::Nothing),
    }
}

fn is_form(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
