//! The REST API: the same actions as chat, for programs. Everything below `/v1` speaks HAL, and every refusal is a
//! problem document (RFC 9457).

mod answer;
mod call;
pub mod caller;
mod document;
mod door;
mod events;
mod hal;
mod input;
pub mod limits;
mod listing;
mod nouns;
mod problem;
mod root;
pub mod verbs;

use std::sync::Arc;

use axum::{
    Json, Router,
    http::{HeaderValue, header},
    middleware,
    routing::{any, get},
};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::actions::World;

/// What a browser may do with the page that shows the description: run our own scripts, ask us, and set styles,
/// which the page does by itself. Nothing comes from elsewhere.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What the API needs.
#[derive(Clone)]
pub struct Api {
    /// What acts are performed on.
    pub world: Arc<World>,
    /// What stands in front of every address.
    pub gate: Arc<caller::Gate>,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sublet",
        description = "Borrow environments: request, approve, use, extend, return. The same actions, rules and \
            refusals as in chat. Start at `/v1` and follow the links."
    ),
    components(schemas(problem::Problem, problem::FieldProblem)),
    components(schemas(events::Happened)),
    tags(
        (name = "root", description = "The way in"),
        (name = "people", description = "Who there is"),
        (name = "teams", description = "Who works together"),
        (name = "templates", description = "What can be requested"),
        (name = "keys", description = "One's own SSH public keys"),
        (name = "requests", description = "Wishes for environments"),
        (name = "reviews", description = "Who said yes or no"),
        (name = "leases", description = "The right to an environment for a time"),
        (name = "environments", description = "What exists"),
        (name = "extensions", description = "Wishes for more time"),
        (name = "quotas", description = "How much may be held, and is"),
        (name = "grants", description = "More for a while"),
        (name = "wishes", description = "Wishes for more for a while"),
        (name = "notices", description = "What people are told"),
        (name = "audit", description = "What happened"),
        (name = "tokens", description = "One's own tokens"),
        (name = "events", description = "What happens, as it happens"),
    )
)]
struct Document;

/// Every address of the API, its description at `/api-docs`, and the same to be read and tried at `/docs`.
pub fn router(api: Api) -> Router {
    let (calls, document) = described();
    let document = document::complete(&document);
    let calls = calls
        .route("/v1/", any(root::nowhere))
        .route("/v1/{*rest}", any(root::nowhere))
        .method_not_allowed_fallback(root::not_so)
        .layer(middleware::from_fn_with_state(api.clone(), door::pass))
        .layer(middleware::from_fn_with_state(api.clone(), caller::gate))
        .with_state(api);
    // Neither a validator nor anything else of another host is asked.
    let config = Config::from("/api-docs").validator_url("none");
    let policy = HeaderValue::from_static(DOCS_POLICY);
    let docs = Router::from(SwaggerUi::new("/docs").config(config))
        .layer(SetResponseHeaderLayer::overriding(header::CONTENT_SECURITY_POLICY, policy));
    calls.merge(docs).route("/api-docs", get(move || async move { Json(document) }))
}

/// The API's description (OpenAPI 3.1), as JSON to be read.
pub fn description() -> String {
    let document = document::complete(&described().1);
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn described() -> (Router<Api>, utoipa::openapi::OpenApi) {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(root::get))
        .merge(nouns::routes())
        .routes(routes!(events::listen))
        .split_for_parts()
}
