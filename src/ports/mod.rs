//! The outside, as narrow traits and plain types. Adapters implement them; tests bring their own.

pub mod chat;
pub mod clock;
pub mod cluster;
pub mod hooks;
pub mod mail;
pub mod pages;
pub mod store;
pub mod templates;

use chrono::TimeDelta;

/// Why the outside did not do what was asked, and whether asking again can help.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Failure {
    /// Asking again may work: the other side was away, slow, or busy.
    #[error("{why} (will be tried again)")]
    Later {
        /// What happened, without secrets.
        why: String,
        /// How long the other side asked us to wait, if it said so.
        after: Option<TimeDelta>,
    },
    /// Nothing gets through until somebody repairs something: a token that was revoked, an archived channel.
    /// What is to be done is kept. Whoever answers so has told the operator.
    #[error("{why} (waits until that is repaired)")]
    Closed {
        /// What is closed, without secrets.
        why: String,
    },
    /// It was sent, and no answer came: it may have been done. Asking again may do it twice.
    #[error("{why} (it may have been done all the same)")]
    Unsure {
        /// What happened, without secrets.
        why: String,
    },
    /// Asking again in the same way cannot work: nobody there, not allowed, not valid.
    #[error("{why}")]
    Never {
        /// What happened, without secrets.
        why: String,
    },
}

impl Failure {
    /// A failure that may pass.
    pub fn later(why: impl Into<String>) -> Self {
        Self::Later { why: why.into(), after: None }
    }

    /// A failure that will not pass.
    pub fn never(why: impl Into<String>) -> Self {
        Self::Never { why: why.into() }
    }

    /// A failure that passes when somebody repairs something.
    pub fn closed(why: impl Into<String>) -> Self {
        Self::Closed { why: why.into() }
    }

    /// A failure that may be none.
    pub fn unsure(why: impl Into<String>) -> Self {
        Self::Unsure { why: why.into() }
    }

    /// The cause, in words.
    pub fn why(&self) -> &str {
        match self {
            Self::Later { why, .. } | Self::Closed { why } | Self::Unsure { why } | Self::Never { why } => {
                why
            }
        }
    }

    /// Whether asking again in the same way may work some day.
    pub fn may_pass(&self) -> bool {
        !matches!(self, Self::Never { .. })
    }
}
