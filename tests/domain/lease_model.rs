//! A naive model of a lease beside the real one: it keeps lists of what happened and asks them.
//!
//! It shares no code with the machine: it knows a word for the phase, the end, who was told what about
//! which end, which of that was delivered, and checks every promise against these lists after each call.

use std::collections::HashMap;

use chrono::TimeDelta;
use sublet::domain::{
    Change, Instant,
    effect::Effect,
    environment::Progress,
    lease::{Lease, Phase, Step, Terms},
    notice::News,
    refusal::Refusal,
};

use super::some::{access, extension_id, granted, person};

/// A call, with what it needs.
#[derive(Debug, Clone)]
pub(crate) enum Call {
    Wake,
    Ready(u16),
    Failed,
    Progress(u8),
    TakenOn,
    Retry,
    /// A receipt of the n-th warning that was sent (modulo), whatever became of its end since.
    Delivered(usize),
    /// A receipt for an end that the lease never had.
    Forged(bool),
    Undelivered(usize),
    Ask(TimeDelta),
    Extend(TimeDelta),
    Reject,
    Lapse,
    Release,
    PurgeFailed,
    Gone,
}

/// A warning that was sent.
#[derive(Debug, Clone, PartialEq)]
struct Sent {
    ends_at: Instant,
    offset: TimeDelta,
    last: bool,
    at: Instant,
    held: bool,
}

/// The real lease, and what the lists say.
pub(crate) struct Life {
    pub(crate) lease: Lease,
    pub(crate) now: Instant,
    terms: Terms,
    word: &'static str,
    provisioning_since: Instant,
    stuck_in: Option<Step>,
    from: Instant,
    ends_at: Option<Instant>,
    first_ready: Option<Instant>,
    sent: Vec<Sent>,
    receipts: Vec<(Instant, Instant)>,
    extensions: u32,
    released: bool,
    keys: HashMap<String, Effect>,
    pages: u32,
}

impl Life {
    pub(crate) fn begin(terms: Terms, now: Instant) -> Self {
        Self {
            lease: granted(terms.clone(), now),
            now,
            terms,
            word: "provisioning",
            provisioning_since: now,
            stuck_in: None,
            from: now,
            ends_at: None,
            first_ready: None,
            sent: Vec::new(),
            receipts: Vec::new(),
            extensions: 0,
            released: false,
            keys: HashMap::new(),
            pages: 0,
        }
    }

    /// The offsets that the present end deserves, in seconds, nearest first.
    fn offsets(&self) -> Vec<TimeDelta> {
        let Some(end) = self.ends_at else { return Vec::new() };
        let half = TimeDelta::seconds((end - self.from).num_seconds() / 2);
        let mut offsets: Vec<TimeDelta> = Vec::new();
        for warning in &self.terms.warnings {
            let wanted = TimeDelta::from(*warning);
            let fits = if wanted > half { half } else { wanted };
            offsets.push(if fits < TimeDelta::zero() { TimeDelta::zero() } else { fits });
        }
        if offsets.is_empty() {
            offsets.push(half);
        }
        offsets.sort_unstable();
        offsets
    }

    fn receipt(&self) -> Option<Instant> {
        self.receipts.iter().filter(|(end, _)| Some(*end) == self.ends_at).map(|(_, at)| *at).min()
    }

    /// When the lists allow deletion.
    pub(crate) fn may_be_deleted_at(&self) -> Option<Instant> {
        let grace_over = self.receipt()? + TimeDelta::from(self.terms.grace);
        Some(if grace_over > self.ends_at? { grace_over } else { self.ends_at? })
    }

    /// The warning that is due: the nearest whose moment has come, unless it or a nearer one was sent.
    fn due(&self) -> Option<TimeDelta> {
        let end = self.ends_at?;
        let due = self.offsets().into_iter().find(|offset| end - *offset <= self.now)?;
        let told = self.sent.iter().any(|sent| sent.ends_at == end && sent.offset <= due);
        (!told).then_some(due)
    }

    /// One call, as the actions make it: the change is saved with the lease, which raises its version.
    pub(crate) fn call(&mut self, call: &Call) {
        let before = self.lease.clone();
        let due = self.due();
        let (next, change) = self.make(call, before.clone());
        self.expect(call, &before, &next);
        self.lease = next;
        self.note(&change, call, due);
        if self.lease != before || change != Change::none() {
            self.lease.version += 1;
        }
        self.check(call, &before, &change);
    }

