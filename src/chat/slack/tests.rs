//! What goes out, against a small server that answers as it is told: a stand-in for single answers, not for Slack.

mod api;
mod client;
mod deliver;
mod pace;
mod trouble;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::TimeDelta;
use tokio::sync::Notify;

use self::api::Api;
use super::{
    Slack,
    settings::{Inbound, Newcomers, Settings, SlackWorkspace},
};
use crate::{
    actions::World,
    clock::UuidIds,
    domain::{Instant, policy::Policy, request::Patience, template::Template},
    ports::{clock::Clock, templates::Templates},
    store,
};

const TEAM: &str = "T0123ABCD";
const OTHER: &str = "T0456EFGH";

/// A clock that stands until it is put forward.
struct Fed(Mutex<Instant>);

impl Fed {
    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Instant::UNIX_EPOCH + TimeDelta::days(20_000))))
    }

    fn passes(&self, span: TimeDelta) {
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

async fn world(clock: Arc<Fed>) -> World {
    let hours = |n| TimeDelta::hours(n);
    let patience = Patience { remind_after: hours(4), lapse_after: hours(168) };
    World {
        store: store::open("sqlite::memory:", &store::Options::default()).await.expect("a store"),
        clock,
        ids: Arc::new(UuidIds),
        templates: Arc::new(NoTemplates),
        policy: Arc::new(Policy { domains: Vec::new(), patience, open_requests: 9 }),
        wake: Arc::new(Notify::new()),
    }
}

/// Two workspaces; approvers are asked in the first.
async fn slack(api: &str, clock: Arc<Fed>) -> Arc<Slack> {
    let workspace = |id: &str, token: &str, approvers: Option<&str>| SlackWorkspace {
        id: id.to_owned(),
        token: token.into(),
        approvers: approvers.map(str::to_owned),
        group: approvers.map(|_| "S0123ABCD".to_owned()),
    };
    let settings = Settings {
        inbound: Inbound::Http { signing_secret: "signing".into() },
        api: api.to_owned(),
        timeout: Duration::from_millis(300),
        newcomers: Newcomers::Members,
        recheck: TimeDelta::hours(1),
        workspaces: vec![
            workspace(TEAM, "xoxb-first", Some("C0123ABCD")),
            workspace(OTHER, "xoxb-second", None),
        ],
    };
    Slack::open(world(clock).await, settings).expect("it opens")
}

async fn stage() -> (Api, Arc<Fed>, Arc<Slack>) {
    let (api, clock) = (Api::start().await, Fed::new());
    let slack = slack(&api.url, clock.clone()).await;
    (api, clock, slack)
}
