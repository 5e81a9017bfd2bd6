//! `/v1/quotas`: how much somebody, a team, a template or everybody may hold, and holds.

use std::collections::BTreeMap;

use axum::{http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::amounts::{Amount, Amounts, said};
use crate::{
    actions::{
        quotas::seen::{Part, Seen, version_of},
        reading::Looking,
        work::Stop,
    },
    api::{
        Api, answer,
        call::{Call, Values, stopped_in},
        hal::{Link, Links, segment},
        input::{Id, Params, Patch, given, object},
        listing::{self, Chosen, Noun, Page},
        problem::Problem,
    },
    domain::quota::Scope,
    ports::pages::{Cell, Column},
};

/// What can be said about lists of quotas.
pub const NOUN: Noun = Noun {
    name: "quotas",
    schema: "Quota",
    fields: &["id", "scope", "of", "limits", "extra", "held", "uses", "others"],
    sorts: &[("id", Column::Id)],
    latest_first: false,
    unique: Column::Id,
    embeds: &[],
    states: &[],
};

/// What there are quotas for.
const KINDS: [&str; 4] = ["everybody", "team", "template", "person"];

/// How much a person, a team, a template or everybody may hold, and holds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "person:per_dana", "scope": "person", "of": "per_dana", "limits": {"cpu": 4, "hours": 150},
    "extra": {"cpu": 4}, "held": {"environments": 1, "cpu": 2, "memory": 4294967296_u64, "hours": 72},
    "uses": [{"name": "web-7k3fa", "by": "per_dana",
        "amounts": {"environments": 1, "cpu": 2, "memory": 4294967296_u64, "hours": 72}}],
    "others": {}, "_links": {"self": {"href": "/v1/quotas/person:per_dana"}}
}))]
pub struct Quota {
    /// Its id, which is understood as well wherever people type whose quota they mean: `everybody`, `team:shop`,
    /// `template:web`, `person:per_dana`.
    pub id: String,
    /// For what it is.
    #[schema(example = "person")]
    pub scope: String,
    /// For whom: a person's id, or the name of a team or a template; left out for everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// How much may be held at once, for good. What is left out has no limit.
    pub limits: Amounts,
    /// What temporary quotas add to the limits now.
    pub extra: Amounts,
    /// What is held.
    pub held: Amounts,
    /// What holds it, oldest first: at most 100 environments whose names the reader may see.
    pub uses: Vec<Use>,
    /// What else holds it: the rest of `held`.
    pub others: Amounts,
    /// `self`; `person`, `team` or `template`; `grants`: what was given for a while; `wishes` and `requests`: theirs;
    /// `set`, `grant`, `ask` while the reader may do that.
    #[serde(rename = "_links")]
    pub links: BTreeMap<String, Link>,
}

/// A part of what is held.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QuotaUse)]
pub struct Use {
    /// The environment's name.
    pub name: String,
    /// Who asked for it: a person's id.
    pub by: String,
    /// How much it takes, its extensions included.
    pub amounts: Amounts,
}

/// What an admin changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"limits": {"cpu": 4, "memory": null}}))]
pub struct QuotaPatch {
    /// The limits; `null` takes one away, and then the configuration's holds.
    #[serde(default, deserialize_with = "object")]
    #[schema(required = false)]
    limits: LimitsPatch,
}

/// Limits that are changed. What is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsPatch {
    /// Environments at once.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Amount>)]
    environments: Option<Option<Amount>>,
    /// Processors at once.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Amount>)]
    cpu: Option<Option<Amount>>,
    /// Memory at once, in bytes.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Amount>)]
    memory: Option<Option<Amount>>,
    /// Storage at once, in bytes.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Amount>)]
    storage: Option<Option<Amount>>,
    /// Hours of leases at once; whole ones.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Amount>)]
    hours: Option<Option<Amount>>,
}

impl LimitsPatch {
    /// What is to be set, as it is typed in chat.
    fn said(&self) -> Result<Vec<(&'static str, String)>, Problem> {
        let each = [
            ("environments", &self.environments),
            ("cpu", &self.cpu),
            ("memory", &self.memory),
            ("storage", &self.storage),
            ("hours", &self.hours),
        ];
        let mut all = Vec::new();
        for (name, limit) in each {
            match limit {
                None => {}
                Some(None) => all.push((name, "none".to_owned())),
                Some(Some(limit)) => all.push((name, said("limits", name, limit)?)),
            }
        }
        Ok(all)
    }
}

