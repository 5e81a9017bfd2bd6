//! A rule and the reviews so far: who may review, for which need a review counts, and what all come to.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Rule;
use crate::domain::{
    Change, Instant,
    audit::Fact,
    ids::PersonId,
    notice::Offset,
    person::{Person, Rights},
    platform::Platform,
    refusal::Refusal,
    template::Value,
};

/// One person's review of a request, an extension or a quota.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Who.
    pub by: PersonId,
    /// On which platform.
    pub on: Platform,
    /// When.
    pub at: Instant,
    /// Why not; `None` for a yes.
    pub rejected: Option<String>,
    /// Which of the rule's needs it may count for, by their places.
    pub counts: BTreeSet<usize>,
    /// For whom it was given, who is away; `None` for oneself.
    #[serde(default)]
    pub instead_of: Option<PersonId>,
    /// Why they approved alone; `None` for an ordinary review.
    #[serde(default)]
    pub glass: Option<String>,
}

/// Somebody who reviews, as they are at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voter {
    /// Who.
    pub person: Person,
    /// Those who are away and let them review in their stead.
    pub delegators: Vec<Person>,
}

impl From<Person> for Voter {
    fn from(person: Person) -> Self {
        Self { person, delegators: Vec::new() }
    }
}

/// What the reviews come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tally {
    /// More reviews are needed.
    Open,
    /// Every need is met.
    Approved,
    /// Somebody said no.
    Rejected,
}

/// Less than was asked for, which the requester may take at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Whoever offers it approves it with that; the review counts once the offer is taken.
    pub review: Review,
    /// The sizes and options that are offered, complete.
    pub parameters: BTreeMap<String, Value>,
    /// The span that is offered.
    pub span: Offset,
    /// The end as a moment, when it stays the one that was asked for.
    pub until: Option<Instant>,
}

/// A rule and the reviews so far.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ballot {
    /// The rule that was in force when it was asked for.
    pub rule: Rule,
    /// In the order in which they came.
    pub reviews: Vec<Review>,
    /// When those counted as well to whom it was escalated.
    #[serde(default)]
    pub escalated: Option<Instant>,
    /// The earliest version of the thing whose card says the same as now but for reviews; `None`: the present one.
    #[serde(default)]
    pub since: Option<i64>,
    /// What was offered instead; one at a time.
    #[serde(default)]
    pub offer: Option<Offer>,
}

/// Whose wish is decided.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Who asked.
    pub by: &'a PersonId,
    /// For which team.
    pub team: Option<&'a str>,
}

/// In whose stead somebody may review, and which needs it may then count for.
type Seat = (Option<PersonId>, BTreeSet<usize>);

impl Ballot {
    /// A ballot without reviews.
    pub fn new(rule: Rule) -> Self {
        Self { rule, ..Self::default() }
    }

    /// Adds somebody's review in their own name, as they are at this moment. `rejected` says why not.
    ///
    /// # Errors
    /// As [`Ballot::vote`].
    pub fn cast(
        &mut self,
        voter: &Person,
        asked: Asked<'_>,
        on: Platform,
        rejected: Option<String>,
        now: Instant,
    ) -> Result<Tally, Refusal> {
        self.vote(&Voter::from(voter.clone()), asked, on, rejected, now)
    }

    /// Adds somebody's review. Whoever said yes may still say no, which then stands instead.
    ///
    /// # Errors
    /// [`Refusal::OwnRequest`], [`Refusal::NotApprover`] and [`Refusal::NotReviewer`] for who may not;
    /// [`Refusal::Reviewed`] for a second yes, [`Refusal::SpokenFor`] when somebody gave it in their stead.
    pub fn vote(
        &mut self,
        voter: &Voter,
        asked: Asked<'_>,
        on: Platform,
        rejected: Option<String>,
        now: Instant,
    ) -> Result<Tally, Refusal> {
        let review = self.review(voter, asked, on, rejected, now)?;
        self.add(review);
        Ok(self.tally())
    }

    /// What the log says of the last review, where the decision that follows does not say it.
    pub fn noted(&self) -> Change {
        let Some(last) = self.reviews.last().filter(|review| review.rejected.is_none()) else {
            return Change::none();
        };
        if self.tally() == Tally::Approved && last.instead_of.is_none() {
            return Change::none();
        }
        let (instead_of, needed) = (last.instead_of.clone(), self.needed());
        Change::none().fact(Fact::Reviewed { instead_of, needed })
    }

    /// Adds a review that was given before.
    pub fn add(&mut self, review: Review) {
        self.reviews.retain(|earlier| earlier.by != review.by);
        self.reviews.push(review);
    }

