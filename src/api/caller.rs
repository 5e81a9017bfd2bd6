//! Who calls: looked at once for each call, before anything else, from the `Authorization` header alone.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{
    Api,
    events::Streams,
    limits::{Limits, Settings, Turn},
    problem::Problem,
};
use crate::{
    actions::{
        self, World,
        reading::{self, Tried},
        tokens,
    },
    domain::{ids::TokenId, token::Scope},
    oidc::{Issuer, Unproven},
    ports::{clock::Clock, store::Stored},
};

/// What the challenge of every refusal begins with (RFC 6750, section 3).
const REALM: &str = "Bearer realm=\"sublet\"";

/// What stands in front of every address of the API.
pub struct Gate {
    /// How much may be asked.
    pub settings: Settings,
    /// What was asked so far.
    pub limits: Limits,
    /// Whose tokens are taken besides our own.
    pub issuer: Option<Arc<Issuer>>,
    /// The streams of events that are open.
    pub streams: Streams,
    /// Cancelled when the process ends, so that streams end too.
    pub closing: CancellationToken,
}

impl Gate {
    /// A gate with these settings.
    pub fn new(
        settings: Settings,
        issuer: Option<Arc<Issuer>>,
        clock: Arc<dyn Clock>,
        closing: CancellationToken,
    ) -> Self {
        let limits = Limits::new(&settings, clock);
        Self { limits, issuer, streams: Streams::default(), closing, settings }
    }
}

/// Somebody who came with something that is good. To look, it must be good for looking; what else it must be good
/// for, the action asks.
pub struct Caller(pub actions::Caller);

/// What somebody came with.
#[derive(Debug, Clone)]
pub struct Known {
    /// Who it is.
    pub caller: actions::Caller,
    /// The token; `None` for one of an issuer.
    token: Option<TokenId>,
}

impl Known {
    /// Whether what they came with is still good.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_good(&self, world: &World) -> Stored<bool> {
        let now = world.clock.now();
        if self.caller.until.is_some_and(|until| until <= now) {
            return Ok(false);
        }
        let Some(token) = &self.token else { return Ok(true) };
        Ok(tokens::of(world, &self.caller).await?.iter().any(|known| known.id == *token))
    }

    fn key(&self) -> String {
        self.token.as_ref().map_or_else(|| self.caller.id.to_string(), ToString::to_string)
    }
}

impl FromRequestParts<Api> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| unauthorised("There is no bearer token.", None))
    }
}

impl FromRequestParts<Api> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let known = Known::from_request_parts(parts, api).await?;
        if matches!(parts.method, Method::GET | Method::HEAD) && known.caller.may(Scope::Read).is_err() {
            return Err(lacks(Scope::Read));
        }
        Ok(Self(known.caller))
    }
}

/// Stands around every address: who calls, how much, and for how long.
pub async fn gate(State(api): State<Api>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let from = api.gate.limits.address(&parts);
    let (known, turn) = match admitted(&api, &parts, from).await {
        Ok(admitted) => admitted,
        Err(denied) => return denied.into_response(),
    };
    parts.extensions.remove::<Known>();
    let who = known.as_ref().map(|known| known.caller.id.clone());
    if let Some(known) = known {
        parts.extensions.insert(known);
    }
    let answer = next.run(Request::from_parts(parts, body));
    let mut response = match timeout(api.gate.settings.patience, answer).await {
        Ok(response) => response,
        Err(_) => {
            let detail = "The call took too long to arrive or to be answered. Send it faster, or try again.";
            Problem::new(StatusCode::REQUEST_TIMEOUT, "too-slow", detail).into_response()
        }
    };
    if let (Some(who), Some(tried)) = (who, response.extensions_mut().remove::<Tried>())
        && let Err(error) = reading::note(&api.world, &who, &tried).await
    {
        response = Problem::store(api.world.ids.as_ref(), error).into_response();
    }
    if response.status() == StatusCode::UNAUTHORIZED
        && !response.headers().contains_key(header::WWW_AUTHENTICATE)
    {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(REALM));
    }
    turn.tell(response.headers_mut());
    response
}

