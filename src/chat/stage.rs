//! What the tests of platforms stand on: a clock that is put forward, and a world with nothing in it.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use tokio::sync::Notify;

use crate::{
    actions::World,
    clock::UuidIds,
    domain::{Instant, policy::Policy, request::Patience, template::Template},
    ports::{clock::Clock, templates::Templates},
    store,
};

/// A clock that stands until it is put forward.
pub(super) struct Fed(Mutex<Instant>);

impl Fed {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Instant::UNIX_EPOCH + TimeDelta::days(20_000))))
    }

    pub(super) fn passes(&self, span: TimeDelta) {
        *self.0.lock().expect("the time") += span;
    }
}

impl Clock for Fed {
    fn now(&self) -> Instant {
        *self.0.lock().expect("the time")
    }
}

struct NoTemplates;

impl Templates for NoTemplates {
    fn all(&self) -> Vec<Arc<Template>> {
        Vec::new()
    }
}

/// A world with an empty store and no templates.
pub(super) async fn world(clock: Arc<Fed>) -> World {
    let hours = |n| TimeDelta::hours(n);
    let patience = Patience { remind_after: hours(4), lapse_after: hours(168) };
    World {
        store: store::open("sqlite::memory:", &store::Options::default()).await.expect("a store"),
        clock,
        ids: Arc::new(UuidIds),
        templates: Arc::new(NoTemplates),
        policy: Arc::new(Policy { patience, open_requests: 9, ..Policy::default() }),
        wake: Arc::new(Notify::new()),
    }
}
