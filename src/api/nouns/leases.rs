//! `/v1/leases`: the right to an environment for a time.

use std::collections::BTreeMap;

use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    between,
    extensions::{self, Extension},
    is,
    people::{self, Person},
};
use crate::{
    actions::reading::Looking,
    api::{
        Api, answer,
        call::{Call, Values, stopped_in},
        hal::{Link, Links},
        input::{Id, Params, plain as word},
        listing::{self, Chosen, Listing, Noun, Page, Select},
        problem::Problem,
    },
    domain::{self, lease::Phase},
    ports::pages::{Cell, Column, Only},
};

/// What can be said about lists of leases.
pub const NOUN: Noun = Noun {
    name: "leases",
    schema: "Lease",
    fields: &[
        "id",
        "name",
        "state",
        "owner",
        "template",
        "template_version",
        "request",
        "ends_at",
        "latest_end",
        "kept_until",
        "extended",
        "extension",
        "attempt",
        "why",
        "created_at",
        "version",
    ],
    sorts: &[("created_at", Column::CreatedAt), ("name", Column::Name), ("state", Column::State)],
    latest_first: true,
    unique: Column::Id,
    embeds: &["owner", "extensions"],
    states: &Phase::WORDS,
};

/// The right to an environment for a time.
#[derive(Debug, Serialize, ToSchema)]
pub struct Lease {
    /// Its id.
    pub id: String,
    /// The environment's name.
    pub name: String,
    /// Where it stands.
    pub state: String,
    /// Whose it is: a person's id.
    pub owner: String,
    /// The template it was made from.
    pub template: String,
    /// Of which version of it; 0 when it was asked for before versions were kept.
    pub template_version: u32,
    /// The request it came from.
    pub request: String,
    /// When it ends; left out until it was ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<DateTime<Utc>>,
    /// The latest end that an extension can reach.
    pub latest_end: DateTime<Utc>,
    /// When the environment will be deleted, in `grace`; left out while no delivery of the final warning is confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_until: Option<DateTime<Utc>>,
    /// Whether its one extension was given.
    pub extended: bool,
    /// The extension that waits for a decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension: Option<String>,
    /// How often provisioning was tried.
    pub attempt: u32,
    /// Why it is stuck, or is being deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// When it was approved.
    pub created_at: DateTime<Utc>,
    /// Grows with every change.
    pub version: i64,
    /// `self`, `owner`, `request`, `environment`, `extensions`, `audit`; `extend`, `release`, `retry` while the reader
    /// may do that.
    #[serde(rename = "_links")]
    pub links: BTreeMap<String, Link>,
    /// What was asked for by `embed`.
    #[serde(rename = "_embedded", skip_serializing_if = "Option::is_none")]
    pub embedded: Option<WithLease>,
}

/// What can be embedded in a lease.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct WithLease {
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Person>,
    /// Its extensions, oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Vec<Extension>>,
}

crate::list_parameters! {
    /// Which leases.
    LeaseList {
        /// Only those in this state.
        state: String,
        /// Only somebody's: their id, their handle, or `me`.
        owner: String,
        /// Only of this template.
        template: String,
        /// Only the one of this name.
        name: String,
        /// Only those that were approved at this moment or later.
        created_from: DateTime<Utc>,
        /// Only those that were approved before this moment.
        created_before: DateTime<Utc>,
    }
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(release))
        .routes(routes!(retry))
}

/// A lease with nothing embedded.
pub fn plain(looking: &Looking<'_>, lease: &domain::lease::Lease) -> Lease {
    let kept_until = match &lease.phase {
        Phase::Grace { until, .. } => *until,
        _ => None,
    };
    let why = match &lease.phase {
        Phase::Stuck { why, .. } => Some(why.clone()),
        Phase::Deleting { because, .. } => Some(because.clone()),
        _ => None,
    };
    Lease {
        id: lease.id.to_string(),
        name: lease.name.to_string(),
        state: lease.phase.word().to_owned(),
        owner: lease.owner.to_string(),
        template: lease.template.clone(),
        template_version: lease.template_version,
        request: lease.request.to_string(),
        ends_at: lease.ends_at(),
        latest_end: lease.latest_end(),
        kept_until,
        extended: lease.extended,
        extension: lease.asked.as_ref().map(ToString::to_string),
        attempt: lease.attempt,
        why,
        created_at: lease.created_at,
        version: lease.version,
        links: links(looking, lease).done(),
        embedded: None,
    }
}

fn links(looking: &Looking<'_>, lease: &domain::lease::Lease) -> Links {
    let at = format!("/v1/leases/{}", lease.id);
    verbs(looking, lease, Links::own(&at))
        .with("owner", Link::to(format!("/v1/people/{}", lease.owner)))
        .with("request", Link::to(format!("/v1/requests/{}", lease.request)))
        .with("environment", Link::to(format!("/v1/environments/{}", lease.name)))
        .with("extensions", Link::to(format!("/v1/extensions?lease={}", lease.id)))
        .with("audit", Link::to(format!("/v1/audit?about={}", lease.name)))
}

/// What the reader may do with a lease now; its environment has the same.
pub fn verbs(looking: &Looking<'_>, lease: &domain::lease::Lease, links: Links) -> Links {
    let at = format!("/v1/leases/{}", lease.id);
    links
        .with_if(
            looking.may_extend(lease),
            "extend",
            Link::act("POST", "/v1/extensions", "Ask for more time"),
        )
        .with_if(
            looking.may_release(lease),
            "release",
            Link::act("POST", format!("{at}/release"), "Give it back now"),
        )
        .with_if(
            looking.may_retry(lease),
            "retry",
            Link::act("POST", format!("{at}/retry"), "Try the stuck step again"),
        )
}

