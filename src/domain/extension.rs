//! An extension: more time for a lease. One, reviewed, never beyond the template's maximum.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{
    Change, Instant,
    approval::{Asked, Ballot, Tally, Voter},
    audit::Fact,
    effect::Effect,
    ids::{EnvName, ExtensionId, LeaseId, PersonId, RequestId},
    notice::Offset,
    person::Person,
    platform::Platform,
    refusal::Refusal,
    request::{Patience, Waiting},
};

/// A wish for more time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Extension {
    /// Its id.
    pub id: ExtensionId,
    /// The lease it is for.
    pub lease: LeaseId,
    /// The request that the lease came from.
    pub request: RequestId,
    /// The environment's name.
    pub name: EnvName,
    /// Who asked.
    pub asked_by: PersonId,
    /// How much more.
    pub by: Offset,
    /// Why.
    pub reason: String,
    /// Who must agree, and who did.
    #[serde(default)]
    pub ballot: Ballot,
    /// When it was asked.
    pub created_at: Instant,
    /// Where it stands.
    pub state: ExtensionState,
    /// Grows with every save.
    pub version: i64,
}

/// Where an extension stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ExtensionState {
    /// Waits for an approver.
    Pending(Waiting),
    /// Given.
    Approved {
        /// Who decided.
        by: PersonId,
        /// When.
        at: Instant,
        /// On which platform.
        #[serde(default)]
        on: Option<Platform>,
    },
    /// Refused.
    Rejected {
        /// Who decided.
        by: PersonId,
        /// When.
        at: Instant,
        /// On which platform.
        #[serde(default)]
        on: Option<Platform>,
        /// Why.
        reason: String,
    },
    /// Nobody decided in time, or the lease was over first.
    Lapsed {
        /// When.
        at: Instant,
    },
}

impl ExtensionState {
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

impl Extension {
    /// When the engine must look at it again.
    pub fn wakes_at(&self) -> Option<Instant> {
        match &self.state {
            ExtensionState::Pending(waiting) => Some(waiting.wakes_at()),
            _ => None,
        }
    }

    /// Turns to others, reminds the approvers or lapses, whatever is due. Total and idempotent.
    pub fn wake(mut self, now: Instant, patience: &Patience) -> (Self, Change) {
        let ExtensionState::Pending(waiting) = self.state else { return (self, Change::none()) };
        if now >= waiting.lapses_at {
            self.state = ExtensionState::Lapsed { at: now };
            let change = Change::none().effect(self.show()).fact(Fact::ExtensionLapsed);
            return (self, change);
        }
        let mut waiting = waiting;
        let mut change = Change::none();
        if waiting.escalate(now) {
            change = self.ballot.escalate(self.version, now);
        }
        let (waiting, reminded) = waiting.remind(now, patience);
        self.state = ExtensionState::Pending(waiting);
        if let Some(count) = reminded {
            self.ballot.since = None;
            let subject = self.id.as_str().to_owned();
            let remind = Effect::Remind { request: self.request.clone(), count, subject };
            change = change.effect(remind).fact(Fact::Reminded { count });
        }
        if change != Change::none() {
            change = change.effect(self.show());
        }
        (self, change)
    }

    /// Whose wish it is, in the team of the request that it belongs to.
    pub fn whose<'a>(&'a self, team: Option<&'a str>) -> Asked<'a> {
        Asked { by: &self.asked_by, team }
    }

    /// Adds a review: the last that is needed approves, any no rejects. `team` is the request's.
    ///
    /// # Errors
    /// [`Refusal::AlreadyDecided`] with the winner, and those of [`Ballot::vote`].
    pub fn review(
        mut self,
        voter: &Voter,
        team: Option<&str>,
        on: Platform,
        rejected: Option<String>,
        now: Instant,
    ) -> Result<(Self, Change), Refusal> {
        self.ensure_pending()?;
        let asked = Asked { by: &self.asked_by, team };
        let tally = self.ballot.vote(voter, asked, on, rejected.clone(), now)?;
        let by = voter.person.id.clone();
        let mut change = self.ballot.noted();
        self.state = match (tally, rejected) {
            (Tally::Rejected, Some(reason)) => ExtensionState::Rejected { by, at: now, on: Some(on), reason },
            (Tally::Approved, _) => ExtensionState::Approved { by, at: now, on: Some(on) },
            (Tally::Open | Tally::Rejected, _) => {
                self.ballot.since.get_or_insert(self.version);
                self.state
            }
        };
        change = change.effect(self.show());
        Ok((self, change))
    }

    /// Approves it alone, in an emergency.
    ///
    /// # Errors
    /// [`Refusal::AlreadyDecided`], [`Refusal::NoBreakGlass`].
    pub fn break_glass(
        mut self,
        person: &Person,
        team: Option<&str>,
        on: Platform,
        reason: String,
        now: Instant,
    ) -> Result<(Self, Change), Refusal> {
        self.ensure_pending()?;
        let asked = Asked { by: &self.asked_by, team };
        self.ballot.break_glass(person, asked, on, reason.clone(), now)?;
        self.state = ExtensionState::Approved { by: person.id.clone(), at: now, on: Some(on) };
        let change = Change::none().effect(self.show()).fact(Fact::BrokeGlass { reason });
        Ok((self, change))
    }

    /// The lease was over before anybody decided.
    pub fn lapse(mut self, now: Instant) -> Self {
        if matches!(self.state, ExtensionState::Pending(_)) {
            self.state = ExtensionState::Lapsed { at: now };
        }
        self
    }

    /// What follows from asking.
    pub fn asked(&self) -> Change {
        let show = Effect::Show { request: self.request.clone(), key: format!("{}/asked", self.id) };
        Change::none().effect(show).fact(Fact::ExtensionAsked { by: self.by, reason: self.reason.clone() })
    }

    /// Brings its cards up to date.
    pub fn show(&self) -> Effect {
        Effect::Show { request: self.request.clone(), key: format!("{}/{}", self.id, self.version) }
    }

    /// How much more time is asked for.
    pub fn span(&self) -> TimeDelta {
        self.by.into()
    }

    fn ensure_pending(&self) -> Result<(), Refusal> {
        let (decision, by, at) = match &self.state {
            ExtensionState::Pending(_) => return Ok(()),
            ExtensionState::Approved { by, at, .. } => ("approved", Some(by.clone()), *at),
            ExtensionState::Rejected { by, at, .. } => ("rejected", Some(by.clone()), *at),
            ExtensionState::Lapsed { at } => ("lapsed", None, *at),
        };
        Err(Refusal::AlreadyDecided { decision: decision.to_owned(), by, at })
    }
}
