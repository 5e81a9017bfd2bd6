//! Discord's API: one method of ours for each of Discord's that we need. Time-out, pace and 429 are kept here.

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use super::{
    settings::Settings,
    trouble::{Method, Trouble},
};
use crate::actions::World;

/// Discord's API, with the bot's token.
pub struct Client {}

/// Where answers to one interaction go, for fifteen minutes. The token is a secret.
#[derive(Debug, Clone)]
pub struct Handle {
    /// Discord's id of the interaction.
    pub id: String,
    /// Its token.
    pub token: SecretString,
}

/// A message that Discord has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Posted {
    /// Its id.
    pub id: String,
    /// The conversation.
    pub channel_id: String,
}

/// A member of a guild, read to the parts that decide who somebody is.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Member {
    /// The account.
    pub user: Option<User>,
    /// The name they go by in this guild.
    pub nick: Option<String>,
    /// The ids of their roles.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Has not yet agreed to the guild's rules.
    pub pending: Option<bool>,
}

/// An account of Discord.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct User {
    /// Its id.
    pub id: String,
    /// The name to mention.
    pub username: String,
    /// The name to show.
    pub global_name: Option<String>,
    /// It is a program.
    pub bot: Option<bool>,
    /// It is Discord itself.
    pub system: Option<bool>,
}

/// Where the gateway is, and how it wants to be called.
#[derive(Debug, Clone, Deserialize)]
pub struct Gateway {
    /// Its address.
    pub url: String,
    /// How many connections Discord asks for.
    pub shards: u32,
    /// How often we may begin a session.
    pub session_start_limit: StartLimit,
}

/// How often a session may be begun.
#[derive(Debug, Clone, Deserialize)]
pub struct StartLimit {
    /// How many are left.
    pub remaining: u32,
    /// After how many milliseconds there are more.
    pub reset_after: u64,
    /// How many may begin in the same five seconds.
    pub max_concurrency: u32,
}

impl Client {
    /// A client for the application of the settings. Nothing is called yet.
    ///
    /// # Errors
    /// When the machine's certificates cannot be read.
    pub fn new(_world: &World, _settings: &Settings) -> anyhow::Result<Self> {
        Ok(Self {})
    }

    /// Posts a message into a conversation. `key` becomes its nonce, which Discord remembers for some minutes: the
    /// same key again is answered with the first message.
    ///
    /// # Errors
    /// [`Trouble`]; when it is `unsure`, the message may be there all the same.
    pub async fn post(&self, _channel: &str, _body: &Value, _key: &str) -> Result<Posted, Trouble> {
        Err(Trouble::new(Method::Post, "not_yet"))
    }

    /// Replaces what a message says.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn edit(&self, _channel: &str, _message: &str, _body: &Value) -> Result<(), Trouble> {
        Err(Trouble::new(Method::Edit, "not_yet"))
    }

    /// Opens the direct conversation with somebody; answers with its id. Opening it again changes nothing.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn open_direct(&self, _user: &str) -> Result<String, Trouble> {
        Err(Trouble::new(Method::OpenDirect, "not_yet"))
    }

    /// A member of a guild.
    ///
    /// # Errors
    /// [`Trouble`] of kind `Person` when they are not (or no longer) in it.
    pub async fn member(&self, _guild: &str, _user: &str) -> Result<Member, Trouble> {
        Err(Trouble::new(Method::Member, "not_yet"))
    }

    /// Starts a thread below a message; answers with its id. When there is one already, it is that one's.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn start_thread(&self, _channel: &str, _message: &str, _name: &str) -> Result<String, Trouble> {
        Err(Trouble::new(Method::StartThread, "not_yet"))
    }

    /// Answers an interaction: the body has Discord's `type` and `data`.
    ///
    /// # Errors
    /// [`Trouble`]; the moment ends after three seconds.
    pub async fn respond(&self, _to: &Handle, _body: &Value) -> Result<(), Trouble> {
        Err(Trouble::new(Method::Respond, "not_yet"))
    }

    /// Replaces the first answer to an interaction, or what stands in its place.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn edit_response(&self, _to: &Handle, _message: &Value) -> Result<(), Trouble> {
        Err(Trouble::new(Method::Follow, "not_yet"))
    }

    /// Adds an answer to an interaction that was answered.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn follow_up(&self, _to: &Handle, _message: &Value) -> Result<(), Trouble> {
        Err(Trouble::new(Method::Follow, "not_yet"))
    }

    /// Whether the token is good: the id of the application it is for.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn who_am_i(&self) -> Result<String, Trouble> {
        Err(Trouble::new(Method::WhoAmI, "not_yet"))
    }

    /// The commands that are registered, globally or in a guild.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn commands(&self, _guild: Option<&str>) -> Result<Value, Trouble> {
        Err(Trouble::new(Method::Commands, "not_yet"))
    }

    /// Replaces all commands.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn set_commands(&self, _guild: Option<&str>, _commands: &Value) -> Result<(), Trouble> {
        Err(Trouble::new(Method::Commands, "not_yet"))
    }

    /// Where the gateway is.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn gateway(&self) -> Result<Gateway, Trouble> {
        Err(Trouble::new(Method::Gateway, "not_yet"))
    }
}
