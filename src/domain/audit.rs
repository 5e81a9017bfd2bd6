//! The audit log: facts that outlive the things they are about. `/env why` answers from these alone.

use serde::{Deserialize, Serialize};

use super::{
    Instant,
    environment::SshAccess,
    ids::{EnvName, PersonId},
    notice::Offset,
};

/// Who caused a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", content = "who", rename_all = "snake_case")]
pub enum Actor {
    /// Somebody.
    Person(PersonId),
    /// A rule of the template.
    Rule,
    /// Time passing.
    Clock,
    /// What was seen outside: the provisioner, a chat platform, a mail server.
    Outside,
}

/// One line of the log, as it was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Position in the log: larger is later.
    pub seq: i64,
    /// When it was written.
    pub at: Instant,
    /// Who caused it.
    pub actor: Actor,
    /// The environment's name (keys: the person's handle).
    pub about: String,
    /// What happened.
    pub fact: Fact,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// Somebody asked for an environment.
    Requested {
        /// Of which template.
        template: String,
        /// For how long.
        span: Offset,
        /// Why.
        reason: Option<String>,
    },
    /// The request waits for an approver.
    Pending,
    /// The request was approved.
    Approved {
        /// Words of the approver, if any.
        reason: Option<String>,
    },
    /// The request was rejected.
    Rejected {
        /// Why.
        reason: String,
    },
    /// The requester took it back.
    Withdrawn,
    /// Nobody decided in time.
    Lapsed,
    /// The approvers were reminded.
    Reminded {
        /// Which time.
        count: u32,
    },
    /// Somebody tried to decide or to act without the right to.
    Refused {
        /// What they tried, such as `approve`.
        tried: String,
        /// Why not.
        why: String,
    },
    /// Provisioning began.
    ProvisioningStarted {
        /// Which try.
        attempt: u32,
    },
    /// The environment answered.
    Ready {
        /// Where.
        access: SshAccess,
        /// When the lease ends.
        ends_at: Instant,
    },
    /// Provisioning failed.
    ProvisioningFailed {
        /// The cause.
        why: String,
    },
    /// The owner is being warned.
    Warned {
        /// How long before the end.
        offset: Offset,
        /// Whether it is the final warning.
        last: bool,
    },
    /// A warning was delivered.
    WarningDelivered {
        /// By which way: `dm`, `mail` or `channel`.
        way: String,
        /// Whether it was the final one.
        last: bool,
    },
    /// No way got the final warning through; the lease is held.
    WarningUndelivered {
        /// What each way said.
        why: String,
    },
    /// The lease is over; the environment is kept until then, or held while the warning is undelivered.
    GraceStarted {
        /// When it will be deleted; `None` while no delivery is confirmed.
        until: Option<Instant>,
    },
    /// More time was asked for.
    ExtensionAsked {
        /// How much.
        by: Offset,
        /// Why.
        reason: String,
    },
    /// More time was given.
    ExtensionApproved {
        /// The new end.
        ends_at: Instant,
    },
    /// More time was refused.
    ExtensionRejected {
        /// Why.
        reason: String,
    },
    /// Nobody decided the extension in time.
    ExtensionLapsed,
    /// The owner (or an admin) gave the environment back.
    Released,
    /// Deletion began.
    DeletionStarted {
        /// Because of what, in words.
        because: String,
    },
    /// The purge failed.
    PurgeFailed {
        /// The cause.
        why: String,
    },
    /// Somebody asked for another try.
    Retried,
    /// Nothing of it exists any more.
    Gone,
    /// A public key was added.
    KeyAdded {
        /// Its SHA-256 fingerprint.
        fingerprint: String,
    },
    /// A public key was removed.
    KeyRemoved {
        /// Its SHA-256 fingerprint.
        fingerprint: String,
    },
}

/// An entry about to be written; the store gives it its place.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEntry {
    /// When.
    pub at: Instant,
    /// Who caused it.
    pub actor: Actor,
    /// The environment's name.
    pub about: String,
    /// What happened.
    pub fact: Fact,
}

impl NewEntry {
    /// A fact about an environment.
    pub fn about(name: &EnvName, at: Instant, actor: Actor, fact: Fact) -> Self {
        Self { at, actor, about: name.as_str().to_owned(), fact }
    }
}
