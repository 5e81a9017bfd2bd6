//! What is answered when something cannot be: a problem document (RFC 9457), with the same words as in chat.

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::insufficient;
use crate::{
    actions::reading::Tried,
    cards::{People, refusal},
    domain::refusal::Refusal,
    faults,
    ports::{clock::Ids, store::StoreError},
};

/// Why there is no other answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// What kind of problem it is: a path of this server that stays the same. A refusal's kind is its name.
    #[schema(example = "/problems/no-such")]
    pub r#type: String,
    /// The kind in words.
    #[schema(example = "no such")]
    pub title: String,
    /// The HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// What is wrong here, and what would work.
    pub detail: String,
    /// The reference of a fault, to tell an admin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The refusal itself, for programs: its name, and what it tells besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::BTreeMap<String, serde_json::Value>>)]
    pub refusal: Option<serde_json::Value>,
    /// The members and parameters at fault, each with its own words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldProblem>,
    /// Headers that go with it.
    #[serde(skip)]
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// What goes on record with it; boxed, because hardly any has it.
    #[serde(skip)]
    pub tried: Option<Box<Tried>>,
}

/// What is wrong with one member or parameter.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldProblem {
    /// Which one: its path in the body, or the parameter's name.
    #[schema(example = "parameters.cpu")]
    pub field: String,
    /// What is wrong with it.
    pub detail: String,
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
            refusal: None,
            errors: Vec::new(),
            headers: Vec::new(),
            tried: None,
        }
    }

    /// A problem with one member or parameter.
    pub fn field(status: StatusCode, kind: &str, field: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let errors = vec![FieldProblem { field: field.to_owned(), detail: detail.clone() }];
        Self { errors, ..Self::new(status, kind, detail) }
    }

    /// A parameter of the address that cannot be read.
    pub fn parameter(name: &str, detail: impl Into<String>) -> Self {
        Self::field(StatusCode::BAD_REQUEST, "bad-parameter", name, detail)
    }

    /// A refusal, in the words that chat has for it, with times in the zone of its reader.
    pub fn refused(refused: &Refusal, people: &People, zone: Tz) -> Self {
        let said = refusal::say(refused, people);
        let what = said.what.in_zone(zone);
        let detail = if said.hint.is_empty() { what } else { format!("{what} {}", said.hint) };
        let value = serde_json::to_value(refused).unwrap_or_default();
        let kind = value.get("refusal").and_then(|name| name.as_str()).unwrap_or("refused").replace('_', "-");
        let field = |(field, words): &(String, crate::ports::chat::Text)| FieldProblem {
            field: field.clone(),
            detail: words.in_zone(zone),
        };
        let problem = Self::new(status(refused), &kind, detail);
        let problem = if *refused == Refusal::NotYet { problem.retry_after(1) } else { problem };
        let problem = match refused {
            Refusal::OutOfScope { needs } => {
                problem.with_header(header::WWW_AUTHENTICATE, insufficient(*needs))
            }
            _ => problem,
        };
        Self { errors: said.fields.iter().map(field).collect(), refusal: Some(value), ..problem }
    }

    /// Whether it is of that kind.
    pub fn is(&self, kind: &str) -> bool {
        self.r#type.strip_prefix("/problems/") == Some(kind)
    }

    /// The same, as another status.
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status.as_u16();
        self
    }

    /// The same, with a header.
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The same, to be tried again after so many seconds.
    pub fn retry_after(self, seconds: u32) -> Self {
        self.with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Something broke here: logged once, with the reference that the caller sees.
    pub fn fault(ids: &dyn Ids, fault: impl Into<anyhow::Error>) -> Self {
        let reference = faults::record(ids.next(), "an API call could not be answered", &fault.into());
        let detail = "Something broke on our side. Trying again may help.";
        Self { reference: Some(reference), ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", detail) }
    }

    /// The store did not answer, or others were faster too often.
    pub fn store(ids: &dyn Ids, error: StoreError) -> Self {
        match error {
            StoreError::Conflict => {
                let detail = "It was changed by others over and over. Try again.";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail).retry_after(1)
            }
            StoreError::Fault(fault) => Self::fault(ids, fault),
        }
    }
}

/// The status that fits a refusal. What is said in a body and cannot be is 422.
fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::Unknown
        | Refusal::NotAdmitted { .. }
        | Refusal::NoAddress
        | Refusal::NotLinked { .. }
        | Refusal::DomainNotAllowed { .. }
        | Refusal::NotYours { .. }
        | Refusal::NotApprover
        | Refusal::OwnRequest
        | Refusal::NeedsRole { .. }
        | Refusal::NotReviewer { .. }
        | Refusal::NoBreakGlass { .. }
        | Refusal::NotForTeams { .. }
        | Refusal::OutOfScope { .. } => StatusCode::FORBIDDEN,
        Refusal::NoSuch { .. }
        | Refusal::NoSuchPerson { .. }
        | Refusal::NoSuchGrant { .. }
        | Refusal::NoSuchToken { .. } => StatusCode::NOT_FOUND,
        Refusal::KeyExists { .. }
        | Refusal::Linked
        | Refusal::Reviewed
        | Refusal::SpokenFor { .. }
        | Refusal::NoOffer
        | Refusal::TokenExists { .. }
        | Refusal::AlreadyDecided { .. }
        | Refusal::Stale
        | Refusal::NotYet
        | Refusal::WrongState { .. }
        | Refusal::AlreadyExtended
        | Refusal::GrantOver { .. }
        | Refusal::ExtensionPending
        | Refusal::AlreadyIs { .. }
        | Refusal::NotGivenHere { .. }
        | Refusal::StillActive { .. }
        | Refusal::Erased => StatusCode::CONFLICT,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = std::mem::take(&mut self.headers);
        let tried = self.tried.take();
        let mut response = (status, Json(self)).into_response();
        // The gate notes it, once nothing is held any more that was looked at.
        if let Some(tried) = tried {
            response.extensions_mut().insert(*tried);
        }
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        for (name, value) in headers {
            response.headers_mut().insert(name, value);
        }
        response
    }
}
