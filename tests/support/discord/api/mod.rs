//! The API: who calls, with what, how fast, what goes wrong on demand, and which route it is.

mod commands;
mod fault;
mod messages;
mod people;
pub mod routes;
mod webhooks;

use std::{collections::BTreeMap, sync::Weak};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{MatchedPath, Path, RawQuery, State as Shared},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::any,
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use sublet::domain::Instant;

pub use self::fault::Fault;
pub(super) use self::{
    messages::{content, shown},
    people::{account, channel, describe, direct},
    webhooks::{FLAGS, of},
};
use super::{
    Discord, Inner, TOKEN, answers,
    limits::{Early, Told},
    state::{Call, State},
    trouble::Trouble,
};

/// What a route answers: a status and JSON; `null` is no body.
pub(super) type Outcome = Result<(u16, Value), Fault>;

/// A call, read.
pub(super) struct Request {
    pub route: &'static str,
    pub names: BTreeMap<String, String>,
    pub query: String,
    pub body: Value,
    pub now: Instant,
}

impl Request {
    /// A part of the path.
    pub fn name(&self, name: &str) -> &str {
        self.names.get(name).map(String::as_str).unwrap_or_default()
    }

    /// The place that Discord counts by itself.
    fn place(&self) -> &str {
        let places = ["channel", "guild", "token"];
        places.into_iter().map(|place| self.name(place)).find(|name| !name.is_empty()).unwrap_or_default()
    }
}

/// Everything that is served over HTTP.
pub(super) fn router(discord: Weak<Inner>) -> Router {
    let mut paths: Vec<&str> =
        routes::ALL.iter().filter_map(|route| route.split_once(' ')).map(|one| one.1).collect();
    paths.sort_unstable();
    paths.dedup();
    let all = paths.into_iter().fold(Router::new(), |router, path| router.route(path, any(call)));
    Router::new().nest("/api/v10", all).fallback(nothing).with_state(discord)
}

/// Gives the stand-in, as long as a test holds it.
pub(super) fn discord(weak: &Weak<Inner>) -> Result<Discord, StatusCode> {
    weak.upgrade().map(Discord).ok_or(StatusCode::SERVICE_UNAVAILABLE)
}

async fn nothing(
    Shared(weak): Shared<Weak<Inner>>,
    method: Method,
    uri: Uri,
) -> Result<Response, StatusCode> {
    let discord = discord(&weak)?;
    discord.with(|state| state.violations.push(format!("there is no route {method} {}", uri.path())));
    Ok(fault::answer(404, &json!({ "message": "404: Not Found", "code": 0 })))
}

