//! `/v1/people`: who there is. Everybody sees who somebody is; more only of themselves, or as an approver.

use std::collections::{BTreeMap, BTreeSet};

use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::admin;
use crate::{
    actions::{
        change::{self, Profile, Unchanged},
        reading::Looking,
    },
    api::{
        Api, answer,
        call::Call,
        hal::{Link, Links},
        input::{Id, Params, Patch, plain},
        listing::{self, Chosen, Noun, Page},
        problem::Problem,
    },
    domain::{self, ids::PersonId, token::Scope},
    ports::pages::{Cell, Column},
};

/// What can be said about lists of people.
pub const NOUN: Noun = Noun {
    name: "people",
    schema: "Person",
    fields: &["id", "handle", "name", "active", "teams", "email", "zone", "roles"],
    sorts: &[("handle", Column::Name), ("id", Column::Id)],
    latest_first: false,
    unique: Column::Id,
    embeds: &[],
    states: &[],
};

/// Somebody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "per_dana", "handle": "dana", "name": "Dana Developer", "active": true, "teams": ["web"],
    "_links": {"self": {"href": "/v1/people/per_dana"}}
}))]
pub struct Person {
    /// The id, which stays.
    pub id: String,
    /// The short name that others mention.
    pub handle: String,
    /// The name that is shown.
    pub name: String,
    /// Whether they may still do anything.
    pub active: bool,
    /// The teams they are in.
    pub teams: BTreeSet<String>,
    /// Where letters go; to themselves, and to auditors and admins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The zone of their times; to themselves, and to auditors and admins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// What they may do; to themselves, and to auditors and admins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    /// `self`; `requests`, `leases`, `accounts`: theirs, for who may see them; `edit`, `link-code`, `delegation` for
    /// oneself; for who looks after people `give-role`, `take-role`, `join-team`, `leave-team`, `link-account`,
    /// `remove`, `restore`, `erase`, as it can be done.
    #[serde(rename = "_links")]
    pub links: BTreeMap<String, Link>,
}

/// What somebody changes about themselves. What is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"zone": "Europe/Lisbon"}))]
pub struct PersonPatch {
    /// The name that is shown.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        example = "Dana D."
    )]
    #[serde(default, deserialize_with = "there")]
    name: Option<String>,
    /// A time zone of the IANA database.
    #[schema(example = "Europe/Lisbon")]
    #[serde(default, deserialize_with = "there")]
    zone: Option<String>,
}

/// A member that may be left out, but cannot be taken away.
fn there<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    String::deserialize(from).map(Some)
}

crate::list_parameters! {
    /// Which people.
    PeopleList {
        /// Only the one of this handle.
        handle: String,
        /// Only those of this team.
        team: String,
        /// Only those who may, or may not, still do anything.
        active: bool,
    }
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get, change))
}

/// A person as the reader may see them.
pub fn shown(looking: &Looking<'_>, person: &domain::person::Person) -> Person {
    let own = person.id == looking.person.id;
    let (open, theirs_seen) = (looking.sees_person(&person.id), own || looking.sees_all());
    let role = |role| serde_json::to_value(role).ok()?.as_str().map(str::to_owned);
    let at = format!("/v1/people/{}", person.id);
    let theirs = |noun: &str, by: &str| Link::to(format!("/v1/{noun}?{by}={}", person.id));
    Person {
        id: person.id.to_string(),
        handle: person.handle.clone(),
        name: person.name.clone(),
        active: person.active,
        teams: person.teams.clone(),
        email: open.then(|| person.email.clone()),
        zone: open.then(|| person.zone.name().to_owned()),
        roles: open.then(|| person.roles.iter().filter_map(role).collect()),
        links: admin::links(looking, person, &at, Links::own(&at))
            .with_if(theirs_seen, "requests", theirs("requests", "requester"))
            .with_if(theirs_seen, "leases", theirs("leases", "owner"))
            .with_if(open, "accounts", Link::to(format!("{at}/accounts")))
            .with_if(own, "delegation", Link::to("/v1/people/me/delegation"))
            .with_if(
                own && looking.reaches(Scope::Admin),
                "link-code",
                Link::act("POST", "/v1/people/me/link-code", "Get a code that links another account"),
            )
            .with_if(
                own && person.active && looking.reaches(Scope::Use),
                "edit",
                Link::act("PATCH", &at, "Change the name or the zone"),
            )
            .done(),
    }
}

/// Whom a parameter means: by id, by handle, or `me`.
pub async fn meant(looking: &mut Looking<'_>, name: &str, text: &str) -> Result<Option<PersonId>, Problem> {
    let text = plain(name, text)?;
    if text == "me" {
        return Ok(Some(looking.person.id.clone()));
    }
    if let Some(id) = PersonId::parse(&text) {
        return Ok(Some(id));
    }
    let found = looking.work.tx.person_by_handle(text.trim_start_matches('@')).await;
    let ids = looking.work.world.ids.as_ref();
    Ok(found.map_err(|error| Problem::store(ids, error))?.map(|person| person.id))
}

