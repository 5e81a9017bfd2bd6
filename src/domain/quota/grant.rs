//! A grant: more than the limit, for a while.

use serde::{Deserialize, Serialize};

use super::{Amounts, Scope};
use crate::domain::{
    Instant,
    ids::{GrantId, PersonId, WishId},
    refusal::Refusal,
};

/// More for a while, on top of what the limit allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// Whose limits it adds to.
    pub scope: Scope,
    /// How much it adds.
    pub amounts: Amounts,
    /// From this moment on.
    pub from: Instant,
    /// Until this moment, which is not in it any more.
    pub until: Instant,
    /// Who gave it.
    pub by: PersonId,
    /// Why.
    pub reason: Option<String>,
    /// The wish that it came from.
    pub wish: Option<WishId>,
    /// When it was given.
    pub created_at: Instant,
    /// Whether its end was told.
    pub state: GrantState,
    /// Grows with every save.
    pub version: i64,
}

/// Whether the end of a grant was told. What it adds follows from `from` and `until` alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum GrantState {
    /// Its end is still to be told.
    Given,
    /// It ended, and that was told.
    Ended,
    /// Somebody took it back.
    Revoked {
        /// Who.
        by: PersonId,
    },
}

impl Grant {
    /// The words of [`Self::word`].
    pub const WORDS: [&'static str; 4] = ["planned", "active", "ended", "revoked"];

    /// Whether it adds something at that moment.
    pub fn is_active(&self, now: Instant) -> bool {
        self.from <= now && now < self.until
    }

    /// Where it stands at that moment, in one word.
    pub fn word(&self, now: Instant) -> &'static str {
        match self.state {
            GrantState::Revoked { .. } => "revoked",
            _ if self.until <= now => "ended",
            _ if self.from > now => "planned",
            _ => "active",
        }
    }

    /// When its end is to be told.
    pub fn wakes_at(&self) -> Option<Instant> {
        (self.state == GrantState::Given).then_some(self.until)
    }

    /// Notes that it is over; `None` when it is not, or that was noted before.
    pub fn end(mut self, now: Instant) -> Option<Self> {
        self.wakes_at().filter(|end| *end <= now)?;
        self.state = GrantState::Ended;
        Some(self)
    }

    /// Takes it back: it adds nothing from now on.
    ///
    /// # Errors
    /// [`Refusal::GrantOver`] when it is over already.
    pub fn revoke(mut self, by: &PersonId, now: Instant) -> Result<Self, Refusal> {
        if self.state != GrantState::Given || self.until <= now {
            return Err(Refusal::GrantOver { id: self.id.as_str().to_owned() });
        }
        self.until = now;
        self.from = self.from.min(now);
        self.state = GrantState::Revoked { by: by.clone() };
        Ok(self)
    }
}
