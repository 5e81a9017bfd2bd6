//! What an operator decides about Discord. The configuration fills it in.

use std::{collections::BTreeMap, time::Duration};

use chrono::TimeDelta;
use secrecy::SecretString;

use crate::domain::person::Rights;

/// How Discord is reached, and which of its guilds.
#[derive(Debug, Clone)]
pub struct Settings {
    /// By which way what people do comes in.
    pub inbound: Inbound,
    /// The API, without a slash at the end: `https://discord.com/api/v10`, or a stand-in.
    pub api: String,
    /// How long a call of the API may take.
    pub timeout: Duration,
    /// Discord's id of the application.
    pub application: String,
    /// The bot's token.
    pub token: SecretString,
    /// Where the commands are registered.
    pub commands: Registration,
    /// How long what Discord said about somebody is believed when it does not answer.
    pub recheck: TimeDelta,
    /// Handles of people of the configuration, by Discord's ids of their accounts. Discord shows bots no e-mail
    /// addresses, so whoever is not among them links their account with a code.
    pub listed: BTreeMap<String, String>,
    /// The guilds, at least one; no two with the same id. Somebody who is in several is written to by the first.
    pub guilds: Vec<DiscordGuild>,
}

/// By which way what people do comes in.
#[derive(Debug, Clone)]
pub enum Inbound {
    /// The gateway: we call Discord, so nothing need be reachable from outside.
    Gateway,
    /// Discord calls us, at `/discord/interactions`.
    Http {
        /// The key with which Discord signs what it sends (32 bytes, public).
        public_key: [u8; 32],
    },
}

/// Where the commands are registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Registration {
    /// Once, for every guild and for direct messages.
    #[default]
    Global,
    /// In each guild of the settings, where a change is seen at once; not in direct messages.
    Guild,
    /// Nowhere: somebody else does it.
    Off,
}

/// One guild in which the app is installed.
#[derive(Debug, Clone)]
pub struct DiscordGuild {
    /// Discord's id of it.
    pub id: String,
    /// The approvers' channel. Without it, nobody is asked in this guild.
    pub approvers: Option<String>,
    /// The role that is mentioned when approvers are asked.
    pub mention: Option<String>,
    /// Whether each request gets a thread of its own below its card.
    pub threads: bool,
    /// What Discord's roles, by their ids, make of somebody here.
    pub roles: BTreeMap<String, Rights>,
}
