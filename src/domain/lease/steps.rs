//! The transitions of a lease that people, the provisioner and confirmed deliveries cause.

use chrono::TimeDelta;

use super::{Lease, Nag, Phase, Step, Term, Terms};
use crate::domain::{
    Change, Instant,
    announcement::{Announcement, Hearer, Saying},
    audit::Fact,
    effect::Effect,
    environment::{Progress, SshAccess},
    ids::{EnvName, LeaseId, PersonId, RequestId},
    notice::News,
    refusal::Refusal,
};

/// Who and what a new lease is for.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The id of the new lease.
    pub id: LeaseId,
    /// The request that was approved.
    pub request: RequestId,
    /// The environment's name.
    pub name: EnvName,
    /// Whose it is.
    pub owner: PersonId,
    /// The template.
    pub template: String,
    /// Which version of it.
    pub template_version: u32,
    /// What was promised.
    pub terms: Terms,
}

impl Lease {
    /// A new lease for an approved request; provisioning begins.
    pub fn grant(grant: Grant, now: Instant) -> (Self, Change) {
        let Grant { id, request, name, owner, template, template_version, terms } = grant;
        let lease = Self {
            id,
            request,
            name,
            owner,
            template,
            template_version,
            terms,
            created_at: now,
            term: None,
            phase: Phase::Provisioning { since: now },
            progress: Progress::default(),
            access: None,
            asked: None,
            extended: false,
            attempt: 1,
            applied: 0,
            version: 0,
        };
        let change = Change::none().effect(lease.provision()).fact(Fact::ProvisioningStarted { attempt: 1 });
        (lease, change)
    }

    /// The provisioner took the present try on.
    pub fn taken_on(mut self) -> Self {
        self.applied = self.attempt;
        self
    }

    /// The provisioner got further.
    pub fn progressed(mut self, progress: Progress) -> (Self, Change) {
        if !matches!(self.phase, Phase::Provisioning { .. }) || self.progress == progress {
            return (self, Change::none());
        }
        self.progress = progress;
        let show = self.show("progress");
        (self, Change::none().effect(show))
    }

    /// The environment answers. Late readiness counts as well; a new address of an active one is shown.
    pub fn ready(mut self, access: SshAccess, now: Instant) -> (Self, Change) {
        match &self.phase {
            Phase::Provisioning { .. } | Phase::Stuck { step: Step::Provision, .. } => {}
            Phase::Active | Phase::Grace { .. } if self.access.as_ref() != Some(&access) => {
                self.access = Some(access);
                let show = self.show("address");
                return (self, Change::none().effect(show));
            }
            _ => return (self, Change::none()),
        }
        let term = self.term.get_or_insert_with(|| {
            let end = self.terms.until.unwrap_or(now + TimeDelta::from(self.terms.span));
            let latest = self.created_at + TimeDelta::from(self.terms.longest);
            Term { from: now, ends_at: end.min(latest).max(now), warned: None, receipt: None }
        });
        let ends_at = term.ends_at;
        self.phase = Phase::Active;
        self.access = Some(access.clone());
        let change = Change::none()
            .effect(self.show("ready"))
            .effect(self.provision())
            .effect(self.tell(News::Ready))
            .effect(Effect::Mail { notice: self.notice(News::Ready) })
            .fact(Fact::Ready { access, ends_at });
        (self, change)
    }

    /// Provisioning cannot be done; the owner and DevOps are told, and it can be retried.
    pub fn provisioning_failed(mut self, why: &str, now: Instant) -> (Self, Change) {
        if !matches!(self.phase, Phase::Provisioning { .. }) {
            return (self, Change::none());
        }
        let why = why.to_owned();
        self.phase = Phase::Stuck { step: Step::Provision, why: why.clone(), nag: Nag::from(now) };
        let change = Change::none()
            .effect(self.show("failed"))
            .effect(self.tell(News::ProvisioningFailed { why: why.clone() }))
            .effect(self.page(format!("provisioning failed: {why}"), "failed"))
            .fact(Fact::ProvisioningFailed { why });
        (self, change)
    }

