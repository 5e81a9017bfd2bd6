//! `/v1/requests`: wishes for environments, from the ask to the decision.

use std::collections::BTreeMap;

use axum::{http::StatusCode, response::Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    between,
    extensions::{self, Extension},
    is,
    leases::{self, Lease},
    offers::{self, Offered},
    people::{self, Person},
};
use crate::{
    actions::{change, reading::Looking},
    api::{
        Api, answer,
        call::{Call, Values, stopped_in},
        hal::{Link, Links},
        input::{Body, Id, Params, Patch, given, plain},
        listing::{self, Chosen, Noun, Page, Select},
        problem::Problem,
    },
    domain::{self, Instant, ids::PersonId, request::RequestState, token::Scope},
    ports::pages::{Cell, Column},
    values,
};

/// What can be said about lists of requests.
pub const NOUN: Noun = Noun {
    name: "requests",
    schema: "Request",
    fields: &[
        "id",
        "name",
        "state",
        "requester",
        "template",
        "template_version",
        "parameters",
        "for",
        "until",
        "reason",
        "team",
        "key",
        "decided_by",
        "decided_at",
        "rejected",
        "similar",
        "holding",
        "offer",
        "created_at",
        "version",
    ],
    sorts: &[("created_at", Column::CreatedAt), ("name", Column::Name), ("state", Column::State)],
    latest_first: true,
    unique: Column::Id,
    embeds: &["requester", "lease", "extensions"],
    states: &["analysing", "pending", "approved", "rejected", "withdrawn", "lapsed"],
};

/// A wish for an environment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "req_0193f5c2a1b07c31a0a5b3c4d5e6f708", "name": "web-7k3fa", "state": "pending", "requester": "per_dana",
    "template": "web", "template_version": 1, "parameters": {"cpu": "2"}, "for": "3d",
    "key": "SHA256:abc", "similar": [], "holding": 0,
    "created_at": "2026-11-21T12:00:00Z", "version": 2,
    "_links": {"self": {"href": "/v1/requests/req_0193f5c2a1b07c31a0a5b3c4d5e6f708"}}
}))]
pub struct Request {
    /// Its id.
    pub id: String,
    /// The name that the environment has, or will have.
    pub name: String,
    /// Where it stands.
    pub state: String,
    /// Who asks: a person's id.
    pub requester: String,
    /// Of which template.
    pub template: String,
    /// Of which version of it; 0 when it was asked for before versions were kept.
    pub template_version: u32,
    /// What was chosen, complete.
    pub parameters: BTreeMap<String, String>,
    /// For how long, once it is ready.
    #[serde(rename = "for")]
    pub span: String,
    /// The end that was asked for as a moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// Why, for the approver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// For which team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The fingerprint of the key that is let in.
    pub key: String,
    /// Who decided: a person's id; left out when nobody or a rule did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// When it was decided, withdrawn, or lapsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejected: Option<String>,
    /// Names of what the requester had of the same template when it was analysed.
    pub similar: Vec<String>,
    /// How many environments the requester held then.
    pub holding: u32,
    /// What an approver offers instead, while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offered>,
    /// When it was asked.
    pub created_at: DateTime<Utc>,
    /// Grows with every change.
    pub version: i64,
    /// `self`, `requester`, `template`, `reviews`, `audit`; `lease` and `environment` once there are; `approve`,
    /// `reject`, `offer`, `break-glass`, `withdraw`, `accept`, `edit` while the reader may do that.
    #[serde(rename = "_links")]
    pub links: BTreeMap<String, Link>,
    /// What was asked for by `embed`.
    #[serde(rename = "_embedded", skip_serializing_if = "Option::is_none")]
    pub embedded: Option<WithRequest>,
}

/// What can be embedded in a request.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct WithRequest {
    /// Who asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requester: Option<Person>,
    /// The lease that came from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// The extensions of that lease, oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Vec<Extension>>,
}

