//! A lease: the right to an environment for a time. One pure machine with one alarm clock.
//!
//! `wakes_at` says when something is due; `wake` does whatever is due, however late it is called.
//! Nothing is cancelled: what changes the end moves the alarm. The transitions that people and the
//! provisioner cause are in `steps`.

pub mod steps;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{
    Change, Instant,
    audit::Fact,
    effect::Effect,
    environment::{Progress, SshAccess},
    ids::{EnvName, ExtensionId, LeaseId, PersonId, RequestId},
    notice::{News, Notice, Offset},
    template::Template,
    workload::Workload,
};

/// How long a held or stuck lease waits before DevOps hears of it again; doubles up to a day.
const NAG_AFTER: TimeDelta = TimeDelta::hours(1);
const NAG_AT_MOST: TimeDelta = TimeDelta::hours(24);

/// A lease and where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lease {
    /// Its id; also the identity of the environment in the provisioner.
    pub id: LeaseId,
    /// The request it came from.
    pub request: RequestId,
    /// The environment's name.
    pub name: EnvName,
    /// Whose it is.
    pub owner: PersonId,
    /// The template it was made from.
    pub template: String,
    /// Which version of it; 0 from before versions were kept.
    #[serde(default)]
    pub template_version: u32,
    /// What the template said when it was approved; later changes of the template do not touch it.
    pub terms: Terms,
    /// When it was approved: the maximum counts from here.
    pub created_at: Instant,
    /// The present term; `None` until it is ready for the first time.
    pub term: Option<Term>,
    /// Where it stands.
    pub phase: Phase,
    /// How far provisioning has come.
    pub progress: Progress,
    /// How to reach it, once it was ready.
    pub access: Option<SshAccess>,
    /// The extension that waits for a decision.
    pub asked: Option<ExtensionId>,
    /// Whether the one extension was given.
    pub extended: bool,
    /// How often provisioning was tried.
    pub attempt: u32,
    /// The try that the provisioner has taken on: what it says before that is about an earlier one.
    pub applied: u32,
    /// Grows with every save.
    pub version: i64,
}

/// What the template promised for this lease.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// Which provisioner makes it.
    pub provisioner: String,
    /// What it is made of, where the provisioner needs to be told.
    #[serde(default)]
    pub workload: Option<Workload>,
    /// For how long, once it is ready.
    pub span: Offset,
    /// The end asked for as a moment, which then stands instead.
    pub until: Option<Instant>,
    /// The longest it may be, counted from its creation.
    pub longest: Offset,
    /// When the owner is warned, before the end.
    pub warnings: Vec<Offset>,
    /// How long it is kept at least after the final warning was delivered.
    pub grace: Offset,
    /// How long provisioning may take.
    pub ready_within: Offset,
}

impl Terms {
    /// The terms of a template for a span.
    pub fn of(template: &Template, span: Offset, until: Option<Instant>) -> Self {
        Self {
            provisioner: template.provisioner.clone(),
            workload: template.workload.clone(),
            span,
            until,
            longest: template.longest,
            warnings: template.warnings.clone(),
            grace: template.grace,
            ready_within: template.ready_within,
        }
    }
}

/// From when to when, and what was said about the end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// When this end was set: at readiness, or at the extension.
    pub from: Instant,
    /// The end.
    pub ends_at: Instant,
    /// The nearest warning sent for this end.
    pub warned: Option<Offset>,
    /// When the final warning for this end was first known to be delivered.
    pub receipt: Option<Instant>,
}

/// Where a lease stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum Phase {
    /// The environment is being made.
    Provisioning {
        /// Since when.
        since: Instant,
    },
    /// It can be used.
    Active,
    /// The lease is over; the environment is kept for the grace.
    Grace {
        /// Until when; `None` while no delivery of the final warning is confirmed.
        until: Option<Instant>,
        /// How often DevOps was told that it is held, and when next.
        nag: Nag,
    },
    /// It is being purged.
    Deleting {
        /// Since when.
        since: Instant,
        /// Why, in words.
        because: String,
    },
    /// Nothing of it exists.
    Gone {
        /// Since when.
        at: Instant,
    },
    /// A step cannot be done; somebody must look.
    Stuck {
        /// Which step.
        step: Step,
        /// Why, in words.
        why: String,
        /// How often DevOps was told, and when next.
        nag: Nag,
    },
}

/// A step that can get stuck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// Making the environment.
    Provision,
    /// Purging it.
    Purge,
}

/// Telling DevOps again, ever less often.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Nag {
    /// When they are told next.
    pub at: Instant,
    /// How often they were told.
    pub count: u32,
}

