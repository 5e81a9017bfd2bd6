//! `/v1/wishes`: wishes for temporary quotas, from the ask to the decision.

use std::collections::BTreeMap;

use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    amounts::{Amounts, NewAmounts},
    is, people,
    quotas::place,
};
use crate::{
    actions::reading::Looking,
    api::{
        Api, answer,
        call::{Call, Values, stopped_in},
        hal::{Link, Links},
        input::{Body, Id, Params, moment, object},
        listing::{self, Chosen, Noun, Page},
        problem::Problem,
    },
    domain::{
        Instant,
        ids::PersonId,
        quota::{
            Scope,
            wish::{self, WishState},
        },
    },
    ports::pages::{Cell, Column},
};

/// What can be said about lists of wishes.
pub const NOUN: Noun = Noun {
    name: "wishes",
    schema: "Wish",
    fields: &[
        "id",
        "state",
        "requester",
        "amounts",
        "from",
        "until",
        "reason",
        "decided_by",
        "decided_at",
        "rejected",
        "grant",
        "created_at",
        "version",
    ],
    sorts: &[("created_at", Column::CreatedAt), ("state", Column::State)],
    latest_first: true,
    unique: Column::Id,
    embeds: &[],
    states: &WishState::WORDS,
};

/// A wish for more than the limit, for a while.
#[derive(Debug, Serialize, ToSchema)]
pub struct Wish {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub state: String,
    /// Who asks, for themselves: a person's id.
    pub requester: String,
    /// How much more.
    pub amounts: Amounts,
    /// From when on; left out, from the decision on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Why, for the approver.
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
    /// The temporary quota that it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
    /// When it was asked.
    pub created_at: DateTime<Utc>,
    /// Grows with every change.
    pub version: i64,
    /// `self`, `requester`, `quota`, `reviews`; `grant` once there is one; `approve`, `reject` while the reader may do
    /// that.
    #[serde(rename = "_links")]
    pub links: BTreeMap<String, Link>,
}

/// A wish that is being made, for the caller.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "amounts": {"cpu": 8}, "until": "2026-12-01T17:00:00Z", "reason": "the load test needs it"
}))]
pub struct NewWish {
    /// How much more.
    #[serde(deserialize_with = "object")]
    amounts: NewAmounts,
    /// From when on; left out, from the decision on.
    from: Option<DateTime<Utc>>,
    /// Until when.
    until: DateTime<Utc>,
    /// Why; the approver reads it.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

crate::list_parameters! {
    /// Which wishes.
    WishList {
        /// Only those in this state.
        state: String,
        /// Only somebody's: their id, their handle, or `me`.
        requester: String,
    }
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, ask)).routes(routes!(get))
}

async fn shown(call: &Call, looking: &mut Looking<'_>, wish: &wish::Wish) -> Result<Wish, Problem> {
    let at = format!("/v1/wishes/{}", wish.id);
    let reviews = format!("{at}/reviews");
    let (decided_by, decided_at, rejected) = decided(&wish.state);
    let (yes, no) = looking.may_review_wish(wish).await.map_err(|error| call.broken(error))?;
    let scope = wish.scope();
    let sees = looking.sees_scope(&scope);
    let mut links = Links::own(&at)
        .with("requester", Link::to(format!("/v1/people/{}", wish.asked_by)))
        .with("reviews", Link::to(&reviews))
        .with_if(sees, "quota", Link::to(place(&scope)))
        .with_if(yes, "approve", Link::act("POST", &reviews, "Approve it"))
        .with_if(no, "reject", Link::act("POST", &reviews, "Reject it"));
    let grant = match &wish.state {
        WishState::Approved { grant, .. } => Some(grant.to_string()),
        _ => None,
    };
    if let Some(grant) = grant.as_ref().filter(|_| sees) {
        links = links.with("grant", Link::to(format!("/v1/grants/{grant}")));
    }
    Ok(Wish {
        id: wish.id.to_string(),
        state: wish.state.word().to_owned(),
        requester: wish.asked_by.to_string(),
        amounts: (&wish.amounts).into(),
        from: wish.from,
        until: wish.until,
        reason: wish.reason.clone(),
        decided_by: decided_by.map(ToString::to_string),
        decided_at,
        rejected: rejected.map(str::to_owned),
        grant,
        created_at: wish.created_at,
        version: wish.version,
        links: links.done(),
    })
}

