//! What stands around every page: who may ask under which name, how much, how long, and what a browser may do
//! with the answer.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    csrf::CsrfLayer,
    limit::RequestBodyLimitLayer,
    request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer,
    trace::TraceLayer,
};

use super::{Web, problem::Problem};
use crate::ports::clock::Ids;

/// The largest request: a line, a form with a public key, and room to spare.
const BODY_MAX: usize = 64 * 1024;
/// How long an answer may take to begin. Live events begin at once and then go on.
const PATIENCE: Duration = Duration::from_secs(15);

/// What a browser may do with a page: run our own scripts and styles and talk to us, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What stands around the pages of people, but not around probes: the name check, and the origin check.
pub fn console(router: Router<Web>, web: &Web) -> Router<Web> {
    router.layer(
        ServiceBuilder::new()
            .layer(middleware::from_fn_with_state(web.clone(), known_name))
            .layer(CsrfLayer::new()),
    )
}

/// What stands around everything. What is `beside` keeps a limit of its own for how much it takes.
pub fn around(router: Router, beside: Router, ids: Arc<dyn Ids>) -> Router {
    let header = |name: &'static str, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(HeaderName::from_static(name), HeaderValue::from_static(value))
    };
    router.layer(RequestBodyLimitLayer::new(BODY_MAX)).merge(beside).layer(
        ServiceBuilder::new()
            .layer(SetRequestIdLayer::x_request_id(Fresh(ids)))
            .layer(TraceLayer::new_for_http().make_span_with(span))
            .layer(PropagateRequestIdLayer::x_request_id())
            .layer(header("content-security-policy", POLICY))
            .layer(header("x-content-type-options", "nosniff"))
            .layer(header("referrer-policy", "same-origin"))
            .layer(header("cross-origin-opener-policy", "same-origin"))
            .layer(header("cross-origin-resource-policy", "same-origin"))
            .layer(header("cache-control", "no-store"))
            .layer(CompressionLayer::new())
            .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
            .layer(CatchPanicLayer::new()),
    )
}

/// Refuses names that are not ours: a foreign page whose name was pointed at a loopback address would
/// otherwise be of the same origin as we are.
async fn known_name(State(web): State<Web>, request: Request, next: Next) -> Response {
    let asked = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let name =
        asked.and_then(|host| host.parse::<Uri>().ok()).and_then(|uri| uri.host().map(str::to_lowercase));
    match name {
        Some(name) if is_ours(&name, &web.settings.hosts) => next.run(request).await,
        _ => {
            let why = "This name is not one of ours. Use localhost, or list the name in the configuration.";
            let mut problem = Problem::forbidden(why).into_response();
            *problem.status_mut() = StatusCode::MISDIRECTED_REQUEST;
            problem
        }
    }
}

fn is_ours(name: &str, more: &[String]) -> bool {
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
        || more.iter().any(|ours| ours.eq_ignore_ascii_case(name))
}

fn span(request: &Request) -> tracing::Span {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    tracing::debug_span!("http", method = %request.method(), path = request.uri().path(), id)
}

/// Request ids from the one place where ids come from.
#[derive(Clone)]
struct Fresh(Arc<dyn Ids>);

impl MakeRequestId for Fresh {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        HeaderValue::from_str(&self.0.next().simple().to_string()).ok().map(RequestId::new)
    }
}