    /// Tries the step again that is stuck.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] unless it is stuck.
    pub fn retry(mut self, now: Instant) -> Result<(Self, Change), Refusal> {
        let Phase::Stuck { step, .. } = self.phase else { return Err(self.refuse("retry")) };
        let change = Change::none().effect(self.show("retry")).fact(Fact::Retried);
        match step {
            Step::Provision => {
                self.attempt += 1;
                self.progress = Progress::default();
                self.phase = Phase::Provisioning { since: now };
                let change =
                    change.effect(self.provision()).fact(Fact::ProvisioningStarted { attempt: self.attempt });
                Ok((self, change))
            }
            Step::Purge => {
                let change = change.effect(self.purge());
                self.phase = Phase::Deleting { since: now, because: "purge tried again".to_owned() };
                Ok((self, change))
            }
        }
    }

    /// A warning was delivered. Only the final one for the present end starts the deletion clock, and
    /// only its first delivery counts.
    pub fn warning_delivered(
        mut self,
        ends_at: Instant,
        last: bool,
        way: &str,
        at: Instant,
    ) -> (Self, Change) {
        let fact = Fact::WarningDelivered { way: way.to_owned(), last };
        let change = Change::none().fact(fact);
        let Some(term) = self.term.as_mut().filter(|term| last && term.ends_at == ends_at) else {
            return (self, change);
        };
        if term.receipt.is_some() {
            return (self, change);
        }
        term.receipt = Some(at);
        let until = term.delete_at(self.terms.grace);
        let Phase::Grace { until: None, nag } = self.phase.clone() else { return (self, change) };
        self.phase = Phase::Grace { until, nag };
        let change = change.effect(self.show("delivered")).fact(Fact::GraceStarted { until });
        (self, change)
    }

    /// No way got the final warning through: the lease will be held, and DevOps is told.
    pub fn warning_undelivered(self, ends_at: Instant, why: &str) -> (Self, Change) {
        let open = self.term.as_ref().is_some_and(|term| term.ends_at == ends_at && term.receipt.is_none());
        if !open || !matches!(self.phase, Phase::Active | Phase::Grace { .. }) {
            return (self, Change::none());
        }
        let words = format!("the final warning could not be delivered ({why}); the environment will be kept");
        let change = Change::none()
            .effect(self.page(words, "undelivered"))
            .fact(Fact::WarningUndelivered { why: why.to_owned() });
        (self, change)
    }

    /// Whether this much more time could be asked for, and the end it would have then.
    ///
    /// # Errors
    /// [`Refusal::WrongState`], [`Refusal::AlreadyExtended`], [`Refusal::ExtensionPending`],
    /// [`Refusal::TooShort`] for no time or less, [`Refusal::BeyondMaximum`] with what would be possible.
    pub fn check_extension(&self, by: TimeDelta, now: Instant) -> Result<Instant, Refusal> {
        if self.asked.is_some() {
            return Err(Refusal::ExtensionPending);
        }
        self.end_with(by, now)
    }

    fn end_with(&self, by: TimeDelta, now: Instant) -> Result<Instant, Refusal> {
        if self.extended {
            return Err(Refusal::AlreadyExtended);
        }
        let (Phase::Active | Phase::Grace { .. }, Some(term)) = (&self.phase, &self.term) else {
            return Err(self.refuse("extend"));
        };
        if by <= TimeDelta::zero() {
            return Err(Refusal::TooShort { asked: by.into(), shortest: TimeDelta::minutes(1).into() });
        }
        let base = term.ends_at.max(now);
        let latest = self.latest_end();
        // Not `base + by`, which no calendar may reach.
        if by > latest - base {
            let possible = (latest - base).max(TimeDelta::zero());
            return Err(Refusal::BeyondMaximum { latest, possible: possible.into() });
        }
        Ok(base + by)
    }

    /// The extension was approved: a new end, new warnings, a new receipt to earn.
    ///
    /// # Errors
    /// As [`Self::check_extension`], looked at again at this moment.
    pub fn extend(
        mut self,
        by: TimeDelta,
        decider: &PersonId,
        now: Instant,
    ) -> Result<(Self, Change), Refusal> {
        let ends_at = self.end_with(by, now)?;
        self.term = Some(Term { from: now, ends_at, warned: None, receipt: None });
        self.phase = Phase::Active;
        self.extended = true;
        self.asked = None;
        let change = Change::none()
            .effect(self.provision())
            .effect(self.show("extended"))
            .effect(self.tell(News::Extended { by: decider.clone(), ends_at }))
            .fact(Fact::ExtensionApproved { ends_at });
        Ok((self, change))
    }

