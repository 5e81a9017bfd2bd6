//! The rules, pure: no IO, no clock, no chance. Time and ids are arguments.
//!
//! A transition consumes a thing and returns the next one together with a [`Change`]: the effects
//! that it implies outside, and the facts that the audit log keeps. Whoever calls saves all three
//! in one transaction.

pub mod access;
pub mod announcement;
pub mod approval;
pub mod audit;
pub mod chain;
pub mod cost;
pub mod delegation;
pub mod effect;
pub mod environment;
pub mod extension;
pub mod headroom;
pub mod hook;
pub mod ids;
pub mod key;
pub mod lease;
pub mod notice;
pub mod person;
pub mod platform;
pub mod policy;
pub mod quota;
pub mod refusal;
pub mod request;
pub mod template;
pub mod token;
pub mod workload;

use chrono::{DateTime, Utc};

/// A moment, in UTC, whole milliseconds (both databases keep exactly that).
pub type Instant = DateTime<Utc>;

/// What a transition implies besides the new state; saved in the same transaction.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Change {
    /// What must happen outside the database.
    pub effects: Vec<effect::Effect>,
    /// What the audit log will say.
    pub facts: Vec<audit::Fact>,
}

impl Change {
    /// Nothing follows.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds an effect.
    pub fn effect(mut self, effect: effect::Effect) -> Self {
        self.effects.push(effect);
        self
    }

    /// Adds a fact for the audit log.
    pub fn fact(mut self, fact: audit::Fact) -> Self {
        self.facts.push(fact);
        self
    }

    /// Adds everything of another change, in order.
    pub fn and(mut self, other: Change) -> Self {
        self.effects.extend(other.effects);
        self.facts.extend(other.facts);
        self
    }
}
