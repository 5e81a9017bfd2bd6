//! A request: somebody's wish for an environment, from the ask to the decision.

mod review;

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{
    Change, Instant,
    approval::{Ballot, Rule},
    audit::Fact,
    cost::Cost,
    effect::Effect,
    headroom::Headroom,
    ids::{EnvName, PersonId, RequestId},
    key::PublicKey,
    notice::{News, Notice, Offset},
    platform::Platform,
    quota::{Amounts, QuotaLine},
    refusal::Refusal,
    template::Value,
};

pub use review::Less;

/// A request and where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// The name the environment will have.
    pub name: EnvName,
    /// Who asks.
    pub requester: PersonId,
    /// Of which template.
    pub template: String,
    /// Of which version of it; 0 from before versions were kept.
    #[serde(default)]
    pub template_version: u32,
    /// Size and options, complete.
    pub parameters: BTreeMap<String, Value>,
    /// For how long, once it is ready.
    pub span: Offset,
    /// The end asked for as a moment; it then stands, however long the decision takes.
    pub until: Option<Instant>,
    /// Why, for the approver.
    pub reason: Option<String>,
    /// The key that will be let in.
    pub key: PublicKey,
    /// For which of the requester's teams; `None` for somebody who is in none.
    #[serde(default)]
    pub team: Option<String>,
    /// What it takes of the quotas.
    #[serde(default)]
    pub amounts: Amounts,
    /// Who must agree, and who did.
    #[serde(default)]
    pub ballot: Ballot,
    /// When it was asked.
    pub created_at: Instant,
    /// Where it stands.
    pub state: RequestState,
    /// What the analysis found, for the card.
    pub findings: Findings,
    /// Grows with every save.
    pub version: i64,
}

/// Where a request stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RequestState {
    /// Being looked at.
    Analysing,
    /// Waits for an approver.
    Pending(Waiting),
    /// Approved: a lease exists.
    Approved {
        /// Who decided; `None` when a rule did.
        by: Option<PersonId>,
        /// When.
        at: Instant,
        /// On which platform.
        #[serde(default)]
        on: Option<Platform>,
    },
    /// Rejected.
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
    /// Taken back by the requester.
    Withdrawn {
        /// When.
        at: Instant,
    },
    /// Nobody decided in time.
    Lapsed {
        /// When.
        at: Instant,
    },
}

impl RequestState {
    /// The state in one word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Analysing => "analysing",
            Self::Pending(_) => "pending",
            Self::Approved { .. } => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Lapsed { .. } => "lapsed",
        }
    }
}

/// What the analysis found, shown on the approver's card.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Findings {
    /// Names of environments of the same template that the requester already has.
    pub similar: Vec<EnvName>,
    /// How many environments the requester holds in all.
    pub holding: u32,
    /// What it costs, where there is a price list.
    #[serde(default)]
    pub cost: Option<Cost>,
    /// What is left of each limit that applies, before and after.
    #[serde(default)]
    pub quota: Vec<QuotaLine>,
    /// What the cluster has left, where it is known.
    #[serde(default)]
    pub headroom: Option<Headroom>,
}

/// How long to wait for approvers, and how often to remind them.
#[derive(Debug, Clone, PartialEq)]
pub struct Patience {
    /// First reminder after this; each later gap is twice the one before.
    pub remind_after: TimeDelta,
    /// Lapses after this.
    pub lapse_after: TimeDelta,
}

/// Waiting for a decision: reminders with back-off, and an end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// When the next reminder is due.
    pub remind_at: Instant,
    /// How many reminders were sent.
    pub reminders: u32,
    /// When it lapses.
    pub lapses_at: Instant,
    /// When others count as well, because nobody answered; `None` when nobody else does, or they do already.
    #[serde(default)]
    pub escalates_at: Option<Instant>,
}

impl Waiting {
    /// Begins to wait.
    pub fn from(now: Instant, patience: &Patience) -> Self {
        let (remind_at, lapses_at) = (now + patience.remind_after, now + patience.lapse_after);
        Self { remind_at, reminders: 0, lapses_at, escalates_at: None }
    }

    /// Turns to others when the rule says so.
    pub fn escalating(mut self, rule: &Rule, now: Instant) -> Self {
        self.escalates_at = rule.escalate.as_ref().map(|escalation| now + TimeDelta::from(escalation.after));
        self
    }

    /// Lapses at this moment at the latest: nothing can be decided after the end that was asked for.
    pub fn no_longer_than(mut self, end: Option<Instant>) -> Self {
        self.lapses_at = end.map_or(self.lapses_at, |end| self.lapses_at.min(end));
        self
    }

    /// When the engine must look again.
    pub fn wakes_at(&self) -> Instant {
        let at = self.remind_at.min(self.lapses_at);
        self.escalates_at.map_or(at, |escalates_at| at.min(escalates_at))
    }

    /// Whether it turns to others now; it does so once.
    pub fn escalate(&mut self, now: Instant) -> bool {
        self.escalates_at.take_if(|at| *at <= now).is_some()
    }

