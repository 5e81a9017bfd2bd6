//! How resources are answered: HAL, with an `ETag` by which a reader sees whether it changed, and a writer that
//! nobody else was faster.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{call::Call, listing::Select, problem::Problem};

/// What resources are written in.
pub const HAL: &str = "application/hal+json";

/// One resource; or only that it is still as the reader has it.
pub fn one(
    call: &Call,
    select: &Select,
    version: &str,
    resource: &impl Serialize,
) -> Result<Response, Problem> {
    let (tag, body) = tagged(call, select, version, resource)?;
    let known = call.headers.get_all(header::IF_NONE_MATCH).iter().any(|value| matches(value, &tag));
    if known {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(HAL)), (header::ETAG, tag)];
    Ok((StatusCode::OK, headers, body).into_response())
}

/// What was changed, as it is now.
pub fn changed(call: &Call, version: &str, resource: &impl Serialize) -> Result<Response, Problem> {
    let (tag, body) = tagged(call, &Select::default(), version, resource)?;
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(HAL)), (header::ETAG, tag)];
    Ok((StatusCode::OK, headers, body).into_response())
}

/// What was made, and where it is from now on.
pub fn created(call: &Call, at: &str, version: &str, resource: &impl Serialize) -> Result<Response, Problem> {
    let (tag, body) = tagged(call, &Select::default(), version, resource)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(HAL)),
        (header::ETAG, tag),
        (header::LOCATION, header_value(call, at)?),
    ];
    Ok((StatusCode::CREATED, headers, body).into_response())
}

fn tagged(
    call: &Call,
    select: &Select,
    version: &str,
    resource: &impl Serialize,
) -> Result<(HeaderValue, String), Problem> {
    let ids = call.api.world.ids.as_ref();
    let value = serde_json::to_value(resource).map_err(|error| Problem::fault(ids, error))?;
    let body = select.trim(value).to_string();
    let hash: String =
        Sha256::digest(body.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Ok((header_value(call, &format!("\"{version}.{hash}\""))?, body))
}

fn header_value(call: &Call, text: &str) -> Result<HeaderValue, Problem> {
    HeaderValue::from_str(text).map_err(|error| Problem::fault(call.api.world.ids.as_ref(), error))
}

/// Whether a list of tags has this one.
fn matches(list: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(list), Ok(tag)) = (list.to_str(), tag.to_str()) else { return false };
    list.split(',').map(|one| one.trim().trim_start_matches("W/")).any(|one| one == "*" || one == tag)
}

/// The version that a writer saw, from `If-Match`; `None` for whatever there is.
pub fn seen(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        let detail = "Say in If-Match which state you change: the ETag that you got with it.";
        return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, "precondition-required", detail));
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let tag = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    match tag.and_then(|tag| tag.split_once('.')) {
        Some((version, _)) => Ok(Some(version.to_owned())),
        None => Err(outdated()),
    }
}

/// Somebody else was faster.
pub fn outdated() -> Problem {
    let detail = "It is not any more as you saw it. Get it again, and see whether you still want the change.";
    Problem::new(StatusCode::PRECONDITION_FAILED, "outdated", detail)
}

/// Nothing is left to show.
pub fn nothing() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// JSON that is a HAL document.
pub fn hal(value: &Value) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(HAL))], value.to_string()).into_response()
}
