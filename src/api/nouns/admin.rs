//! Looking after people: roles, teams, accounts, and their leaving. `/admin` by the API.

use std::collections::BTreeMap;

use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::people::{self, Person};
use crate::{
    actions::{change, reading::Looking},
    api::{
        Api, answer,
        call::{Call, Values, stopped_in},
        hal::{Link, Links},
        input::{Body, Id, IdAnd},
        listing::Select,
        problem::Problem,
    },
    domain,
};

/// Somebody's accounts on chat platforms.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accounts {
    /// Whose: a person's id.
    pub person: String,
    /// All of them.
    pub accounts: Vec<Account>,
    /// `self`, `person`; `link-account` while the reader may do that.
    #[serde(rename = "_links")]
    pub links: BTreeMap<String, Link>,
}

/// An account on a chat platform.
#[derive(Debug, Serialize, ToSchema)]
pub struct Account {
    /// The platform, the workspace and the account.
    #[schema(example = "slack/T0123ABCD/U0456EFGH")]
    pub account: String,
    /// Since when it is theirs by a code or an admin; left out when it was found by its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linked_at: Option<DateTime<Utc>>,
}

/// An account that becomes somebody's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"account": "slack/T0123ABCD/U0456EFGH"}))]
pub struct NewAccount {
    /// The platform, the workspace and the account.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S", example = "slack/T0123ABCD/U0456EFGH")]
    account: String,
}

/// Why somebody leaves.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "left the company"}))]
pub struct Removal {
    /// Why, for the record.
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    reason: String,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(give_role, take_role))
        .routes(routes!(join_team, leave_team))
        .routes(routes!(accounts, link_account))
        .routes(routes!(remove))
        .routes(routes!(restore))
        .routes(routes!(erase))
}

/// What the reader may do to look after somebody.
pub(super) fn links(looking: &Looking<'_>, person: &domain::person::Person, at: &str, links: Links) -> Links {
    let standing = &person.standing;
    let may = looking.may_administer() && !standing.erased;
    let one = |method, part: &str, title| Link {
        templated: part.contains('{').then_some(true),
        ..Link::act(method, format!("{at}/{part}"), title)
    };
    links
        .with_if(may, "give-role", one("PUT", "roles/{role}", "Give a role"))
        .with_if(may, "take-role", one("DELETE", "roles/{role}", "Take a role that was given"))
        .with_if(may, "join-team", one("PUT", "teams/{team}", "Put them into a team"))
        .with_if(may, "leave-team", one("DELETE", "teams/{team}", "Take them out of a team"))
        .with_if(may, "link-account", one("POST", "accounts", "Say which account is theirs"))
        .with_if(
            may && person.active && person.id != looking.person.id,
            "remove",
            one("POST", "remove", "Remove them: their requests, access and tokens end"),
        )
        .with_if(
            may && !person.active && standing.removed.is_some(),
            "restore",
            one("POST", "restore", "Let them come back"),
        )
        .with_if(
            may && !person.active,
            "erase",
            one("POST", "erase", "Forget what is known of them, for good"),
        )
}

/// Does something with somebody, and answers with them as they are now.
async fn done(call: &Call, id: &str, path: &[&str], values: Values) -> Result<Response, Problem> {
    let handle = people::known(&mut call.look_after().await?, id).await?.handle;
    // With its sign, so that it is no word of the command, whatever it is.
    call.perform(path, values.with("who", format!("@{handle}"))).await?;
    let looking = &mut call.look_after().await?;
    let person = people::known(looking, id).await?;
    answer::changed(call, &change::version_of(&person), &people::shown(looking, &person))
}

/// Give somebody a role. It stays when Sublet starts again.
#[utoipa::path(put, path = "/v1/people/{id}/roles/{role}", operation_id = "give_role", tag = "people", params(("id" = String, Path, description = "The id, or `me`"), ("role" = String, Path, description = "Which role", example = "approver")),
    responses((status = 200, description = "As they are now", body = Person, content_type = "application/hal+json")))]
async fn give_role(call: Call, IdAnd(id, role): IdAnd) -> Result<Response, Problem> {
    done(&call, &id, &["admin", "role"], Values::default().with("way", "give").with("role", role)).await
}

/// Take a role that was given. What the configuration gives is taken there.
#[utoipa::path(delete, path = "/v1/people/{id}/roles/{role}", operation_id = "take_role", tag = "people", params(("id" = String, Path, description = "The id, or `me`"), ("role" = String, Path, description = "Which role", example = "approver")),
    responses((status = 200, description = "As they are now", body = Person, content_type = "application/hal+json")))]
async fn take_role(call: Call, IdAnd(id, role): IdAnd) -> Result<Response, Problem> {
    done(&call, &id, &["admin", "role"], Values::default().with("way", "take").with("role", role)).await
}

