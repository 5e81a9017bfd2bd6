//! The pace that Slack asks for: about one message a second into a channel, so many rewrites a minute, and
//! nothing before the moment that a 429 named. Nothing here sleeps: who comes too early is told when to come.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::TimeDelta;
use governor::{
    Quota, RateLimiter, clock, middleware::NoOpMiddleware, nanos::Nanos, state::keyed::HashMapStateStore,
};

use super::trouble::Method;
use crate::{domain::Instant, fed::Fed, ports::clock::Clock};

/// Into one channel: one message a second, a few at once (Slack, rate limits, `chat.postMessage`).
const POST_GAP: Duration = Duration::from_secs(1);
/// How many messages may come at once after a pause.
const POST_BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(2);
/// Slack's tier 3: 50 calls a minute of one method in one workspace.
const TIER_3_GAP: Duration = Duration::from_millis(1_200);
/// How many calls of tier 3 may come at once after a pause.
const TIER_3_BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);
/// When so many channels are remembered, those that were quiet for long are forgotten.
const FORGET_ABOVE: usize = 10_000;

/// What is counted together: a channel for messages, a method otherwise, always in one workspace.
type Key = (String, String);
type Limiter = RateLimiter<Key, HashMapStateStore<Key>, Fed, NoOpMiddleware<Nanos>>;

/// When which call may be made.
pub struct Pace {
    clock: Fed,
    posts: Limiter,
    tier_3: Limiter,
    /// Until when Slack asked us not to call a method in a workspace.
    held: Mutex<HashMap<(String, Method), Instant>>,
    /// The last moment that somebody who came too early was told, so that not all come back at once.
    told: Mutex<HashMap<Key, Instant>>,
}

impl Pace {
    /// A pace by that clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let clock = Fed(clock);
        let posts = Quota::with_period(POST_GAP).unwrap_or(Quota::per_second(NonZeroU32::MIN));
        let tier_3 = Quota::with_period(TIER_3_GAP).unwrap_or(Quota::per_second(NonZeroU32::MIN));
        Self {
            posts: RateLimiter::hashmap_with_clock(posts.allow_burst(POST_BURST), clock.clone()),
            tier_3: RateLimiter::hashmap_with_clock(tier_3.allow_burst(TIER_3_BURST), clock.clone()),
            clock,
            held: Mutex::default(),
            told: Mutex::default(),
        }
    }

    /// Takes a turn, or says after how long to come again. `channel` is the one that a message goes to.
    ///
    /// # Errors
    /// How long to wait. Those who wait for the same are told different moments.
    pub fn turn(&self, workspace: &str, method: Method, channel: Option<&str>) -> Result<(), TimeDelta> {
        let now = self.clock.0.now();
        let until = lock(&self.held).get(&(workspace.to_owned(), method)).copied();
        if let Some(until) = until.filter(|until| now < *until) {
            return Err(until - now);
        }
        let (limiter, gap, what) = match (method, channel) {
            (Method::Post, Some(channel)) => (&self.posts, POST_GAP, channel),
            (Method::Update | Method::OpenDirect, _) => (&self.tier_3, TIER_3_GAP, method.name()),
            _ => return Ok(()),
        };
        let key = (workspace.to_owned(), what.to_owned());
        let Err(early) = limiter.check_key(&key) else { return Ok(()) };
        let soonest = TimeDelta::from_std(early.wait_time_from(clock::Clock::now(&self.clock)));
        Err(self.queue(key, now, soonest.unwrap_or_default(), gap))
    }

    /// Slack asks us not to call this method in this workspace for so long.
    pub fn hold(&self, workspace: &str, method: Method, after: TimeDelta) {
        let until = self.clock.0.now() + after;
        let mut held = lock(&self.held);
        let known = held.entry((workspace.to_owned(), method)).or_insert(until);
        *known = until.max(*known);
    }

    /// The next free moment behind everybody who was told one before.
    fn queue(&self, key: Key, now: Instant, soonest: TimeDelta, gap: Duration) -> TimeDelta {
        // Times are kept in whole milliseconds: rounded up, or one would come a moment too early again.
        let soonest = now + soonest + TimeDelta::milliseconds(1);
        let gap = TimeDelta::from_std(gap).unwrap_or_default();
        let mut told = lock(&self.told);
        if told.len() > FORGET_ABOVE {
            told.retain(|_, at| now < *at);
            self.posts.retain_recent();
        }
        let next = told.get(&key).map_or(soonest, |last| soonest.max(*last + gap));
        told.insert(key, next);
        next - now
    }
}

fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
