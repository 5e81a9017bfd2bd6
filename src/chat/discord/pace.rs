//! The pace that Discord asks for: what the buckets of its routes have left, fifty calls a second in all, nothing
//! before the moment that a 429 named, and few calls of the kind for which an address is banned. Nothing here
//! sleeps: who comes too early is told when to come.

use std::{
    collections::{HashMap, VecDeque},
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::TimeDelta;
use governor::{
    Quota, RateLimiter, clock,
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed},
};

use super::{
    limits::{Bucket, Limits, Scope},
    route::Route,
    trouble::Method,
};
use crate::{domain::Instant, fed::Fed, ports::clock::Clock};

/// A bot may make 50 calls a second (Discord, “Rate Limits”). Half of them at once and half of them evenly never
/// make more than that in any one second.
const AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(24);
/// An address that makes 10,000 invalid calls in this time is banned (Discord, “Rate Limits”).
const INVALID_SPAN: TimeDelta = TimeDelta::minutes(10);
/// So many of them we risk: other processes may call from the same address.
const INVALID_MAX: usize = 1_000;
/// When so many buckets are remembered, those that are full again are forgotten.
const FORGET_ABOVE: usize = 10_000;

/// A bucket's name, or the route's as long as it has none, and the channel, guild or interaction.
type Key = (String, String);
type Global = RateLimiter<NotKeyed, InMemoryState, Fed, NoOpMiddleware<Nanos>>;

/// When which call may be made.
pub struct Pace {
    clock: Fed,
    global: Global,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The bucket that each route was last seen in.
    named: HashMap<&'static str, String>,
    left: HashMap<Key, Left>,
    /// Until when nothing may be called with the bot's token.
    bot_held: Option<Instant>,
    /// Until when nothing may be called at all.
    all_held: Option<Instant>,
    /// When invalid calls were made.
    invalid: VecDeque<Instant>,
}

/// What is left of a bucket.
struct Left {
    limit: u32,
    remaining: u32,
    /// When it is full again.
    until: Instant,
    /// How long it takes from the first call until it is full again.
    span: TimeDelta,
}

impl Pace {
    /// A pace by that clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let clock = Fed(clock);
        let quota = Quota::per_second(AT_ONCE);
        Self { global: RateLimiter::direct_with_clock(quota, clock.clone()), clock, state: Mutex::default() }
    }

    /// Takes a turn, or says after how long to come again.
    ///
    /// # Errors
    /// How long to wait.
    pub fn turn(&self, route: &Route) -> Result<(), TimeDelta> {
        let now = self.clock.0.now();
        let mut state = self.state();
        if let Some(until) = state.closed_until(route, now) {
            return Err(until - now);
        }
        if !route.method.is_of_interaction()
            && let Err(early) = self.global.check()
        {
            let wait = early.wait_time_from(clock::Clock::now(&self.clock));
            // Times are kept in whole milliseconds: rounded up, or one would come a moment too early again.
            return Err(TimeDelta::from_std(wait).unwrap_or_default() + TimeDelta::milliseconds(1));
        }
        state.take(route, now);
        Ok(())
    }

    /// Notes what an answer said about limits. `true` when invalid calls have just become so many that all wait.
    pub fn heard(&self, route: &Route, limits: &Limits) -> bool {
        let now = self.clock.0.now();
        let mut state = self.state();
        if let Some(bucket) = &limits.bucket {
            state.learn(route, bucket, now);
        }
        if let Some(scope) = limits.exceeded {
            let after = limits.retry_after.unwrap_or(super::trouble::USUAL_WAIT);
            state.hold(route, scope, now + after);
        }
        if limits.invalid {
            state.invalid.push_back(now);
        }
        limits.invalid && state.invalid_now(now) == INVALID_MAX
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Until when this route has to wait.
    fn closed_until(&mut self, route: &Route, now: Instant) -> Option<Instant> {
        let held = self.all_held.max(self.bot_held.filter(|_| !route.method.is_of_interaction()));
        let empty = self.left.get(&self.key(route)).filter(|left| left.remaining == 0).map(|left| left.until);
        // Whether the token is good may always be asked: that is rare, and ends the invalid calls.
        let banned = (route.method != Method::WhoAmI && self.invalid_now(now) >= INVALID_MAX)
            .then(|| self.invalid.front().map(|first| *first + INVALID_SPAN))
            .flatten();
        held.max(empty).max(banned).filter(|until| now < *until)
    }

    /// One call less is left. When a bucket is full again, it is taken to be as it was the last time.
    fn take(&mut self, route: &Route, now: Instant) {
        let key = self.key(route);
        let Some(left) = self.left.get_mut(&key) else { return };
        if left.until <= now {
            left.remaining = left.limit;
            left.until = now + left.span;
        }
        left.remaining = left.remaining.saturating_sub(1);
    }

    fn learn(&mut self, route: &Route, bucket: &Bucket, now: Instant) {
        if let Some(name) = &bucket.name {
            self.named.insert(route.template, name.clone());
        }
        if self.left.len() > FORGET_ABOVE {
            self.left.retain(|_, left| now < left.until);
        }
        let until = now + bucket.reset_after;
        let fresh =
            Left { limit: bucket.limit, remaining: bucket.remaining, until, span: bucket.reset_after };
        let key = self.key(route);
        match self.left.get_mut(&key).filter(|left| now < left.until) {
            // Answers overtake each other, and some calls are still on their way: the smaller number is the safe one.
            Some(left) => {
                left.limit = bucket.limit;
                left.remaining = left.remaining.min(bucket.remaining);
                left.until = left.until.max(until);
                left.span = left.span.max(bucket.reset_after);
            }
            None => {
                self.left.insert(key, fresh);
            }
        }
    }

    fn hold(&mut self, route: &Route, scope: Scope, until: Instant) {
        match scope {
            Scope::Global => self.bot_held = self.bot_held.max(Some(until)),
            Scope::Address => self.all_held = self.all_held.max(Some(until)),
            Scope::Route | Scope::Shared => {
                let key = self.key(route);
                let known = self.left.entry(key).or_insert(Left {
                    limit: 1,
                    remaining: 0,
                    until,
                    span: TimeDelta::zero(),
                });
                known.remaining = 0;
                known.until = known.until.max(until);
            }
        }
    }

    fn key(&self, route: &Route) -> Key {
        let named = self.named.get(route.template).map_or(route.template, String::as_str);
        (named.to_owned(), route.major.clone())
    }

    /// How many invalid calls count at this moment.
    fn invalid_now(&mut self, now: Instant) -> usize {
        while self.invalid.front().is_some_and(|first| *first + INVALID_SPAN <= now) {
            self.invalid.pop_front();
        }
        self.invalid.len()
    }
}
