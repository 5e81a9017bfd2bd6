//! Whether the process lives, whether it can work, and its numbers.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{actions::World, ports::clock::Ids};

/// What probes and scrapers are answered from.
#[derive(Clone)]
pub struct Probes {
    /// What is needed for work.
    pub parts: Arc<dyn Parts>,
    /// Where the ids of requests come from.
    pub ids: Arc<dyn Ids>,
    /// Where `/metrics` comes from; without it the address does not exist.
    pub metrics: Option<PrometheusHandle>,
    /// Cancelled when the process ends.
    pub closing: CancellationToken,
}

/// What a process needs for its work.
#[async_trait::async_trait]
pub trait Parts: Send + Sync {
    /// Looks at each part.
    async fn look(&self) -> Vec<Part>;
}

/// Something that is needed for work.
pub struct Part {
    /// What it is.
    pub name: &'static str,
    /// Whether there can be work with it as it is.
    pub ready: bool,
    /// How it is.
    pub says: Value,
}

impl Part {
    /// Something that answers, or does not.
    pub fn answers(name: &'static str, ready: bool) -> Self {
        Self { name, ready, says: if ready { "ok" } else { "does not answer" }.into() }
    }
}

#[async_trait::async_trait]
impl Parts for World {
    async fn look(&self) -> Vec<Part> {
        let database = self.store.healthy().await;
        if let Err(error) = &database {
            warn!(%error, "the database does not answer");
        }
        let templates = self.templates.all().len();
        vec![
            Part::answers("database", database.is_ok()),
            Part { name: "templates", ready: true, says: templates.into() },
        ]
    }
}

/// The process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// Whether all that is needed for work is there: 200 when it is, 503 otherwise.
pub async fn ready(State(probes): State<Probes>) -> Response {
    let closing = probes.closing.is_cancelled();
    let says = if closing { "is closing" } else { "ok" };
    let mut parts = probes.parts.look().await;
    parts.push(Part { name: "process", ready: !closing, says: says.into() });
    let ready = parts.iter().all(|part| part.ready);
    let parts: Map<String, Value> = parts.into_iter().map(|part| (part.name.to_owned(), part.says)).collect();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": ready, "parts": parts }))).into_response()
}

/// The numbers, as Prometheus reads them.
pub async fn metrics(State(probes): State<Probes>) -> Response {
    match &probes.metrics {
        Some(handle) => {
            handle.run_upkeep();
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
