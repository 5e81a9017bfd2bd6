//! Whether the process lives, whether it can work, and its numbers.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use tracing::warn;

use super::Web;

/// The process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// Whether each part that is needed for work answers: 200 when all do, 503 otherwise.
pub async fn ready(State(web): State<Web>) -> Response {
    let database = web.world.store.healthy().await;
    if let Err(error) = &database {
        warn!(%error, "the database does not answer");
    }
    let closing = web.closing.is_cancelled();
    let ready = database.is_ok() && !closing;
    let body = json!({
        "ready": ready,
        "parts": {
            "database": if database.is_ok() { "ok" } else { "does not answer" },
            "process": if closing { "is closing" } else { "ok" },
            "templates": web.world.templates.all().len(),
        }
    });
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(body)).into_response()
}

/// The numbers, as Prometheus reads them.
pub async fn metrics(State(web): State<Web>) -> Response {
    match &web.metrics {
        Some(handle) => {
            handle.run_upkeep();
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
