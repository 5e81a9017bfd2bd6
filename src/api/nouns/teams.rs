//! `/v1/teams`: the teams that somebody is in, each with its people. A team is there as long as somebody is in it.

use std::collections::BTreeMap;

use axum::{http::StatusCode, response::Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    actions::reading::Looking,
    api::{
        Api, answer,
        call::Call,
        hal::{Link, Links, segment},
        input::{Id, Params},
        listing::{self, Chosen, Noun, Page},
        problem::Problem,
    },
    ports::pages::{Cell, Column},
};

/// What can be said about lists of teams.
pub const NOUN: Noun = Noun {
    name: "teams",
    schema: "Team",
    fields: &["name", "members"],
    sorts: &[("name", Column::Name)],
    latest_first: false,
    unique: Column::Name,
    embeds: &[],
    states: &[],
};

/// A team.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "name": "web", "members": ["dana"], "_links": {"self": {"href": "/v1/teams/web"}}
}))]
pub struct Team {
    /// Its name.
    pub name: String,
    /// The handles of its people who are active.
    pub members: Vec<String>,
    /// `self`; `people`: its members.
    #[serde(rename = "_links")]
    pub links: BTreeMap<String, Link>,
}

crate::list_parameters! {
    /// Which teams.
    TeamList {}
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get))
}

/// The teams that the reader may see: their own, or all for whoever sees everything.
async fn all(call: &Call, looking: &mut Looking<'_>) -> Result<Vec<Team>, Problem> {
    let people = looking.work.tx.people().await.map_err(|error| call.broken(error))?;
    let mut teams: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for person in people.iter().filter(|person| person.active) {
        for team in &person.teams {
            teams.entry(team.clone()).or_default().push(person.handle.clone());
        }
    }
    teams.retain(|team, _| looking.sees_all() || looking.person.teams.contains(team));
    Ok(teams.into_iter().map(|(name, members)| shown(name, members)).collect())
}

fn shown(name: String, members: Vec<String>) -> Team {
    let written = segment(&name);
    let links = Links::own(format!("/v1/teams/{written}"))
        .with("people", Link::to(format!("/v1/people?team={written}")));
    Team { name, members, links: links.done() }
}

fn cell(team: &Team, _: Column) -> Cell {
    Cell::Text(team.name.clone())
}

/// One's own teams, or all of them.
#[utoipa::path(get, path = "/v1/teams", operation_id = "list_teams", tag = "teams", params(TeamList),
    responses((status = 200, description = "A page of teams", body = Page<Team>, content_type = "application/hal+json")))]
async fn list(call: Call, Params(asked): Params<TeamList>) -> Result<Response, Problem> {
    let listing = asked.listing(&NOUN)?;
    let looking = &mut call.look().await?;
    let mut page = listing.cut(all(&call, looking).await?, cell);
    let more = listing.shown(&mut page);
    let next = page.last().filter(|_| more).map(|last| listing.next(&call.uri, listing.place(last, cell)));
    listing::page(&call, &listing, next, Links::default(), page)
}

/// One team.
#[utoipa::path(get, path = "/v1/teams/{name}", operation_id = "get_team", tag = "teams", params(("name" = String, Path, description = "Its name", example = "web"), Chosen),
    responses((status = 200, description = "The team", body = Team, content_type = "application/hal+json")))]
async fn get(call: Call, Id(name): Id, Params(chosen): Params<Chosen>) -> Result<Response, Problem> {
    let select = chosen.select(&NOUN)?;
    let looking = &mut call.look().await?;
    let found = all(&call, looking).await?.into_iter().find(|team| team.name == name);
    let missing =
        || Problem::new(StatusCode::NOT_FOUND, "no-such", "There is no such team that you could see.");
    answer::one(&call, &select, "0", &found.ok_or_else(missing)?)
}
