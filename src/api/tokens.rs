//! `/v1/tokens`: one's own tokens. Made once, shown once.

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Api, caller::Caller, problem::Problem};
use crate::{
    actions::{self, Inbound, Input, Outcome, performed, tokens},
    cards::{self, refusal},
    domain::{
        ids::TokenId,
        refusal::Refusal,
        token::{self, Scope},
    },
    ports::chat::Platform,
};

/// A token, without what is secret in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Token {
    /// Its id, which is no secret.
    id: String,
    /// What its owner calls it.
    name: String,
    /// What it may be used for.
    scopes: Vec<&'static str>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it is no good any more.
    expires_at: DateTime<Utc>,
}

/// A token that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Made {
    /// What is known of it.
    #[serde(flatten)]
    token: Token,
    /// What goes behind `Authorization: Bearer`. It is shown this once and kept nowhere.
    secret: String,
}

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// What to call it.
    name: String,
    /// What it may be used for: `read`, `use`, `review`, `admin`; at most what the caller's own token is good for.
    scopes: Option<BTreeSet<String>>,
    /// How long it is good, such as `30d`.
    lasts: Option<String>,
}

impl From<&token::Token> for Token {
    fn from(token: &token::Token) -> Self {
        Self {
            id: token.id.to_string(),
            name: token.name.clone(),
            scopes: token.scopes.iter().map(|scope| Scope::word(*scope)).collect(),
            created_at: token.created_at,
            expires_at: token.expires_at,
        }
    }
}

/// One's own tokens.
#[utoipa::path(
    get,
    path = "/v1/tokens",
    operation_id = "list_tokens",
    tag = "tokens",
    responses((status = 200, description = "One's tokens that are still good", body = Vec<Token>))
)]
pub async fn list(State(api): State<Api>, Caller(caller): Caller) -> Result<Json<Vec<Token>>, Problem> {
    Ok(Json(of(&api, &caller).await?.iter().map(Token::from).collect()))
}

/// Makes a token, which is shown this once.
#[utoipa::path(
    post,
    path = "/v1/tokens",
    operation_id = "make_token",
    tag = "tokens",
    request_body = Asked,
    responses((status = 201, description = "The token, with its secret", body = Made))
)]
pub async fn make(
    State(api): State<Api>,
    Caller(caller): Caller,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(asked) = asked.map_err(|rejection| unreadable(&rejection))?;
    // An empty list would be left out as nothing said, and mean the usual scopes.
    if asked.scopes.as_ref().is_some_and(BTreeSet::is_empty) {
        return Err(refused(&Refusal::NoSuchScope { name: String::new() }));
    }
    let mut values = vec![("name".to_owned(), asked.name)];
    let scopes = asked.scopes.map(|scopes| scopes.into_iter().collect::<Vec<_>>().join(","));
    values.extend(scopes.map(|scopes| ("scopes".to_owned(), scopes)));
    values.extend(asked.lasts.map(|lasts| ("for".to_owned(), lasts)));
    let (answer, touched) = acted(&api, caller.clone(), "create", values).await?;
    let made = of(&api, &caller).await?;
    let made = made.iter().find(|token| touched.as_deref() == Some(token.id.as_str())).map(Token::from);
    let (Some(token), Some(secret)) = (made, tokens::secret_in(&answer)) else {
        let fault = anyhow::anyhow!("a token was made and is not there");
        return Err(Problem::fault(api.world.ids.as_ref(), fault));
    };
    let place = HeaderValue::from_str(&format!("/v1/tokens/{}", token.id)).ok();
    let mut response = (StatusCode::CREATED, Json(Made { token, secret: secret.to_owned() })).into_response();
    response.headers_mut().extend(place.map(|place| (header::LOCATION, place)));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Revokes a token at once.
#[utoipa::path(
    delete,
    path = "/v1/tokens/{id}",
    operation_id = "revoke_token",
    tag = "tokens",
    params(("id" = String, Path, description = "The token's id")),
    responses((status = 204, description = "It is no good any more"))
)]
pub async fn revoke(
    State(api): State<Api>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Response> {
    let Some(id) = TokenId::parse(&id) else {
        let problem = Problem::new(StatusCode::NOT_FOUND, "no-such-token", "You have no such token.");
        return Err(problem.into_response());
    };
    let values = vec![("name".to_owned(), id.to_string())];
    acted(&api, caller, "revoke", values).await.map_err(IntoResponse::into_response)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn of(api: &Api, caller: &actions::Caller) -> Result<Vec<token::Token>, Problem> {
    let found = tokens::of(&api.world, caller).await;
    found.map_err(|error| Problem::store(api.world.ids.as_ref(), error))
}

/// The same as `/token VERB` in chat.
async fn acted(
    api: &Api,
    caller: actions::Caller,
    verb: &str,
    values: Vec<(String, String)>,
) -> Result<(actions::Answer, Option<String>), Problem> {
    let input = Input::Form { path: vec!["token".to_owned(), verb.to_owned()], values };
    let id = format!("api/{}", api.world.ids.next());
    let done = performed(&api.world, Inbound { id, caller, platform: Platform::Api, input }).await;
    match done.outcome {
        Outcome::Done { touched } => Ok((done.answer, touched)),
        Outcome::Refused(refusal) => Err(refused(&refusal)),
        Outcome::Misread(error) => {
            Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "not-understood", error.explain()))
        }
        Outcome::Repeated | Outcome::Broken => {
            let detail = "Something broke on our side. Trying again may help.";
            Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", detail))
        }
    }
}

fn refused(refusal: &Refusal) -> Problem {
    let (status, kind) = match refusal {
        Refusal::OutOfScope { needs } => return super::caller::lacks(*needs),
        Refusal::Unknown => (StatusCode::FORBIDDEN, "not-known"),
        Refusal::TokenExists { .. } => (StatusCode::CONFLICT, "token-exists"),
        Refusal::TooManyTokens { .. } => (StatusCode::CONFLICT, "too-many-tokens"),
        Refusal::NoSuchToken { .. } => (StatusCode::NOT_FOUND, "no-such-token"),
        _ => (StatusCode::UNPROCESSABLE_ENTITY, "refused"),
    };
    let said = refusal::say(refusal, &cards::People::default());
    let detail = format!("{} {}", said.what.in_zone(chrono_tz::UTC), said.hint);
    Problem::new(status, kind, detail.trim())
}

/// What could not be read, without repeating it.
fn unreadable(rejection: &JsonRejection) -> Problem {
    let status = rejection.status();
    let detail = match rejection {
        JsonRejection::JsonDataError(error) => error.body_text(),
        JsonRejection::JsonSyntaxError(_) => "The body is no JSON.".to_owned(),
        JsonRejection::MissingJsonContentType(_) => "The body must be of type application/json.".to_owned(),
        _ => "The body cannot be read.".to_owned(),
    };
    Problem::new(status, "unreadable", detail)
}
