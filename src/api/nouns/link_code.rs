//! `/v1/people/me/link-code`: a code that links another account. `/env link` by the API: shown once, kept nowhere.

use std::collections::BTreeMap;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    actions,
    api::{
        Api, answer,
        call::{Call, Values},
        hal::{Link, Links},
        problem::Problem,
    },
};

/// A code that makes whoever types it the caller, once.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkCode {
    /// The code.
    #[schema(example = "K7QP-2M9D-XR")]
    pub code: String,
    /// What to type where the caller is not known yet.
    #[schema(example = "/env link K7QP-2M9D-XR")]
    pub line: String,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
    /// `person`.
    #[serde(rename = "_links")]
    pub links: BTreeMap<String, Link>,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(make))
}

/// Get a code that links an account of a chat platform. It is shown this once.
#[utoipa::path(post, path = "/v1/people/me/link-code", operation_id = "make_link_code", tag = "people",
    responses((status = 200, description = "The code", body = LinkCode, content_type = "application/hal+json")))]
async fn make(call: Call) -> Result<Response, Problem> {
    let now = call.api.world.clock.now();
    let (told, _) = call.answered(&["env", "link"], Values::default()).await?;
    let ids = call.api.world.ids.as_ref();
    let Some(code) = actions::code_of(&told) else {
        return Err(Problem::fault(ids, anyhow::anyhow!("a code was made and is not there")));
    };
    let person = Link::to(format!("/v1/people/{}", call.caller.id));
    let made = LinkCode {
        line: format!("/env link {code}"),
        code,
        expires_at: now + actions::CODE_GOOD_FOR,
        links: Links::default().with("person", person).done(),
    };
    let body = serde_json::to_string(&made).map_err(|error| Problem::fault(ids, error))?;
    // No tag either: it would be made of the code. What is not to be stored is not kept for an Idempotency-Key.
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(answer::HAL)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((StatusCode::OK, headers, body).into_response())
}
