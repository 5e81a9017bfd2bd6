//! What Discord's errors mean: whether waiting helps, or another way, or an operator, or only a change of ours.

use std::{borrow::Cow, fmt};

use axum::http::StatusCode;
use chrono::TimeDelta;

use super::words::TABLE;
pub use crate::chat::kind::Kind;
use crate::ports::Failure;

/// How long to wait after a 429 that does not say how long.
pub(super) const USUAL_WAIT: TimeDelta = TimeDelta::seconds(30);

/// A call that we make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Posts a message.
    Post,
    /// Replaces what a message says.
    Edit,
    /// Opens the direct conversation with somebody.
    OpenDirect,
    /// Looks up a member of a guild.
    Member,
    /// Starts a thread below a message.
    StartThread,
    /// Opens a thread that was archived.
    OpenThread,
    /// Answers an interaction.
    Respond,
    /// Replaces the answer to an interaction, or adds one.
    Follow,
    /// Whether the token is good.
    WhoAmI,
    /// Reads or writes the registered commands.
    Commands,
    /// Asks where the gateway is.
    Gateway,
}

impl Method {
    /// Discord's name of it, in one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Post => "create_message",
            Self::Edit => "edit_message",
            Self::OpenDirect => "create_dm",
            Self::Member => "get_guild_member",
            Self::StartThread => "start_thread",
            Self::OpenThread => "modify_channel",
            Self::Respond => "create_interaction_response",
            Self::Follow => "interaction_followup",
            Self::WhoAmI => "get_current_application",
            Self::Commands => "application_commands",
            Self::Gateway => "get_gateway_bot",
        }
    }

    /// Whether it is allowed by the token of an interaction, and not by the bot's.
    pub fn is_of_interaction(self) -> bool {
        matches!(self, Self::Respond | Self::Follow)
    }
}

/// Why a call did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What was called.
    pub method: Method,
    /// Discord's number for it (`50007`), or our word: `timeout`, `connection`, `http_503`. Never more of the answer.
    pub code: Cow<'static, str>,
    /// What kind it is.
    pub kind: Kind,
    /// How long we were asked to wait, or wait on our own so as not to be asked.
    pub after: Option<TimeDelta>,
    /// Whether it may have been done all the same: the answer was lost, or leaves it open.
    pub unsure: bool,
    /// The reference of the log line that told it as a fault, if one did: it is not logged again.
    pub reference: Option<String>,
}

impl Trouble {
    /// It was not sent, since it is not its turn yet.
    pub fn not_yet(method: Method, after: TimeDelta) -> Self {
        Self { after: Some(after), ..Self::new(method, "not_yet") }
    }

    /// No answer came in time.
    pub fn timeout(method: Method) -> Self {
        Self { unsure: true, ..Self::new(method, "timeout") }
    }

    /// The connection failed, before (`begun` is false) or after something was sent.
    pub fn connection(method: Method, begun: bool) -> Self {
        Self { unsure: begun, ..Self::new(method, "connection") }
    }

    /// The answer was good, and what it says makes no sense.
    pub fn not_understood(method: Method) -> Self {
        Self { unsure: true, ..Self::new(method, "not_understood") }
    }

    /// An answer that is not good: its status, Discord's number when there is one, and how long we shall wait.
    pub fn of(method: Method, status: StatusCode, code: Option<u64>, after: Option<TimeDelta>) -> Self {
        // Discord's 0 says no more than the status does.
        let told = code.filter(|code| *code != 0).map(|code| code.to_string());
        let trouble = match told {
            Some(code) => Self::new(method, &code),
            None if status == StatusCode::TOO_MANY_REQUESTS => Self::new(method, "ratelimited"),
            None if status == StatusCode::BAD_REQUEST => Self::new(method, "0"),
            // The bot's own token has no part in it.
            None if status == StatusCode::UNAUTHORIZED && method.is_of_interaction() => {
                Self::new(method, "50027")
            }
            None => Self::new(method, &format!("http_{}", status.as_u16())),
        };
        // “Service unavailable” says that nothing was begun; of the others nobody knows.
        let unsure = status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE;
        match status {
            StatusCode::TOO_MANY_REQUESTS => {
                Self { kind: Kind::Passing, after: Some(after.unwrap_or(USUAL_WAIT)), ..trouble }
            }
            _ => Self { unsure, after, ..trouble },
        }
    }

    /// The trouble of that code, as the table has it.
    pub fn new(method: Method, code: &str) -> Self {
        let (code, kind) = match TABLE.iter().find(|(known, ..)| *known == code) {
            Some((known, kind, _)) => (Cow::Borrowed(*known), *kind),
            None if code.starts_with("http_") => (Cow::Owned(code.to_owned()), Kind::Passing),
            None => (Cow::Owned(code.to_owned()), Kind::Unknown),
        };
        Self { method, code, kind, after: None, unsure: false, reference: None }
    }

    /// What it means for a message to somewhere. `ours` is the approvers' channel, which an operator can repair;
    /// of a direct conversation nobody can.
    pub fn failure(&self, ours: bool) -> Failure {
        let why = self.to_string();
        match self.kind {
            // A message that is rewritten twice is the same; one that is posted twice may be there twice.
            _ if self.unsure && self.method == Method::Post => Failure::Unsure { why },
            Kind::Passing => Failure::Later { why, after: self.after },
            Kind::Token => Failure::Closed { why },
            Kind::Channel if ours => Failure::Closed { why },
            Kind::Channel | Kind::Person | Kind::Message | Kind::Ours => Failure::Never { why },
            // A new number of Discord's: most are about limits, which pass. Tries are bounded, so that a wrong
            // guess costs a minute before the next way is taken.
            Kind::Unknown => Failure::Later { why, after: None },
        }
    }

    /// Whether the bot's token itself was refused, so that every other call would be too.
    pub fn refuses_token(&self) -> bool {
        matches!(self.code.as_ref(), "http_401" | "40001" | "50014" | "50025")
    }

    /// The word for metrics: one of the table, so that what comes from outside cannot make ever more of them.
    pub fn label(&self) -> &'static str {
        let known = |word: &str| TABLE.iter().find(|(known, ..)| *known == word).map(|(known, ..)| *known);
        let http = || self.code.starts_with("http_").then_some("http");
        known(&self.code).or_else(http).unwrap_or("other")
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (method, code) = (self.method.name(), &self.code);
        match TABLE.iter().find(|(known, ..)| known == code) {
            Some((.., meaning)) => write!(to, "Discord, {method}: {meaning} ({code})"),
            None => write!(to, "Discord, {method}: {code}"),
        }
    }
}

impl std::error::Error for Trouble {}