crate::list_parameters! {
    /// Which quotas.
    QuotaList {
        /// Only those for this: `everybody`, `team`, `template`, or `person`.
        scope: String,
    }
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get, set))
}

/// Where the quota of a scope is.
pub fn place(scope: &Scope) -> String {
    format!("/v1/quotas/{}", segment(&scope.id()))
}

async fn shown(call: &Call, looking: &mut Looking<'_>, seen: Seen) -> Result<Quota, Problem> {
    let links = links(call, looking, &seen).await?;
    let part = |part: &Part| Use {
        name: part.name.to_string(),
        by: part.by.to_string(),
        amounts: (&part.amounts).into(),
    };
    let of = match &seen.scope {
        Scope::Everybody => None,
        Scope::Team(name) | Scope::Template(name) => Some(name.clone()),
        Scope::Person(id) => Some(id.to_string()),
    };
    Ok(Quota {
        id: seen.scope.id(),
        scope: seen.scope.kind().to_owned(),
        of,
        limits: (&seen.limits).into(),
        extra: (&seen.extra).into(),
        held: (&seen.held).into(),
        uses: seen.parts.iter().map(part).collect(),
        others: (&seen.others).into(),
        links: links.done(),
    })
}

async fn links(call: &Call, looking: &mut Looking<'_>, seen: &Seen) -> Result<Links, Problem> {
    let broken = |error| call.broken(error);
    let (scope, at) = (&seen.scope, place(&seen.scope));
    let limited = !seen.limits.0.is_empty();
    let links = Links::own(&at)
        .with("grants", Link::to(format!("/v1/grants?who={}", segment(&scope.id()))))
        .with_if(looking.may_set(scope), "set", Link::act("PATCH", &at, "Set or take away limits"))
        .with_if(
            limited && looking.may_give(scope),
            "grant",
            Link::act("POST", "/v1/grants", "Give more for a while"),
        )
        .with_if(
            limited && looking.may_wish(scope),
            "ask",
            Link::act("POST", "/v1/wishes", "Ask for more for a while"),
        );
    Ok(match scope {
        Scope::Everybody => links,
        Scope::Template(name) => {
            let links = links.with("requests", Link::to(format!("/v1/requests?template={}", segment(name))));
            let there = looking.work.world.templates.named(name).is_some();
            links.with_if(there, "template", Link::to(format!("/v1/templates/{}", segment(name))))
        }
        Scope::Team(name) => {
            let people = looking.work.tx.people().await.map_err(broken)?;
            let there = people.iter().any(|person| person.active && person.teams.contains(name));
            links.with_if(there, "team", Link::to(format!("/v1/teams/{}", segment(name))))
        }
        Scope::Person(id) => {
            let there = looking.is_known(id).await.map_err(broken)?;
            links
                .with_if(there, "person", Link::to(format!("/v1/people/{id}")))
                .with("wishes", Link::to(format!("/v1/wishes?requester={id}")))
                .with("requests", Link::to(format!("/v1/requests?requester={id}")))
        }
    })
}

fn cell(scope: &Scope, _: Column) -> Cell {
    Cell::Text(scope.id())
}

/// What limits oneself; whatever has limits or holds something, for approvers.
#[utoipa::path(get, path = "/v1/quotas", operation_id = "list_quotas", tag = "quotas", params(QuotaList),
    responses((status = 200, description = "A page of quotas", body = Page<Quota>, content_type = "application/hal+json")))]
