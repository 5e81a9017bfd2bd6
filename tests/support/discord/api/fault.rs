//! Discord's errors: status, number and words, and for ill-made bodies where they are.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::super::check::Check;

/// An error of Discord's.
#[derive(Debug, Clone)]
pub struct Fault {
    pub status: u16,
    /// Its number; 0 where it has none of its own.
    pub code: u32,
    pub words: String,
    pub errors: Value,
}

/// The numbers with their status and words, as Discord's documentation has them.
const KNOWN: [(u16, u32, &str); 19] = [
    (401, 0, "401: Unauthorized"),
    (404, 10_003, "Unknown Channel"),
    (404, 10_004, "Unknown Guild"),
    (404, 10_007, "Unknown Member"),
    (404, 10_008, "Unknown Message"),
    (404, 10_013, "Unknown User"),
    (404, 10_015, "Unknown Webhook"),
    (404, 10_062, "Unknown interaction"),
    (400, 40_060, "Interaction has already been acknowledged."),
    (403, 50_001, "Missing Access"),
    (403, 50_005, "Cannot edit a message authored by another user"),
    (400, 50_006, "Cannot send an empty message"),
    (403, 50_007, "Cannot send messages to this user"),
    (403, 50_013, "Missing Permissions"),
    (401, 50_027, "Invalid Webhook Token"),
    (400, 50_035, "Invalid Form Body"),
    (400, 50_109, "The request body contains invalid JSON."),
    (403, 20_012, "You are not authorized to perform this action on this application"),
    (400, 160_004, "A thread has already been created for this message"),
];

impl Fault {
    /// The error of that number.
    pub fn new(code: u32) -> Self {
        let known = KNOWN.iter().find(|known| known.1 == code);
        let (status, code, words) = *known.unwrap_or_else(|| panic!("no such error: {code}"));
        Self { status, code, words: words.to_owned(), errors: Value::Null }
    }

    /// An error of that number with that status, whether it is known or not.
    pub fn any(status: u16, code: u32) -> Self {
        let known = KNOWN.iter().find(|known| known.1 == code && known.0 == status);
        let words = known.map_or("Something of Discord's", |known| known.2).to_owned();
        Self { status, code, words, errors: Value::Null }
    }

    /// An ill-made body.
    pub(in super::super) fn of(check: &Check) -> Self {
        Self { errors: check.errors(), ..Self::new(50_035) }
    }

    /// An ill-made body, wrong in one place.
    pub(in super::super) fn at(place: &str, code: &'static str, words: &str) -> Self {
        let mut check = Check::default();
        check.say(place, code, words);
        Self::of(&check)
    }

    /// Its number; the status where it has none.
    pub fn name(&self) -> String {
        if self.code == 0 { self.status.to_string() } else { self.code.to_string() }
    }

    /// As it is answered.
    pub fn response(&self) -> Response {
        let mut body = json!({ "message": self.words, "code": self.code });
        if !self.errors.is_null() {
            body["errors"] = self.errors.clone();
        }
        answer(self.status, &body)
    }
}

/// JSON with a status.
pub(super) fn answer(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    if body.is_null() {
        return status.into_response();
    }
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
