//! What an operator decides about Slack. The configuration fills it in.

use std::{collections::BTreeMap, time::Duration};

use chrono::TimeDelta;
use secrecy::SecretString;

pub use crate::actions::admit::Newcomers;
use crate::domain::person::Rights;

/// How Slack is reached, and which of its workspaces.
#[derive(Debug, Clone)]
pub struct Settings {
    /// By which way what people do comes in.
    pub inbound: Inbound,
    /// The Web API, without a slash at the end: `https://slack.com/api`, or a stand-in.
    pub api: String,
    /// How long a call of the Web API may take.
    pub timeout: Duration,
    /// Who may come in without being listed.
    pub newcomers: Newcomers,
    /// Whether the address of a full member says who they are; else accounts are linked one by one.
    pub match_email: bool,
    /// How long what Slack said about an account is believed.
    pub recheck: TimeDelta,
    /// The workspaces, at least one; no two with the same id.
    pub workspaces: Vec<SlackWorkspace>,
}

/// By which way what people do comes in.
#[derive(Debug, Clone)]
pub enum Inbound {
    /// Socket Mode: we call Slack, so nothing need be reachable from outside.
    Socket {
        /// The app-level token (`xapp-…`).
        app_token: SecretString,
        /// How many connections are kept at once, so that one may end while others stay.
        connections: u32,
    },
    /// Slack calls us, below `/slack`.
    Http {
        /// The secret with which Slack signs what it sends.
        signing_secret: SecretString,
    },
}

/// One workspace in which the app is installed.
#[derive(Debug, Clone)]
pub struct SlackWorkspace {
    /// Slack's id of it: `T0123ABCD`.
    pub id: String,
    /// The bot token of the installation there (`xoxb-…`).
    pub token: SecretString,
    /// The approvers' channel: `C0123ABCD`. Without it, nobody is asked in this workspace.
    pub approvers: Option<String>,
    /// The user group that is mentioned when approvers are asked: `S0123ABCD`.
    pub group: Option<String>,
    /// What being in a user group gives, by Slack's id of the group.
    pub groups: BTreeMap<String, Rights>,
}
