//! `/v1/extensions`: wishes for more time.

use std::collections::BTreeMap;

use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    between, is, leases,
    people::{self, Person},
};
use crate::{
    actions::reading::Looking,
    api::{
        Api, answer,
        call::{Call, Values, stopped_in},
        hal::{Link, Links},
        input::{Body, Id, Params, plain as word},
        listing::{self, Chosen, Noun, Page, Select},
        problem::Problem,
    },
    domain::{self, extension::ExtensionState, token::Scope},
    ports::pages::{Cell, Column},
    values,
};

/// What can be said about lists of extensions.
pub const NOUN: Noun = Noun {
    name: "extensions",
    schema: "Extension",
    fields: &[
        "id",
        "state",
        "name",
        "lease",
        "request",
        "asked_by",
        "for",
        "reason",
        "decided_by",
        "decided_at",
        "rejected",
        "created_at",
        "version",
    ],
    sorts: &[("created_at", Column::CreatedAt), ("state", Column::State)],
    latest_first: true,
    unique: Column::Id,
    embeds: &["asked_by"],
    states: &["pending", "approved", "rejected", "lapsed"],
};

/// A wish for more time.
#[derive(Debug, Serialize, ToSchema)]
pub struct Extension {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub state: String,
    /// The environment's name.
    pub name: String,
    /// The lease it is for.
    pub lease: String,
    /// The request that the lease came from.
    pub request: String,
    /// Who asks: a person's id.
    pub asked_by: String,
    /// How much more.
    #[serde(rename = "for")]
    pub span: String,
    /// Why.
    pub reason: String,
    /// Who decided: a person's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// When it was decided, or lapsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejected: Option<String>,
    /// When it was asked.
    pub created_at: DateTime<Utc>,
    /// Grows with every change.
    pub version: i64,
    /// `self`, `lease`, `request`, `asked_by`, `reviews`; `approve`, `reject`, `break-glass` while the reader
    /// may do that.
    #[serde(rename = "_links")]
    pub links: BTreeMap<String, Link>,
    /// What was asked for by `embed`.
    #[serde(rename = "_embedded", skip_serializing_if = "Option::is_none")]
    pub embedded: Option<WithExtension>,
}

/// What can be embedded in an extension.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct WithExtension {
    /// Who asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<Person>,
}

/// A wish that is being made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"lease": "lea_0193f5c2a1b07c31a0a5b3c4d5e6f708", "for": "2d", "reason": "the demo was moved"}))]
pub struct NewExtension {
    /// The lease that is to last longer.
    #[schema(min_length = 1)]
    lease: String,
    /// How much more, such as `8h` or `2d`.
    #[serde(rename = "for")]
    #[schema(pattern = r"^[1-9][0-9]{0,2}[mhdw]$", example = "2d")]
    span: String,
    /// Why; the approver reads it.
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    reason: String,
}

crate::list_parameters! {
    /// Which extensions.
    ExtensionList {
        /// Only those in this state.
        state: String,
        /// Only those for this lease, by its id.
        lease: String,
        /// Only those that were asked at this moment or later.
        created_from: DateTime<Utc>,
        /// Only those that were asked before this moment.
        created_before: DateTime<Utc>,
    }
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, ask)).routes(routes!(get))
}

/// Extensions with nothing embedded.
pub async fn all(
    call: &Call,
    looking: &mut Looking<'_>,
    extensions: &[domain::extension::Extension],
) -> Result<Vec<Extension>, Problem> {
    let mut all = Vec::with_capacity(extensions.len());
    for extension in extensions {
        all.push(plain(call, looking, extension).await?);
    }
    Ok(all)
}

/// An extension with nothing embedded.
async fn plain(
    call: &Call,
    looking: &mut Looking<'_>,
    extension: &domain::extension::Extension,
) -> Result<Extension, Problem> {
    let may = looking.may_with_extension(extension).await.map_err(|error| call.broken(error))?;
    let (decided_by, decided_at, rejected) = match &extension.state {
        ExtensionState::Approved { by, at, .. } => (Some(by.to_string()), Some(*at), None),
        ExtensionState::Rejected { by, at, reason, .. } => {
            (Some(by.to_string()), Some(*at), Some(reason.clone()))
        }
        ExtensionState::Lapsed { at } => (None, Some(*at), None),
        ExtensionState::Pending(_) => (None, None, None),
    };
    let at = format!("/v1/extensions/{}", extension.id);
    let reviews = format!("{at}/reviews");
    let glass = Link::act("POST", format!("{at}/break-glass"), "Approve it alone, in an emergency");
    let links = Links::own(&at)
        .with("lease", Link::to(format!("/v1/leases/{}", extension.lease)))
        .with("request", Link::to(format!("/v1/requests/{}", extension.request)))
        .with("asked_by", Link::to(format!("/v1/people/{}", extension.asked_by)))
        .with("reviews", Link::to(&reviews))
        .with_if(may.approve, "approve", Link::act("POST", &reviews, "Approve it"))
        .with_if(may.reject, "reject", Link::act("POST", &reviews, "Reject it"))
        .with_if(may.break_glass, "break-glass", glass);
    Ok(Extension {
        id: extension.id.to_string(),
        state: extension.state.word().to_owned(),
        name: extension.name.to_string(),
        lease: extension.lease.to_string(),
        request: extension.request.to_string(),
        asked_by: extension.asked_by.to_string(),
        span: values::show_span(extension.by),
        reason: extension.reason.clone(),
        decided_by,
        decided_at,
        rejected,
        created_at: extension.created_at,
        version: extension.version,
        links: links.done(),
        embedded: None,
    })
}