impl Nag {
    fn from(now: Instant) -> Self {
        Self { at: now + NAG_AFTER, count: 0 }
    }

    fn again(&self, now: Instant) -> Self {
        let gap = NAG_AFTER * 2_i32.saturating_pow(self.count.min(16));
        Self { at: now + gap.min(NAG_AT_MOST), count: self.count + 1 }
    }
}

impl Phase {
    /// Every word that [`Self::word`] gives, in the order of a life.
    pub const WORDS: [&'static str; 6] = ["provisioning", "active", "grace", "deleting", "gone", "stuck"];

    /// The phase in one word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Provisioning { .. } => "provisioning",
            Self::Active => "active",
            Self::Grace { .. } => "grace",
            Self::Deleting { .. } => "deleting",
            Self::Gone { .. } => "gone",
            Self::Stuck { .. } => "stuck",
        }
    }
}

impl Term {
    /// The offsets of the warnings for this end, longest first: never more than half of the term,
    /// never after the end, at least one. In whole seconds, because what was sent is stored so: half of an
    /// odd term would else come back as another offset, and the warning after it would be skipped.
    pub fn offsets(&self, warnings: &[Offset]) -> Vec<TimeDelta> {
        let half: TimeDelta = Offset::from((self.ends_at - self.from) / 2).into();
        let mut offsets: Vec<TimeDelta> =
            warnings.iter().map(|offset| TimeDelta::from(*offset).clamp(TimeDelta::zero(), half)).collect();
        if offsets.is_empty() {
            offsets.push(half);
        }
        offsets.sort_unstable_by(|a, b| b.cmp(a));
        offsets.dedup();
        offsets
    }

    /// When deletion may begin: the end, or the grace after the receipt, whichever is later.
    /// `None` without a receipt: then never.
    pub fn delete_at(&self, grace: Offset) -> Option<Instant> {
        self.receipt.map(|at| (at + TimeDelta::from(grace)).max(self.ends_at))
    }

    fn last_offset(&self, warnings: &[Offset]) -> TimeDelta {
        self.offsets(warnings).last().copied().unwrap_or_default()
    }

    /// The warnings that were not sent yet.
    fn ahead<'a>(&'a self, warnings: &[Offset]) -> impl Iterator<Item = TimeDelta> + 'a {
        let warned = self.warned.map(TimeDelta::from);
        self.offsets(warnings).into_iter().filter(move |offset| warned.is_none_or(|warned| *offset < warned))
    }
}

impl Lease {
    /// When the lease ends; `None` until it was ready.
    pub fn ends_at(&self) -> Option<Instant> {
        self.term.as_ref().map(|term| term.ends_at)
    }

    /// The latest end that any extension can reach.
    pub fn latest_end(&self) -> Instant {
        self.created_at + TimeDelta::from(self.terms.longest)
    }

    /// Whether the final warning for the present end was sent (not: delivered).
    pub fn finally_warned(&self) -> bool {
        self.term.as_ref().is_some_and(|term| {
            term.warned
                .is_some_and(|warned| TimeDelta::from(warned) <= term.last_offset(&self.terms.warnings))
        })
    }

    /// When the engine must look at it again; `None` when only an effect or a person moves it on.
    pub fn wakes_at(&self) -> Option<Instant> {
        match (&self.phase, &self.term) {
            (Phase::Provisioning { since }, _) => Some(*since + TimeDelta::from(self.terms.ready_within)),
            (Phase::Active, Some(term)) => {
                let warning = term.ahead(&self.terms.warnings).next().map(|offset| term.ends_at - offset);
                Some(warning.map_or(term.ends_at, |at| at.min(term.ends_at)))
            }
            (Phase::Grace { until, nag }, _) => Some(until.unwrap_or(nag.at)),
            (Phase::Stuck { nag, .. }, _) => Some(nag.at),
            (Phase::Active, None) | (Phase::Deleting { .. } | Phase::Gone { .. }, _) => None,
        }
    }

    /// Does whatever is due at `now`: warns, enters grace, deletes, tells DevOps. Total: any phase, any
    /// time. Idempotent: a second call at the same time does nothing more.
    pub fn wake(self, now: Instant) -> (Self, Change) {
        match self.phase.clone() {
            Phase::Provisioning { since } if now >= since + TimeDelta::from(self.terms.ready_within) => {
                let minutes = TimeDelta::from(self.terms.ready_within).num_minutes();
                self.provisioning_failed(&format!("it was not ready within {minutes} minutes"), now)
            }
            Phase::Active => {
                let (lease, warned) = self.warn(now);
                let (lease, over) = lease.enter_grace(now);
                let (lease, deleted) = lease.delete_if_due(now);
                (lease, warned.and(over).and(deleted))
            }
            Phase::Grace { until: Some(_), .. } => self.delete_if_due(now),
            Phase::Grace { until: None, nag } if now >= nag.at => self.warn_again(now, &nag),
            Phase::Stuck { step, why, nag } if now >= nag.at => self.nag(now, step, why, &nag),
            Phase::Provisioning { .. }
            | Phase::Grace { .. }
            | Phase::Deleting { .. }
            | Phase::Gone { .. }
            | Phase::Stuck { .. } => (self, Change::none()),
        }
    }