/// Put somebody into a team. It stays when Sublet starts again.
#[utoipa::path(put, path = "/v1/people/{id}/teams/{team}", operation_id = "join_team", tag = "people", params(("id" = String, Path, description = "The id, or `me`"), ("team" = String, Path, description = "Which team", example = "shop")),
    responses((status = 200, description = "As they are now", body = Person, content_type = "application/hal+json")))]
async fn join_team(call: Call, IdAnd(id, team): IdAnd) -> Result<Response, Problem> {
    done(&call, &id, &["admin", "team"], Values::default().with("way", "join").with("team", team)).await
}

/// Take somebody out of a team. What the configuration says is changed there.
#[utoipa::path(delete, path = "/v1/people/{id}/teams/{team}", operation_id = "leave_team", tag = "people", params(("id" = String, Path, description = "The id, or `me`"), ("team" = String, Path, description = "Which team", example = "shop")),
    responses((status = 200, description = "As they are now", body = Person, content_type = "application/hal+json")))]
async fn leave_team(call: Call, IdAnd(id, team): IdAnd) -> Result<Response, Problem> {
    done(&call, &id, &["admin", "team"], Values::default().with("way", "leave").with("team", team)).await
}

/// Somebody's accounts on chat platforms: one's own, or anybody's for auditors and admins.
#[utoipa::path(get, path = "/v1/people/{id}/accounts", operation_id = "list_accounts", tag = "people", params(("id" = String, Path, description = "The id, or `me`", example = "me")),
    responses((status = 200, description = "All of them", body = Accounts, content_type = "application/hal+json")))]
async fn accounts(call: Call, Id(id): Id) -> Result<Response, Problem> {
    let looking = &mut call.look().await?;
    let person = people::known(looking, &id).await?;
    if let Err(stop) = looking.ensure_sees_person(&person) {
        return Err(stopped_in(looking, stop).await);
    }
    answer::one(&call, &Select::default(), "0", &accounts_of(&call, looking, &person).await?)
}

/// Say whose an account of a chat platform is.
#[utoipa::path(post, path = "/v1/people/{id}/accounts", operation_id = "link_account", tag = "people", params(("id" = String, Path, description = "The id, or `me`")), request_body = NewAccount,
    responses((status = 200, description = "All of theirs, as they are now", body = Accounts, content_type = "application/hal+json")))]
async fn link_account(call: Call, Id(id): Id, Body(new): Body<NewAccount>) -> Result<Response, Problem> {
    let handle = people::known(&mut call.look_after().await?, &id).await?.handle;
    let values = Values::default().with("who", format!("@{handle}")).with("account", &new.account);
    call.perform(&["admin", "link"], values).await?;
    let looking = &mut call.look_after().await?;
    let person = people::known(looking, &id).await?;
    answer::changed(&call, "0", &accounts_of(&call, looking, &person).await?)
}

async fn accounts_of(
    call: &Call,
    looking: &mut Looking<'_>,
    person: &domain::person::Person,
) -> Result<Accounts, Problem> {
    let known = looking.work.tx.accounts_of(&person.id).await.map_err(|error| call.broken(error))?;
    let at = format!("/v1/people/{}", person.id);
    let here = format!("{at}/accounts");
    let add = Link::act("POST", &here, "Say which account is theirs");
    let links = Links::own(&here).with("person", Link::to(&at)).with_if(
        looking.may_administer() && !person.standing.erased,
        "link-account",
        add,
    );
    let shown = known.into_iter().map(|account| Account {
        account: format!("{}/{}", account.workspace.word(), account.id),
        linked_at: account.linked_at,
    });
    Ok(Accounts { person: person.id.to_string(), accounts: shown.collect(), links: links.done() })
}

/// Remove somebody: their requests, access and tokens end.
#[utoipa::path(post, path = "/v1/people/{id}/remove", operation_id = "remove_person", tag = "people", params(("id" = String, Path, description = "The id")), request_body = Removal,
    responses((status = 200, description = "As they are now", body = Person, content_type = "application/hal+json")))]
async fn remove(call: Call, Id(id): Id, Body(removal): Body<Removal>) -> Result<Response, Problem> {
    done(&call, &id, &["admin", "remove"], Values::default().with("reason", &removal.reason)).await
}

/// Let somebody come back who was removed.
#[utoipa::path(post, path = "/v1/people/{id}/restore", operation_id = "restore_person", tag = "people", params(("id" = String, Path, description = "The id")),
    responses((status = 200, description = "As they are now", body = Person, content_type = "application/hal+json")))]
async fn restore(call: Call, Id(id): Id) -> Result<Response, Problem> {
    done(&call, &id, &["admin", "restore"], Values::default()).await
}

/// Erase the personal data of somebody who was removed.
#[utoipa::path(post, path = "/v1/people/{id}/erase", operation_id = "erase_person", tag = "people", params(("id" = String, Path, description = "The id")),
    responses((status = 200, description = "What is left", body = Person, content_type = "application/hal+json")))]
async fn erase(call: Call, Id(id): Id) -> Result<Response, Problem> {
    done(&call, &id, &["admin", "erase"], Values::default()).await
}
