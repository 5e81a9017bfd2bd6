//! Things that a person must be told.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{
    Instant,
    ids::{EnvName, LeaseId, PersonId, RequestId},
};

/// Something that one person must be told, by DM, else by e-mail, else in the approvers' channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// Who must be told.
    pub to: PersonId,
    /// The request it belongs to.
    pub request: RequestId,
    /// The environment's name.
    pub name: EnvName,
    /// The lease, once there is one.
    pub lease: Option<LeaseId>,
    /// The version of the request or lease that caused it: part of the key that keeps it single.
    pub version: i64,
    /// What happened.
    pub news: News,
}

impl Notice {
    /// The key under which the outbox keeps this notice once only.
    pub fn key(&self) -> String {
        let about = self.lease.as_ref().map_or(self.request.as_str(), LeaseId::as_str);
        format!("tell/{about}/{}/{}", self.version, self.news.word())
    }
}

/// What a notice says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum News {
    /// The request was approved.
    Approved {
        /// Who decided, for showing; `None` when a rule did.
        by: Option<PersonId>,
    },
    /// The request was rejected.
    Rejected {
        /// Who decided.
        by: PersonId,
        /// Why.
        reason: String,
    },
    /// Less was offered, to be taken with one press.
    Offered {
        /// By whom.
        by: PersonId,
        /// What, in words.
        what: String,
    },
    /// Nobody decided in time.
    Lapsed,
    /// The environment can be used.
    Ready,
    /// Provisioning failed.
    ProvisioningFailed {
        /// The cause, in words.
        why: String,
    },
    /// The lease ends soon.
    ExpiresSoon {
        /// When the lease ends.
        ends_at: Instant,
        /// How long before the end this warning was due.
        offset: Offset,
        /// Whether this is the final warning, whose delivery starts the deletion clock.
        last: bool,
    },
    /// The extension was approved.
    Extended {
        /// Who decided.
        by: PersonId,
        /// The new end.
        ends_at: Instant,
    },
    /// The extension was rejected.
    ExtensionRejected {
        /// Who decided.
        by: PersonId,
        /// Why.
        reason: String,
    },
    /// Nobody decided the extension in time, or the lease was over first.
    ExtensionLapsed,
    /// Everything is purged.
    Gone,
}

impl News {
    /// One word for keys and metrics.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Approved { .. } => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Offered { .. } => "offered",
            Self::Lapsed => "lapsed",
            Self::Ready => "ready",
            Self::ProvisioningFailed { .. } => "provisioning_failed",
            Self::ExpiresSoon { .. } => "expires_soon",
            Self::Extended { .. } => "extended",
            Self::ExtensionRejected { .. } => "extension_rejected",
            Self::ExtensionLapsed => "extension_lapsed",
            Self::Gone => "gone",
        }
    }
}

/// A span stored as whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Offset(i64);

impl From<TimeDelta> for Offset {
    fn from(span: TimeDelta) -> Self {
        Self(span.num_seconds())
    }
}

impl From<Offset> for TimeDelta {
    fn from(offset: Offset) -> Self {
        TimeDelta::seconds(offset.0)
    }
}
