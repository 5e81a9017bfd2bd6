//! What there is and what happened: messages with their versions, views, triggers, calls, violations.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;
use sublet::domain::Instant;
use tokio::sync::oneshot;

use super::{
    people::{Directory, Team, User},
    socket::{Connection, Cut},
    trouble::Troubles,
};

/// All of Slack.
pub struct State {
    /// Who and what there is.
    pub directory: Directory,
    /// Every message, oldest first.
    pub messages: Vec<Message>,
    /// Every view by id: open modals, and App Homes.
    pub views: BTreeMap<String, View>,
    /// What people did, by the trigger id it got.
    pub triggers: BTreeMap<String, Trigger>,
    /// The response URLs that were given out, by their last part.
    pub response_urls: BTreeMap<String, ResponseUrl>,
    /// Every call of the Web API, oldest first.
    pub calls: Vec<Call>,
    /// Limits that the app broke: calls before `Retry-After` was over, or faster than allowed.
    pub violations: Vec<String>,
    /// What goes wrong.
    pub troubles: Troubles,
    /// Where deliveries go by HTTP; `None` in Socket Mode.
    pub request_urls: Option<RequestUrls>,
    pub(super) tickets: BTreeMap<String, Instant>,
    pub(super) connections: BTreeMap<u64, Connection>,
    /// How many connections were ever made.
    pub connected: u64,
    pub(super) envelopes: BTreeMap<String, Envelope>,
    pub(super) late: VecDeque<Event>,
    /// When connections are cut next, in this order.
    pub cut: Vec<Cut>,
    pub(super) counter: u64,
}

/// A message.
#[derive(Debug, Clone)]
pub struct Message {
    /// The workspace.
    pub team: String,
    /// The channel.
    pub channel: String,
    /// Its timestamp, which is its id in the channel.
    pub ts: String,
    /// Who alone sees it.
    pub only_for: Option<String>,
    /// What it said, oldest first.
    pub versions: Vec<Content>,
    /// How many versions its readers have read.
    pub read: usize,
    /// Somebody deleted it.
    pub deleted: bool,
    /// By which trigger's response URL it came.
    pub by: Option<String>,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// For notifications and screen readers; shown when there are no blocks.
    pub text: String,
    /// The blocks, with ids.
    pub blocks: Vec<Value>,
}

/// A view that somebody has before them.
#[derive(Debug, Clone)]
pub struct View {
    /// Its id.
    pub id: String,
    /// The workspace.
    pub team: String,
    /// Who sees it.
    pub user: String,
    /// Changes with each version.
    pub hash: String,
    /// The view as the app sent it, blocks with ids.
    pub json: Value,
    /// What stands in its fields: by block and action.
    pub values: BTreeMap<(String, String), Value>,
    /// What was wrong when it was last sent, by block.
    pub errors: BTreeMap<String, String>,
    /// Which trigger opened it.
    pub by: String,
}

/// Something that a person did, which allows the app to open one view within three seconds.
#[derive(Debug, Clone)]
pub struct Trigger {
    pub team: String,
    pub user: String,
    pub at: Instant,
    pub used: bool,
}

/// A way to answer, good for five uses in thirty minutes.
#[derive(Debug, Clone)]
pub struct ResponseUrl {
    pub team: String,
    pub user: String,
    pub channel: String,
    pub trigger: String,
    pub message: Option<String>,
    pub at: Instant,
    pub uses: u32,
}

/// A call of the Web API, or `response_url`.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: String,
    pub team: String,
    pub channel: String,
    pub at: Instant,
    /// `ok`, or the error's code.
    pub outcome: String,
}

/// Where deliveries go by HTTP.
#[derive(Debug, Clone)]
pub struct RequestUrls {
    pub commands: String,
    pub interactions: String,
    pub events: String,
}

/// An envelope that waits for its acknowledgement.
pub(super) struct Envelope {
    pub text: String,
    pub connection: Option<u64>,
    pub answer: oneshot::Sender<Value>,
}

/// An event that was not acknowledged, to be delivered again.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub payload: Value,
    pub tries: u32,
    pub due: Instant,
    pub reason: String,
}

impl State {
    /// Nothing has happened.
    pub fn new(directory: Directory) -> Self {
        Self {
            directory,
            messages: Vec::new(),
            views: BTreeMap::new(),
            triggers: BTreeMap::new(),
            response_urls: BTreeMap::new(),
            calls: Vec::new(),
            violations: Vec::new(),
            troubles: Troubles::default(),
            request_urls: None,
            tickets: BTreeMap::new(),
            connections: BTreeMap::new(),
            connected: 0,
            envelopes: BTreeMap::new(),
            late: VecDeque::new(),
            cut: Vec::new(),
            counter: 0,
        }
    }

    /// A number that was not given before.
    pub fn next(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// The account of that id.
    pub fn user(&self, id: &str) -> &User {
        self.directory.users.get(id).unwrap_or_else(|| panic!("there is no account {id}"))
    }

    /// The workspace of that id.
    pub fn team(&self, id: &str) -> &Team {
        self.directory.teams.get(id).unwrap_or_else(|| panic!("there is no workspace {id}"))
    }

    /// The message of that timestamp.
    pub fn message(&mut self, channel: &str, ts: &str) -> Option<&mut Message> {
        self.messages.iter_mut().find(|message| message.channel == channel && message.ts == ts)
    }

    /// Posts a message and gives its timestamp.
    pub fn post(&mut self, mut message: Message, now: Instant) -> String {
        let number = self.next();
        message.ts = format!("{}.{number:06}", now.timestamp());
        let ts = message.ts.clone();
        self.messages.push(message);
        ts
    }

    /// How many sockets are open.
    pub fn sockets(&self) -> usize {
        self.connections.len()
    }

    /// What happened last, for a test that fails.
    pub fn told(&self) -> String {
        let call = |call: &Call| format!("{} {} {} → {}", call.method, call.team, call.channel, call.outcome);
        let calls: Vec<String> = self.calls.iter().rev().take(12).rev().map(call).collect();
        let open = self.views.len();
        format!("{} sockets, {open} views, last calls:\n{}", self.sockets(), calls.join("\n"))
    }
}

impl Message {
    /// What it says now.
    pub fn now(&self) -> &Content {
        self.versions.last().expect("a message says something")
    }
}
