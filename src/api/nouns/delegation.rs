//! `/v1/people/me/delegation`: who reviews in the caller's stead while they are away. `/env delegate` by the API.

use std::collections::BTreeMap;

use axum::response::Response;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::people;
use crate::{
    actions::reading::Looking,
    api::{
        Api, answer,
        call::{Call, Values},
        hal::{Link, Links},
        input::Body,
        listing::Select,
        problem::Problem,
    },
    domain::ids::PersonId,
};

/// Where it is.
const AT: &str = "/v1/people/me/delegation";

/// Who reviews in the caller's stead.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "to": "per_bob", "until": "2026-12-01T00:00:00Z", "since": "2026-11-21T12:00:00Z",
    "_links": {"self": {"href": "/v1/people/me/delegation"}}
}))]
pub struct Delegation {
    /// Who: a person's id; left out when nobody does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// `self`; `to` while somebody does; `begin` and `end` while the caller may do that.
    #[serde(rename = "_links")]
    pub links: BTreeMap<String, Link>,
}

/// Somebody who is to review in the caller's stead.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"to": "bob", "until": "2026-12-01T00:00:00Z"}))]
pub struct NewDelegation {
    /// Who: a person's id or handle.
    #[schema(min_length = 1, max_length = 128, pattern = r"^[A-Za-z0-9._-]+$")]
    to: String,
    /// Until when.
    until: DateTime<Utc>,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(get, begin, end))
}

async fn shown(call: &Call, looking: &mut Looking<'_>) -> Result<Delegation, Problem> {
    let from = looking.person.id.clone();
    let found = looking.work.tx.delegation_of(&from).await.map_err(|error| call.broken(error))?;
    let found = found.filter(|delegation| delegation.until > looking.work.now);
    let may = looking.may_delegate();
    let links = Links::own(AT)
        .with_if(may, "begin", Link::act("PUT", AT, "Let somebody review in your stead"))
        .with_if(found.is_some() && may, "end", Link::act("DELETE", AT, "Review yourself again"));
    let links = match &found {
        Some(delegation) => links.with("to", Link::to(format!("/v1/people/{}", delegation.to))),
        None => links,
    };
    Ok(Delegation {
        to: found.as_ref().map(|delegation| delegation.to.to_string()),
        until: found.as_ref().map(|delegation| delegation.until),
        since: found.as_ref().map(|delegation| delegation.created_at),
        links: links.done(),
    })
}

/// Who reviews in the caller's stead.
#[utoipa::path(get, path = "/v1/people/me/delegation", operation_id = "get_delegation", tag = "people",
    responses((status = 200, description = "Who does, if anybody", body = Delegation, content_type = "application/hal+json")))]
async fn get(call: Call) -> Result<Response, Problem> {
    let looking = &mut call.look().await?;
    answer::one(&call, &Select::default(), "0", &shown(&call, looking).await?)
}

/// Let somebody review in the caller's stead until an end, instead of whoever did before.
#[utoipa::path(put, path = "/v1/people/me/delegation", operation_id = "delegate", tag = "people", request_body = NewDelegation,
    responses((status = 200, description = "As it is now", body = Delegation, content_type = "application/hal+json")))]
async fn begin(call: Call, Body(new): Body<NewDelegation>) -> Result<Response, Problem> {
    let who = match PersonId::parse(&new.to) {
        Some(_) => people::known(&mut call.look_after().await?, &new.to).await?.handle,
        None => new.to.trim_start_matches('@').to_owned(),
    };
    // With its sign, so that it is no word of the command, whatever it is.
    let values = Values::default()
        .with("who", format!("@{who}"))
        .with("until", new.until.to_rfc3339_opts(SecondsFormat::Millis, true));
    call.perform(&["env", "delegate"], values).await?;
    let looking = &mut call.look_after().await?;
    answer::changed(&call, "0", &shown(&call, looking).await?)
}

/// Review oneself again. Where nobody did it in one's stead, nothing changes.
#[utoipa::path(delete, path = "/v1/people/me/delegation", operation_id = "end_delegation", tag = "people",
    responses((status = 204, description = "Nobody does")))]
async fn end(call: Call) -> Result<Response, Problem> {
    call.perform(&["env", "delegate"], Values::default().with("who", "off")).await?;
    Ok(answer::nothing())
}
