//! `apps.connections.open`: an address for one socket, good for one use.

use serde_json::json;
use sublet::domain::Instant;

use super::{
    super::{APP, Slack, state::State},
    Arguments, Outcome,
};

pub(super) fn open(state: &mut State, slack: &Slack, arguments: &Arguments, now: Instant) -> Outcome {
    arguments.app(state)?;
    let ticket = format!("ticket-{}", state.next());
    state.tickets.insert(ticket.clone(), now);
    Ok(json!({ "ok": true, "url": format!("ws://{}/link/?ticket={ticket}&app_id={APP}", slack.0.wss) }))
}