/// Everybody.
#[utoipa::path(get, path = "/v1/people", operation_id = "list_people", tag = "people", params(PeopleList),
    responses((status = 200, description = "A page of people", body = Page<Person>, content_type = "application/hal+json")))]
async fn list(call: Call, Params(asked): Params<PeopleList>) -> Result<Response, Problem> {
    let listing = asked.listing(&NOUN)?;
    for (name, value) in [("handle", &asked.handle), ("team", &asked.team)] {
        value.as_ref().map(|value| plain(name, value)).transpose()?;
    }
    let looking = &mut call.look().await?;
    let mut people = looking.work.tx.people().await.map_err(|error| call.broken(error))?;
    people.retain(|person| {
        asked.handle.as_ref().is_none_or(|handle| *handle == person.handle)
            && asked.team.as_ref().is_none_or(|team| person.teams.contains(team))
            && asked.active.is_none_or(|active| active == person.active)
    });
    let mut page = listing.cut(people, cell);
    let more = listing.shown(&mut page);
    let next = page.last().filter(|_| more).map(|last| listing.next(&call.uri, listing.place(last, cell)));
    let shown: Vec<Person> = page.iter().map(|person| shown(looking, person)).collect();
    listing::page(&call, &listing, next, Links::default(), shown)
}

fn cell(person: &domain::person::Person, column: Column) -> Cell {
    Cell::Text(match column {
        Column::Name => person.handle.clone(),
        _ => person.id.to_string(),
    })
}

/// One person.
#[utoipa::path(get, path = "/v1/people/{id}", operation_id = "get_person", tag = "people", params(("id" = String, Path, description = "The id, or `me`", example = "me"), Chosen),
    responses((status = 200, description = "The person", body = Person, content_type = "application/hal+json")))]
async fn get(call: Call, Id(id): Id, Params(chosen): Params<Chosen>) -> Result<Response, Problem> {
    let select = chosen.select(&NOUN)?;
    let looking = &mut call.look().await?;
    let person = known(looking, &id).await?;
    answer::one(&call, &select, &change::version_of(&person), &shown(looking, &person))
}

/// The person of that id, or the caller for `me`.
pub(super) async fn known(looking: &mut Looking<'_>, id: &str) -> Result<domain::person::Person, Problem> {
    let id = if id == "me" { Some(looking.person.id.clone()) } else { PersonId::parse(id) };
    let found = match &id {
        Some(id) => looking.work.tx.person(id).await,
        None => Ok(None),
    };
    let ids = looking.work.world.ids.as_ref();
    found.map_err(|error| Problem::store(ids, error))?.ok_or_else(missing)
}

fn missing() -> Problem {
    Problem::new(
        axum::http::StatusCode::NOT_FOUND,
        "no-such",
        "There is no such person. `/v1/people` lists all.",
    )
}

/// Change what is known of oneself.
#[utoipa::path(patch, path = "/v1/people/{id}", operation_id = "change_person", tag = "people", params(("id" = String, Path, description = "The id, or `me`", example = "me")),
    request_body(content = PersonPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "As it is now", body = Person, content_type = "application/hal+json")))]
async fn change(call: Call, Id(id): Id, Patch(patch): Patch<PersonPatch>) -> Result<Response, Problem> {
    let seen = answer::seen(&call.headers)?;
    let id = if id == "me" { Some(call.caller.id.clone()) } else { PersonId::parse(&id) };
    let Some(id) = id else { return Err(missing()) };
    if patch.name.as_ref().is_some_and(|name| !is_a_name(name)) {
        let detail = "Write a name of at most 100 letters.";
        return Err(Problem::field(axum::http::StatusCode::UNPROCESSABLE_ENTITY, "invalid", "name", detail));
    }
    let zone = patch.zone.as_deref().map(|zone| zone.parse::<chrono_tz::Tz>()).transpose();
    let zone = zone.map_err(|_| {
        let detail = "Write a zone such as Europe/Berlin.";
        Problem::field(axum::http::StatusCode::UNPROCESSABLE_ENTITY, "invalid", "zone", detail)
    })?;
    let wanted = Profile { name: patch.name, zone };
    let person = match change::profile(&call.api.world, &call.caller, &id, seen.as_deref(), &wanted).await {
        Ok(person) => person,
        Err(unchanged) => return Err(not_changed(&call, unchanged).await),
    };
    let looking = &call.look_after().await?;
    answer::changed(&call, &change::version_of(&person), &shown(looking, &person))
}

/// What people are called has letters, and nothing that would move a line.
fn is_a_name(name: &str) -> bool {
    name.trim_start() == name && !name.is_empty() && !name.chars().any(char::is_control)
}

/// Why a change was not made, as a problem. What is somebody else's is theirs, whatever it is.
pub async fn not_changed(call: &Call, unchanged: Unchanged) -> Problem {
    match unchanged {
        Unchanged::Outdated => answer::outdated(),
        Unchanged::Stopped(stop) => call.stopped(stop).await,
    }
}
