//! `/v1/environments`: what exists, and the way in for whoever may log in.

use std::collections::BTreeMap;

use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::leases;
use crate::{
    actions::reading::Looking,
    api::{
        Api, answer,
        call::{Call, stopped_in},
        hal::{Link, Links},
        input::{Id, Params},
        listing::{self, Chosen, Noun, Page},
        problem::Problem,
    },
    domain::{self, lease::Phase},
    ports::pages::{Cell, Column, Only, Test},
};

/// What can be said about lists of environments.
pub const NOUN: Noun = Noun {
    name: "environments",
    schema: "Environment",
    fields: &["name", "state", "owner", "template", "lease", "progress", "ssh", "ends_at", "created_at"],
    sorts: &[("created_at", Column::CreatedAt), ("name", Column::Name), ("state", Column::State)],
    latest_first: true,
    unique: Column::Id,
    embeds: &[],
    states: &Phase::WORDS,
};

/// What exists because of a lease.
#[derive(Debug, Serialize, ToSchema)]
pub struct Environment {
    /// Its name, which is single for ever.
    pub name: String,
    /// Where its lease stands.
    pub state: String,
    /// Whose it is: a person's id.
    pub owner: String,
    /// The template it was made from.
    pub template: String,
    /// The lease because of which it exists.
    pub lease: String,
    /// How far making it has come.
    pub progress: Progress,
    /// The way in; to its owner and to admins, as long as it can be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssh: Option<Ssh>,
    /// When its lease ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<DateTime<Utc>>,
    /// When it was approved.
    pub created_at: DateTime<Utc>,
    /// `self`, `lease`, `owner`, `audit`; `extend`, `release`, `retry` while the reader may do that.
    #[serde(rename = "_links")]
    pub links: BTreeMap<String, Link>,
}

/// How far making it has come.
#[derive(Debug, Serialize, ToSchema)]
pub struct Progress {
    /// Steps that are done.
    pub done: u8,
    /// Steps in all.
    pub total: u8,
    /// The step under way, in words.
    pub step: String,
}

/// How to log in by SSH.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ssh {
    /// The command line.
    #[schema(example = "ssh -p 42001 dana@127.0.0.1")]
    pub command: String,
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// User to log in as.
    pub user: String,
    /// The fingerprint of the host's key.
    pub fingerprint: String,
    /// The line for `known_hosts` that pins it.
    pub known_host: String,
}

crate::list_parameters! {
    /// Which environments. Those that are gone are left out, unless they are asked for by `state`.
    EnvironmentList {
        /// Only those in this state.
        state: String,
        /// Only somebody's: their id, their handle, or `me`.
        owner: String,
        /// Only of this template.
        template: String,
    }
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get))
}

fn shown(looking: &Looking<'_>, lease: &domain::lease::Lease) -> Environment {
    let open = matches!(lease.phase, Phase::Active | Phase::Grace { .. });
    let links = Links::own(format!("/v1/environments/{}", lease.name))
        .with("lease", Link::to(format!("/v1/leases/{}", lease.id)))
        .with("owner", Link::to(format!("/v1/people/{}", lease.owner)))
        .with("audit", Link::to(format!("/v1/audit?about={}", lease.name)));
    Environment {
        name: lease.name.to_string(),
        state: lease.phase.word().to_owned(),
        owner: lease.owner.to_string(),
        template: lease.template.clone(),
        lease: lease.id.to_string(),
        progress: Progress {
            done: lease.progress.done,
            total: lease.progress.total,
            step: lease.progress.step.clone(),
        },
        ssh: lease.access.as_ref().filter(|_| open && looking.may_log_in(lease)).map(way_in),
        ends_at: lease.ends_at(),
        created_at: lease.created_at,
        links: leases::verbs(looking, lease, links).done(),
    }
}

fn way_in(access: &domain::environment::SshAccess) -> Ssh {
    Ssh {
        command: access.command(),
        host: access.host.clone(),
        port: access.port,
        user: access.user.clone(),
        fingerprint: access.fingerprint.clone(),
        known_host: access.known_host(),
    }
}

/// One's own environments, or everybody's for approvers.
#[utoipa::path(get, path = "/v1/environments", operation_id = "list_environments", tag = "environments", params(EnvironmentList),
    responses((status = 200, description = "A page of environments", body = Page<Environment>, content_type = "application/hal+json")))]
async fn list(call: Call, Params(asked): Params<EnvironmentList>) -> Result<Response, Problem> {
    let listing = asked.listing(&NOUN)?;
    NOUN.in_state(asked.state.as_ref())?;
    let looking = &mut call.look().await?;
    let words = [("state", Column::State, &asked.state), ("template", Column::Template, &asked.template)];
    let mut only = leases::only(looking, asked.owner.as_ref(), &words).await?;
    if asked.state.is_none() {
        only.push(Only { column: Column::State, test: Test::IsNot, cell: Cell::Text("gone".to_owned()) });
    }
    let (page, next) = leases::page(&call, looking, &listing, only).await?;
    let all = page.iter().map(|lease| shown(looking, lease)).collect();
    listing::page(&call, &listing, next, Links::default(), all)
}

/// One environment.
#[utoipa::path(get, path = "/v1/environments/{name}", operation_id = "get_environment", tag = "environments", params(("name" = String, Path, description = "Its name", example = "web-7k3fa"), Chosen),
    responses((status = 200, description = "The environment", body = Environment, content_type = "application/hal+json")))]
async fn get(call: Call, Id(name): Id, Params(chosen): Params<Chosen>) -> Result<Response, Problem> {
    let select = chosen.select(&NOUN)?;
    let looking = &mut call.look().await?;
    let lease = match looking.environment(&name).await {
        Ok(lease) => lease,
        Err(stop) => return Err(stopped_in(looking, stop).await),
    };
    answer::one(&call, &select, &lease.version.to_string(), &shown(looking, &lease))
}
