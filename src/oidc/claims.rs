//! What a token says, once it is known that the issuer signed it.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Map, Value};

use super::{Settings, Unproven};
use crate::domain::{Instant, person::Role, token::Scope};

/// How far the issuer's clock and ours may be apart.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// Somebody of whom the issuer vouches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// Their address, verified by the issuer.
    pub email: String,
    /// The roles that their groups give.
    pub roles: BTreeSet<Role>,
    /// The teams that their groups stand for.
    pub teams: BTreeSet<String>,
    /// What the token is good for.
    pub scopes: BTreeSet<Scope>,
    /// When it is no good any more.
    pub until: Instant,
}

/// Reads the claims of a token that is the issuer's and for us.
pub(super) fn read(
    claims: &Map<String, Value>,
    settings: &Settings,
    now: Instant,
) -> Result<Proven, Unproven> {
    // One issuer, to the letter: a list of several would do for the library.
    if claims.get("iss").and_then(Value::as_str) != Some(&settings.issuer) {
        return Err(Unproven::Wrong("it is of another issuer"));
    }
    let until = moment(claims, "exp")?.ok_or(Unproven::Wrong("it has no end"))?;
    if until + LEEWAY <= now {
        return Err(Unproven::Wrong("it is expired"));
    }
    if moment(claims, "nbf")?.is_some_and(|from| now < from - LEEWAY) {
        return Err(Unproven::Wrong("it is not good yet"));
    }
    if claims.get("email_verified") != Some(&Value::Bool(true)) {
        return Err(Unproven::Wrong("the issuer did not verify its e-mail address"));
    }
    let email = claims.get(&settings.email).and_then(Value::as_str).filter(|email| email.contains('@'));
    let email = email.ok_or(Unproven::Wrong("it names no e-mail address"))?;
    let groups: Vec<&str> = match claims.get(&settings.groups) {
        Some(Value::Array(groups)) => groups.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(group)) => vec![group],
        _ => Vec::new(),
    };
    Ok(Proven {
        email: email.to_owned(),
        roles: groups.iter().filter_map(|group| settings.roles.get(*group).copied()).collect(),
        teams: groups.iter().filter_map(|group| settings.teams.get(*group).cloned()).collect(),
        scopes: settings.scopes.clone(),
        until: until + LEEWAY,
    })
}

/// A time as claims write it: seconds since 1970, perhaps with a fraction.
fn moment(claims: &Map<String, Value>, name: &str) -> Result<Option<Instant>, Unproven> {
    let wrong = Unproven::Wrong("one of its times is no time");
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64)).ok_or(wrong)?;
    // Later than any token lasts: so that nothing is added to the end of all times.
    let seconds = seconds.min(1 << 40);
    Instant::from_timestamp(seconds, 0).map(Some).ok_or(wrong)
}
