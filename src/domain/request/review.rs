//! How a request is decided: reviews, an offer of less, and the emergency.

use std::collections::BTreeMap;

use super::{Decision, Request, RequestState};
use crate::domain::{
    Change, Instant,
    approval::{Asked, Offer, Tally, Voter},
    audit::Fact,
    ids::PersonId,
    notice::{News, Offset},
    person::Person,
    platform::Platform,
    refusal::Refusal,
    template::Value,
};

/// What is offered instead of what was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Less {
    /// Sizes and options, complete.
    pub parameters: BTreeMap<String, Value>,
    /// For how long.
    pub span: Offset,
    /// The end as a moment, when it stays the one that was asked for.
    pub until: Option<Instant>,
    /// What it is, in words, for the requester.
    pub words: String,
}

impl Request {
    /// Whose wish it is.
    pub fn whose(&self) -> Asked<'_> {
        Asked { by: &self.requester, team: self.team.as_deref() }
    }

    /// Adds a review: the last that is needed approves, any no rejects.
    ///
    /// # Errors
    /// [`Refusal::AlreadyDecided`] names the winner; [`Refusal::NotYet`] while it is analysed;
    /// [`Refusal::EndInThePast`] when it would be over; and those of
    /// [`Ballot::vote`](crate::domain::approval::Ballot::vote).
    pub fn review(
        mut self,
        voter: &Voter,
        on: Platform,
        decision: Decision,
        now: Instant,
    ) -> Result<(Self, Change), Refusal> {
        self.ensure_decidable()?;
        let approves = decision == Decision::Approve;
        self.ballot.may_review(voter, self.whose())?;
        if approves {
            ensure_to_come(self.until, now)?;
        }
        let rejected = match decision {
            Decision::Approve => None,
            Decision::Reject { reason } => Some(reason),
        };
        let asked = Asked { by: &self.requester, team: self.team.as_deref() };
        let tally = self.ballot.vote(voter, asked, on, rejected.clone(), now)?;
        let mut change = self.ballot.noted();
        if approves && self.ballot.offer.take().is_some() {
            // Whoever looks at the offer must look again: it is no more.
            self.ballot.since = None;
            change = change.fact(Fact::OfferSuperseded);
        } else {
            self.ballot.since.get_or_insert(self.version);
        }
        let by = voter.person.id.clone();
        let change = match (tally, rejected) {
            (Tally::Rejected, Some(reason)) => {
                let news = News::Rejected { by: by.clone(), reason: reason.clone() };
                self.state = RequestState::Rejected { by, at: now, on: Some(on), reason: reason.clone() };
                change.effect(self.show()).effect(self.tell(news)).fact(Fact::Rejected { reason })
            }
            (Tally::Approved, _) => {
                change.and(self.approve(by, on, now)).fact(Fact::Approved { reason: None })
            }
            (Tally::Open | Tally::Rejected, _) => change.effect(self.show()),
        };
        Ok((self, change))
    }

    /// Approves it alone, in an emergency; also one's own.
    ///
    /// # Errors
    /// [`Refusal::AlreadyDecided`], [`Refusal::NotYet`], [`Refusal::EndInThePast`], [`Refusal::NoBreakGlass`].
    pub fn break_glass(
        mut self,
        person: &Person,
        on: Platform,
        reason: String,
        now: Instant,
    ) -> Result<(Self, Change), Refusal> {
        self.ensure_decidable()?;
        let asked = Asked { by: &self.requester, team: self.team.as_deref() };
        self.ballot.break_glass(person, asked, on, reason.clone(), now)?;
        ensure_to_come(self.until, now)?;
        self.ballot.offer = None;
        let change = self.approve(person.id.clone(), on, now);
        Ok((self, change.fact(Fact::BrokeGlass { reason }).fact(Fact::Approved { reason: None })))
    }

    /// Offers less; what was offered before is replaced. The offer is the voter's review once it is taken.
    ///
    /// # Errors
    /// As [`Request::review`].
    pub fn offer(
        mut self,
        voter: &Voter,
        on: Platform,
        less: Less,
        now: Instant,
    ) -> Result<(Self, Change), Refusal> {
        self.ensure_decidable()?;
        let review = self.ballot.review(voter, self.whose(), on, None, now)?;
        let Less { parameters, span, until, words } = less;
        self.ballot.offer = Some(Offer { review, parameters, span, until });
        self.ballot.since = None;
        let news = News::Offered { by: voter.person.id.clone(), what: words.clone() };
        let change = Change::none().effect(self.show()).effect(self.tell(news));
        Ok((self, change.fact(Fact::Offered { what: words })))
    }

    /// Takes what is offered: it is asked for instead, and approved by whoever offered it.
    ///
    /// # Errors
    /// [`Refusal::NotYours`] unless the requester does it; [`Refusal::AlreadyDecided`], [`Refusal::NotYet`],
    /// [`Refusal::NoOffer`]; [`Refusal::EndInThePast`] when it would be over.
    pub fn take(mut self, by: &PersonId, now: Instant) -> Result<(Self, Change), Refusal> {
        if *by != self.requester {
            return Err(Refusal::NotYours { name: self.name.as_str().to_owned() });
        }
        self.ensure_decidable()?;
        let Offer { review, parameters, span, until } = self.ballot.offer.take().ok_or(Refusal::NoOffer)?;
        ensure_to_come(until, now)?;
        (self.parameters, self.span, self.until) = (parameters, span, until);
        self.ballot.since = None;
        let (of, on) = (review.by.clone(), review.on);
        self.ballot.add(review);
        let change = if self.ballot.tally() == Tally::Approved {
            self.approve(of.clone(), on, now)
        } else {
            Change::none().effect(self.show())
        };
        let taken = Fact::OfferTaken { of, needed: self.ballot.needed() };
        Ok((self, change.fact(taken)))
    }

    fn approve(&mut self, by: PersonId, on: Platform, now: Instant) -> Change {
        self.state = RequestState::Approved { by: Some(by.clone()), at: now, on: Some(on) };
        Change::none().effect(self.show()).effect(self.tell(News::Approved { by: Some(by) }))
    }

    fn ensure_decidable(&self) -> Result<(), Refusal> {
        self.ensure_open()?;
        if self.state == RequestState::Analysing {
            return Err(Refusal::NotYet);
        }
        Ok(())
    }
}

fn ensure_to_come(until: Option<Instant>, now: Instant) -> Result<(), Refusal> {
    match until {
        Some(until) if until <= now => Err(Refusal::EndInThePast { until }),
        _ => Ok(()),
    }
}