    fn make(&mut self, call: &Call, lease: Lease) -> (Lease, Change) {
        let now = self.now;
        let same = |lease: &Lease| (lease.clone(), Change::none());
        let refused = |lease: &Lease, result: Result<(Lease, Change), Refusal>| {
            result.unwrap_or_else(|_| (lease.clone(), Change::none()))
        };
        match call {
            Call::Wake => lease.wake(now),
            Call::Ready(port) => lease.ready(access(*port), now),
            Call::Failed => lease.provisioning_failed("no room", now),
            Call::Progress(done) => {
                lease.progressed(Progress { done: *done, total: 9, step: "making".to_owned() })
            }
            Call::TakenOn => (lease.taken_on(), Change::none()),
            Call::Retry => refused(&lease, lease.clone().retry(now)),
            Call::Delivered(which) => match self.pick(*which) {
                None => same(&lease),
                Some(sent) => {
                    if sent.last {
                        self.receipts.push((sent.ends_at, now));
                    }
                    lease.warning_delivered(sent.ends_at, sent.last, "dm", now)
                }
            },
            Call::Forged(last) => {
                let end = self.ends_at.unwrap_or(now) + TimeDelta::milliseconds(1);
                lease.warning_delivered(end, *last, "dm", now)
            }
            Call::Undelivered(which) => match self.pick(*which) {
                None => same(&lease),
                Some(sent) => lease.warning_undelivered(sent.ends_at, "nobody is there"),
            },
            Call::Ask(by) => {
                let mut lease = lease;
                if lease.check_extension(*by, now).is_ok() {
                    lease.asked = Some(extension_id());
                }
                (lease, Change::none())
            }
            Call::Extend(by) => self.extend(&lease, *by),
            Call::Reject => lease.extension_rejected(&person("anna"), "no"),
            Call::Lapse => lease.extension_lapsed(),
            Call::Release => match lease.clone().release("@dana", now) {
                Ok(done) => {
                    self.released = true;
                    done
                }
                Err(_) => same(&lease),
            },
            Call::PurgeFailed => lease.purge_failed("it does not answer", now),
            Call::Gone => lease.gone(now),
        }
    }

    fn pick(&self, which: usize) -> Option<Sent> {
        (!self.sent.is_empty()).then(|| self.sent[which % self.sent.len()].clone())
    }

    fn extend(&mut self, lease: &Lease, by: TimeDelta) -> (Lease, Change) {
        let base = self.ends_at.map(|end| end.max(self.now));
        let latest = lease.created_at + TimeDelta::from(self.terms.longest);
        let possible = matches!(self.word, "active" | "grace")
            && self.extensions == 0
            && by > TimeDelta::zero()
            && base.is_some_and(|base| base + by <= latest);
        let result = lease.clone().extend(by, &person("anna"), self.now);
        assert_eq!(result.is_ok(), possible, "extending by {by} at {}: {result:?}", self.now);
        let Ok(done) = result else { return (lease.clone(), Change::none()) };
        self.extensions += 1;
        self.from = self.now;
        self.ends_at = base.map(|base| base + by);
        self.word = "active";
        done
    }

    /// What the phase must be after the call, said naively.
    fn expect(&mut self, call: &Call, before: &Lease, next: &Lease) {
        let now = self.now;
        self.word = match (call, self.word) {
            (Call::Wake, "provisioning")
                if now >= self.provisioning_since + TimeDelta::from(self.terms.ready_within) =>
            {
                self.stuck_in = Some(Step::Provision);
                "stuck"
            }
            (Call::Wake, "active" | "grace") if self.may_be_deleted_at().is_some_and(|at| now >= at) => {
                "deleting"
            }
            (Call::Wake, "active") if self.ends_at.is_some_and(|end| now >= end) => "grace",
            (Call::Ready(_), "provisioning") => self.first_time_ready(before),
            (Call::Ready(_), "stuck") if self.stuck_in == Some(Step::Provision) => {
                self.first_time_ready(before)
            }
            (Call::Failed, "provisioning") => {
                self.stuck_in = Some(Step::Provision);
                "stuck"
            }
            (Call::Retry, "stuck") if self.stuck_in == Some(Step::Provision) => {
                self.provisioning_since = now;
                "provisioning"
            }
            (Call::Retry, "stuck") => "deleting",
            (Call::Release, "provisioning" | "active" | "grace" | "stuck") => "deleting",
            (Call::PurgeFailed, "deleting") => {
                self.stuck_in = Some(Step::Purge);
                "stuck"
            }
            (Call::Gone, "deleting") => "gone",
            (_, same) => same,
        };
        assert_eq!(next.phase.word(), self.word, "after {call:?} at {now}");
    }

