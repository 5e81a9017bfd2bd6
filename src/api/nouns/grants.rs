//! `/v1/grants`: temporary quotas, which add to a limit for a while.

use std::collections::BTreeMap;

use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    amounts::{Amounts, NewAmounts},
    is,
    quotas::place,
};
use crate::{
    actions::{reading::Looking, work::Stop},
    api::{
        Api, answer,
        call::{Call, Values, stopped_in},
        hal::{Link, Links},
        input::{Body, Id, Params, moment, object, plain},
        listing::{self, Chosen, Listing, Noun, Page},
        problem::Problem,
    },
    domain::quota::{Scope, grant::Grant as Given},
    ports::pages::{Cell, Column, Only, Test},
};

/// What can be said about lists of temporary quotas.
pub const NOUN: Noun = Noun {
    name: "grants",
    schema: "Grant",
    fields: &[
        "id",
        "who",
        "state",
        "amounts",
        "from",
        "until",
        "by",
        "reason",
        "wish",
        "created_at",
        "version",
    ],
    sorts: &[("created_at", Column::CreatedAt), ("until", Column::Until)],
    latest_first: true,
    unique: Column::Id,
    embeds: &[],
    states: &Given::WORDS,
};

/// More than the limit, for a while.
#[derive(Debug, Serialize, ToSchema)]
pub struct Grant {
    /// Its id.
    pub id: String,
    /// Whose limits it adds to: a quota's id.
    #[schema(example = "person:per_dana")]
    pub who: String,
    /// Whether it adds something now.
    pub state: String,
    /// How much it adds.
    pub amounts: Amounts,
    /// From this moment on.
    pub from: DateTime<Utc>,
    /// Until this moment, which is not in it any more.
    pub until: DateTime<Utc>,
    /// Who gave it: a person's id.
    pub by: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The wish that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wish: Option<String>,
    /// When it was given.
    pub created_at: DateTime<Utc>,
    /// Grows with every change.
    pub version: i64,
    /// `self`, `quota`, `by`; `wish` where there is one; `revoke` while the reader may do that.
    #[serde(rename = "_links")]
    pub links: BTreeMap<String, Link>,
}

/// A temporary quota that is being given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "who": "@dana", "amounts": {"cpu": 8}, "until": "2026-12-01T17:00:00Z", "reason": "for the load test"
}))]
pub struct NewGrant {
    /// Whose: a quota's id, `@` and a handle, or `me`.
    #[schema(min_length = 1, max_length = 63)]
    who: String,
    /// How much more.
    #[serde(deserialize_with = "object")]
    amounts: NewAmounts,
    /// From when on; left out, at once.
    from: Option<DateTime<Utc>>,
    /// Until when.
    until: DateTime<Utc>,
    /// Why; it is kept in the audit log.
    #[schema(min_length = 1, max_length = 500)]
    reason: Option<String>,
}

crate::list_parameters! {
    /// Which temporary quotas.
    GrantList {
        /// Only for this: a quota's id, a handle, or `me`.
        who: String,
        /// Only those in this state.
        state: String,
    }
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, give)).routes(routes!(get)).routes(routes!(revoke))
}

async fn shown(call: &Call, looking: &mut Looking<'_>, grant: &Given) -> Result<Grant, Problem> {
    let (at, now) = (format!("/v1/grants/{}", grant.id), looking.work.now);
    let state = grant.word(now);
    let over = ["ended", "revoked"].contains(&state);
    let mut links = Links::own(&at).with("quota", Link::to(place(&grant.scope))).with_if(
        !over && looking.may_give(&grant.scope),
        "revoke",
        Link::act("POST", format!("{at}/revoke"), "Take it back"),
    );
    if looking.is_known(&grant.by).await.map_err(|error| call.broken(error))? {
        links = links.with("by", Link::to(format!("/v1/people/{}", grant.by)));
    }
    if let Some(wish) = &grant.wish
        && matches!(&grant.scope, Scope::Person(id) if looking.sees(id))
    {
        links = links.with("wish", Link::to(format!("/v1/wishes/{wish}")));
    }
    Ok(Grant {
        id: grant.id.to_string(),
        who: grant.scope.id(),
        state: state.to_owned(),
        amounts: (&grant.amounts).into(),
        from: grant.from,
        until: grant.until,
        by: grant.by.to_string(),
        reason: grant.reason.clone(),
        wish: grant.wish.as_ref().map(ToString::to_string),
        created_at: grant.created_at,
        version: grant.version,
        links: links.done(),
    })
}

fn cell(grant: &Given, column: Column) -> Cell {
    match column {
        Column::CreatedAt => Cell::Time(grant.created_at),
        Column::Until => Cell::Time(grant.until),
        _ => Cell::Text(grant.id.to_string()),
    }
}

/// Whose grants are listed: those of one scope, or of every scope that limits the reader, or all.
async fn whose(looking: &mut Looking<'_>, who: Option<&String>) -> Result<Vec<Only>, Problem> {
    if let Some(who) = who {
        let word = plain("who", who)?;
        return match looking.scope(&word).await {
            Ok(scope) => Ok(vec![is(Column::Owner, scope.word())]),
            // A list shows only what its reader may see, and refuses nothing.
            Err(Stop::Refused(_) | Stop::Denied { .. }) => Ok(vec![is(Column::Owner, "nobody")]),
            Err(stop) => Err(stopped_in(looking, stop).await),
        };
    }
    if looking.sees_all() {
        return Ok(Vec::new());
    }
    let scopes = looking.limiting().iter().map(Scope::word).collect();
    Ok(vec![Only { column: Column::Owner, test: Test::Among, cell: Cell::Several(scopes) }])
}

