//! Approval rules: who must agree before something happens, and what their reviews come to.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    Instant,
    ids::PersonId,
    person::{Person, Role},
    platform::Platform,
    refusal::Refusal,
};

/// People who may review.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "group", content = "of", rename_all = "snake_case")]
pub enum Group {
    /// Everybody who is an approver or an admin.
    Approvers,
    /// Every admin.
    Admins,
    /// The approvers and admins of that team.
    Team(String),
    /// The approvers and admins of the team that the request is for.
    OwnTeam,
    /// These people, by handle, whatever else they may do.
    People(BTreeSet<String>),
}

impl Group {
    /// Whether somebody is in it, for something that is asked for `team`.
    pub fn has(&self, person: &Person, team: Option<&str>) -> bool {
        person.active
            && match self {
                Self::Approvers => person.may_decide(),
                Self::Admins => person.roles.contains(&Role::Admin),
                Self::Team(name) => person.may_decide() && person.teams.contains(name),
                Self::OwnTeam => person.may_decide() && team.is_some_and(|team| person.teams.contains(team)),
                Self::People(handles) => handles.contains(&person.handle),
            }
    }
}

/// How many of a group must agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// Of whom.
    pub of: Group,
    /// How many different people; at least 1.
    pub count: u32,
}

/// What must come together for an approval. One rejection is enough for the opposite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// What people call it.
    pub name: String,
    /// All of these; one person counts for each need whose group they are in.
    pub needs: Vec<Need>,
    /// Whether whoever asks may review it as well.
    pub own: bool,
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            name: "one approver".to_owned(),
            needs: vec![Need { of: Group::Approvers, count: 1 }],
            own: false,
        }
    }
}

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
    /// Which of the rule's needs it counts for, by their places.
    pub counts: BTreeSet<usize>,
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

/// A rule and the reviews so far.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ballot {
    /// The rule that was in force when it was asked for.
    pub rule: Rule,
    /// In the order in which they came.
    pub reviews: Vec<Review>,
}

/// Whose wish is decided.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Who asked.
    pub by: &'a PersonId,
    /// For which team.
    pub team: Option<&'a str>,
}

impl Ballot {
    /// A ballot without reviews.
    pub fn new(rule: Rule) -> Self {
        Self { rule, reviews: Vec::new() }
    }

    /// Adds somebody's review, as they are at this moment. `rejected` says why not.
    ///
    /// # Errors
    /// [`Refusal::OwnRequest`], [`Refusal::NotApprover`], [`Refusal::Reviewed`] for a second yes.
    pub fn cast(
        &mut self,
        voter: &Person,
        asked: Asked<'_>,
        on: Platform,
        rejected: Option<String>,
        now: Instant,
    ) -> Result<Tally, Refusal> {
        let counts = self.counts(voter, asked)?;
        if self.reviews.iter().any(|review| review.by == voter.id) {
            return Err(Refusal::Reviewed);
        }
        self.reviews.push(Review { by: voter.id.clone(), on, at: now, rejected, counts });
        Ok(self.tally())
    }

    /// What the reviews come to.
    pub fn tally(&self) -> Tally {
        if self.reviews.iter().any(|review| review.rejected.is_some()) {
            return Tally::Rejected;
        }
        let met = |(place, need): (usize, &Need)| {
            let yes = self.reviews.iter().filter(|review| review.counts.contains(&place)).count();
            yes >= need.count as usize
        };
        if self.rule.needs.iter().enumerate().all(met) { Tally::Approved } else { Tally::Open }
    }

    /// Whether it could ever be approved by these people.
    pub fn can_be_approved(&self, people: &[Person], asked: Asked<'_>) -> bool {
        self.rule.needs.iter().all(|need| {
            let able = people.iter().filter(|person| {
                need.of.has(person, asked.team) && (self.rule.own || person.id != *asked.by)
            });
            able.count() >= need.count as usize
        })
    }

    fn counts(&self, voter: &Person, asked: Asked<'_>) -> Result<BTreeSet<usize>, Refusal> {
        let needs = self.rule.needs.iter().enumerate();
        let counts: BTreeSet<usize> =
            needs.filter(|(_, need)| need.of.has(voter, asked.team)).map(|(place, _)| place).collect();
        if counts.is_empty() {
            return Err(Refusal::NotApprover);
        }
        if voter.id == *asked.by && !self.rule.own {
            return Err(Refusal::OwnRequest);
        }
        Ok(counts)
    }
}
