//! The REST API: the same actions as chat, for programs. Everything below `/v1` speaks JSON, and every refusal is a
//! problem document (RFC 9457).

mod caller;
mod problem;
mod templates;

use std::sync::Arc;

use axum::{Json, Router, routing::get};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::actions::World;

/// What the API needs.
#[derive(Clone)]
pub struct Api {
    /// What acts are performed on.
    pub world: Arc<World>,
}

#[derive(OpenApi)]
#[openapi(info(
    title = "Sublet",
    description = "Borrow environments: request, approve, use, extend, return."
))]
struct Document;

/// Every address of the API, and its description at `/api-docs`.
pub fn router(api: Api) -> Router {
    let (router, document) = described();
    router.with_state(api).route("/api-docs", get(move || async move { Json(document) }))
}

fn described() -> (Router<Api>, utoipa::openapi::OpenApi) {
    OpenApiRouter::with_openapi(Document::openapi()).routes(routes!(templates::list)).split_for_parts()
}
