//! What an answer says about limits: Discord's headers, and the body of a 429.

use axum::http::{HeaderMap, StatusCode};
use chrono::TimeDelta;
use serde_json::Value;

/// The longest wait that is believed; a day is the longest that Discord is known to ask for.
const LONGEST: TimeDelta = TimeDelta::days(1);

/// For whom a 429 is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// For this bot on this route.
    Route,
    /// For everybody who uses what the route is about: not held against us.
    Shared,
    /// For this bot on every route but those of interactions.
    Global,
    /// For this address: what stands in front of Discord says it, and not Discord.
    Address,
}

/// How a bucket stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Discord's name of it: routes that have the same share their limit.
    pub name: Option<String>,
    /// How many calls it takes.
    pub limit: u32,
    /// How many are left.
    pub remaining: u32,
    /// After how long it is full again.
    pub reset_after: TimeDelta,
}

/// What an answer says about limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The bucket of the route.
    pub bucket: Option<Bucket>,
    /// For whom it is a 429, if it is one.
    pub exceeded: Option<Scope>,
    /// How long we shall wait.
    pub retry_after: Option<TimeDelta>,
    /// Whether it counts as one of the calls for which Discord bans an address when there are too many.
    pub invalid: bool,
}

impl Limits {
    /// Reads them.
    pub fn of(status: StatusCode, headers: &HeaderMap, body: Option<&Value>) -> Self {
        let said = body.and_then(|body| body.get("retry_after")).and_then(Value::as_f64);
        let retry_after = said.or_else(|| number(headers, "retry-after")).and_then(seconds);
        let exceeded = (status == StatusCode::TOO_MANY_REQUESTS).then(|| scope(headers, body));
        let counted = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS];
        Self {
            bucket: bucket(headers),
            exceeded,
            retry_after,
            invalid: counted.contains(&status) && exceeded != Some(Scope::Shared),
        }
    }
}

fn scope(headers: &HeaderMap, body: Option<&Value>) -> Scope {
    let global = body.and_then(|body| body.get("global")).and_then(Value::as_bool);
    match text(headers, "x-ratelimit-scope") {
        Some("shared") => Scope::Shared,
        Some("global") => Scope::Global,
        _ if global == Some(true) || text(headers, "x-ratelimit-global") == Some("true") => Scope::Global,
        Some(_) => Scope::Route,
        // Every 429 of Discord's own says whether it is global.
        None if global.is_none() => Scope::Address,
        None => Scope::Route,
    }
}

fn bucket(headers: &HeaderMap) -> Option<Bucket> {
    let count = |name| text(headers, name)?.parse::<u32>().ok();
    Some(Bucket {
        name: text(headers, "x-ratelimit-bucket").map(str::to_owned),
        limit: count("x-ratelimit-limit")?,
        remaining: count("x-ratelimit-remaining")?,
        reset_after: number(headers, "x-ratelimit-reset-after").and_then(seconds)?,
    })
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn number(headers: &HeaderMap, name: &str) -> Option<f64> {
    text(headers, name)?.trim().parse().ok()
}

/// Seconds with a fraction, rounded up to the milliseconds that our clock counts in.
fn seconds(seconds: f64) -> Option<TimeDelta> {
    if !seconds.is_finite() || seconds < 0.0 {
        return None;
    }
    let span = std::time::Duration::try_from_secs_f64(seconds).ok();
    let span = span.and_then(|span| TimeDelta::from_std(span).ok()).unwrap_or(LONGEST).min(LONGEST);
    let whole = TimeDelta::milliseconds(span.num_milliseconds());
    Some(if whole < span { whole + TimeDelta::milliseconds(1) } else { whole })
}
