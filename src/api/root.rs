//! `/v1`: the way in, with links to every noun.

use std::collections::BTreeMap;

use axum::{http::StatusCode, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    answer,
    call::Call,
    hal::{Link, Links},
    listing::Select,
    nouns,
    problem::Problem,
};

/// The way in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Root {
    /// `self`; `me`: who the caller is; every noun by its name; `description` and `docs`.
    #[serde(rename = "_links")]
    links: BTreeMap<String, Link>,
}

/// The way in.
#[utoipa::path(get, path = "/v1", operation_id = "get_root", tag = "root",
    responses((status = 200, description = "Where everything is", body = Root, content_type = "application/hal+json")))]
pub async fn get(call: Call) -> Result<Response, Problem> {
    let looking = call.look().await?;
    let me = Link::to(format!("/v1/people/{}", looking.person.id));
    let links = nouns::ALL
        .iter()
        .fold(Links::own("/v1").with("me", me), |links, noun| {
            links.with(noun.name, Link::to(format!("/v1/{}", noun.name)))
        })
        .with("description", Link::to("/api-docs"))
        .with("docs", Link::to("/docs"));
    answer::one(&call, &Select::default(), "0", &Root { links: links.done() })
}

/// There is nothing at this address.
pub async fn nowhere() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "no-such-address",
        "There is nothing here. `/v1` links to what there is.",
    )
}

/// There is something, but not for this method.
pub async fn not_so() -> Problem {
    let detail = "This address takes other methods; the header Allow lists them.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail)
}