/// A wish that is being made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"template": "web", "parameters": {"cpu": "2"}, "for": "3d", "reason": "to show the checkout"}))]
pub struct NewRequest {
    /// Of which template.
    #[schema(min_length = 1, max_length = 63)]
    template: String,
    /// What is chosen; the rest is as the template says.
    #[serde(default)]
    #[schema(required = false)]
    parameters: BTreeMap<String, Written>,
    /// For how long, such as `8h`, `3d`, `2w`; not along with `until`.
    #[serde(rename = "for")]
    #[schema(pattern = r"^[1-9][0-9]{0,2}[mhdw]$", example = "3d")]
    span: Option<String>,
    /// Until which moment; not along with `for`.
    until: Option<DateTime<Utc>>,
    /// The name of the stored key that is to be let in; left out, the only one.
    #[schema(min_length = 1, max_length = 63)]
    key: Option<String>,
    /// For which of the caller's teams; left out, the only one.
    #[schema(min_length = 1, max_length = 63)]
    team: Option<String>,
    /// Why, for the approver.
    #[schema(min_length = 1, max_length = 500)]
    reason: Option<String>,
}

/// A value as people write it: words, a number, or yes and no.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = ParameterValue)]
pub(super) enum Written {
    /// As it is typed in chat, such as `500m` or `4Gi`.
    Text(String),
    /// A whole number.
    Number(i64),
    /// On or off.
    Switch(bool),
}

impl std::fmt::Display for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
            Self::Switch(on) => f.write_str(if *on { "yes" } else { "no" }),
        }
    }
}

/// What the requester changes, as long as nobody has reviewed it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "the demo was moved to Friday"}))]
pub struct RequestPatch {
    /// Why; `null` for no reason.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, pattern = r"\S", min_length = 1, max_length = 500)]
    reason: Option<Option<String>>,
}

crate::list_parameters! {
    /// Which requests.
    RequestList {
        /// Only those in this state.
        state: String,
        /// Only somebody's: their id, their handle, or `me`.
        requester: String,
        /// Only of this template.
        template: String,
        /// Only the one of this name.
        name: String,
        /// Only those that were asked at this moment or later.
        created_from: DateTime<Utc>,
        /// Only those that were asked before this moment.
        created_before: DateTime<Utc>,
    }
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, ask)).routes(routes!(get, change)).routes(routes!(withdraw))
}

/// A request as the reader may see it.
pub async fn shown(
    call: &Call,
    looking: &mut Looking<'_>,
    request: &domain::request::Request,
    select: &Select,
) -> Result<Request, Problem> {
    let broken = |error| call.broken(error);
    let lease = looking.lease_of(&request.id).await.map_err(broken)?;
    let mut embedded = WithRequest::default();
    if select.embeds("requester") {
        let person = looking.work.tx.person(&request.requester).await.map_err(broken)?;
        embedded.requester = person.map(|person| people::shown(looking, &person));
    }
    if let Some(lease) = &lease {
        if select.embeds("extensions") {
            let all = looking.work.tx.extensions_of(&lease.id).await.map_err(broken)?;
            embedded.extensions = Some(extensions::all(call, looking, &all).await?);
        }
        embedded.lease = select.embeds("lease").then(|| leases::plain(looking, lease));
    }
    let some = embedded.requester.is_some() || embedded.lease.is_some() || embedded.extensions.is_some();
    let links = links(looking, request, lease.as_ref());
    Ok(Request { embedded: some.then_some(embedded), ..plain_request(request, links) })
}

fn plain_request(request: &domain::request::Request, links: Links) -> Request {
    let (decided_by, decided_at, rejected) = decided(&request.state);
    Request {
        id: request.id.to_string(),
        name: request.name.to_string(),
        state: request.state.word().to_owned(),
        requester: request.requester.to_string(),
        template: request.template.clone(),
        template_version: request.template_version,
        parameters: offers::written(&request.parameters),
        span: values::show_span(request.span),
        until: request.until,
        reason: request.reason.clone(),
        team: request.team.clone(),
        key: request.key.fingerprint.clone(),
        decided_by: decided_by.map(ToString::to_string),
        decided_at,
        rejected: rejected.map(str::to_owned),
        similar: request.findings.similar.iter().map(ToString::to_string).collect(),
        holding: request.findings.holding,
        offer: offers::standing(request),
        created_at: request.created_at,
        version: request.version,
        links: links.done(),
        embedded: None,
    }
}