    /// One reminder if it is due, however many were missed; the next gap is twice as long.
    pub fn remind(mut self, now: Instant, patience: &Patience) -> (Self, Option<u32>) {
        if now < self.remind_at {
            return (self, None);
        }
        self.reminders += 1;
        let gap = patience.remind_after * 2_i32.saturating_pow(self.reminders.min(16));
        self.remind_at = now + gap;
        let count = self.reminders;
        (self, Some(count))
    }
}

/// What a decision says.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// Yes.
    Approve,
    /// No, because.
    Reject {
        /// Why.
        reason: String,
    },
}

impl Request {
    /// When the engine must look at it again.
    pub fn wakes_at(&self) -> Option<Instant> {
        match &self.state {
            RequestState::Pending(waiting) => Some(waiting.wakes_at()),
            _ => None,
        }
    }

    /// What follows from asking.
    pub fn asked(&self) -> Change {
        Change::none()
            .effect(Effect::Analyse { request: self.id.clone() })
            .effect(Effect::Show { request: self.id.clone(), key: "asked".to_owned() })
            .fact(Fact::Requested {
                template: self.template.clone(),
                span: self.span,
                reason: self.reason.clone(),
            })
    }

    /// The analysis is done: waits for an approver, or is approved by the template's rule. No rule approves
    /// what is over already: that waits, and lapses at the next look.
    pub fn analysed(
        mut self,
        findings: Findings,
        by_rule: bool,
        now: Instant,
        patience: &Patience,
    ) -> (Self, Change) {
        if self.state != RequestState::Analysing {
            return (self, Change::none());
        }
        self.findings = findings;
        let fact = if by_rule && self.until.is_none_or(|until| until > now) {
            self.state = RequestState::Approved { by: None, at: now, on: None };
            Fact::Approved { reason: None }
        } else {
            let waiting = Waiting::from(now, patience).no_longer_than(self.until);
            self.state = RequestState::Pending(waiting.escalating(&self.ballot.rule, now));
            Fact::Pending
        };
        let change = Change::none().effect(self.show()).fact(fact);
        (self, change)
    }

    /// Takes it back, as long as nobody decided.
    ///
    /// # Errors
    /// [`Refusal::NotYours`] unless the requester does it; [`Refusal::AlreadyDecided`].
    pub fn withdraw(mut self, by: &PersonId, now: Instant) -> Result<(Self, Change), Refusal> {
        if *by != self.requester {
            return Err(Refusal::NotYours { name: self.name.as_str().to_owned() });
        }
        self.ensure_open()?;
        self.state = RequestState::Withdrawn { at: now };
        let change = Change::none().effect(self.show()).fact(Fact::Withdrawn);
        Ok((self, change))
    }

    /// Turns to others, reminds the approvers or lapses, whatever is due. Total and idempotent.
    pub fn wake(mut self, now: Instant, patience: &Patience) -> (Self, Change) {
        let RequestState::Pending(waiting) = self.state.clone() else { return (self, Change::none()) };
        if now >= waiting.lapses_at {
            self.state = RequestState::Lapsed { at: now };
            let change =
                Change::none().effect(self.show()).effect(self.tell(News::Lapsed)).fact(Fact::Lapsed);
            return (self, change);
        }
        let mut waiting = waiting;
        let mut change = Change::none();
        if waiting.escalate(now) {
            change = self.ballot.escalate(self.version, now);
        }
        let (waiting, reminded) = waiting.remind(now, patience);
        self.state = RequestState::Pending(waiting);
        if let Some(count) = reminded {
            self.ballot.since = None;
            let subject = self.id.as_str().to_owned();
            let remind = Effect::Remind { request: self.id.clone(), count, subject };
            change = change.effect(remind).fact(Fact::Reminded { count });
        }
        if change != Change::none() {
            change = change.effect(self.show());
        }
        (self, change)
    }

    /// Brings its cards up to date.
    pub fn show(&self) -> Effect {
        Effect::Show { request: self.id.clone(), key: format!("request/{}", self.version) }
    }

    fn tell(&self, news: News) -> Effect {
        Effect::Tell {
            notice: Notice {
                to: self.requester.clone(),
                request: self.id.clone(),
                name: self.name.clone(),
                lease: None,
                version: self.version,
                news,
            },
        }
    }

    fn ensure_open(&self) -> Result<(), Refusal> {
        let (by, at) = match &self.state {
            RequestState::Analysing | RequestState::Pending(_) => return Ok(()),
            RequestState::Approved { by, at, .. } => (by.clone(), *at),
            RequestState::Rejected { by, at, .. } => (Some(by.clone()), *at),
            RequestState::Lapsed { at } => (None, *at),
            RequestState::Withdrawn { at } => (Some(self.requester.clone()), *at),
        };
        Err(Refusal::AlreadyDecided { decision: self.state.word().to_owned(), by, at })
    }
}
