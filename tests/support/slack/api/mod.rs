//! The Web API: who calls, with what, what goes wrong on demand, and which method it is.

mod apps;
mod chat;
mod people;
mod read;
mod views;

use std::sync::Weak;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, RawQuery, State as Shared},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{any, post},
};
use serde_json::{Value, json};
use sublet::domain::Instant;

pub(super) use self::{
    chat::{content, message, shown},
    read::Arguments,
};
use super::{
    Inner, Slack, response_url,
    state::{Call, State},
    trouble::{Trouble, Verdict},
};

/// What a method answers.
pub(super) type Outcome = Result<Value, Fault>;

/// An error of Slack's: its code, and what else the answer says.
#[derive(Debug)]
pub(super) struct Fault {
    code: String,
    more: Value,
}

impl Fault {
    pub(super) fn new(code: &str) -> Self {
        Self { code: code.to_owned(), more: json!({}) }
    }

    pub(super) fn with(code: &str, more: Value) -> Self {
        Self { code: code.to_owned(), more }
    }

    fn json(self) -> Value {
        let mut answer = json!({ "ok": false, "error": self.code });
        let (Value::Object(answer_map), Value::Object(more)) = (&mut answer, self.more) else {
            return answer;
        };
        answer_map.extend(more);
        answer
    }
}

/// Everything that is served over HTTP.
pub(super) fn router(slack: Weak<Inner>) -> Router {
    Router::new()
        .route("/api/{method}", any(call))
        .route("/respond/{token}", post(response_url::respond))
        .with_state(slack)
}

/// Gives the stand-in, as long as a test holds it.
pub(super) fn slack(weak: &Weak<Inner>) -> Result<Slack, StatusCode> {
    weak.upgrade().map(Slack).ok_or(StatusCode::SERVICE_UNAVAILABLE)
}

async fn call(
    Shared(weak): Shared<Weak<Inner>>,
    Path(method): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, StatusCode> {
    let slack = slack(&weak)?;
    let arguments = Arguments::read(&headers, query.as_deref(), &body);
    let now = slack.now();
    let team = slack.with(|state| arguments.team(state));
    let channel = arguments.text("channel").unwrap_or_default();
    let verdict = slack.with(|state| state.troubles.meet(&method, &team, now));
    let say = |outcome: &str| {
        let (method, team, channel) = (method.clone(), team.clone(), channel.clone());
        let call = Call { method, team, channel, at: now, outcome: outcome.to_owned() };
        slack.with(|state| state.calls.push(call));
    };
    let act = || {
        let outcome = slack.with(|state| perform(state, &slack, &method, &arguments, now));
        say(outcome.as_ref().err().map_or("ok", |fault| fault.code.as_str()));
        outcome
    };
    match verdict {
        Verdict::Fine => Ok(answer(act())),
        Verdict::Early(wait) => {
            say("called before Retry-After was over");
            let broken = format!("{method} in {team} was called {wait} s before Retry-After was over");
            slack.with(|state| state.violations.push(broken));
            Ok(limited(wait))
        }
        Verdict::Wrong(trouble) => {
            if !matches!(trouble, Trouble::DroppedAfter | Trouble::Slow(_)) {
                say(&format!("{trouble:?}"));
            }
            match trouble {
                Trouble::Limited(wait) => Ok(limited(wait)),
                Trouble::Status(status) => Err(StatusCode::from_u16(status).expect("a status")),
                Trouble::Error(code) => Ok(answer(Err(Fault::new(&code)))),
                Trouble::DroppedBefore => Ok(dropped()),
                Trouble::DroppedAfter => {
                    let _ = act();
                    Ok(dropped())
                }
                Trouble::Slow(millis) => {
                    let outcome = act();
                    tokio::time::sleep(std::time::Duration::from_millis(millis)).await;
                    Ok(answer(outcome))
                }
            }
        }
    }
}

fn perform(state: &mut State, slack: &Slack, method: &str, arguments: &Arguments, now: Instant) -> Outcome {
    if method == "apps.connections.open" {
        return apps::open(state, slack, arguments, now);
    }
    let team = arguments.caller(state)?;
    match method {
        "auth.test" => Ok(people::who(state, &team)),
        "users.info" => people::info(state, &team, arguments),
        "conversations.open" => people::open(state, &team, arguments),
        "chat.postMessage" => chat::post(state, &team, arguments, now),
        "chat.postEphemeral" => chat::post_ephemeral(state, &team, arguments, now),
        "chat.update" => chat::update(state, &team, arguments),
        "views.open" => views::open(state, &team, arguments, now),
        "views.update" => views::update(state, &team, arguments),
        "views.publish" => views::publish(state, &team, arguments),
        _ => Err(Fault::with("unknown_method", json!({ "req_method": method }))),
    }
}

fn answer(outcome: Outcome) -> Response {
    let outcome = match outcome {
        Err(Fault { code, more }) if code == "ratelimited" => {
            return limited(more["retry_after"].as_u64().and_then(|wait| wait.try_into().ok()).unwrap_or(1));
        }
        other => other,
    };
    let json = outcome.unwrap_or_else(Fault::json);
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], json.to_string()).into_response()
}

fn limited(wait: u32) -> Response {
    let headers = [("retry-after", wait.to_string()), ("content-type", "application/json".to_owned())];
    (StatusCode::TOO_MANY_REQUESTS, headers, r#"{"ok":false,"error":"ratelimited"}"#).into_response()
}

/// An answer that ends before it begins: the caller sees a connection that was dropped.
fn dropped() -> Response {
    let gone = futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("dropped")) });
    Response::new(Body::from_stream(gone))
}