fn decided(state: &RequestState) -> (Option<&PersonId>, Option<Instant>, Option<&str>) {
    match state {
        RequestState::Approved { by, at, .. } => (by.as_ref(), Some(*at), None),
        RequestState::Rejected { by, at, reason, .. } => (Some(by), Some(*at), Some(reason)),
        RequestState::Withdrawn { at } | RequestState::Lapsed { at } => (None, Some(*at), None),
        _ => (None, None, None),
    }
}

fn links(
    looking: &Looking<'_>,
    request: &domain::request::Request,
    lease: Option<&domain::lease::Lease>,
) -> Links {
    let at = format!("/v1/requests/{}", request.id);
    let reviews = format!("{at}/reviews");
    let own = request.requester == looking.person.id;
    let mut links = Links::own(&at)
        .with("requester", Link::to(format!("/v1/people/{}", request.requester)))
        .with("reviews", Link::to(&reviews))
        .with("audit", Link::to(format!("/v1/audit?about={}", request.name)))
        .with_if(looking.may_approve(request), "approve", Link::act("POST", &reviews, "Approve it"))
        .with_if(looking.may_reject(request), "reject", Link::act("POST", &reviews, "Reject it"))
        .with_if(
            looking.may_withdraw(request),
            "withdraw",
            Link::act("POST", format!("{at}/withdrawal"), "Take it back"),
        )
        .with_if(
            own && looking.reaches(Scope::Use) && change::may_change_reason(request),
            "edit",
            Link::act("PATCH", &at, "Give another reason"),
        );
    links = offers::links(looking, request, &at, links);
    if looking.work.world.templates.named(&request.template).is_some() {
        links = links.with("template", Link::to(format!("/v1/templates/{}", request.template)));
    }
    if let Some(lease) = lease {
        links = links
            .with("lease", Link::to(format!("/v1/leases/{}", lease.id)))
            .with("environment", Link::to(format!("/v1/environments/{}", lease.name)));
    }
    links
}

fn cell(request: &domain::request::Request, column: Column) -> Cell {
    match column {
        Column::CreatedAt => Cell::Time(request.created_at),
        Column::Name => Cell::Text(request.name.to_string()),
        Column::State => Cell::Text(request.state.word().to_owned()),
        _ => Cell::Text(request.id.to_string()),
    }
}

/// One's own requests, or everybody's for approvers.
#[utoipa::path(get, path = "/v1/requests", operation_id = "list_requests", tag = "requests", params(RequestList),
    responses((status = 200, description = "A page of requests", body = Page<Request>, content_type = "application/hal+json")))]
async fn list(call: Call, Params(asked): Params<RequestList>) -> Result<Response, Problem> {
    let listing = asked.listing(&NOUN)?;
    NOUN.in_state(asked.state.as_ref())?;
    let looking = &mut call.look().await?;
    let mut only = between(asked.created_from, asked.created_before);
    for (name, column, value) in [
        ("state", Column::State, &asked.state),
        ("template", Column::Template, &asked.template),
        ("name", Column::Name, &asked.name),
    ] {
        if let Some(value) = value {
            only.push(is(column, plain(name, value)?));
        }
    }
    if let Some(who) = &asked.requester {
        let id = people::meant(looking, "requester", who).await?;
        only.push(is(Column::Owner, id.map_or_else(|| "nobody".to_owned(), |id| id.to_string())));
    }
    let wanted = listing.wanted(looking.whose(), only);
    let mut page = looking.work.tx.request_page(&wanted).await.map_err(|error| call.broken(error))?;
    let more = listing.shown(&mut page);
    let next = page.last().filter(|_| more).map(|last| listing.next(&call.uri, listing.place(last, cell)));
    let mut all = Vec::with_capacity(page.len());
    for request in &page {
        all.push(shown(&call, looking, request, &listing.select).await?);
    }
    let ask = Link::act("POST", "/v1/requests", "Ask for an environment");
    let links = Links::default().with_if(looking.reaches(Scope::Use), "ask", ask);
    listing::page(&call, &listing, next, links, all)
}

