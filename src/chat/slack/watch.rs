//! Looks after the tokens: once at start, and again and again while one does not do.

use std::{collections::BTreeSet, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{
    Slack,
    standing::WRONG_WORKSPACE,
    trouble::{Kind, Method, Trouble},
};
use crate::faults;

/// How often a token that does not do is tried.
const EVERY: Duration = Duration::from_secs(30);

/// Looks until told to stop.
pub(super) async fn run(slack: &Slack, stop: &CancellationToken) {
    let mut seen = BTreeSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = look(slack, &mut seen) => {}
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Asks about each token of which nothing is known yet, or nothing good. `seen` are those that were answered for.
pub(super) async fn look(slack: &Slack, seen: &mut BTreeSet<String>) {
    for workspace in &slack.settings.workspaces {
        let id = &workspace.id;
        if seen.contains(id) && !slack.standing.is_closed(id) {
            continue;
        }
        match slack.client.who_am_i(id).await {
            Ok(team) => {
                seen.insert(id.clone());
                compare(slack, id, &team);
            }
            Err(trouble) if trouble.kind == Kind::Passing => {
                tracing::warn!(workspace = id, %trouble, "it is not known yet whether Slack takes the token");
            }
            Err(_) => {
                seen.insert(id.clone());
            }
        }
    }
}

/// A token that was installed in a whole organisation answers with the organisation's id (`E…`) instead.
fn compare(slack: &Slack, id: &str, team: &str) {
    if team == id || team.starts_with('E') {
        return;
    }
    let trouble = Trouble::new(Method::WhoAmI, WRONG_WORKSPACE);
    if slack.standing.token_bad(id, &trouble) {
        let error = anyhow::Error::new(trouble).context(format!("workspace {id}"));
        faults::record(slack.world.ids.next(), "the token of a workspace is another one's", &error);
    }
}