    /// The extension was refused; another may be asked for.
    pub fn extension_rejected(mut self, decider: &PersonId, reason: &str) -> (Self, Change) {
        self.asked = None;
        let news = News::ExtensionRejected { by: decider.clone(), reason: reason.to_owned() };
        let change = Change::none()
            .effect(self.show("extension"))
            .effect(self.tell(news))
            .fact(Fact::ExtensionRejected { reason: reason.to_owned() });
        (self, change)
    }

    /// Nobody decided the extension in time, or the lease was over first.
    pub fn extension_lapsed(mut self) -> (Self, Change) {
        self.asked = None;
        let change = Change::none().effect(self.show("extension")).effect(self.tell(News::ExtensionLapsed));
        (self, change)
    }

    /// The owner, or an admin, gives it back now. Their own wish needs no warning.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] when it is going or gone.
    pub fn release(self, by_name: &str, now: Instant) -> Result<(Self, Change), Refusal> {
        if matches!(self.phase, Phase::Deleting { .. } | Phase::Gone { .. }) {
            return Err(self.refuse("release"));
        }
        let (lease, change) = self.delete(format!("{by_name} released it"), now);
        Ok((lease, Change::none().fact(Fact::Released).and(change)))
    }

    /// It becomes somebody else's, because the owner left: only the new owner's keys are let in from now on.
    pub fn hand_over(mut self, to: PersonId) -> (Self, Change) {
        if self.owner == to || matches!(self.phase, Phase::Gone { .. }) {
            return (self, Change::none());
        }
        let from = std::mem::replace(&mut self.owner, to.clone());
        // Nobody has warned the new owner of the end: that is done anew, and the grace counts from then.
        if let (Phase::Active | Phase::Grace { .. }, Some(term)) = (&self.phase, self.term.as_mut()) {
            (term.warned, term.receipt) = (None, None);
            self.phase = Phase::Active;
        }
        let says = Saying::HandedOver { name: self.name.clone(), from: from.clone() };
        let key = format!("removed/{from}/{}/{}", self.name, self.version);
        let announcement = Announcement { to: Hearer::Person(to.clone()), key, says };
        let mut change = Change::none().effect(self.show("handed")).fact(Fact::HandedOver { from, to });
        if !matches!(self.phase, Phase::Deleting { .. }) {
            change = change.effect(Effect::Inform { announcement });
        }
        if let Some(keys) = self.let_in_anew() {
            change = change.effect(keys);
        }
        (self, change)
    }

    /// Has the keys that may log in looked up again; `None` where nothing is that anybody could log in to.
    pub fn let_in_anew(&self) -> Option<Effect> {
        let there = matches!(self.phase, Phase::Provisioning { .. } | Phase::Active | Phase::Grace { .. });
        there.then(|| self.provision())
    }

    /// The purge could not be done; DevOps is told until it is.
    pub fn purge_failed(mut self, why: &str, now: Instant) -> (Self, Change) {
        if !matches!(self.phase, Phase::Deleting { .. }) {
            return (self, Change::none());
        }
        let why = why.to_owned();
        self.phase = Phase::Stuck { step: Step::Purge, why: why.clone(), nag: Nag::from(now) };
        let change = Change::none()
            .effect(self.show("stuck"))
            .effect(self.page(format!("the purge failed: {why}"), "purge"))
            .fact(Fact::PurgeFailed { why });
        (self, change)
    }

    /// It is proven that nothing of it exists.
    pub fn gone(mut self, now: Instant) -> (Self, Change) {
        if !matches!(self.phase, Phase::Deleting { .. }) {
            return (self, Change::none());
        }
        self.phase = Phase::Gone { at: now };
        let change = Change::none().effect(self.show("gone")).effect(self.tell(News::Gone)).fact(Fact::Gone);
        (self, change)
    }

    pub(super) fn delete(mut self, because: String, now: Instant) -> (Self, Change) {
        self.phase = Phase::Deleting { since: now, because: because.clone() };
        let change = Change::none()
            .effect(self.purge())
            .effect(self.show("deleting"))
            .fact(Fact::DeletionStarted { because });
        (self, change)
    }

    fn provision(&self) -> Effect {
        Effect::Provision { lease: self.id.clone(), version: self.version }
    }

    fn purge(&self) -> Effect {
        Effect::Purge { lease: self.id.clone(), version: self.version }
    }

    fn refuse(&self, tried: &str) -> Refusal {
        Refusal::WrongState { tried: tried.to_owned(), state: self.phase.word().to_owned() }
    }
}