    /// Somebody's review as it would be added.
    ///
    /// # Errors
    /// As [`Ballot::vote`].
    pub fn review(
        &self,
        voter: &Voter,
        asked: Asked<'_>,
        on: Platform,
        rejected: Option<String>,
        now: Instant,
    ) -> Result<Review, Refusal> {
        let by = voter.person.id.clone();
        let mut seats = self.seats(voter, asked)?;
        if rejected.is_none() {
            if self.reviews.iter().any(|review| review.by == by) {
                return Err(Refusal::Reviewed);
            }
            seats.retain(|(instead_of, _)| self.spoken_for(instead_of.as_ref().unwrap_or(&by)).is_none());
        }
        let grows = |seat: &&Seat| self.missing(self.yes().chain([&seat.1])) < self.missing(self.yes());
        let Some((instead_of, counts)) = seats.iter().find(grows).or(seats.first()).cloned() else {
            let in_their_stead = self
                .spoken_for(&by)
                .or_else(|| voter.delegators.iter().find_map(|delegator| self.spoken_for(&delegator.id)));
            return Err(in_their_stead.map_or(Refusal::Reviewed, |by| Refusal::SpokenFor { by: by.clone() }));
        };
        Ok(Review { by, on, at: now, rejected, counts, instead_of, glass: None })
    }

    /// Whether somebody may review at all.
    ///
    /// # Errors
    /// [`Refusal::OwnRequest`], [`Refusal::NotApprover`], [`Refusal::NotReviewer`].
    pub fn may_review(&self, voter: &Voter, asked: Asked<'_>) -> Result<(), Refusal> {
        self.seats(voter, asked).map(drop)
    }

    /// Approves it alone, in an emergency.
    ///
    /// # Errors
    /// [`Refusal::NoBreakGlass`] for whoever is not in the rule's group.
    pub fn break_glass(
        &mut self,
        person: &Person,
        asked: Asked<'_>,
        on: Platform,
        reason: String,
        now: Instant,
    ) -> Result<(), Refusal> {
        let group = self.rule.break_glass.as_ref();
        if !group.is_some_and(|group| group.has(person, asked.team)) {
            return Err(Refusal::NoBreakGlass { who: group.map(ToString::to_string) });
        }
        let (by, counts) = (person.id.clone(), BTreeSet::new());
        let glass = Some(reason);
        self.add(Review { by, on, at: now, rejected: None, counts, instead_of: None, glass });
        Ok(())
    }

    /// From now on those count as well to whom it is escalated. What is decided stays the same, and so do the buttons.
    pub fn escalate(&mut self, version: i64, now: Instant) -> Change {
        let Some(escalation) = &self.rule.escalate else { return Change::none() };
        let to = escalation.to.to_string();
        self.escalated = Some(now);
        self.since.get_or_insert(version);
        Change::none().fact(Fact::Escalated { to })
    }

    /// What the reviews come to.
    pub fn tally(&self) -> Tally {
        if self.reviews.iter().any(|review| review.rejected.is_some()) {
            return Tally::Rejected;
        }
        let alone = self.reviews.iter().any(|review| review.glass.is_some());
        if alone || self.missing(self.yes()) == 0 { Tally::Approved } else { Tally::Open }
    }

    /// Who is still needed, in words; empty when nobody is.
    pub fn needed(&self) -> String {
        let lacking = self.lacking(self.yes());
        let words: Vec<String> = lacking.iter().map(ToString::to_string).collect();
        let words = words.join(" and ");
        match (&self.rule.escalate, self.escalated) {
            (Some(escalation), Some(_)) if !words.is_empty() => format!("{words}, or of {}", escalation.to),
            _ => words,
        }
    }

    /// The needs that could never be met by these people, nor by whoever comes with what groups of the platforms give
    /// (`lent`); empty when it could be approved.
    pub fn lacks(&self, people: &[Person], lent: &Rights, asked: Asked<'_>) -> Vec<String> {
        let able = people.iter().filter(|person| self.rule.own || person.id != *asked.by);
        let counts: Vec<BTreeSet<usize>> =
            able.map(|person| self.places(person, asked, true)).filter(|places| !places.is_empty()).collect();
        let lacking = self.lacking(counts.iter()).into_iter();
        lacking.filter(|need| !need.of.may_grow(lent, asked.team)).map(|need| need.to_string()).collect()
    }

    /// Whether it could ever be approved by these people.
    pub fn can_be_approved(&self, people: &[Person], asked: Asked<'_>) -> bool {
        self.lacks(people, &Rights::default(), asked).is_empty()
    }

    /// The version that buttons carry: it stays while only reviews are added.
    pub fn shown(&self, version: i64) -> i64 {
        self.since.unwrap_or(version)
    }