async fn admitted(api: &Api, parts: &Parts, from: IpAddr) -> Result<(Option<Known>, Turn), Problem> {
    let limits = &api.gate.limits;
    let Some(secret) = bearer(parts)? else { return Ok((None, limits.stranger(from)?)) };
    limits.is_heard(from)?;
    match authenticate(api, secret).await {
        Ok(known) => {
            let turn = limits.known(&known.key())?;
            Ok((Some(known), turn))
        }
        Err(denied) if denied.status == StatusCode::UNAUTHORIZED.as_u16() => {
            metrics::counter!("sublet_api_refused_total").increment(1);
            limits.stranger(from)?;
            Err(denied)
        }
        Err(denied) => Err(denied),
    }
}

/// What stands behind `Bearer`. A token anywhere else, such as in the address, is not looked at.
fn bearer(parts: &Parts) -> Result<Option<&str>, Problem> {
    let mut headers = parts.headers.get_all(header::AUTHORIZATION).iter();
    let Some(first) = headers.next() else { return Ok(None) };
    if headers.next().is_some() {
        return Err(unauthorised("There are several Authorization headers.", Some("invalid_request")));
    }
    let words = first.to_str().ok().and_then(|value| value.split_once(' '));
    match words.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) {
        Some((_, secret)) => Ok(Some(secret.trim())),
        None => Err(unauthorised("The Authorization header holds no bearer token.", Some("invalid_request"))),
    }
}

async fn authenticate(api: &Api, secret: &str) -> Result<Known, Problem> {
    let ids = api.world.ids.as_ref();
    if secret.starts_with(tokens::PREFIX) {
        let found = tokens::authenticate(&api.world, secret).await;
        let found = found.map_err(|error| Problem::store(ids, error))?;
        let (caller, token) = found.ok_or_else(no_good)?;
        return Ok(Known { caller, token: Some(token) });
    }
    let Some(issuer) = &api.gate.issuer else { return Err(no_good()) };
    let proven = issuer.prove(secret, api.world.clock.now()).await.map_err(|unproven| match unproven {
        Unproven::Away => {
            let detail =
                "The issuer of this token cannot be asked for its keys just now. Try again in a moment.";
            let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "issuer-away", detail);
            problem.retry_after(10)
        }
        Unproven::Wrong(why) => {
            unauthorised(&format!("This token of the issuer is refused: {why}."), Some("invalid_token"))
        }
    })?;
    let found = actions::people::by_address(&api.world, &proven.email).await;
    let found = found.map_err(|error| Problem::store(ids, error))?;
    let Some(id) = found else {
        let detail =
            "Sublet does not know the person of this token, or they are no longer active. Ask an admin.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "not-known", detail));
    };
    let (roles, teams, scopes) = (proven.roles, proven.teams, Some(proven.scopes));
    Ok(Known { caller: actions::Caller { id, roles, teams, scopes, until: Some(proven.until) }, token: None })
}

fn no_good() -> Problem {
    unauthorised("This token is none, or it is no longer good.", Some("invalid_token"))
}

/// Nobody who could be known.
fn unauthorised(why: &str, error: Option<&str>) -> Problem {
    let detail = format!("{why} Make one in chat: `/token create`.");
    let challenge = match error {
        Some(error) => format!("{REALM}, error=\"{error}\""),
        None => REALM.to_owned(),
    };
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "not-authenticated", detail);
    problem.with_header(header::WWW_AUTHENTICATE, words(&challenge))
}

/// What they came with is not good for this.
pub fn lacks(scope: Scope) -> Problem {
    let detail = format!("This token is not good for that: it lacks the scope `{}`.", scope.word());
    let problem = Problem::new(StatusCode::FORBIDDEN, "out-of-scope", detail);
    problem.with_header(header::WWW_AUTHENTICATE, insufficient(scope))
}

/// The challenge to somebody whose token is not good for it.
pub fn insufficient(scope: Scope) -> HeaderValue {
    words(&format!("{REALM}, error=\"insufficient_scope\", scope=\"{}\"", scope.word()))
}

fn words(challenge: &str) -> HeaderValue {
    HeaderValue::from_str(challenge).unwrap_or(HeaderValue::from_static(REALM))
}