async fn shown(
    call: &Call,
    looking: &mut Looking<'_>,
    extension: &domain::extension::Extension,
    select: &Select,
) -> Result<Extension, Problem> {
    let mut shown = plain(call, looking, extension).await?;
    if select.embeds("asked_by") {
        let person = looking.work.tx.person(&extension.asked_by).await.map_err(|error| call.broken(error))?;
        let asked_by = person.map(|person| people::shown(looking, &person));
        shown.embedded = Some(WithExtension { asked_by });
    }
    Ok(shown)
}

fn cell(extension: &domain::extension::Extension, column: Column) -> Cell {
    match column {
        Column::CreatedAt => Cell::Time(extension.created_at),
        Column::State => Cell::Text(extension.state.word().to_owned()),
        _ => Cell::Text(extension.id.to_string()),
    }
}

/// Extensions of one's own leases, or everybody's for approvers.
#[utoipa::path(get, path = "/v1/extensions", operation_id = "list_extensions", tag = "extensions", params(ExtensionList),
    responses((status = 200, description = "A page of extensions", body = Page<Extension>, content_type = "application/hal+json")))]
async fn list(call: Call, Params(asked): Params<ExtensionList>) -> Result<Response, Problem> {
    let listing = asked.listing(&NOUN)?;
    NOUN.in_state(asked.state.as_ref())?;
    let looking = &mut call.look().await?;
    let mut only = between(asked.created_from, asked.created_before);
    for (name, column, value) in
        [("state", Column::State, &asked.state), ("lease", Column::Lease, &asked.lease)]
    {
        if let Some(value) = value {
            only.push(is(column, word(name, value)?));
        }
    }
    let wanted = listing.wanted(looking.whose(), only);
    let mut page = looking.work.tx.extension_page(&wanted).await.map_err(|error| call.broken(error))?;
    let more = listing.shown(&mut page);
    let next = page.last().filter(|_| more).map(|last| listing.next(&call.uri, listing.place(last, cell)));
    let mut all = Vec::with_capacity(page.len());
    for extension in &page {
        all.push(shown(&call, looking, extension, &listing.select).await?);
    }
    let ask = Link::act("POST", "/v1/extensions", "Ask for more time");
    let links = Links::default().with_if(looking.reaches(Scope::Use), "ask", ask);
    listing::page(&call, &listing, next, links, all)
}

/// One extension.
#[utoipa::path(get, path = "/v1/extensions/{id}", operation_id = "get_extension", tag = "extensions", params(("id" = String, Path, description = "Its id"), Chosen),
    responses((status = 200, description = "The extension", body = Extension, content_type = "application/hal+json")))]
async fn get(call: Call, Id(id): Id, Params(chosen): Params<Chosen>) -> Result<Response, Problem> {
    let select = chosen.select(&NOUN)?;
    let looking = &mut call.look().await?;
    let extension = find(looking, &id).await?;
    let shown = shown(&call, looking, &extension, &select).await?;
    answer::one(&call, &select, &extension.version.to_string(), &shown)
}

/// The extension of that id, if the reader may see it.
pub async fn find(looking: &mut Looking<'_>, id: &str) -> Result<domain::extension::Extension, Problem> {
    match looking.extension(id).await {
        Ok(extension) => Ok(extension),
        Err(stop) => Err(stopped_in(looking, stop).await),
    }
}

/// Ask for more time.
#[utoipa::path(post, path = "/v1/extensions", operation_id = "ask_for_more_time", tag = "extensions", request_body = NewExtension,
    responses((status = 201, description = "It is asked for; an approver decides", body = Extension, content_type = "application/hal+json")))]
async fn ask(call: Call, Body(new): Body<NewExtension>) -> Result<Response, Problem> {
    let name = leases::find(&mut call.look_after().await?, &new.lease).await?.name;
    let values = Values::default().with("name", name).with("for", &new.span).with("reason", &new.reason);
    let id = call.perform(&["env", "extend"], values).await?.unwrap_or_default();
    let looking = &mut call.look_after().await?;
    let extension = find(looking, &id).await?;
    let version = extension.version.to_string();
    let shown = plain(&call, looking, &extension).await?;
    answer::created(&call, &format!("/v1/extensions/{id}"), &version, &shown)
}

/// An extension after something was done with it.
pub(super) async fn now(call: &Call, id: &str) -> Result<Response, Problem> {
    let looking = &mut call.look_after().await?;
    let extension = find(looking, id).await?;
    let shown = plain(call, looking, &extension).await?;
    answer::changed(call, &extension.version.to_string(), &shown)
}
