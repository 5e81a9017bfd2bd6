//! `/v1/keys`: the caller's own SSH public keys. Nobody sees another's.

use std::collections::BTreeMap;

use axum::{http::StatusCode, response::Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    actions::reading::Looking,
    api::{
        Api, answer,
        call::{Call, Values, refused_in},
        hal::{Link, Links},
        input::{Body, Id, Params},
        listing::{self, Chosen, Noun, Page},
        problem::Problem,
    },
    domain::{key::StoredKey, refusal::Refusal, token::Scope},
    ports::pages::{Cell, Column},
};

/// What can be said about lists of keys.
pub const NOUN: Noun = Noun {
    name: "keys",
    schema: "Key",
    fields: &["id", "name", "fingerprint", "public_key", "created_at"],
    sorts: &[("created_at", Column::CreatedAt), ("name", Column::Name)],
    latest_first: false,
    unique: Column::Id,
    embeds: &[],
    states: &[],
};

/// A stored public key.
#[derive(Debug, Serialize, ToSchema)]
pub struct Key {
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// As OpenSSH prints it.
    pub fingerprint: String,
    /// The line of the `.pub` file.
    pub public_key: String,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// `self`; `remove` while the reader may.
    #[serde(rename = "_links")]
    pub links: BTreeMap<String, Link>,
}

/// A key to be stored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1CWJdmwD2xR3zP9mKyGq8n5bIeqVzUlpz1M3oZqT3B laptop"
}))]
pub struct NewKey {
    /// One line of the `.pub` file.
    #[schema(min_length = 1)]
    public_key: String,
    /// What to call it; left out, its comment.
    #[schema(min_length = 1, max_length = 63)]
    name: Option<String>,
}

crate::list_parameters! {
    /// Which keys.
    KeyList {}
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(get, remove))
}

fn shown(looking: &Looking<'_>, key: &StoredKey) -> Key {
    let at = format!("/v1/keys/{}", key.id);
    Key {
        id: key.id.to_string(),
        name: key.name.clone(),
        fingerprint: key.key.fingerprint.clone(),
        public_key: key.key.line.clone(),
        created_at: key.created_at,
        links: Links::own(&at)
            .with_if(looking.reaches(Scope::Use), "remove", Link::act("DELETE", &at, "Remove it"))
            .done(),
    }
}

fn cell(key: &StoredKey, column: Column) -> Cell {
    match column {
        Column::CreatedAt => Cell::Time(key.created_at),
        Column::Name => Cell::Text(key.name.clone()),
        _ => Cell::Text(key.id.to_string()),
    }
}

async fn find(call: &Call, looking: &mut Looking<'_>, id: &str) -> Result<StoredKey, Problem> {
    let owner = looking.person.id.clone();
    let keys = looking.work.tx.keys_of(&owner).await.map_err(|error| call.broken(error))?;
    let known: Vec<String> = keys.iter().map(|key| key.name.clone()).collect();
    match keys.into_iter().find(|key| key.id.as_str() == id) {
        Some(key) => Ok(key),
        None => {
            let refusal = Refusal::NoSuchKey { name: id.to_owned(), known };
            Err(refused_in(looking, &refusal).await.with_status(StatusCode::NOT_FOUND))
        }
    }
}

/// One's own keys.
#[utoipa::path(get, path = "/v1/keys", operation_id = "list_keys", tag = "keys", params(KeyList),
    responses((status = 200, description = "A page of keys", body = Page<Key>, content_type = "application/hal+json")))]
async fn list(call: Call, Params(asked): Params<KeyList>) -> Result<Response, Problem> {
    let listing = asked.listing(&NOUN)?;
    let looking = &mut call.look().await?;
    let owner = looking.person.id.clone();
    let keys = looking.work.tx.keys_of(&owner).await.map_err(|error| call.broken(error))?;
    let mut page = listing.cut(keys, cell);
    let more = listing.shown(&mut page);
    let next = page.last().filter(|_| more).map(|last| listing.next(&call.uri, listing.place(last, cell)));
    let shown: Vec<Key> = page.iter().map(|key| shown(looking, key)).collect();
    let add = Link::act("POST", "/v1/keys", "Store another one");
    let links = Links::default().with_if(looking.reaches(Scope::Use), "add", add);
    listing::page(&call, &listing, next, links, shown)
}

/// One key.
#[utoipa::path(get, path = "/v1/keys/{id}", operation_id = "get_key", tag = "keys", params(("id" = String, Path, description = "Its id"), Chosen),
    responses((status = 200, description = "The key", body = Key, content_type = "application/hal+json")))]
async fn get(call: Call, Id(id): Id, Params(chosen): Params<Chosen>) -> Result<Response, Problem> {
    let select = chosen.select(&NOUN)?;
    let looking = &mut call.look().await?;
    let key = find(&call, looking, &id).await?;
    answer::one(&call, &select, "0", &shown(looking, &key))
}

/// Store a key.
#[utoipa::path(post, path = "/v1/keys", operation_id = "add_key", tag = "keys", request_body = NewKey,
    responses((status = 201, description = "It is stored", body = Key, content_type = "application/hal+json")))]
async fn add(call: Call, Body(new): Body<NewKey>) -> Result<Response, Problem> {
    let values = Values::default().with("public_key", &new.public_key).maybe("name", new.name.as_ref());
    let id = call.perform(&["key", "add"], values).await?.unwrap_or_default();
    let looking = &mut call.look_after().await?;
    let key = find(&call, looking, &id).await?;
    answer::created(&call, &format!("/v1/keys/{id}"), "0", &shown(looking, &key))
}

/// Remove a key. Environments that it opens keep letting it in until they end.
#[utoipa::path(delete, path = "/v1/keys/{id}", operation_id = "remove_key", tag = "keys", params(("id" = String, Path, description = "Its id")),
    responses((status = 204, description = "It is removed")))]
async fn remove(call: Call, Id(id): Id) -> Result<Response, Problem> {
    let name = find(&call, &mut call.look_after().await?, &id).await?.name;
    call.perform(&["key", "remove"], Values::default().with("name", name)).await?;
    Ok(answer::nothing())
}
