//! Where Discord calls us: every request is signed, lately, and for the first time, or it is not read at all.

mod signature;

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};

use self::signature::Key;
use super::inbound::{Reception, came::Came, reply::Reply};
use crate::chat::{desk::Way, replay::Replay};

/// The largest request. With a press comes the message it was in.
const BODY_MAX: usize = 1024 * 1024;

struct Door {
    reception: Arc<Reception>,
    key: Key,
    replay: Replay,
}

/// `/discord/interactions`, for what Discord signs with the key.
///
/// # Errors
/// When the key is none.
pub fn routes(reception: Arc<Reception>, public_key: [u8; 32]) -> anyhow::Result<Router> {
    let door = Arc::new(Door { reception, key: Key::new(public_key)?, replay: Replay::default() });
    let at = post(async |State(door): State<Arc<Door>>, headers: HeaderMap, body: Bytes| {
        answer(&door, &headers, &body).await
    });
    let routes = Router::new().route("/discord/interactions", at);
    Ok(routes.layer(DefaultBodyLimit::max(BODY_MAX)).with_state(door))
}

async fn answer(door: &Door, headers: &HeaderMap, body: &[u8]) -> Response {
    let now = door.reception.now();
    let Some(signed) = signature::verify(&door.key, headers, body, now) else {
        return counted("unsigned", StatusCode::UNAUTHORIZED.into_response());
    };
    if !door.replay.first_time(signed, now) {
        return counted("replayed", StatusCode::UNAUTHORIZED.into_response());
    }
    let Some(came) = serde_json::from_slice(body).ok().and_then(Came::read) else {
        return counted("unread", StatusCode::BAD_REQUEST.into_response());
    };
    match Arc::clone(&door.reception).receive(came, Way::Apart).await {
        Reply::With(body) => counted("taken", Json(body).into_response()),
        Reply::Nothing => counted("taken", StatusCode::ACCEPTED.into_response()),
    }
}

fn counted(outcome: &'static str, response: Response) -> Response {
    metrics::counter!("sublet_discord_requests_total", "outcome" => outcome).increment(1);
    response
}

#[cfg(test)]
mod tests;
