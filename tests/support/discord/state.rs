//! What there is and what happened: messages with their versions, interactions, commands, calls, violations.

use std::collections::BTreeMap;

use serde_json::Value;
use sublet::domain::Instant;

use super::{
    BOT,
    forms::Modal,
    gateway::Gateway,
    interactions::Interaction,
    limits::Limits,
    people::{Directory, Guild, User},
    trouble::Troubles,
};

/// All of Discord.
pub struct State {
    /// Who and what there is.
    pub directory: Directory,
    /// Every message, oldest first.
    pub messages: Vec<Message>,
    /// What people did, by Discord's id of it.
    pub interactions: BTreeMap<String, Interaction>,
    /// The modals that people have before them, by account.
    pub modals: BTreeMap<String, Modal>,
    /// The registered commands: those of all guilds below `None`.
    pub commands: BTreeMap<Option<String>, Vec<Value>>,
    /// Every call of the API, oldest first.
    pub calls: Vec<Call>,
    /// Every first answer to an interaction, however it came.
    pub answers: Vec<Value>,
    /// Rules of Discord that the application broke, though no answer may have told it.
    pub violations: Vec<String>,
    /// What goes wrong.
    pub troubles: Troubles,
    /// How fast is too fast.
    pub limits: Limits,
    /// The token was renewed, so that the application's is good no more.
    pub revoked: bool,
    /// The gateway.
    pub gateway: Gateway,
    /// Where interactions go by HTTP; `None`: by the gateway.
    pub interactions_url: Option<String>,
    pub(super) counter: u64,
}

/// A message.
#[derive(Debug, Clone)]
pub struct Message {
    /// The guild; `None` in direct messages.
    pub guild: Option<String>,
    /// The channel.
    pub channel: String,
    /// Its id.
    pub id: String,
    /// When it was posted.
    pub at: Instant,
    /// Who wrote it.
    pub author: String,
    /// Who alone sees it.
    pub only_for: Option<String>,
    /// What it said, oldest first.
    pub versions: Vec<Content>,
    /// How many versions its readers have read.
    pub read: usize,
    /// Somebody deleted it.
    pub deleted: bool,
    /// As whose answer it came: the interaction's id.
    pub by: Option<String>,
    /// The key under which it was posted.
    pub nonce: Option<String>,
    /// "… is thinking": the answer is still to come.
    pub thinking: bool,
    /// The thread that begins with it.
    pub thread: Option<String>,
}

/// What a message says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Content {
    /// The text.
    pub text: String,
    /// Its embeds.
    pub embeds: Vec<Value>,
    /// Its rows of buttons and menus.
    pub components: Vec<Value>,
    /// The roles and accounts that were called by it, and `everyone`.
    pub calls: Vec<String>,
}

/// A call of the API.
#[derive(Debug, Clone)]
pub struct Call {
    /// Method and path with names in it: `POST /channels/{channel}/messages`.
    pub route: String,
    /// The path as called. Tokens of interactions are not in it.
    pub path: String,
    /// The body.
    pub body: Value,
    /// When.
    pub at: Instant,
    /// `ok`, or the error's code (the status where it has none), or what went wrong on demand.
    pub outcome: String,
}

impl State {
    /// Nothing has happened.
    pub fn new(directory: Directory) -> Self {
        Self {
            directory,
            messages: Vec::new(),
            interactions: BTreeMap::new(),
            modals: BTreeMap::new(),
            commands: BTreeMap::new(),
            calls: Vec::new(),
            answers: Vec::new(),
            violations: Vec::new(),
            troubles: Troubles::default(),
            limits: Limits::default(),
            revoked: false,
            gateway: Gateway::default(),
            interactions_url: None,
            counter: 0,
        }
    }

    /// A number that was not given before.
    pub fn next(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// A new id, which tells its moment as Discord's do: milliseconds since 2015 above 22 bits of other things.
    pub fn snowflake(&mut self, now: Instant) -> String {
        let millis = u64::try_from(now.timestamp_millis() - 1_420_070_400_000).expect("after 2015");
        ((millis << 22) + self.next()).to_string()
    }

    /// The account of that id.
    pub fn user(&self, id: &str) -> &User {
        self.directory.users.get(id).unwrap_or_else(|| panic!("there is no account {id}"))
    }

    /// The guild of that id.
    pub fn guild(&mut self, id: &str) -> &mut Guild {
        self.directory.guilds.get_mut(id).unwrap_or_else(|| panic!("there is no guild {id}"))
    }

    /// The message of that id, if nobody deleted it.
    pub fn message(&mut self, id: &str) -> Option<&mut Message> {
        self.messages.iter_mut().find(|message| message.id == id && !message.deleted)
    }

    /// Posts a message and gives its id.
    pub fn post(&mut self, mut message: Message, now: Instant) -> String {
        message.id = self.snowflake(now);
        message.at = now;
        let id = message.id.clone();
        self.messages.push(message);
        id
    }

    /// Every command that can be used in a guild, or in direct messages.
    pub fn commands_in(&self, guild: Option<&str>) -> Vec<Value> {
        let own = guild.and_then(|guild| self.commands.get(&Some(guild.to_owned())));
        let all = self.commands.get(&None);
        own.into_iter().chain(all).flatten().cloned().collect()
    }

    /// The calls of a route.
    pub fn called(&self, route: &str) -> Vec<Call> {
        self.calls.iter().filter(|call| call.route == route).cloned().collect()
    }

    /// What happened last, for a test that fails.
    pub fn told(&self) -> String {
        let call = |call: &Call| format!("{} {} → {}", call.route, call.path, call.outcome);
        let calls: Vec<String> = self.calls.iter().rev().take(12).rev().map(call).collect();
        let open = self.interactions.values().filter(|one| one.first.is_none()).count();
        let broken = self.violations.join("\n");
        format!("{open} interactions unanswered, last calls:\n{}\n{broken}", calls.join("\n"))
    }
}

impl Message {
    /// A message of the bot that is still to be posted.
    pub fn new(guild: Option<String>, channel: &str, content: Content) -> Self {
        Self {
            guild,
            channel: channel.to_owned(),
            id: String::new(),
            at: Instant::default(),
            author: BOT.to_owned(),
            only_for: None,
            versions: vec![content],
            read: 0,
            deleted: false,
            by: None,
            nonce: None,
            thinking: false,
            thread: None,
        }
    }

    /// What it says now.
    pub fn now(&self) -> &Content {
        self.versions.last().expect("a message says something")
    }
}