fn decided(state: &WishState) -> (Option<&PersonId>, Option<Instant>, Option<&str>) {
    match state {
        WishState::Pending(_) => (None, None, None),
        WishState::Approved { by, at, .. } => (Some(by), Some(*at), None),
        WishState::Rejected { by, at, reason, .. } => (Some(by), Some(*at), Some(reason)),
        WishState::Lapsed { at } => (None, Some(*at), None),
    }
}

fn cell(wish: &wish::Wish, column: Column) -> Cell {
    match column {
        Column::CreatedAt => Cell::Time(wish.created_at),
        Column::State => Cell::Text(wish.state.word().to_owned()),
        _ => Cell::Text(wish.id.to_string()),
    }
}

/// One's own wishes, or everybody's for approvers.
#[utoipa::path(get, path = "/v1/wishes", operation_id = "list_wishes", tag = "wishes", params(WishList),
    responses((status = 200, description = "A page of wishes", body = Page<Wish>, content_type = "application/hal+json")))]
async fn list(call: Call, Params(asked): Params<WishList>) -> Result<Response, Problem> {
    let listing = asked.listing(&NOUN)?;
    NOUN.in_state(asked.state.as_ref())?;
    let looking = &mut call.look().await?;
    let mut only: Vec<_> = asked.state.iter().map(|state| is(Column::State, state)).collect();
    if let Some(who) = &asked.requester {
        let id = people::meant(looking, "requester", who).await?;
        only.push(is(Column::Owner, id.map_or_else(|| "nobody".to_owned(), |id| id.to_string())));
    }
    let wanted = listing.wanted(looking.whose(), only);
    let mut page = looking.work.tx.wish_page(&wanted).await.map_err(|error| call.broken(error))?;
    let more = listing.shown(&mut page);
    let next = page.last().filter(|_| more).map(|last| listing.next(&call.uri, listing.place(last, cell)));
    let mut all = Vec::with_capacity(page.len());
    for wish in &page {
        all.push(shown(&call, looking, wish).await?);
    }
    let ask = Link::act("POST", "/v1/wishes", "Ask for more for a while");
    let own = Scope::Person(looking.person.id.clone());
    let may = looking.may_wish(&own) && looking.is_limited(&own).await.map_err(|error| call.broken(error))?;
    listing::page(&call, &listing, next, Links::default().with_if(may, "ask", ask), all)
}

/// One wish.
#[utoipa::path(get, path = "/v1/wishes/{id}", operation_id = "get_wish", tag = "wishes", params(("id" = String, Path, description = "Its id"), Chosen),
    responses((status = 200, description = "The wish", body = Wish, content_type = "application/hal+json")))]
async fn get(call: Call, Id(id): Id, Params(chosen): Params<Chosen>) -> Result<Response, Problem> {
    let select = chosen.select(&NOUN)?;
    let looking = &mut call.look().await?;
    let wish = find(looking, &id).await?;
    answer::one(&call, &select, &wish.version.to_string(), &shown(&call, looking, &wish).await?)
}

/// The wish of that id, if the reader may see it.
pub async fn find(looking: &mut Looking<'_>, id: &str) -> Result<wish::Wish, Problem> {
    match looking.wish(id).await {
        Ok(wish) => Ok(wish),
        Err(stop) => Err(stopped_in(looking, stop).await),
    }
}

/// Ask for more for oneself, for a while.
#[utoipa::path(post, path = "/v1/wishes", operation_id = "ask_for_quota", tag = "wishes", request_body = NewWish,
    responses((status = 201, description = "It is asked for; an approver decides", body = Wish, content_type = "application/hal+json")))]
async fn ask(call: Call, Body(new): Body<NewWish>) -> Result<Response, Problem> {
    let values = Values::default()
        .maybe("from", new.from.map(moment))
        .with("until", moment(new.until))
        .with("reason", &new.reason);
    let values = new.amounts.values(values)?;
    let id = call.perform(&["quota", "request"], values).await?.unwrap_or_default();
    let looking = &mut call.look_after().await?;
    let wish = find(looking, &id).await?;
    let shown = shown(&call, looking, &wish).await?;
    answer::created(&call, &format!("/v1/wishes/{id}"), &wish.version.to_string(), &shown)
}
