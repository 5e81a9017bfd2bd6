//! Approval rules: who must agree before something happens. What their reviews come to is in `ballot`.

pub mod ballot;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{
    notice::Offset,
    person::{Person, Rights, Role},
    template::{Approval, Template, Value},
};

pub use ballot::{Asked, Ballot, Offer, Review, Tally, Voter};

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

impl Group {
    /// Whether somebody unknown by now may be in it at the moment of their press, by what groups of the platforms give.
    fn may_grow(&self, lent: &Rights, team: Option<&str>) -> bool {
        let decides = lent.roles.contains(&Role::Approver) || lent.roles.contains(&Role::Admin);
        match self {
            Self::Approvers => decides,
            Self::Admins => lent.roles.contains(&Role::Admin),
            Self::Team(name) => decides || lent.teams.contains(name),
            Self::OwnTeam => team.is_some_and(|team| decides || lent.teams.contains(team)),
            Self::People(_) => false,
        }
    }

    /// How many people it takes in, roughly: smaller for a narrower group.
    fn breadth(&self) -> u8 {
        match self {
            Self::People(_) => 0,
            Self::Admins => 1,
            Self::Team(_) | Self::OwnTeam => 2,
            Self::Approvers => 3,
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Approvers => f.write_str("the approvers"),
            Self::Admins => f.write_str("the admins"),
            Self::Team(name) => write!(f, "the approvers of team {name}"),
            Self::OwnTeam => f.write_str("the approvers of the requester's team"),
            Self::People(handles) => {
                let handles: Vec<String> = handles.iter().map(|handle| format!("@{handle}")).collect();
                f.write_str(&handles.join(", "))
            }
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

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.of, self.count) {
            (Group::People(handles), 1) if handles.len() == 1 => self.of.fmt(f),
            (of, 1) => write!(f, "one of {of}"),
            (of, count) => write!(f, "{count} of {of}"),
        }
    }
}

/// Who else counts when nobody answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// After so long without a decision.
    pub after: Offset,
    /// They then count for every need.
    pub to: Group,
}

/// What must come together for an approval. One rejection is enough for the opposite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// What people call it.
    pub name: String,
    /// All of these, each met by people of its own: nobody counts for two needs at once.
    pub needs: Vec<Need>,
    /// Whether whoever asks may review it as well.
    pub own: bool,
    /// Who may approve alone in an emergency, even their own, with a reason that is told to everybody.
    #[serde(default)]
    pub break_glass: Option<Group>,
    /// Who else counts when nobody answered.
    #[serde(default)]
    pub escalate: Option<Escalation>,
}

impl Default for Rule {
    fn default() -> Self {
        let needs = vec![Need { of: Group::Approvers, count: 1 }];
        Self { name: "one approver".to_owned(), needs, own: false, break_glass: None, escalate: None }
    }
}

impl Rule {
    /// Every group that the rule names, and for which its members may review.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.needs.iter().map(|need| &need.of).chain(self.escalate.iter().map(|escalation| &escalation.to))
    }

    /// The needs in words: `2 of the approvers and one of the admins`.
    pub fn words(&self) -> String {
        self.needs.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
    }
}

/// The rules that hold where a template says nothing else.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rules {
    /// For new environments.
    pub requests: Rule,
    /// For more time.
    pub extensions: Rule,
    /// For more of a quota.
    pub quotas: Rule,
    /// What needs no human, of templates that do not say it themselves.
    pub auto: Approval,
}

/// What a template says about its rules.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Overrides {
    /// Its own rule for requests.
    pub requests: Option<Rule>,
    /// Its own rule for extensions.
    pub extensions: Option<Rule>,
    /// Whether it says itself what needs no human.
    pub auto: bool,
}

impl Rules {
    /// The rule for a request of that template.
    pub fn for_request(&self, template: &Template) -> Rule {
        template.reviews.requests.clone().unwrap_or_else(|| self.requests.clone())
    }

    /// The rule for more time of that template's environments; its template may be gone.
    pub fn for_extension(&self, template: Option<&Template>) -> Rule {
        let own = template.and_then(|template| template.reviews.extensions.clone());
        own.unwrap_or_else(|| self.extensions.clone())
    }

    /// A template with the rule and the limits for requests that hold for it, whoever said them.
    pub fn applied(&self, template: &Template) -> Template {
        let mut applied = template.clone();
        if applied.reviews.requests.is_none() && self.requests != Rule::default() {
            applied.reviews.requests = Some(self.requests.clone());
        }
        if !applied.reviews.auto && applied.approval == Approval::Always {
            applied.approval = self.auto.clone();
        }
        applied
    }

    /// Whether a request of that template needs no human.
    pub fn automatic(
        &self,
        template: &Template,
        parameters: &BTreeMap<String, Value>,
        span: TimeDelta,
    ) -> bool {
        if template.reviews.auto || template.approval != Approval::Always {
            return template.approves_itself(parameters, span);
        }
        self.auto.covers_all(parameters, span)
    }
}