/// A page of those that are in that state. Which of two states it is, the store cannot tell: it is asked until there
/// are enough.
async fn page(
    call: &Call,
    looking: &mut Looking<'_>,
    listing: &Listing,
    only: Vec<Only>,
    state: Option<&String>,
) -> Result<Vec<Given>, Problem> {
    let now = looking.work.now;
    let later = Cell::Time(now + TimeDelta::milliseconds(1));
    let mut wanted = listing.wanted(None, only);
    if let Some(state) = state {
        let over = ["ended", "revoked"].contains(&state.as_str());
        let test = if over { Test::Before } else { Test::From };
        wanted.only.push(Only { column: Column::Until, test, cell: later });
    }
    let enough = wanted.limit as usize;
    let mut found: Vec<Given> = Vec::new();
    loop {
        let some = looking.work.tx.grant_page(&wanted).await.map_err(|error| call.broken(error))?;
        let last = some.len() < enough;
        wanted.after = some.last().map(|grant| listing.place(grant, cell));
        found.extend(some.into_iter().filter(|grant| state.is_none_or(|state| state == grant.word(now))));
        if last || found.len() >= enough {
            found.truncate(enough);
            return Ok(found);
        }
    }
}

/// Temporary quotas of what limits oneself; all for approvers.
#[utoipa::path(get, path = "/v1/grants", operation_id = "list_grants", tag = "grants", params(GrantList),
    responses((status = 200, description = "A page of temporary quotas", body = Page<Grant>, content_type = "application/hal+json")))]
async fn list(call: Call, Params(asked): Params<GrantList>) -> Result<Response, Problem> {
    let listing = asked.listing(&NOUN)?;
    NOUN.in_state(asked.state.as_ref())?;
    let looking = &mut call.look().await?;
    let only = whose(looking, asked.who.as_ref()).await?;
    let mut page = page(&call, looking, &listing, only, asked.state.as_ref()).await?;
    let more = listing.shown(&mut page);
    let next = page.last().filter(|_| more).map(|last| listing.next(&call.uri, listing.place(last, cell)));
    let mut all = Vec::with_capacity(page.len());
    for grant in &page {
        all.push(shown(&call, looking, grant).await?);
    }
    listing::page(&call, &listing, next, Links::default(), all)
}

/// One temporary quota.
#[utoipa::path(get, path = "/v1/grants/{id}", operation_id = "get_grant", tag = "grants", params(("id" = String, Path, description = "Its id"), Chosen),
    responses((status = 200, description = "The temporary quota", body = Grant, content_type = "application/hal+json")))]
async fn get(call: Call, Id(id): Id, Params(chosen): Params<Chosen>) -> Result<Response, Problem> {
    let select = chosen.select(&NOUN)?;
    let looking = &mut call.look().await?;
    let grant = find(looking, &id).await?;
    answer::one(&call, &select, &grant.version.to_string(), &shown(&call, looking, &grant).await?)
}

async fn find(looking: &mut Looking<'_>, id: &str) -> Result<Given, Problem> {
    match looking.grant(id).await {
        Ok(grant) => Ok(grant),
        Err(stop) => Err(stopped_in(looking, stop).await),
    }
}

/// Give more for a while, on top of the limit.
#[utoipa::path(post, path = "/v1/grants", operation_id = "give_grant", tag = "grants", request_body = NewGrant,
    responses((status = 201, description = "It is given", body = Grant, content_type = "application/hal+json")))]
async fn give(call: Call, Body(new): Body<NewGrant>) -> Result<Response, Problem> {
    let values = Values::default()
        .with("who", &new.who)
        .maybe("from", new.from.map(moment))
        .with("until", moment(new.until))
        .maybe("reason", new.reason.as_ref());
    let values = new.amounts.values(values)?;
    let id = call.perform(&["quota", "grant"], values).await?.unwrap_or_default();
    let looking = &mut call.look_after().await?;
    let grant = find(looking, &id).await?;
    let shown = shown(&call, looking, &grant).await?;
    answer::created(&call, &format!("/v1/grants/{id}"), &grant.version.to_string(), &shown)
}

/// Take a temporary quota back before it ends. Nothing is deleted by that.
#[utoipa::path(post, path = "/v1/grants/{id}/revoke", operation_id = "revoke_grant", tag = "grants", params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "As it is now", body = Grant, content_type = "application/hal+json")))]
async fn revoke(call: Call, Id(id): Id) -> Result<Response, Problem> {
    let grant = find(&mut call.look_after().await?, &id).await?;
    call.perform(&["quota", "revoke"], Values::default().with("grant", &grant.id)).await?;
    let looking = &mut call.look_after().await?;
    let grant = find(looking, &id).await?;
    answer::changed(&call, &grant.version.to_string(), &shown(&call, looking, &grant).await?)
}
