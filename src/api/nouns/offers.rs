//! Offers of less than a request asks for: `/env offer` and `/env accept` by the API.

use std::collections::BTreeMap;

use axum::{http::StatusCode, response::Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::requests::{self, Request, Written};
use crate::{
    actions::reading::Looking,
    api::{
        Api, answer,
        call::{Call, Values},
        hal::{Link, Links},
        input::{Body, Id},
        listing::Select,
        problem::Problem,
    },
    domain::{self, template::Value},
    values,
};

/// The command that offers less, and what it calls the request and the state that was seen. The parameters of the
/// template stand beside these.
const OFFER: &[&str] = &["env", "offer"];
const SUBJECT: &str = "subject";
const SEEN: &str = "seen";

/// What is offered instead of what was asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"by": "per_ada", "parameters": {"cpu": "1"}, "for": "1d", "at": "2026-11-21T12:00:00Z"}))]
pub struct Offered {
    /// Who offers it: a person's id. They approve it with that.
    pub by: String,
    /// The parameters as they would be, complete.
    pub parameters: BTreeMap<String, String>,
    /// For how long.
    #[serde(rename = "for")]
    pub span: String,
    /// The end as a moment, when it stays the one that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// When it was offered.
    pub at: DateTime<Utc>,
}

/// An offer that is being made. Something must be less, and nothing more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"parameters": {"cpu": "1"}, "for": "1d"}))]
pub struct NewOffer {
    /// The parameters that are lowered; the rest is as it was asked for.
    #[serde(default)]
    #[schema(required = false)]
    parameters: BTreeMap<String, Written>,
    /// For how long instead, such as `8h`, `3d`.
    #[serde(rename = "for")]
    #[schema(pattern = r"^[1-9][0-9]{0,2}[mhdw]$", example = "1d")]
    span: Option<String>,
    /// The `version` of the request that was looked at; left out, whatever it is by now.
    version: Option<u64>,
}

/// The wish to take what is offered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Acceptance, example = json!({"version": 3}))]
pub struct NewAcceptance {
    /// The `version` of the request that was looked at; left out, whatever it is by now.
    version: Option<u64>,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(offer)).routes(routes!(accept))
}

/// The offer that stands.
pub(super) fn standing(request: &domain::request::Request) -> Option<Offered> {
    let offer = request.ballot.offer.as_ref().filter(|_| request.state.word() == "pending")?;
    Some(Offered {
        by: offer.review.by.to_string(),
        parameters: written(&offer.parameters),
        span: values::show_span(offer.span),
        until: offer.until,
        at: offer.review.at,
    })
}

/// What the reader may do about offers, and in an emergency.
pub(super) fn links(
    looking: &Looking<'_>,
    request: &domain::request::Request,
    at: &str,
    links: Links,
) -> Links {
    let (offers, accept) = (format!("{at}/offers"), format!("{at}/accept"));
    let glass = Link::act("POST", format!("{at}/break-glass"), "Approve it alone, in an emergency");
    links
        .with_if(looking.may_approve(request), "offer", Link::act("POST", offers, "Offer less"))
        .with_if(looking.may_accept(request), "accept", Link::act("POST", accept, "Take what is offered"))
        .with_if(looking.may_break_glass(request), "break-glass", glass)
}

/// Parameters as they are shown.
pub(super) fn written(parameters: &BTreeMap<String, Value>) -> BTreeMap<String, String> {
    parameters.iter().map(|(name, value)| (name.clone(), values::show(value))).collect()
}

/// Adds parameters of a template to the values of a command. A parameter is never an argument of the command,
/// whatever it is called.
pub(super) fn with_parameters(
    mut values: Values,
    path: &[&str],
    parameters: &BTreeMap<String, Written>,
) -> Result<Values, Problem> {
    let known = commands::find(path);
    let is_argument =
        |name: &str| known.is_some_and(|entry| entry.spec.args.iter().any(|arg| arg.name == name));
    for (name, value) in parameters {
        if is_argument(name) || !commands::values::is_parameter_name(name) {
            let detail = format!("No template has a parameter `{name}`.");
            let field = format!("parameters.{name}");
            return Err(Problem::field(StatusCode::UNPROCESSABLE_ENTITY, "invalid", &field, detail));
        }
        values = values.with(name, value);
    }
    Ok(values)
}

/// Offer less than a request asks for. The requester may take it at once, and it then counts as the caller's approval.
#[utoipa::path(post, path = "/v1/requests/{id}/offers", operation_id = "offer_less", tag = "requests", params(("id" = String, Path, description = "The request's id")), request_body = NewOffer,
    responses((status = 201, description = "It is offered: the request as it is now", body = Request, content_type = "application/hal+json")))]
async fn offer(call: Call, Id(id): Id, Body(new): Body<NewOffer>) -> Result<Response, Problem> {
    requests::find(&mut call.look_after().await?, &id).await?;
    let values = Values::default().with(SUBJECT, &id).maybe("for", new.span).maybe(SEEN, new.version);
    call.perform(OFFER, with_parameters(values, OFFER, &new.parameters)?).await?;
    let looking = &mut call.look_after().await?;
    let request = requests::find(looking, &id).await?;
    let shown = requests::shown(&call, looking, &request, &Select::default()).await?;
    answer::created(&call, &format!("/v1/requests/{id}"), &request.version.to_string(), &shown)
}

/// Take what is offered instead of what was asked for.
#[utoipa::path(post, path = "/v1/requests/{id}/accept", operation_id = "accept_offer", tag = "requests", params(("id" = String, Path, description = "The request's id")), request_body = NewAcceptance,
    responses((status = 200, description = "As it is now", body = Request, content_type = "application/hal+json")))]
async fn accept(call: Call, Id(id): Id, Body(new): Body<NewAcceptance>) -> Result<Response, Problem> {
    let name = requests::find(&mut call.look_after().await?, &id).await?.name;
    let values = Values::default().with("name", name).maybe("version", new.version);
    call.perform(&["env", "accept"], values).await?;
    requests::now(&call, &id).await
}
