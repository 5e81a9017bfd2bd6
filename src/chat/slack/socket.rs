//! Socket Mode: connections from us to Slack, so that nothing of ours need be reachable.
//!
//! slack-morphism makes the connections, keeps them alive by pings and reads their frames. When a connection is
//! made, replaced and given up is decided here, because the library (2.31) drops what arrives after Slack has
//! announced a disconnect, begins anew without a pause when it is cut at once, and tells nobody but its log why
//! it cannot connect. Here the next connection is made first, and the old one goes on until Slack closes it.
//!
//! The library reads a connection's next delivery when the last one is acknowledged; see [`Way::Queued`].

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use slack_morphism::{
    clients_manager::{SlackSocketModeClientsManager, SlackSocketModeClientsManagerFactory},
    prelude::{
        SlackApiToken, SlackClientEventsListenerEnvironment, SlackClientSocketModeConfig,
        SlackSocketModeClientListener, SlackSocketModeWssClientId,
    },
};
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    client::Client,
    inbound::{
        Reception,
        came::{Came, Kind},
        reply::Reply,
    },
    standing::Standing,
};
use crate::{chat::desk::Way, ports::clock::Ids};

/// How often a connection is asked whether it lives, in seconds.
const PING: u64 = 5;
/// How many times [`PING`] may pass without an answer.
const PINGS: u64 = 3;
/// How long the library waits before it tries again to connect, in seconds.
const RETRY: u64 = 5;
/// How long a connection may take before an operator hears of it.
const SLOW: Duration = Duration::from_secs(10);
/// How long it may take before another one is tried instead: one that hangs is never given up by the library.
const HOPELESS: Duration = Duration::from_secs(60);
/// How long a connection that Slack is about to close is still listened to.
const LINGERS: Duration = Duration::from_secs(60);
/// A connection that lived this long, or carried anything, was a good one and is replaced without a pause.
const GOOD: Duration = Duration::from_secs(30);
/// The first pause after one that was not, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(10));
/// How long the end waits for what is being dealt with.
const FAREWELL: Duration = Duration::from_secs(3);

/// What the connections have in common.
pub struct Sockets {
    /// Where deliveries go.
    pub reception: Arc<Reception>,
    /// What knows how to reach Slack.
    pub client: Arc<Client>,
    /// Who is told how many connections are open.
    pub standing: Arc<Standing>,
    /// Where chance comes from.
    pub ids: Arc<dyn Ids>,
    /// The app-level token.
    pub token: SlackApiToken,
    /// How many connections are kept.
    pub connections: u32,
}

impl Sockets {
    /// Keeps the connections until told to stop. What was taken in by then is dealt with.
    pub async fn keep(self, stop: CancellationToken) {
        let open = Arc::new(Open { count: AtomicU32::new(0), standing: self.standing.clone() });
        open.change(0);
        let slots = (0..self.connections).map(|number| self.slot(number, &open, &stop));
        futures_util::future::join_all(slots).await;
    }

    /// Keeps one connection, and makes the next one when it ends.
    async fn slot(&self, number: u32, open: &Arc<Open>, stop: &CancellationToken) {
        let mut pause = PAUSES.0;
        loop {
            let began = Instant::now();
            let mut line = self.connect(open).await;
            tokio::select! {
                () = stop.cancelled() => return self.end(&line).await,
                () = self.until_it_ends(number, &mut line) => {}
            }
            let good = began.elapsed() >= GOOD || line.carried.load(Ordering::Relaxed);
            if line.is_leaving() {
                tokio::spawn(linger(line, stop.clone()));
            } else {
                line.manager.shutdown().await;
            }
            if good {
                pause = PAUSES.0;
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(self.about(pause)) => pause = (pause * 2).min(PAUSES.1),
            }
        }
    }

    async fn connect(&self, open: &Arc<Open>) -> Line {
        let connector = &self.client.library().http_api.connector;
        let library = Arc::new(self.client.library().clone());
        let environment = Arc::new(SlackClientEventsListenerEnvironment::new(library));
        let manager = connector.new_clients_manager(environment);
        let config = SlackClientSocketModeConfig::new()
            .with_max_connections_count(1)
            .with_reconnect_timeout_in_seconds(RETRY)
            .with_ping_interval_in_seconds(PING)
            .with_ping_failure_threshold_times(PINGS);
        let (tell, state) = watch::channel(State::Connecting);
        let carried = Arc::new(AtomicBool::new(false));
        let listener = Listener {
            reception: self.reception.clone(),
            open: open.clone(),
            carried: carried.clone(),
            tell,
        };
        if let Err(error) = manager.register_new_token(&config, self.token.clone(), Arc::new(listener)).await
        {
            tracing::error!(%error, "a connection of Socket Mode cannot be prepared");
        }
        manager.start().await;
        Line { manager, state, carried }
    }

    /// Returns when another connection must be made: this one is lost, or will be, or cannot be made.
    async fn until_it_ends(&self, number: u32, line: &mut Line) {
        let opened: fn(&State) -> bool = |state| *state != State::Connecting;
        if !reaches(&mut line.state, SLOW, opened).await {
            let why = self.why_not().await;
            tracing::warn!(number, why, "Socket Mode cannot connect; it is tried again");
            if !reaches(&mut line.state, HOPELESS - SLOW, opened).await {
                return;
            }
        }
        tracing::info!(number, "Socket Mode is connected");
        let _ = line.state.wait_for(|state| *state != State::Open).await;
        if line.is_leaving() {
            tracing::info!(number, "Slack is about to close a connection; another is made");
        } else {
            tracing::warn!(number, "a connection of Socket Mode was lost; another is made");
        }
    }

