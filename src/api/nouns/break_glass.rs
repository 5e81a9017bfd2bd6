//! The emergency: `/env break-glass` by the API, for requests and extensions.

use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    extensions::{self, Extension},
    requests::{self, Request},
};
use crate::api::{
    Api,
    call::{Call, Values},
    input::{Body, Id},
    problem::Problem,
};

/// An approval by one person alone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "the shop is down and nobody else is awake"}))]
pub struct BreakGlass {
    /// Why it cannot wait; everybody who approves reads it.
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    reason: String,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(of_request)).routes(routes!(of_extension))
}

/// Approve a request alone, in an emergency. Every approver is told at once.
#[utoipa::path(post, path = "/v1/requests/{id}/break-glass", operation_id = "break_glass_of_request", tag = "requests", params(("id" = String, Path, description = "The request's id")), request_body = BreakGlass,
    responses((status = 200, description = "As it is now", body = Request, content_type = "application/hal+json")))]
async fn of_request(call: Call, Id(id): Id, Body(glass): Body<BreakGlass>) -> Result<Response, Problem> {
    requests::find(&mut call.look_after().await?, &id).await?;
    broken(&call, &id, &glass).await?;
    requests::now(&call, &id).await
}

/// Approve an extension alone, in an emergency. Every approver is told at once.
#[utoipa::path(post, path = "/v1/extensions/{id}/break-glass", operation_id = "break_glass_of_extension", tag = "extensions", params(("id" = String, Path, description = "The extension's id")), request_body = BreakGlass,
    responses((status = 200, description = "As it is now", body = Extension, content_type = "application/hal+json")))]
async fn of_extension(call: Call, Id(id): Id, Body(glass): Body<BreakGlass>) -> Result<Response, Problem> {
    extensions::find(&mut call.look_after().await?, &id).await?;
    broken(&call, &id, &glass).await?;
    extensions::now(&call, &id).await
}

async fn broken(call: &Call, subject: &str, glass: &BreakGlass) -> Result<(), Problem> {
    let values = Values::default().with("subject", subject).with("reason", &glass.reason);
    call.perform(&["env", "break-glass"], values).await.map(drop)
}