async fn list(call: Call, Params(asked): Params<QuotaList>) -> Result<Response, Problem> {
    let listing = asked.listing(&NOUN)?;
    if asked.scope.as_ref().is_some_and(|kind| !KINDS.contains(&kind.as_str())) {
        return Err(Problem::parameter("scope", format!("There is: {}.", KINDS.join(", "))));
    }
    let looking = &mut call.look().await?;
    let scopes = looking.scopes().await.map_err(|error| call.broken(error))?;
    let wanted = |scope: &Scope| asked.scope.as_ref().is_none_or(|kind| kind == scope.kind());
    let mut page = listing.cut(scopes.into_iter().filter(wanted).collect(), cell);
    let more = listing.shown(&mut page);
    let next = page.last().filter(|_| more).map(|last| listing.next(&call.uri, listing.place(last, cell)));
    let mut all = Vec::with_capacity(page.len());
    for scope in &page {
        let seen = looking.standing(scope).await.map_err(|error| call.broken(error))?;
        all.push(shown(&call, looking, seen).await?);
    }
    listing::page(&call, &listing, next, Links::default(), all)
}

/// One quota.
#[utoipa::path(get, path = "/v1/quotas/{id}", operation_id = "get_quota", tag = "quotas", params(("id" = String, Path, description = "Its id, or `me`", example = "me"), Chosen),
    responses((status = 200, description = "The quota", body = Quota, content_type = "application/hal+json")))]
async fn get(call: Call, Id(id): Id, Params(chosen): Params<Chosen>) -> Result<Response, Problem> {
    let select = chosen.select(&NOUN)?;
    let looking = &mut call.look().await?;
    let scope = find(looking, &id).await?;
    let seen = looking.standing(&scope).await.map_err(|error| call.broken(error))?;
    let version = version_of(&seen.limits);
    answer::one(&call, &select, &version, &shown(&call, looking, seen).await?)
}

/// The scope of that word, if the reader may see it. What they may not see is as if it were not there.
async fn find(looking: &mut Looking<'_>, word: &str) -> Result<Scope, Problem> {
    match looking.scope(word).await {
        Ok(scope) => Ok(scope),
        Err(stop @ (Stop::Refused(_) | Stop::Denied { .. })) => {
            Err(stopped_in(looking, stop).await.with_status(StatusCode::NOT_FOUND))
        }
        Err(stop) => Err(stopped_in(looking, stop).await),
    }
}

/// Set limits, or take them away. Nothing is deleted when more is held than a new limit.
#[utoipa::path(patch, path = "/v1/quotas/{id}", operation_id = "set_quota", tag = "quotas", params(("id" = String, Path, description = "Its id, or `me`", example = "me")),
    request_body(content = QuotaPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "As it is now", body = Quota, content_type = "application/hal+json")))]
async fn set(call: Call, Id(id): Id, Patch(patch): Patch<QuotaPatch>) -> Result<Response, Problem> {
    let seen = answer::seen(&call.headers)?;
    // What cannot be one of ours is refused here, so that none that reads as nothing goes on as if nobody had said any.
    if seen.as_ref().is_some_and(|seen| seen.len() != 12 || !seen.bytes().all(|b| b.is_ascii_hexdigit())) {
        return Err(answer::outdated());
    }
    let limits = patch.limits.said()?;
    let scope = find(&mut call.look_after().await?, &id).await?;
    if limits.is_empty() {
        nothing_set(&call, &scope, seen.as_deref()).await?;
    } else {
        let values = Values::default().with("who", scope.id()).maybe("version", seen);
        let values = limits.iter().fold(values, |values, (name, limit)| values.with(name, limit));
        match call.perform(&["quota", "set"], values).await {
            Err(problem) if problem.is("stale") => return Err(answer::outdated()),
            done => done?,
        };
    }
    let looking = &mut call.look_after().await?;
    let seen = looking.standing(&scope).await.map_err(|error| call.broken(error))?;
    let version = version_of(&seen.limits);
    answer::changed(&call, &version, &shown(&call, looking, seen).await?)
}

/// What changes nothing needs the same rights, and the same state.
async fn nothing_set(call: &Call, scope: &Scope, version: Option<&str>) -> Result<(), Problem> {
    let looking = &mut call.look_after().await?;
    if let Err(stop) = looking.ensure_may_set(scope).await {
        return Err(stopped_in(looking, stop).await);
    }
    let seen = looking.standing(scope).await.map_err(|error| call.broken(error))?;
    let same = version.is_none_or(|version| version == version_of(&seen.limits));
    if same { Ok(()) } else { Err(answer::outdated()) }
}