    /// Whether somebody who saw that version saw what is decided now.
    pub fn is_current(&self, seen: Option<u64>, version: i64) -> bool {
        let Some(seen) = seen.and_then(|seen| i64::try_from(seen).ok()) else { return true };
        (self.shown(version)..=version).contains(&seen)
    }

    /// In whose stead a voter may review, their own name first; never empty.
    fn seats(&self, voter: &Voter, asked: Asked<'_>) -> Result<Vec<Seat>, Refusal> {
        let person = &voter.person;
        let places = |person: &Person| self.places(person, asked, self.escalated.is_some());
        let own = person.id == *asked.by;
        let mut seats: Vec<Seat> = Vec::new();
        if !own || self.rule.own {
            seats.push((None, places(person)));
        }
        if !own && person.active {
            let others = voter.delegators.iter().filter(|delegator| delegator.id != *asked.by);
            seats.extend(others.map(|delegator| (Some(delegator.id.clone()), places(delegator))));
        }
        seats.retain(|(_, places)| !places.is_empty());
        if !seats.is_empty() {
            return Ok(seats);
        }
        let theirs = voter.delegators.iter().find(|delegator| delegator.id == *asked.by);
        if (own && !places(person).is_empty()) || theirs.is_some_and(|theirs| !places(theirs).is_empty()) {
            return Err(Refusal::OwnRequest);
        }
        if person.may_decide() {
            return Err(Refusal::NotReviewer { needs: self.rule.words() });
        }
        Err(Refusal::NotApprover)
    }

    /// Which needs somebody may count for.
    fn places(&self, person: &Person, asked: Asked<'_>, escalated: bool) -> BTreeSet<usize> {
        let to = self.rule.escalate.as_ref().filter(|_| escalated);
        let all = to.is_some_and(|escalation| escalation.to.has(person, asked.team));
        let needs = self.rule.needs.iter().enumerate();
        needs.filter(|(_, need)| all || need.of.has(person, asked.team)).map(|(place, _)| place).collect()
    }

    /// Who reviewed in that person's name, or that person themselves.
    fn spoken_for(&self, person: &PersonId) -> Option<&PersonId> {
        let spoke = |review: &&Review| review.by == *person || review.instead_of.as_ref() == Some(person);
        self.reviews.iter().find(spoke).map(|review| &review.by)
    }

    fn yes(&self) -> impl Iterator<Item = &BTreeSet<usize>> {
        self.reviews.iter().filter(|review| review.rejected.is_none()).map(|review| &review.counts)
    }

    fn missing<'a>(&self, counts: impl Iterator<Item = &'a BTreeSet<usize>>) -> u32 {
        self.lacking(counts).iter().map(|need| need.count).sum()
    }

    /// What is left of the needs when each of these people sits at one need, as many as can at once.
    fn lacking<'a>(&self, counts: impl Iterator<Item = &'a BTreeSet<usize>>) -> Vec<super::Need> {
        let needs = &self.rule.needs;
        let room = needs.iter().map(|need| need.count as usize).collect();
        // The narrow groups first, so that what is left to wait for is what more people can do.
        let mut order: Vec<usize> = (0..needs.len()).collect();
        order.sort_by_key(|place| needs[*place].of.breadth());
        let seated = vec![Vec::new(); needs.len()];
        let mut table = Table { counts: counts.collect(), order, room, seated };
        for who in 0..table.counts.len() {
            table.seat(who, &mut BTreeSet::new());
        }
        let left = needs.iter().zip(&table.seated).map(|(need, seated)| super::Need {
            of: need.of.clone(),
            count: need.count.saturating_sub(u32::try_from(seated.len()).unwrap_or(u32::MAX)),
        });
        left.filter(|need| need.count > 0).collect()
    }
}

/// People who find a place each, those before them moving up when that makes room.
struct Table<'a> {
    counts: Vec<&'a BTreeSet<usize>>,
    order: Vec<usize>,
    room: Vec<usize>,
    seated: Vec<Vec<usize>>,
}

impl Table<'_> {
    fn seat(&mut self, who: usize, tried: &mut BTreeSet<usize>) -> bool {
        for index in 0..self.order.len() {
            let need = self.order[index];
            if !self.counts[who].contains(&need) || !tried.insert(need) {
                continue;
            }
            if self.seated[need].len() < self.room[need] {
                self.seated[need].push(who);
                return true;
            }
            for place in 0..self.seated[need].len() {
                if self.seat(self.seated[need][place], tried) {
                    self.seated[need][place] = who;
                    return true;
                }
            }
        }
        false
    }
}
