//! What is answered when something cannot be: a problem document (RFC 9457), with the same words as in chat.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    faults,
    ports::{clock::Ids, store::StoreError},
};

/// Why there is no other answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// What kind of problem it is, as a path of this server that stays the same.
    pub r#type: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong here, and what would work.
    pub detail: String,
    /// The reference of a fault, to tell an admin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

impl Problem {
    /// A problem of a kind.
    pub fn new(status: StatusCode, kind: &str, detail: impl Into<String>) -> Self {
        Self {
            r#type: format!("/problems/{kind}"),
            title: kind.replace('-', " "),
            status: status.as_u16(),
            detail: detail.into(),
            reference: None,
        }
    }

    /// Something broke here: logged once, with the reference that the caller sees.
    pub fn fault(ids: &dyn Ids, fault: impl Into<anyhow::Error>) -> Self {
        let reference = faults::record(ids.next(), "an API call could not be answered", &fault.into());
        let detail = "Something broke on our side. Trying again may help.";
        Self { reference: Some(reference), ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", detail) }
    }

    /// The store did not answer.
    pub fn store(ids: &dyn Ids, error: StoreError) -> Self {
        Self::fault(ids, anyhow::Error::from(error))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}
