//! What Discord's errors mean: whether waiting helps, or another way, or an operator, or only a change of ours.

use std::{borrow::Cow, fmt};

use chrono::TimeDelta;

/// What kind of trouble it is: what helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Discord is busy, slow, away, or asks us to wait: the same again, later.
    Passing,
    /// This person cannot be reached in Discord: another way.
    Person,
    /// The channel does not take our messages: an operator has to give the bot its rights there.
    Channel,
    /// The token is no good, or may not do this: an operator has to renew it.
    Token,
    /// The message, the interaction or its moment is gone: a new one.
    Message,
    /// What we sent is wrong: a defect of Sublet.
    Ours,
    /// A code that is not in the table.
    Unknown,
}

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
    /// The trouble of that code, as the table has it.
    pub fn new(method: Method, code: &str) -> Self {
        let code = Cow::Owned(code.to_owned());
        Self { method, code, kind: Kind::Unknown, after: None, unsure: false, reference: None }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "Discord, {:?}: {}", self.method, self.code)
    }
}

impl std::error::Error for Trouble {}