async fn shown(
    call: &Call,
    looking: &mut Looking<'_>,
    lease: &domain::lease::Lease,
    select: &Select,
) -> Result<Lease, Problem> {
    let mut embedded = WithLease::default();
    if select.embeds("owner") {
        let person = looking.work.tx.person(&lease.owner).await.map_err(|error| call.broken(error))?;
        embedded.owner = person.map(|person| people::shown(looking, &person));
    }
    if select.embeds("extensions") {
        let all = looking.work.tx.extensions_of(&lease.id).await.map_err(|error| call.broken(error))?;
        embedded.extensions = Some(extensions::all(call, looking, &all).await?);
    }
    let some = embedded.owner.is_some() || embedded.extensions.is_some();
    Ok(Lease { embedded: some.then_some(embedded), ..plain(looking, lease) })
}

/// By what leases are ordered; environments are ordered in the same way.
pub fn cell(lease: &domain::lease::Lease, column: Column) -> Cell {
    match column {
        Column::CreatedAt => Cell::Time(lease.created_at),
        Column::Name => Cell::Text(lease.name.to_string()),
        Column::State => Cell::Text(lease.phase.word().to_owned()),
        _ => Cell::Text(lease.id.to_string()),
    }
}

/// A page of leases, and the link to the next one.
pub async fn page(
    call: &Call,
    looking: &mut Looking<'_>,
    listing: &Listing,
    only: Vec<Only>,
) -> Result<(Vec<domain::lease::Lease>, Option<Link>), Problem> {
    let wanted = listing.wanted(looking.whose(), only);
    let mut page = looking.work.tx.lease_page(&wanted).await.map_err(|error| call.broken(error))?;
    let more = listing.shown(&mut page);
    let next = page.last().filter(|_| more).map(|last| listing.next(&call.uri, listing.place(last, cell)));
    Ok((page, next))
}

/// Filters that are words, besides the owner.
pub async fn only(
    looking: &mut Looking<'_>,
    owner: Option<&String>,
    words: &[(&str, Column, &Option<String>)],
) -> Result<Vec<Only>, Problem> {
    let mut only = Vec::new();
    for (name, column, value) in words {
        if let Some(value) = value {
            only.push(is(*column, word(name, value)?));
        }
    }
    if let Some(who) = owner {
        let id = people::meant(looking, "owner", who).await?;
        only.push(is(Column::Owner, id.map_or_else(|| "nobody".to_owned(), |id| id.to_string())));
    }
    Ok(only)
}

/// One's own leases, or everybody's for approvers.
#[utoipa::path(get, path = "/v1/leases", operation_id = "list_leases", tag = "leases", params(LeaseList),
    responses((status = 200, description = "A page of leases", body = Page<Lease>, content_type = "application/hal+json")))]
async fn list(call: Call, Params(asked): Params<LeaseList>) -> Result<Response, Problem> {
    let listing = asked.listing(&NOUN)?;
    NOUN.in_state(asked.state.as_ref())?;
    let looking = &mut call.look().await?;
    let words = [
        ("state", Column::State, &asked.state),
        ("template", Column::Template, &asked.template),
        ("name", Column::Name, &asked.name),
    ];
    let mut only = only(looking, asked.owner.as_ref(), &words).await?;
    only.extend(between(asked.created_from, asked.created_before));
    let (page, next) = page(&call, looking, &listing, only).await?;
    let mut all = Vec::with_capacity(page.len());
    for lease in &page {
        all.push(shown(&call, looking, lease, &listing.select).await?);
    }
    listing::page(&call, &listing, next, Links::default(), all)
}

/// One lease.
#[utoipa::path(get, path = "/v1/leases/{id}", operation_id = "get_lease", tag = "leases", params(("id" = String, Path, description = "Its id"), Chosen),
    responses((status = 200, description = "The lease", body = Lease, content_type = "application/hal+json")))]
async fn get(call: Call, Id(id): Id, Params(chosen): Params<Chosen>) -> Result<Response, Problem> {
    let select = chosen.select(&NOUN)?;
    let looking = &mut call.look().await?;
    let lease = find(looking, &id).await?;
    answer::one(&call, &select, &lease.version.to_string(), &shown(&call, looking, &lease, &select).await?)
}

/// The lease of that id, if the reader may see it.
pub async fn find(looking: &mut Looking<'_>, id: &str) -> Result<domain::lease::Lease, Problem> {
    match looking.lease(id).await {
        Ok(lease) => Ok(lease),
        Err(stop) => Err(stopped_in(looking, stop).await),
    }
}

/// Give an environment back now. Everything in it is purged.
#[utoipa::path(post, path = "/v1/leases/{id}/release", operation_id = "release_lease", tag = "leases", params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "As it is now", body = Lease, content_type = "application/hal+json")))]
async fn release(call: Call, Id(id): Id) -> Result<Response, Problem> {
    done(&call, &id, &["env", "release"]).await
}

/// Try the step again that is stuck.
#[utoipa::path(post, path = "/v1/leases/{id}/retry", operation_id = "retry_lease", tag = "leases", params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "As it is now", body = Lease, content_type = "application/hal+json")))]
async fn retry(call: Call, Id(id): Id) -> Result<Response, Problem> {
    done(&call, &id, &["env", "retry"]).await
}

async fn done(call: &Call, id: &str, path: &[&str]) -> Result<Response, Problem> {
    let name = find(&mut call.look_after().await?, id).await?.name;
    call.perform(path, Values::default().with("name", name)).await?;
    let looking = &mut call.look_after().await?;
    let lease = find(looking, id).await?;
    answer::changed(call, &lease.version.to_string(), &plain(looking, &lease))
}