    /// Why there is no connection: the library tells only its log, and its log would tell the ticket.
    async fn why_not(&self) -> String {
        match self.client.may_connect(&self.token).await {
            Ok(()) => "Slack offers a connection, but it cannot be made".to_owned(),
            Err(trouble) => trouble.to_string(),
        }
    }

    async fn end(&self, line: &Line) {
        let _ = tokio::time::timeout(FAREWELL, self.reception.idle()).await;
        line.manager.shutdown().await;
    }

    /// Not all at the same moment.
    fn about(&self, pause: Duration) -> Duration {
        let chance = self.ids.next().as_bytes()[15];
        pause.mul_f64(0.75 + f64::from(chance) / 512.0)
    }
}

/// Listens on until Slack has closed it.
async fn linger(mut line: Line, stop: CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        _ = reaches(&mut line.state, LINGERS, |state| *state == State::Lost) => {}
    }
    line.manager.shutdown().await;
}

/// Whether it comes to that within this time.
async fn reaches(state: &mut watch::Receiver<State>, within: Duration, that: fn(&State) -> bool) -> bool {
    tokio::time::timeout(within, state.wait_for(that)).await.is_ok_and(|reached| reached.is_ok())
}

/// A connection.
struct Line {
    manager: Arc<dyn SlackSocketModeClientsManager + Send + Sync>,
    state: watch::Receiver<State>,
    /// Whether anything came by it.
    carried: Arc<AtomicBool>,
}

impl Line {
    fn is_leaving(&self) -> bool {
        *self.state.borrow() == State::Leaving
    }
}

/// How it is with a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Connecting,
    Open,
    /// Slack said that it will close it.
    Leaving,
    Lost,
}

/// How many connections are open.
struct Open {
    count: AtomicU32,
    standing: Arc<Standing>,
}

impl Open {
    fn change(&self, by: i32) {
        let before = self.count.fetch_add(by.cast_unsigned(), Ordering::SeqCst);
        self.standing.sockets(before.wrapping_add_signed(by));
    }
}

/// What the library calls for one connection.
struct Listener {
    reception: Arc<Reception>,
    open: Arc<Open>,
    carried: Arc<AtomicBool>,
    tell: watch::Sender<State>,
}

impl Listener {
    /// Notes how it is. Whatever was lost stays lost, and is counted once.
    fn becomes(&self, next: State) {
        let is_open = |state: State| matches!(state, State::Open | State::Leaving);
        self.tell.send_if_modified(|state| {
            if *state == State::Lost || *state == next {
                return false;
            }
            match (is_open(*state), is_open(next)) {
                (false, true) => self.open.change(1),
                (true, false) => self.open.change(-1),
                _ => {}
            }
            *state = next;
            true
        });
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.becomes(State::Lost);
    }
}

#[async_trait]
impl SlackSocketModeClientListener for Listener {
    async fn on_message(&self, _: &SlackSocketModeWssClientId, body: String) -> Option<String> {
        let envelope: Envelope = match serde_json::from_str(&body) {
            Ok(envelope) => envelope,
            Err(error) => {
                tracing::warn!(%error, "something that Slack sent by a socket cannot be read");
                return None;
            }
        };
        match envelope.kind {
            What::Hello => self.becomes(State::Open),
            What::Disconnect => {
                tracing::debug!(reason = envelope.reason, "Slack announces a disconnect");
                self.becomes(State::Leaving);
            }
            What::SlashCommands | What::Interactive | What::EventsApi | What::Other => {}
        }
        let id = envelope.envelope_id?;
        self.carried.store(true, Ordering::Relaxed);
        let reply = match came(envelope.kind, envelope.payload) {
            Ok(Some(came)) => Arc::clone(&self.reception).receive(came, Way::Queued).await,
            Ok(None) => Reply::Empty,
            Err(error) => {
                // It could not be read the next time either.
                tracing::warn!(%error, "a delivery by a socket cannot be read");
                Reply::Empty
            }
        };
        let payload = match reply {
            Reply::NotTaken => return None,
            Reply::Empty => None,
            Reply::With(payload) => Some(payload),
        };
        serde_json::to_string(&Acknowledged { envelope_id: id, payload }).ok()
    }

    async fn on_error(&self, _: Box<dyn std::error::Error + Send + Sync + 'static>) {
        // The end of the connection follows, and is logged; the words of the error may hold what was sent.
    }

    async fn on_disconnect(&self, _: &SlackSocketModeWssClientId) {
        self.becomes(State::Lost);
    }
}

/// What Slack sends by a socket.
#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: What,
    envelope_id: Option<String>,
    #[serde(default)]
    payload: Value,
    #[serde(default)]
    reason: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Hello,
    Disconnect,
    SlashCommands,
    Interactive,
    EventsApi,
    #[serde(other)]
    Other,
}

#[derive(Serialize)]
struct Acknowledged {
    envelope_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Value>,
}

fn came(kind: What, payload: Value) -> Result<Option<Came>, serde_json::Error> {
    Ok(match kind {
        What::SlashCommands => Some(Came::Command(serde_json::from_value(payload)?)),
        What::Interactive => Some(Came::Interaction(serde_json::from_value(payload)?)),
        What::EventsApi => Some(Came::Event(serde_json::from_value(payload)?)),
        What::Hello | What::Disconnect | What::Other => None,
    }
    .filter(|came| !matches!(came, Came::Interaction(one) if one.kind == Kind::Other)))
}

#[cfg(test)]
mod tests;
