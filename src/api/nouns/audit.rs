//! `/v1/audit`: what happened, and who caused it. Only ever added to.

use std::collections::BTreeMap;

use axum::{http::StatusCode, response::Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{between, is};
use crate::{
    actions::reading::Looking,
    api::{
        Api, answer,
        call::Call,
        hal::{Link, Links},
        input::{Id, Params, plain},
        listing::{self, Chosen, Noun, Page},
        problem::Problem,
    },
    cards::{People, listing::told},
    domain::{self, audit::Actor},
    ports::pages::{Cell, Column, Only, Test, Wanted},
};

/// What can be said about lists of audit entries.
pub const NOUN: Noun = Noun {
    name: "audit",
    schema: "AuditEntry",
    fields: &["seq", "at", "about", "actor", "person", "fact", "text"],
    sorts: &[("seq", Column::Seq)],
    latest_first: true,
    unique: Column::Seq,
    embeds: &[],
    states: &[],
};

/// One entry of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Its place in the log.
    pub seq: i64,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// The environment's name, or `@` and somebody's handle.
    pub about: String,
    /// What caused it: `person`, `rule`, `clock`, `outside`.
    pub actor: String,
    /// Who caused it: a person's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// What happened, in one word.
    #[schema(example = "extension_asked")]
    pub fact: String,
    /// The same as a sentence without its subject, with times in the reader's zone.
    pub text: String,
    /// `self`; `person` who caused it.
    #[serde(rename = "_links")]
    pub links: BTreeMap<String, Link>,
}

crate::list_parameters! {
    /// Which entries.
    AuditList {
        /// Only what is about this: an environment's name, or `@` and somebody's handle.
        about: String,
        /// Only those of this moment or later.
        from: DateTime<Utc>,
        /// Only those before this moment.
        before: DateTime<Utc>,
    }
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get))
}

fn shown(looking: &Looking<'_>, people: &People, entry: &domain::audit::Entry) -> AuditEntry {
    let named = |value: Option<serde_json::Value>, tag: &str| {
        value.and_then(|value| value.get(tag)?.as_str().map(str::to_owned)).unwrap_or_default()
    };
    let person = match &entry.actor {
        Actor::Person(id) => Some(id.to_string()),
        _ => None,
    };
    let links = Links::own(format!("/v1/audit/{}", entry.seq));
    let links = match &person {
        Some(id) => links.with("person", Link::to(format!("/v1/people/{id}"))),
        None => links,
    };
    AuditEntry {
        seq: entry.seq,
        at: entry.at,
        about: entry.about.clone(),
        actor: named(serde_json::to_value(&entry.actor).ok(), "by"),
        person,
        fact: named(serde_json::to_value(&entry.fact).ok(), "fact"),
        text: told(entry, people).in_zone(looking.person.zone),
        links: links.done(),
    }
}

fn cell(entry: &domain::audit::Entry, _: Column) -> Cell {
    Cell::Number(entry.seq)
}

/// What is about oneself and one's environments, or everything for whoever may audit. The story of an environment,
/// by `about`, is for whoever may see that.
#[utoipa::path(get, path = "/v1/audit", operation_id = "list_audit", tag = "audit", params(AuditList),
    responses((status = 200, description = "A page of entries", body = Page<AuditEntry>, content_type = "application/hal+json")))]
async fn list(call: Call, Params(asked): Params<AuditList>) -> Result<Response, Problem> {
    let listing = asked.listing(&NOUN)?;
    let looking = &mut call.look().await?;
    let mut only = between(asked.from, asked.before);
    let mut story = false;
    if let Some(about) = &asked.about {
        story = looking.sees_story(about).await.map_err(|error| call.broken(error))?;
        only.push(is(Column::About, plain("about", about)?));
    }
    let whose = (!looking.audits() && !story).then(|| looking.person.id.clone());
    let wanted = listing.wanted(whose, only);
    let mut page = looking.work.tx.entries_page(&wanted).await.map_err(|error| call.broken(error))?;
    let more = listing.shown(&mut page);
    let next = page.last().filter(|_| more).map(|last| listing.next(&call.uri, listing.place(last, cell)));
    let people = looking.work.people().await.map_err(|error| call.broken(error))?;
    let all = page.iter().map(|entry| shown(looking, &people, entry)).collect();
    listing::page(&call, &listing, next, Links::default(), all)
}

/// One entry.
#[utoipa::path(get, path = "/v1/audit/{seq}", operation_id = "get_audit_entry", tag = "audit", params(("seq" = i64, Path, description = "Its place in the log", example = 1), Chosen),
    responses((status = 200, description = "The entry", body = AuditEntry, content_type = "application/hal+json")))]
async fn get(call: Call, Id(seq): Id, Params(chosen): Params<Chosen>) -> Result<Response, Problem> {
    let select = chosen.select(&NOUN)?;
    let looking = &mut call.look().await?;
    let missing =
        || Problem::new(StatusCode::NOT_FOUND, "no-such", "There is no such entry that you could see.");
    let seq: i64 = seq.parse().map_err(|_| missing())?;
    let only = vec![Only { column: Column::Seq, test: Test::Is, cell: Cell::Number(seq) }];
    let whose = (!looking.sees_all()).then(|| looking.person.id.clone());
    let wanted = Wanted { whose, only, order: Vec::new(), after: None, limit: 1 };
    let found = looking.work.tx.entries_page(&wanted).await.map_err(|error| call.broken(error))?.pop();
    let entry = found.ok_or_else(missing)?;
    let own = !looking.sees_all() || looking.audits() || entry.about == format!("@{}", looking.person.handle);
    if !own && !looking.sees_story(&entry.about).await.map_err(|error| call.broken(error))? {
        return Err(missing());
    }
    let people = looking.work.people().await.map_err(|error| call.broken(error))?;
    answer::one(&call, &select, "0", &shown(looking, &people, &entry))
}
