//! How much may be asked in a minute: with a token, and without one from an address. By our own clock.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    extract::ConnectInfo,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
};
use chrono::TimeDelta;
use governor::{
    Quota, RateLimiter, clock, middleware::StateInformationMiddleware, state::keyed::HashMapStateStore,
};
use ipnet::IpNet;

use super::problem::Problem;
use crate::{domain::Instant, fed::Fed, ports::clock::Clock};

/// When so many callers are remembered, those that were quiet for long are forgotten.
const FORGET_ABOVE: usize = 10_000;
/// Who calls when the server cannot know from where.
const NOWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);

static POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
static LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// How much may be asked, and how long an answer may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Calls of one token, or of one person who comes by an issuer, in a minute.
    pub per_minute: NonZeroU32,
    /// Calls without a good token from one address in a minute.
    pub per_address: NonZeroU32,
    /// Streams of events that one person may have open.
    pub streams: usize,
    /// How long an answer may take to begin, the reading of the request's body included.
    pub patience: Duration,
    /// Addresses of proxies, whose word about who calls is believed.
    pub proxies: Vec<IpNet>,
}

impl Default for Settings {
    /// Ten calls a second with a token, one without; five streams.
    fn default() -> Self {
        Self {
            per_minute: NonZeroU32::MIN.saturating_add(599),
            per_address: NonZeroU32::MIN.saturating_add(59),
            streams: 5,
            patience: Duration::from_secs(15),
            proxies: Vec::new(),
        }
    }
}

type Limiter<K> = RateLimiter<K, HashMapStateStore<K>, Fed, StateInformationMiddleware>;

/// What was asked so far.
pub struct Limits {
    clock: Fed,
    known: Limiter<String>,
    strangers: Limiter<IpAddr>,
    /// Until when nothing of an address is looked at.
    held: Mutex<HashMap<IpAddr, Instant>>,
    proxies: Vec<IpNet>,
}

/// A call that is within the limits.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    limit: u32,
    left: u32,
}

impl Limits {
    /// Nothing was asked yet.
    pub fn new(settings: &Settings, clock: Arc<dyn Clock>) -> Self {
        let clock = Fed(clock);
        Self {
            known: limiter(settings.per_minute, &clock),
            strangers: limiter(settings.per_address, &clock),
            held: Mutex::default(),
            proxies: settings.proxies.clone(),
            clock,
        }
    }

    /// A call of somebody who is known: by their token's id.
    ///
    /// # Errors
    /// A problem with 429, when it is one too many.
    pub fn known(&self, key: &str) -> Result<Turn, Problem> {
        take(&self.known, &key.to_owned(), &self.clock).map_err(too_many)
    }

    /// A call without a token, or with one that is no good. After too many, nothing of the address is looked at
    /// until the time is over, so that guessing costs more than it can find.
    ///
    /// # Errors
    /// A problem with 429, when it is one too many.
    pub fn stranger(&self, from: IpAddr) -> Result<Turn, Problem> {
        take(&self.strangers, &from, &self.clock).map_err(|wait| {
            let until = self.clock.0.now() + TimeDelta::from_std(wait).unwrap_or(TimeDelta::minutes(1));
            self.held().insert(from, until);
            too_many(wait)
        })
    }

    /// Whether something of this address is looked at.
    ///
    /// # Errors
    /// A problem with 429, when it asked too much before.
    pub fn is_heard(&self, from: IpAddr) -> Result<(), Problem> {
        let now = self.clock.0.now();
        let mut held = self.held();
        if held.len() > FORGET_ABOVE {
            held.retain(|_, until| now < *until);
        }
        match held.get(&from) {
            Some(until) if now < *until => Err(too_many((*until - now).to_std().unwrap_or_default())),
            _ => Ok(()),
        }
    }

    /// From where a call comes: the last address that no proxy of ours put there.
    pub fn address(&self, parts: &Parts) -> IpAddr {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(NOWHERE, |ConnectInfo(peer)| peer.ip().to_canonical());
        if !self.is_proxy(peer) {
            return peer;
        }
        let named = parts.headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let named: Vec<&str> = named.flat_map(|value| value.split(',')).collect();
        let mut from = peer;
        for name in named.iter().rev() {
            // What is behind something unreadable may be anybody's invention.
            let Ok(address) = name.trim().parse::<IpAddr>() else { return from };
            from = address.to_canonical();
            if !self.is_proxy(from) {
                return from;
            }
        }
        from
    }

