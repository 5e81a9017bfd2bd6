//! `/v1/notices`: what Sublet tells people about their requests and environments, and whether it got through.

use std::collections::BTreeMap;

use axum::{http::StatusCode, response::Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::is;
use crate::{
    actions::{reading::Looking, stories},
    api::{
        Api, answer,
        call::Call,
        hal::{Link, Links},
        input::{Id, Params, plain},
        listing::{self, Chosen, Noun, Page},
        problem::Problem,
    },
    cards::{People, notice},
    domain::ids::EffectId,
    ports::pages::{Cell, Column, Sent, Wanted},
};

/// What can be said about lists of notices.
pub const NOUN: Noun = Noun {
    name: "notices",
    schema: "Notice",
    fields: &["id", "state", "news", "to", "request", "name", "text", "outcome", "created_at", "finished_at"],
    sorts: &[("created_at", Column::Seq)],
    latest_first: true,
    unique: Column::Seq,
    embeds: &[],
    states: &["due", "done"],
};

/// Something that somebody is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct Notice {
    /// Its id.
    pub id: String,
    /// Whether it is still to be told, or done.
    pub state: String,
    /// What happened, in one word.
    #[schema(example = "expires_soon")]
    pub news: String,
    /// Who is told: a person's id.
    pub to: String,
    /// The request that it is about.
    pub request: String,
    /// The environment's name.
    pub name: String,
    /// What it says, with times in the reader's zone.
    pub text: String,
    /// How it ended, in one word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// When it came up.
    pub created_at: DateTime<Utc>,
    /// When it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
    /// `self`, `request`, `to`.
    #[serde(rename = "_links")]
    pub links: BTreeMap<String, Link>,
}

crate::list_parameters! {
    /// Which notices.
    NoticeList {
        /// Only those in this state.
        state: String,
    }
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get))
}

async fn shown(
    call: &Call,
    looking: &mut Looking<'_>,
    people: &People,
    sent: Sent,
) -> Result<Option<Notice>, Problem> {
    let Sent { id, notice: told, outcome, created_at, finished_at, .. } = sent;
    let broken = |error| call.broken(error);
    let Some(request) = looking.work.tx.request(&told.request).await.map_err(broken)? else {
        return Ok(None);
    };
    let story = stories::among(&mut looking.work, request, people).await.map_err(broken)?;
    let text = notice::direct(&told, &story).summary.in_zone(looking.person.zone);
    let links = Links::own(format!("/v1/notices/{id}"))
        .with("request", Link::to(format!("/v1/requests/{}", told.request)))
        .with("to", Link::to(format!("/v1/people/{}", told.to)));
    Ok(Some(Notice {
        id: id.to_string(),
        state: if finished_at.is_some() { "done" } else { "due" }.to_owned(),
        news: told.news.word().to_owned(),
        to: told.to.to_string(),
        request: told.request.to_string(),
        name: told.name.to_string(),
        text,
        outcome,
        created_at,
        finished_at,
        links: links.done(),
    }))
}

fn cell(sent: &Sent, _: Column) -> Cell {
    Cell::Number(sent.seq)
}

/// What one was told, or what everybody was told for approvers.
#[utoipa::path(get, path = "/v1/notices", operation_id = "list_notices", tag = "notices", params(NoticeList),
    responses((status = 200, description = "A page of notices", body = Page<Notice>, content_type = "application/hal+json")))]
async fn list(call: Call, Params(asked): Params<NoticeList>) -> Result<Response, Problem> {
    let listing = asked.listing(&NOUN)?;
    NOUN.in_state(asked.state.as_ref())?;
    let looking = &mut call.look().await?;
    let only = match &asked.state {
        Some(state) => vec![is(Column::State, plain("state", state)?)],
        None => Vec::new(),
    };
    let wanted = listing.wanted(looking.whose(), only);
    let mut page = looking.work.tx.notice_page(&wanted).await.map_err(|error| call.broken(error))?;
    let more = listing.shown(&mut page);
    let next = page.last().filter(|_| more).map(|last| listing.next(&call.uri, listing.place(last, cell)));
    let people = looking.work.people().await.map_err(|error| call.broken(error))?;
    let mut all = Vec::with_capacity(page.len());
    for sent in page {
        all.extend(shown(&call, looking, &people, sent).await?);
    }
    listing::page(&call, &listing, next, Links::default(), all)
}

/// One notice.
#[utoipa::path(get, path = "/v1/notices/{id}", operation_id = "get_notice", tag = "notices", params(("id" = String, Path, description = "Its id"), Chosen),
    responses((status = 200, description = "The notice", body = Notice, content_type = "application/hal+json")))]
async fn get(call: Call, Id(id): Id, Params(chosen): Params<Chosen>) -> Result<Response, Problem> {
    let select = chosen.select(&NOUN)?;
    let looking = &mut call.look().await?;
    let missing =
        || Problem::new(StatusCode::NOT_FOUND, "no-such", "There is no such notice that you could see.");
    let id = EffectId::parse(&id).ok_or_else(missing)?;
    let only = vec![is(Column::Id, id.as_str())];
    let wanted = Wanted { whose: looking.whose(), only, order: Vec::new(), after: None, limit: 1 };
    let found = looking.work.tx.notice_page(&wanted).await.map_err(|error| call.broken(error))?.pop();
    let people = looking.work.people().await.map_err(|error| call.broken(error))?;
    let shown = match found {
        Some(sent) => shown(&call, looking, &people, sent).await?,
        None => None,
    };
    answer::one(&call, &select, "0", &shown.ok_or_else(missing)?)
}
