//! What Slack's errors mean: whether waiting helps, or another way, or an operator, or only a change of ours.

use std::{borrow::Cow, fmt};

use chrono::TimeDelta;
use slack_morphism::errors::SlackClientError;

use super::words::TABLE;
pub use crate::chat::kind::Kind;
use crate::ports::Failure;

/// How long to wait after a 429 that does not say how long.
const USUAL_WAIT: TimeDelta = TimeDelta::seconds(30);
/// The longest word that is taken over from an answer; Slack's longest is below it.
const CODE_MAX: usize = 60;

/// A method of the Web API that we call, or an address that came with something people did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Posts a message.
    Post,
    /// Replaces what a message says.
    Update,
    /// Opens the direct conversation with somebody.
    OpenDirect,
    /// Looks somebody up.
    User,
    /// Tells who is in a user group.
    Group,
    /// Opens a form.
    OpenView,
    /// Replaces a form.
    UpdateView,
    /// Replaces somebody's App Home.
    PublishHome,
    /// Whether the token is good.
    WhoAmI,
    /// Offers a connection of Socket Mode.
    Connect,
    /// Answers at a `response_url`.
    Respond,
}

impl Method {
    /// Slack's name of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Post => "chat.postMessage",
            Self::Update => "chat.update",
            Self::OpenDirect => "conversations.open",
            Self::User => "users.info",
            Self::Group => "usergroups.users.list",
            Self::OpenView => "views.open",
            Self::UpdateView => "views.update",
            Self::PublishHome => "views.publish",
            Self::WhoAmI => "auth.test",
            Self::Connect => "apps.connections.open",
            Self::Respond => "response_url",
        }
    }
}

/// Why a call did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What was called.
    pub method: Method,
    /// Slack's word for it, or ours: `timeout`, `connection`, `http_503`. Never more of the answer than that.
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

    /// What slack-morphism reports. Its own words hold the answer's body, so they are not taken over.
    pub fn of(method: Method, error: &SlackClientError) -> Self {
        match error {
            SlackClientError::ApiError(error) => Self::new(method, &error.code),
            SlackClientError::RateLimitError(error) => {
                let asked = error.retry_after.and_then(|after| TimeDelta::from_std(after).ok());
                Self { after: Some(asked.unwrap_or(USUAL_WAIT)), ..Self::new(method, "ratelimited") }
            }
            SlackClientError::HttpError(error) => {
                let mut trouble = Self::new(method, "http");
                trouble.code = format!("http_{}", error.status_code.as_u16()).into();
                // “Service unavailable” says that nothing was begun; of the others nobody knows.
                trouble.unsure = error.status_code.is_server_error() && error.status_code.as_u16() != 503;
                trouble
            }
            SlackClientError::HttpProtocolError(error) => {
                // The one error of the HTTP client after which nothing was sent; its type is not exported to us.
                let begun = error.cause.as_ref().is_none_or(|cause| cause.to_string() != NOT_CONNECTED);
                Self { unsure: begun, ..Self::new(method, "connection") }
            }
            SlackClientError::SystemError(_) | SlackClientError::EndOfStream(_) => {
                Self { unsure: true, ..Self::new(method, "connection") }
            }
            SlackClientError::ProtocolError(_) | SlackClientError::SocketModeProtocolError(_) => {
                Self { unsure: true, ..Self::new(method, "not_understood") }
            }
        }
    }

    /// The trouble of that word, as the table has it.
    pub fn new(method: Method, code: &str) -> Self {
        let after = (code == "ratelimited" || code == "rate_limited").then_some(USUAL_WAIT);
        let (code, kind) = match TABLE.iter().find(|(word, ..)| *word == code) {
            Some((word, kind, _)) => (Cow::Borrowed(*word), *kind),
            None => (Cow::Owned(harmless(code)), Kind::Unknown),
        };
        // Slack says of these two that a part of what was asked may have been done.
        let unsure = matches!(code.as_ref(), "internal_error" | "fatal_error");
        Self { method, code, kind, after, unsure, reference: None }
    }

    /// What it means for a message to somewhere. `ours` is the approvers' channel, which an operator can repair;
    /// of a direct conversation nobody can.
    pub fn failure(&self, ours: bool) -> Failure {
        let why = self.to_string();
        match self.kind {
            // A message that is rewritten twice is the same; one that is posted twice is there twice.
            _ if self.unsure && self.method == Method::Post => Failure::Unsure { why },
            Kind::Passing => Failure::Later { why, after: self.after },
            Kind::Token => Failure::Closed { why },
            Kind::Channel if ours => Failure::Closed { why },
            Kind::Channel | Kind::Person | Kind::Message | Kind::Ours => Failure::Never { why },
            // A new word of Slack's: most of those that came in ten years were about limits and settings, which
            // pass. Tries are bounded, so that a wrong guess costs a minute before the next way is taken.
            Kind::Unknown => Failure::Later { why, after: None },
        }
    }

    /// The word for metrics: one of the table, so that what comes from outside cannot make ever more of them.
    pub fn label(&self) -> &'static str {
        let word = if self.code.starts_with("http_") { "http" } else { &self.code };
        TABLE.iter().find(|(known, ..)| *known == word).map_or("other", |(known, ..)| known)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (method, code) = (self.method.name(), &self.code);
        match TABLE.iter().find(|(word, ..)| word == code) {
            Some((.., meaning)) => write!(to, "Slack, {method}: {meaning} ({code})"),
            None => write!(to, "Slack, {method}: {code}"),
        }
    }
}

impl std::error::Error for Trouble {}

/// How the HTTP client says that no connection came about.
const NOT_CONNECTED: &str = "client error (Connect)";

/// A word from outside, cut to what a word of Slack's may look like.
fn harmless(code: &str) -> String {
    let fits = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_';
    let word: String = code.chars().take(CODE_MAX).filter(fits).collect();
    if word.is_empty() { "no_word".to_owned() } else { word }
}