    fn is_proxy(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|range| range.contains(&address))
    }

    fn held(&self) -> MutexGuard<'_, HashMap<IpAddr, Instant>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// Tells how much is left (draft-ietf-httpapi-ratelimit-headers).
    pub fn tell(self, headers: &mut HeaderMap) {
        let spent = u64::from(self.limit.saturating_sub(self.left));
        let full = (spent * 60).div_ceil(u64::from(self.limit.max(1)));
        tell(headers, &POLICY, &format!("\"minute\";q={};w=60", self.limit));
        tell(headers, &LEFT, &format!("\"minute\";r={};t={full}", self.left));
    }
}

fn tell(headers: &mut HeaderMap, name: &HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name.clone(), value);
    }
}

fn limiter<K: std::hash::Hash + Eq + Clone>(per_minute: NonZeroU32, clock: &Fed) -> Limiter<K> {
    RateLimiter::hashmap_with_clock(Quota::per_minute(per_minute), clock.clone()).with_middleware()
}

fn take<K: std::hash::Hash + Eq + Clone>(
    limiter: &Limiter<K>,
    key: &K,
    clock: &Fed,
) -> Result<Turn, Duration> {
    if limiter.len() > FORGET_ABOVE {
        limiter.retain_recent();
    }
    match limiter.check_key(key) {
        Ok(state) => {
            Ok(Turn { limit: state.quota().burst_size().get(), left: state.remaining_burst_capacity() })
        }
        Err(early) => Err(early.wait_time_from(clock::Clock::now(clock))),
    }
}

fn too_many(wait: Duration) -> Problem {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let detail = format!("That is too much at once. Ask again in {} seconds.", seconds.max(1));
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", detail);
    problem.with_header(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)))
}

#[cfg(test)]
mod tests {
    //! From where a call comes, and how much may come.

    use axum::http::Request;

    use super::*;
    use crate::clock::WarpClock;

    fn limits(clock: &Arc<WarpClock>) -> Limits {
        let settings = Settings {
            per_minute: NonZeroU32::MIN.saturating_add(2),
            per_address: NonZeroU32::MIN,
            proxies: vec!["10.0.0.0/8".parse().expect("a range")],
            ..Settings::default()
        };
        Limits::new(&settings, clock.clone())
    }

    fn from(peer: &str, forwarded: &[&str]) -> IpAddr {
        let mut request = Request::new(());
        let peer: SocketAddr = format!("{peer}:1").parse().expect("an address");
        request.extensions_mut().insert(ConnectInfo(peer));
        for value in forwarded {
            request.headers_mut().append("x-forwarded-for", value.parse().expect("a header"));
        }
        limits(&Arc::default()).address(&request.into_parts().0)
    }

    #[test]
    fn only_our_proxies_are_believed() {
        let is = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert_eq!(from("192.0.2.1", &[]), is("192.0.2.1"));
        assert_eq!(from("192.0.2.1", &["203.0.113.9"]), is("192.0.2.1"), "somebody else's word");
        assert_eq!(from("10.1.1.1", &["203.0.113.9"]), is("203.0.113.9"));
        assert_eq!(
            from("10.1.1.1", &["1.2.3.4, 203.0.113.9, 10.2.2.2"]),
            is("203.0.113.9"),
            "the last stranger"
        );
        assert_eq!(from("10.1.1.1", &["1.2.3.4", "203.0.113.9"]), is("203.0.113.9"));
        assert_eq!(from("10.1.1.1", &["1.2.3.4, nonsense"]), is("10.1.1.1"));
        assert_eq!(from("10.1.1.1", &[]), is("10.1.1.1"));
    }

    #[test]
    fn what_is_too_much_is_told_when_to_come_again() {
        let clock = Arc::new(WarpClock::new());
        let limits = limits(&clock);
        let left: Vec<Option<u32>> =
            (0..4).map(|_| limits.known("tok_1").ok().map(|turn| turn.left)).collect();
        assert_eq!(left, [Some(2), Some(1), Some(0), None]);
        assert!(limits.known("tok_2").is_ok(), "another token has its own");
        clock.advance(TimeDelta::seconds(21));
        assert!(limits.known("tok_1").is_ok(), "a third of a minute brings one of three back");
    }

    #[test]
    fn an_address_that_guesses_is_not_heard_for_a_while() {
        let clock = Arc::new(WarpClock::new());
        let limits = limits(&clock);
        let (bad, good) = ("192.0.2.1".parse().expect("one"), "192.0.2.2".parse().expect("another"));
        assert!(limits.stranger(bad).is_ok() && limits.is_heard(bad).is_ok());
        assert!(limits.stranger(bad).is_err() && limits.is_heard(bad).is_err());
        assert!(limits.is_heard(good).is_ok());
        clock.advance(TimeDelta::minutes(1));
        assert!(limits.is_heard(bad).is_ok());
    }
}
