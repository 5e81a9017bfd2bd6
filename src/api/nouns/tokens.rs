//! `/v1/tokens`: the caller's own tokens. Made once, shown once; nobody sees another's.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    http::{HeaderValue, header},
    response::Response,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    actions::{reading::Looking, tokens},
    api::{
        Api, answer,
        call::{Call, Values, refused_in},
        hal::{Link, Links},
        input::{Body, Id, Params},
        listing::{self, Chosen, Noun, Page},
        problem::Problem,
    },
    domain::{
        refusal::Refusal,
        token::{self, Scope},
    },
    ports::pages::{Cell, Column},
};

/// What can be said about lists of tokens.
pub const NOUN: Noun = Noun {
    name: "tokens",
    schema: "Token",
    fields: &["id", "name", "scopes", "created_at", "expires_at"],
    sorts: &[("created_at", Column::CreatedAt), ("name", Column::Name), ("expires_at", Column::Until)],
    latest_first: false,
    unique: Column::Id,
    embeds: &[],
    states: &[],
};

/// A token of the API.
#[derive(Debug, Serialize, ToSchema)]
pub struct Token {
    /// Its id, which is no secret.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<&'static str>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it is no good any more.
    pub expires_at: DateTime<Utc>,
    /// What goes behind `Authorization: Bearer`: in the answer to the call that made it, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// `self`; `revoke` while the reader may.
    #[serde(rename = "_links")]
    pub links: BTreeMap<String, Link>,
}

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "ci", "scopes": ["read"], "lasts": "7d"}))]
pub struct NewToken {
    /// What to call it.
    #[schema(min_length = 1, max_length = 63)]
    name: String,
    /// What it may be used for: `read`, `use`, `review`, `admin`; at most what the caller's own token is good for.
    scopes: Option<BTreeSet<String>>,
    /// How long it is good, such as `30d`.
    #[schema(min_length = 1)]
    lasts: Option<String>,
}

crate::list_parameters! {
    /// Which tokens.
    TokenList {}
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, make)).routes(routes!(get, revoke))
}

fn shown(looking: &Looking<'_>, token: &token::Token, secret: Option<String>) -> Token {
    let at = format!("/v1/tokens/{}", token.id);
    Token {
        id: token.id.to_string(),
        name: token.name.clone(),
        scopes: token.scopes.iter().map(|scope| Scope::word(*scope)).collect(),
        created_at: token.created_at,
        expires_at: token.expires_at,
        secret,
        links: Links::own(&at)
            .with_if(looking.reaches(Scope::Use), "revoke", Link::act("DELETE", &at, "Revoke it at once"))
            .done(),
    }
}

fn cell(token: &token::Token, column: Column) -> Cell {
    match column {
        Column::CreatedAt => Cell::Time(token.created_at),
        Column::Until => Cell::Time(token.expires_at),
        Column::Name => Cell::Text(token.name.clone()),
        _ => Cell::Text(token.id.to_string()),
    }
}

/// The reader's tokens that are still good.
async fn own(call: &Call, looking: &mut Looking<'_>) -> Result<Vec<token::Token>, Problem> {
    let owner = looking.person.id.clone();
    let mut tokens = looking.work.tx.tokens_of(&owner).await.map_err(|error| call.broken(error))?;
    tokens.retain(|token| looking.work.now < token.expires_at);
    Ok(tokens)
}

async fn find(call: &Call, looking: &mut Looking<'_>, id: &str) -> Result<token::Token, Problem> {
    let tokens = own(call, looking).await?;
    let known: Vec<String> = tokens.iter().map(|token| token.name.clone()).collect();
    match tokens.into_iter().find(|token| token.id.as_str() == id) {
        Some(token) => Ok(token),
        None => Err(refused_in(looking, &Refusal::NoSuchToken { name: id.to_owned(), known }).await),
    }
}

/// One's own tokens that are still good.
#[utoipa::path(get, path = "/v1/tokens", operation_id = "list_tokens", tag = "tokens", params(TokenList),
    responses((status = 200, description = "A page of tokens", body = Page<Token>, content_type = "application/hal+json")))]
async fn list(call: Call, Params(asked): Params<TokenList>) -> Result<Response, Problem> {
    let listing = asked.listing(&NOUN)?;
    let looking = &mut call.look().await?;
    let mut page = listing.cut(own(&call, looking).await?, cell);
    let more = listing.shown(&mut page);
    let next = page.last().filter(|_| more).map(|last| listing.next(&call.uri, listing.place(last, cell)));
    let shown: Vec<Token> = page.iter().map(|token| shown(looking, token, None)).collect();
    let add = Link::act("POST", "/v1/tokens", "Make another one");
    let links = Links::default().with_if(looking.reaches(Scope::Use), "add", add);
    listing::page(&call, &listing, next, links, shown)
}

/// One token, without what is secret in it.
#[utoipa::path(get, path = "/v1/tokens/{id}", operation_id = "get_token", tag = "tokens", params(("id" = String, Path, description = "Its id"), Chosen),
    responses((status = 200, description = "The token", body = Token, content_type = "application/hal+json")))]
async fn get(call: Call, Id(id): Id, Params(chosen): Params<Chosen>) -> Result<Response, Problem> {
    let select = chosen.select(&NOUN)?;
    let looking = &mut call.look().await?;
    let token = find(&call, looking, &id).await?;
    answer::one(&call, &select, "0", &shown(looking, &token, None))
}

/// Make a token. Its secret is in this answer alone.
#[utoipa::path(post, path = "/v1/tokens", operation_id = "make_token", tag = "tokens", request_body = NewToken,
    responses((status = 201, description = "The token, with its secret", body = Token, content_type = "application/hal+json")))]
async fn make(call: Call, Body(new): Body<NewToken>) -> Result<Response, Problem> {
    // An empty list would be left out as nothing said, and mean the usual scopes.
    let scopes = new.scopes.map(|scopes| scopes.into_iter().collect::<Vec<_>>().join(","));
    if scopes.as_ref().is_some_and(|scopes| scopes.trim().is_empty()) {
        return Err(call.refused(&Refusal::NoSuchScope { name: String::new() }).await);
    }
    let values =
        Values::default().with("name", &new.name).maybe("scopes", scopes).maybe("for", new.lasts.as_ref());
    let (told, id) = call.answered(&["token", "create"], values).await?;
    let looking = &mut call.look_after().await?;
    let token = find(&call, looking, &id.unwrap_or_default()).await?;
    let Some(secret) = tokens::secret_in(&told) else {
        let fault = anyhow::anyhow!("a token was made, and its secret is not in the answer");
        return Err(Problem::fault(call.api.world.ids.as_ref(), fault));
    };
    let shown = shown(looking, &token, Some(secret.to_owned()));
    let mut response = answer::created(&call, &format!("/v1/tokens/{}", token.id), "0", &shown)?;
    // By this nobody keeps it on the way, and neither do we under an `Idempotency-Key`.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Revoke a token. It is no good any more at once.
#[utoipa::path(delete, path = "/v1/tokens/{id}", operation_id = "revoke_token", tag = "tokens", params(("id" = String, Path, description = "Its id")),
    responses((status = 204, description = "It is no good any more")))]
async fn revoke(call: Call, Id(id): Id) -> Result<Response, Problem> {
    let token = find(&call, &mut call.look_after().await?, &id).await?;
    call.perform(&["token", "revoke"], Values::default().with("name", &token.id)).await?;
    Ok(answer::nothing())
}