/// One request.
#[utoipa::path(get, path = "/v1/requests/{id}", operation_id = "get_request", tag = "requests", params(("id" = String, Path, description = "Its id"), Chosen),
    responses((status = 200, description = "The request", body = Request, content_type = "application/hal+json")))]
async fn get(call: Call, Id(id): Id, Params(chosen): Params<Chosen>) -> Result<Response, Problem> {
    let select = chosen.select(&NOUN)?;
    let looking = &mut call.look().await?;
    let request = find(looking, &id).await?;
    let shown = shown(&call, looking, &request, &select).await?;
    answer::one(&call, &select, &request.version.to_string(), &shown)
}

/// The request of that id, if the reader may see it.
pub async fn find(looking: &mut Looking<'_>, id: &str) -> Result<domain::request::Request, Problem> {
    match looking.request(id).await {
        Ok(request) => Ok(request),
        Err(stop) => Err(stopped_in(looking, stop).await),
    }
}

/// Ask for an environment.
#[utoipa::path(post, path = "/v1/requests", operation_id = "ask_for_environment", tag = "requests", request_body = NewRequest,
    responses((status = 201, description = "It is asked for; an approver or a rule decides", body = Request, content_type = "application/hal+json")))]
async fn ask(call: Call, Body(new): Body<NewRequest>) -> Result<Response, Problem> {
    let values = Values::default()
        .with("template", &new.template)
        .maybe("for", new.span.as_ref())
        .maybe("until", new.until.map(|until| until.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)))
        .maybe("key", new.key.as_ref())
        .maybe("team", new.team.as_ref())
        .maybe("reason", new.reason.as_ref());
    let values = offers::with_parameters(values, &["env", "request"], &new.parameters)?;
    let id = call.perform(&["env", "request"], values).await?.unwrap_or_default();
    let looking = &mut call.look_after().await?;
    let request = find(looking, &id).await?;
    let shown = shown(&call, looking, &request, &Select::default()).await?;
    answer::created(&call, &format!("/v1/requests/{id}"), &request.version.to_string(), &shown)
}

/// Give another reason, as long as nobody has reviewed it.
#[utoipa::path(patch, path = "/v1/requests/{id}", operation_id = "change_request", tag = "requests", params(("id" = String, Path, description = "Its id")),
    request_body(content = RequestPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "As it is now", body = Request, content_type = "application/hal+json")))]
async fn change(call: Call, Id(id): Id, Patch(patch): Patch<RequestPatch>) -> Result<Response, Problem> {
    let seen = answer::seen(&call.headers)?;
    let before = find(&mut call.look_after().await?, &id).await?;
    let reason = patch.reason.unwrap_or_else(|| before.reason.clone());
    if reason.as_deref().is_some_and(|reason| reason.trim().is_empty()) {
        let detail = "Write a reason, or null for none.";
        return Err(Problem::field(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "reason", detail));
    }
    let done = change::reason(&call.api.world, &call.caller, &before.id, seen.as_deref(), reason).await;
    let request = match done {
        Ok(request) => request,
        Err(unchanged) => return Err(people::not_changed(&call, unchanged).await),
    };
    let looking = &mut call.look_after().await?;
    let shown = shown(&call, looking, &request, &Select::default()).await?;
    answer::changed(&call, &request.version.to_string(), &shown)
}

/// Take a request back, before it is decided.
#[utoipa::path(post, path = "/v1/requests/{id}/withdrawal", operation_id = "withdraw_request", tag = "requests", params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "As it is now", body = Request, content_type = "application/hal+json")))]
async fn withdraw(call: Call, Id(id): Id) -> Result<Response, Problem> {
    let name = find(&mut call.look_after().await?, &id).await?.name;
    call.perform(&["env", "withdraw"], Values::default().with("name", name)).await?;
    now(&call, &id).await
}

/// A request after something was done with it.
pub(super) async fn now(call: &Call, id: &str) -> Result<Response, Problem> {
    let looking = &mut call.look_after().await?;
    let request = find(looking, id).await?;
    let shown = shown(call, looking, &request, &Select::default()).await?;
    answer::changed(call, &request.version.to_string(), &shown)
}
