//! Where Slack calls us: every request is signed, lately, and for the first time, or it is not read at all.

mod body;
mod signature;

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use secrecy::SecretString;
use serde_json::json;

use self::body::{Read, Takes};
use super::inbound::{Reception, reply::Reply};
use crate::chat::{desk::Way, replay::Replay};

/// The largest request. With a press come the message and the view it was in, each character of them written as
/// up to nine.
const BODY_MAX: usize = 1024 * 1024;

struct Door {
    reception: Arc<Reception>,
    secret: SecretString,
    replay: Replay,
}

/// `/slack/commands`, `/slack/interactions`, and `/slack/events`, which takes all three.
pub fn routes(reception: Arc<Reception>, secret: SecretString) -> Router {
    let door = Arc::new(Door { reception, secret, replay: Replay::default() });
    let at = |takes| {
        post(move |State(door): State<Arc<Door>>, headers: HeaderMap, body: Bytes| async move {
            answer(&door, takes, &headers, &body).await
        })
    };
    Router::new()
        .route("/slack/commands", at(Takes::Commands))
        .route("/slack/interactions", at(Takes::Interactions))
        .route("/slack/events", at(Takes::Everything))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(door)
}

async fn answer(door: &Door, takes: Takes, headers: &HeaderMap, body: &[u8]) -> Response {
    let content_type = text(headers, header::CONTENT_TYPE.as_str());
    if body::is_ssl_check(content_type, body) {
        return counted("ssl_check", StatusCode::OK.into_response());
    }
    let now = door.reception.now();
    let Some(signed) = signature::verify(&door.secret, headers, body, now) else {
        return counted("unsigned", StatusCode::UNAUTHORIZED.into_response());
    };
    if !door.replay.first_time(signed, now) {
        return counted("replayed", StatusCode::UNAUTHORIZED.into_response());
    }
    let retry = text(headers, "x-slack-retry-num");
    if !retry.is_empty() {
        let why = text(headers, "x-slack-retry-reason");
        tracing::info!(retry, why, "Slack sends something again");
    }
    match body::read(takes, content_type, body) {
        None => counted("unread", StatusCode::BAD_REQUEST.into_response()),
        Some(Read::Nothing) => counted("taken", StatusCode::OK.into_response()),
        Some(Read::Challenge(challenge)) => {
            counted("taken", Json(json!({ "challenge": challenge })).into_response())
        }
        Some(Read::Came(came)) => match Arc::clone(&door.reception).receive(came, Way::Apart).await {
            Reply::Empty => counted("taken", StatusCode::OK.into_response()),
            // Slack sends an event again that was not taken.
            Reply::NotTaken => counted("failed", StatusCode::SERVICE_UNAVAILABLE.into_response()),
            Reply::With(payload) => counted("taken", Json(payload).into_response()),
        },
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn counted(outcome: &'static str, response: Response) -> Response {
    metrics::counter!("sublet_slack_requests_total", "outcome" => outcome).increment(1);
    response
}

#[cfg(test)]
mod tests;
