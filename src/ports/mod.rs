//! The outside, as narrow traits and plain types. Adapters implement them; tests bring their own.

pub mod chat;
pub mod clock;
pub mod cluster;
pub mod mail;
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

    /// The cause, in words.
    pub fn why(&self) -> &str {
        match self {
            Self::Later { why, .. } | Self::Never { why } => why,
        }
    }
}