    fn first_time_ready(&mut self, before: &Lease) -> &'static str {
        let latest = before.created_at + TimeDelta::from(self.terms.longest);
        let wanted = self.terms.until.unwrap_or(self.now + TimeDelta::from(self.terms.span));
        self.first_ready = Some(self.now);
        self.from = self.now;
        self.ends_at = Some(wanted.min(latest).max(self.now));
        "active"
    }

    /// Writes down what was sent.
    fn note(&mut self, change: &Change, call: &Call, due: Option<TimeDelta>) {
        let mut warned = Vec::new();
        for effect in &change.effects {
            let key = effect.key();
            if let Some(earlier) = self.keys.insert(key.clone(), effect.clone()) {
                assert_eq!(&earlier, effect, "two effects under {key}");
            }
            match effect {
                Effect::Page { .. } => self.pages += 1,
                Effect::Tell { notice } => {
                    if let News::ExpiresSoon { ends_at, offset, last } = &notice.news {
                        let (ends_at, offset, last) = (*ends_at, TimeDelta::from(*offset), *last);
                        let held = due.is_none();
                        warned.push(offset);
                        self.sent.push(Sent { ends_at, offset, last, at: self.now, held });
                    }
                }
                _ => {}
            }
        }
        assert!(warned.is_empty() || matches!(call, Call::Wake), "{call:?} warned");
        if matches!(call, Call::Wake) && due.is_some() && self.was_active(change) {
            assert_eq!(warned, due.into_iter().collect::<Vec<_>>(), "the due warning, and no other");
        }
    }

    /// Whether the wake found it active: it is still, or it entered grace in this very change.
    fn was_active(&self, change: &Change) -> bool {
        use sublet::domain::audit::Fact;
        let began = change.facts.iter().any(|fact| matches!(fact, Fact::GraceStarted { .. }));
        self.word == "active" || began
    }

    fn check(&self, call: &Call, before: &Lease, change: &Change) {
        self.check_end();
        self.check_warnings();
        self.check_deletion(call, before);
        if matches!(before.phase, Phase::Gone { .. }) {
            assert!(matches!(self.lease.phase, Phase::Gone { .. }), "it came back from gone");
            let acts = change.effects.iter().any(|effect| {
                matches!(effect, Effect::Provision { .. } | Effect::Purge { .. } | Effect::Page { .. })
            });
            assert!(!acts, "{call:?} acts on what is gone: {change:?}");
        }
        let stored = serde_json::to_string(&self.lease).expect("a lease as JSON");
        assert_eq!(serde_json::from_str::<Lease>(&stored).expect("a stored lease"), self.lease);
        if matches!(call, Call::Wake) {
            self.check_wake();
        }
    }

    fn check_wake(&self) {
        let next = self.lease.wakes_at();
        assert!(next.is_none_or(|next| next > self.now), "it would be woken at once again: {next:?}");
        let (again, nothing) = self.lease.clone().wake(self.now);
        assert_eq!((again, nothing), (self.lease.clone(), Change::none()), "a second wake did something");
    }

    fn check_end(&self) {
        assert_eq!(self.lease.ends_at(), self.ends_at);
        assert!(self.extensions <= 1);
        assert_eq!(self.lease.extended, self.extensions == 1);
        let latest = self.lease.created_at + TimeDelta::from(self.terms.longest);
        // Ready after its maximum was over: it ends at once, and is still announced and held for its grace.
        let bound = self.first_ready.map_or(latest, |ready| latest.max(ready));
        assert!(self.ends_at.is_none_or(|end| end <= bound), "{:?} is beyond {bound}", self.ends_at);
    }

    fn check_warnings(&self) {
        for (index, sent) in self.sent.iter().enumerate() {
            let same = |other: &&Sent| other.ends_at == sent.ends_at && other.offset == sent.offset;
            assert!(
                sent.held || !self.sent[..index].iter().any(|other| same(&other)),
                "told twice: {sent:?}"
            );
            assert!(!sent.held || (sent.last && sent.at >= sent.ends_at), "{sent:?}");
            assert!(sent.at >= sent.ends_at - sent.offset, "too early: {sent:?}");
        }
        let present = self.sent.iter().filter(|sent| Some(sent.ends_at) == self.ends_at);
        let half = self.ends_at.map_or(TimeDelta::zero(), |end| (end - self.from) / 2);
        assert!(present.clone().all(|sent| sent.offset <= half), "more than half before the end");
        if matches!(self.lease.phase, Phase::Grace { .. }) {
            assert!(present.clone().any(|sent| sent.last), "over without its final warning");
        }
    }

    fn check_deletion(&self, call: &Call, before: &Lease) {
        let going = matches!(self.lease.phase, Phase::Deleting { .. } | Phase::Gone { .. });
        if going && !self.released {
            let allowed = self.may_be_deleted_at();
            assert!(allowed.is_some_and(|at| at <= self.now), "{call:?} deleted it, allowed at {allowed:?}");
            let warned = |sent: &Sent| Some(sent.ends_at) == self.ends_at && sent.last;
            assert!(self.sent.iter().any(warned), "deleted without its final warning");
        }
        let begun = going && matches!(before.phase, Phase::Active | Phase::Grace { .. });
        assert!(!begun || matches!(call, Call::Wake | Call::Release), "{call:?} began the deletion");
    }

    /// Delivers the final warning of the present end, if it was sent and no receipt is there.
    pub(crate) fn deliver_final(&mut self) {
        let last = self.sent.iter().rposition(|sent| sent.last && Some(sent.ends_at) == self.ends_at);
        if let (Some(which), None) = (last, self.receipt()) {
            self.call(&Call::Delivered(which));
        }
    }

    pub(crate) fn pages(&self) -> u32 {
        self.pages
    }

    pub(crate) fn offsets_told(&self) -> Vec<i64> {
        self.sent.iter().map(|sent| sent.offset.num_seconds()).collect()
    }
}