#[expect(clippy::too_many_arguments, reason = "the parts of a request")]
async fn call(
    Shared(weak): Shared<Weak<Inner>>,
    method: Method,
    matched: MatchedPath,
    uri: Uri,
    Path(names): Path<BTreeMap<String, String>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, StatusCode> {
    let discord = discord(&weak)?;
    let path = matched.as_str().trim_start_matches("/api/v10");
    let Some(route) = routes::ALL.into_iter().find(|route| *route == format!("{method} {path}")) else {
        discord.with(|state| state.violations.push(format!("there is no route {method} {path}")));
        return Ok(fault::answer(405, &json!({ "message": "405: Method Not Allowed", "code": 0 })));
    };
    let json = serde_json::from_slice(&body);
    let ill = json.is_err() && !body.is_empty();
    let called = uri.path().trim_start_matches("/api/v10").to_owned();
    let request = Request {
        route,
        names,
        query: query.unwrap_or_default(),
        body: json.unwrap_or_default(),
        now: discord.now(),
    };
    let gate = discord.with(|state| gate(state, &request, &headers, ill));
    let say = |outcome: &str| discord.with(|state| state.note(&request, &called, outcome));
    let (told, trouble) = match gate {
        Gate::Shut(fault) => {
            say(&fault.name());
            return Ok(fault.response());
        }
        Gate::Early(early) => {
            say("429");
            return Ok(limited(&early));
        }
        Gate::Open(told, trouble) => (told, trouble),
    };
    let act = || {
        let outcome = discord.with(|state| perform(state, &discord, &request));
        let code = outcome.as_ref().err().map(Fault::name);
        say(code.as_deref().unwrap_or("ok"));
        with_headers(
            outcome.map_or_else(|fault| fault.response(), |(code, json)| fault::answer(code, &json)),
            told.as_ref(),
        )
    };
    let Some(trouble) = trouble else { return Ok(act()) };
    if !matches!(trouble, Trouble::DroppedAfter | Trouble::Slow(_)) {
        say(&format!("{trouble:?}"));
    }
    Ok(match trouble {
        Trouble::Limited(_) | Trouble::LimitedEverywhere(_) => unreachable!("the gate is shut"),
        Trouble::Status(status) => {
            let status = StatusCode::from_u16(status).expect("a status");
            (status, [(header::CONTENT_TYPE, "text/html")], "<html>upstream</html>").into_response()
        }
        Trouble::Error(status, code) => with_headers(Fault::any(status, code).response(), told.as_ref()),
        Trouble::DroppedBefore => dropped(),
        Trouble::DroppedAfter => {
            act();
            dropped()
        }
        Trouble::Slow(millis) => {
            let response = act();
            tokio::time::sleep(std::time::Duration::from_millis(millis)).await;
            response
        }
    })
}

/// Whether a call is looked at.
enum Gate {
    Open(Option<Told>, Option<Trouble>),
    Early(Early),
    Shut(Fault),
}

fn gate(state: &mut State, request: &Request, headers: &HeaderMap, ill: bool) -> Gate {
    let (route, place, now) = (request.route, request.place(), request.now);
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let known = bearer == Some(&format!("Bot {TOKEN}")) && !state.revoked;
    if !known && !routes::is_open(route) {
        return Gate::Shut(Fault::new(0));
    }
    if headers.get(header::USER_AGENT).is_none_or(|agent| !agent.as_bytes().starts_with(b"DiscordBot (")) {
        state.violations.push(format!("{route} was called without the user agent that Discord asks for"));
    }
    match state.limits.take(route, place, now) {
        Err(early) => {
            if early.known {
                let wait = early.after.num_milliseconds();
                state.violations.push(format!("{route} was called {wait} ms before it was allowed again"));
            }
            Gate::Early(early)
        }
        Ok(_) if ill => Gate::Shut(Fault::new(50_109)),
        Ok(told) => match state.troubles.meet(route) {
            Some(Trouble::Limited(wait)) => {
                Gate::Early(state.limits.close(route, place, TimeDelta::milliseconds(wait.into()), now))
            }
            Some(Trouble::LimitedEverywhere(wait)) => {
                Gate::Early(state.limits.close_everything(TimeDelta::milliseconds(wait.into()), now))
            }
            trouble => Gate::Open(told, trouble),
        },
    }
}

fn perform(state: &mut State, discord: &Discord, request: &Request) -> Outcome {
    match request.route {
        routes::POST_MESSAGE => messages::post(state, request),
        routes::GET_MESSAGE => messages::get(state, request),
        routes::EDIT_MESSAGE => messages::edit(state, request),
        routes::START_THREAD => messages::start_thread(state, request),
        routes::OPEN_DIRECT => people::open_direct(state, request),
        routes::WHO_AM_I => Ok((200, people::account(state.user(super::BOT)))),
        routes::MEMBER => people::member(state, request),
        routes::APPLICATION_ME | routes::OAUTH_ME => Ok((200, people::application(discord))),
        routes::GET_COMMANDS | routes::GET_GUILD_COMMANDS => commands::get(state, request),
        routes::PUT_COMMANDS | routes::PUT_GUILD_COMMANDS => commands::put(state, request),
        routes::ANSWER => answers::called(state, request),
        routes::GET_ANSWER => webhooks::original(state, request),
        routes::EDIT_ANSWER => webhooks::edit(state, request),
        routes::FOLLOW_UP => webhooks::follow_up(state, request),
        routes::GATEWAY => Ok((200, json!({ "url": discord.gateway() }))),
        routes::GATEWAY_BOT => Ok((200, people::gateway(state, discord))),
        other => panic!("the route {other} is not served"),
    }
}

impl State {
    fn note(&mut self, request: &Request, path: &str, outcome: &str) {
        let token = request.name("token");
        let path = if token.is_empty() { path.to_owned() } else { path.replace(token, "…") };
        let (route, body, at) = (request.route.to_owned(), request.body.clone(), request.now);
        self.calls.push(Call { route, path, body, at, outcome: outcome.to_owned() });
    }
}

fn seconds(span: TimeDelta) -> String {
    format!("{:.3}", span.as_seconds_f64())
}

fn with_headers(mut response: Response, told: Option<&Told>) -> Response {
    let Some(told) = told else { return response };
    let reset = told.full.timestamp_millis();
    let all = [
        ("x-ratelimit-limit", told.limit.to_string()),
        ("x-ratelimit-remaining", told.left.to_string()),
        ("x-ratelimit-reset", format!("{}.{:03}", reset / 1000, reset % 1000)),
        ("x-ratelimit-reset-after", seconds(told.after)),
        ("x-ratelimit-bucket", told.bucket.clone()),
    ];
    for (name, value) in all {
        response.headers_mut().insert(name, HeaderValue::from_str(&value).expect("a header"));
    }
    response
}

fn limited(early: &Early) -> Response {
    let wait = early.after.as_seconds_f64();
    let body =
        json!({ "message": "You are being rate limited.", "retry_after": wait, "global": early.everywhere });
    let mut response = with_headers(fault::answer(429, &body), early.told.as_ref());
    let scope = if early.everywhere { "global" } else { "user" };
    let mut add = |name: &'static str, value: &str| {
        response.headers_mut().insert(name, HeaderValue::from_str(value).expect("a header"));
    };
    add("retry-after", &format!("{}", wait.ceil()));
    add("x-ratelimit-scope", scope);
    if early.everywhere {
        add("x-ratelimit-global", "true");
    }
    response
}

/// An answer that ends before it begins: the caller sees a connection that was dropped.
fn dropped() -> Response {
    let gone = futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("dropped")) });
    Response::new(Body::from_stream(gone))
}
