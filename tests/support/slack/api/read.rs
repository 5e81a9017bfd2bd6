//! The arguments of a call, form-encoded or JSON, and who calls: a token and its scopes.

use axum::http::{HeaderMap, header};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::{super::APP_TOKEN, super::state::State, Fault};

/// Arguments that are JSON also where the call is form-encoded.
const STRUCTURED: [&str; 4] = ["blocks", "view", "attachments", "metadata"];

/// What a call says.
pub(in super::super) struct Arguments {
    values: Map<String, Value>,
    token: Option<String>,
    json: bool,
}

impl Arguments {
    pub(in super::super) fn read(headers: &HeaderMap, query: Option<&str>, body: &[u8]) -> Self {
        let is = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let json = is(header::CONTENT_TYPE).starts_with("application/json");
        let mut values = if json {
            serde_json::from_slice(body).unwrap_or_default()
        } else {
            form(std::str::from_utf8(body).unwrap_or_default())
        };
        values.extend(form(query.unwrap_or_default()));
        let bearer = is(header::AUTHORIZATION).strip_prefix("Bearer ").map(str::to_owned);
        let in_body = values.get("token").and_then(Value::as_str).map(str::to_owned);
        Self { values, token: bearer.or(in_body.filter(|_| !json)), json }
    }

    /// An argument that is text.
    pub(in super::super) fn text(&self, name: &str) -> Option<String> {
        match self.values.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    /// The same for a method that reads no JSON bodies: Slack overlooks what stands in them.
    pub(super) fn form_text(&self, name: &str) -> Option<String> {
        if self.json { None } else { self.text(name) }
    }

    /// An argument as JSON; `null` when it is not there.
    pub(in super::super) fn value(&self, name: &str) -> &Value {
        self.values.get(name).unwrap_or(&Value::Null)
    }

    /// The workspace whose token this is, valid or not.
    pub(super) fn team(&self, state: &State) -> String {
        let mut teams = state.directory.teams.values();
        let team = teams.find(|team| Some(&team.token) == self.token.as_ref());
        team.map(|team| team.id.clone()).unwrap_or_default()
    }

    /// The workspace for which a bot token may act.
    pub(super) fn caller(&self, state: &State) -> Result<String, Fault> {
        match self.token.as_deref() {
            None => return Err(Fault::new("not_authed")),
            Some(APP_TOKEN) => return Err(Fault::new("not_allowed_token_type")),
            Some(_) => {}
        }
        let id = self.team(state);
        match state.directory.teams.get(&id) {
            None => Err(Fault::new("invalid_auth")),
            Some(team) if team.revoked => Err(Fault::new("token_revoked")),
            Some(_) => Ok(id),
        }
    }

    /// Whether this is the app-level token.
    pub(super) fn app(&self, state: &State) -> Result<(), Fault> {
        match self.token.as_deref() {
            None => Err(Fault::new("not_authed")),
            Some(APP_TOKEN) => Ok(()),
            Some(_) if !self.team(state).is_empty() => Err(Fault::new("not_allowed_token_type")),
            Some(_) => Err(Fault::new("invalid_auth")),
        }
    }
}

/// Refuses a token without this scope.
pub(super) fn needs(state: &State, team: &str, scope: &str) -> Result<(), Fault> {
    let provided = &state.team(team).scopes;
    if provided.contains(scope) {
        return Ok(());
    }
    let provided = provided.iter().cloned().collect::<Vec<_>>().join(",");
    Err(Fault::with("missing_scope", json!({ "needed": scope, "provided": provided })))
}

fn form(text: &str) -> Map<String, Value> {
    let pairs = form_urlencoded::parse(text.as_bytes());
    let value = |(name, text): (_, std::borrow::Cow<'_, str>)| {
        let name = String::from(name);
        let value = Value::String(text.into_owned());
        let structured = STRUCTURED.contains(&name.as_str());
        let parsed = value.as_str().filter(|_| structured).and_then(|text| serde_json::from_str(text).ok());
        (name, parsed.unwrap_or(value))
    };
    pairs.map(value).collect()
}