    /// Sends the nearest due warning; those missed before it say nothing that it does not.
    fn warn(mut self, now: Instant) -> (Self, Change) {
        let Some(term) = self.term.as_mut() else { return (self, Change::none()) };
        let due = term.ahead(&self.terms.warnings).filter(|offset| now >= term.ends_at - *offset).last();
        let Some(offset) = due else { return (self, Change::none()) };
        term.warned = Some(offset.into());
        let last = offset <= term.last_offset(&self.terms.warnings);
        let news = News::ExpiresSoon { ends_at: term.ends_at, offset: offset.into(), last };
        let change = Change::none()
            .effect(self.tell(news))
            .effect(self.show("warned"))
            .fact(Fact::Warned { offset: offset.into(), last });
        (self, change)
    }

    fn enter_grace(mut self, now: Instant) -> (Self, Change) {
        let Some(term) = self.term.as_ref().filter(|term| now >= term.ends_at) else {
            return (self, Change::none());
        };
        let until = term.delete_at(self.terms.grace);
        self.phase = Phase::Grace { until, nag: Nag::from(now) };
        let change = Change::none().effect(self.show("grace")).fact(Fact::GraceStarted { until });
        (self, change)
    }

    fn delete_if_due(self, now: Instant) -> (Self, Change) {
        match self.phase {
            Phase::Grace { until: Some(until), .. } if now >= until => {
                self.delete("the lease is over and its final warning was delivered".to_owned(), now)
            }
            _ => (self, Change::none()),
        }
    }

    /// The end has come and nobody is known to have read the final warning: it is sent again, and DevOps
    /// hears that the environment is held.
    fn warn_again(mut self, now: Instant, nag: &Nag) -> (Self, Change) {
        let Some(term) = &self.term else { return (self, Change::none()) };
        let offset = term.last_offset(&self.terms.warnings);
        let news = News::ExpiresSoon { ends_at: term.ends_at, offset: offset.into(), last: true };
        let why = "the lease is over, but its final warning could not be delivered to anybody, so the \
                   environment is kept; reach the owner, or let an admin release it";
        self.phase = Phase::Grace { until: None, nag: nag.again(now) };
        let change = Change::none()
            .effect(self.tell(news))
            .effect(self.page(why.to_owned(), "held"))
            .fact(Fact::Warned { offset: offset.into(), last: true });
        (self, change)
    }

    fn nag(mut self, now: Instant, step: Step, why: String, nag: &Nag) -> (Self, Change) {
        let page = self.page(why.clone(), "stuck");
        self.phase = Phase::Stuck { step, why, nag: nag.again(now) };
        (self, Change::none().effect(page))
    }

    /// Brings the cards up to date. `moment` tells two changes of one version apart.
    fn show(&self, moment: &str) -> Effect {
        Effect::Show { request: self.request.clone(), key: format!("lease/{}/{moment}", self.version) }
    }

    fn tell(&self, news: News) -> Effect {
        Effect::Tell { notice: self.notice(news) }
    }

    fn notice(&self, news: News) -> Notice {
        Notice {
            to: self.owner.clone(),
            request: self.request.clone(),
            name: self.name.clone(),
            lease: Some(self.id.clone()),
            version: self.version,
            news,
        }
    }

    fn page(&self, why: String, moment: &str) -> Effect {
        Effect::Page {
            request: self.request.clone(),
            name: self.name.clone(),
            why,
            key: format!("{}/{moment}", self.version),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phase_has_its_word_in_the_list() {
        let now = Instant::UNIX_EPOCH;
        let (why, nag) = (String::new(), Nag::from(now));
        let phases = [
            Phase::Provisioning { since: now },
            Phase::Active,
            Phase::Grace { until: None, nag: nag.clone() },
            Phase::Deleting { since: now, because: why.clone() },
            Phase::Gone { at: now },
            Phase::Stuck { step: Step::Purge, why, nag },
        ];
        assert_eq!(phases.each_ref().map(|phase| phase.word()), Phase::WORDS);
    }
}
