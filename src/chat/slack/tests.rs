//! What goes out, against a small server that answers as it is told: a stand-in for single answers, not for Slack.

mod api;
mod client;
mod deliver;
mod pace;
mod trouble;

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;

use self::api::Api;
use super::{
    Slack,
    settings::{Inbound, Newcomers, Settings, SlackWorkspace},
};
use crate::chat::stage::{Fed, world};

const TEAM: &str = "T0123ABCD";
const OTHER: &str = "T0456EFGH";

/// Two workspaces; approvers are asked in the first.
async fn slack(api: &str, clock: Arc<Fed>) -> Arc<Slack> {
    let workspace = |id: &str, token: &str, approvers: Option<&str>| SlackWorkspace {
        id: id.to_owned(),
        token: token.into(),
        approvers: approvers.map(str::to_owned),
        group: approvers.map(|_| "S0123ABCD".to_owned()),
        groups: Default::default(),
    };
    let settings = Settings {
        inbound: Inbound::Http { signing_secret: "signing".into() },
        api: api.to_owned(),
        timeout: Duration::from_millis(300),
        newcomers: Newcomers::Members,
        match_email: true,
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
