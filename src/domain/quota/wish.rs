//! A wish for more quota for a while: reviewed like anything else; when it is approved it becomes a grant.

use serde::{Deserialize, Serialize};

use super::{Amounts, Scope};
use crate::domain::{
    Change, Instant,
    announcement::{Announcement, Hearer, Saying},
    approval::{Asked, Ballot, Tally, Voter},
    audit::Fact,
    effect::Effect,
    ids::{GrantId, PersonId, WishId},
    platform::Platform,
    refusal::Refusal,
    request::{Patience, Waiting},
};

/// A wish for more quota.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wish {
    /// Its id.
    pub id: WishId,
    /// Who asks, for themselves.
    pub asked_by: PersonId,
    /// How much more.
    pub amounts: Amounts,
    /// From when on; from the decision on when nothing was said.
    pub from: Option<Instant>,
    /// Until when.
    pub until: Instant,
    /// Why.
    pub reason: String,
    /// Who must agree, and who did.
    pub ballot: Ballot,
    /// When it was asked.
    pub created_at: Instant,
    /// Where it stands.
    pub state: WishState,
    /// Grows with every save.
    pub version: i64,
}

/// Where a wish stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum WishState {
    /// Waits for an approver.
    Pending(Waiting),
    /// Given.
    Approved {
        /// Who decided it in the end.
        by: PersonId,
        /// When.
        at: Instant,
        /// On which platform.
        on: Platform,
        /// What it became.
        grant: GrantId,
    },
    /// Refused.
    Rejected {
        /// Who decided.
        by: PersonId,
        /// When.
        at: Instant,
        /// On which platform.
        on: Platform,
        /// Why.
        reason: String,
    },
    /// Nobody decided in time.
    Lapsed {
        /// When.
        at: Instant,
    },
}

impl WishState {
    /// The words of [`Self::word`].
    pub const WORDS: [&'static str; 4] = ["pending", "approved", "rejected", "lapsed"];

    /// The state in one word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Pending(_) => "pending",
            Self::Approved { .. } => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Lapsed { .. } => "lapsed",
        }
    }
}

impl Wish {
    /// Whose limits it is about.
    pub fn scope(&self) -> Scope {
        Scope::Person(self.asked_by.clone())
    }

    /// When the engine must look at it again.
    pub fn wakes_at(&self) -> Option<Instant> {
        match &self.state {
            WishState::Pending(waiting) => Some(waiting.wakes_at()),
            _ => None,
        }
    }

    /// What follows from asking.
    pub fn asked(&self) -> Change {
        let (amounts, until, reason) = (self.amounts, self.until, self.reason.clone());
        Change::none().effect(self.show()).fact(Fact::QuotaAsked { amounts, until, reason })
    }

    /// Reminds the approvers or lapses, whatever is due. Total and idempotent.
    pub fn wake(mut self, now: Instant, patience: &Patience) -> (Self, Change) {
        let WishState::Pending(waiting) = self.state.clone() else { return (self, Change::none()) };
        if now >= waiting.lapses_at {
            let tell = self.tell(Saying::QuotaLapsed);
            let (wish, change) = self.lapse(now);
            return (wish, change.effect(tell));
        }
        let (waiting, reminded) = waiting.remind(now, patience);
        self.state = WishState::Pending(waiting);
        let Some(count) = reminded else { return (self, Change::none()) };
        let remind = Effect::RemindWish { wish: self.id.clone(), count };
        let change = Change::none().effect(remind).effect(self.show()).fact(Fact::Reminded { count });
        (self, change)
    }

    /// Ends without a decision.
    pub fn lapse(mut self, now: Instant) -> (Self, Change) {
        self.state = WishState::Lapsed { at: now };
        let change = Change::none().effect(self.show()).fact(Fact::QuotaLapsed);
        (self, change)
    }

    /// Somebody's review, as they are at this moment. `rejected` says why not. When the tally is
    /// [`Tally::Approved`], whoever calls makes `grant` of it.
    ///
    /// # Errors
    /// [`Refusal::AlreadyDecided`] with the winner, [`Refusal::EndInThePast`], and those of [`Ballot::vote`].
    pub fn review(
        mut self,
        by: &Voter,
        on: Platform,
        rejected: Option<String>,
        grant: GrantId,
        now: Instant,
    ) -> Result<(Self, Tally, Change), Refusal> {
        self.ensure_pending()?;
        if rejected.is_none() && self.until <= now {
            return Err(Refusal::EndInThePast { until: self.until });
        }
        let asked_by = self.asked_by.clone();
        let tally = self.ballot.vote(by, Asked { by: &asked_by, team: None }, on, rejected.clone(), now)?;
        let by = by.person.id.clone();
        let change = match (tally, rejected) {
            (Tally::Approved, _) => {
                self.state = WishState::Approved { by: by.clone(), at: now, on, grant };
                let (amounts, from, until) = (self.amounts, self.begins(now), self.until);
                Change::none().effect(self.tell(Saying::QuotaGiven { amounts, from, until, by }))
            }
            (Tally::Rejected, reason) => {
                let reason = reason.unwrap_or_default();
                self.state = WishState::Rejected { by: by.clone(), at: now, on, reason: reason.clone() };
                let fact = Fact::QuotaRejected { reason: reason.clone() };
                Change::none().effect(self.tell(Saying::QuotaRefused { by, reason })).fact(fact)
            }
            (Tally::Open, _) => Change::none(),
        };
        let change = change.effect(self.show());
        Ok((self, tally, change))
    }

    /// When the grant begins that it becomes at that moment.
    pub fn begins(&self, now: Instant) -> Instant {
        self.from.map_or(now, |from| from.max(now))
    }

    /// Brings its card up to date.
    pub fn show(&self) -> Effect {
        Effect::ShowWish { wish: self.id.clone(), version: self.version }
    }

    fn tell(&self, says: Saying) -> Effect {
        let (to, key) = (Hearer::Person(self.asked_by.clone()), format!("{}/decided", self.id));
        Effect::Inform { announcement: Announcement { to, key, says } }
    }

    fn ensure_pending(&self) -> Result<(), Refusal> {
        let (by, at) = match &self.state {
            WishState::Pending(_) => return Ok(()),
            WishState::Approved { by, at, .. } | WishState::Rejected { by, at, .. } => {
                (Some(by.clone()), *at)
            }
            WishState::Lapsed { at } => (None, *at),
        };
        Err(Refusal::AlreadyDecided { decision: self.state.word().to_owned(), by, at })
    }
}
