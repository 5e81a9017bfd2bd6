//! Quotas: limits on what somebody may hold at once.
//!
//! A limit is permanent; grants add to it for a while; what is asked for and not over yet is reserved. The limit at a
//! moment follows from the moments alone, whoever has looked when.

pub mod fit;
pub mod grant;
pub mod smaller;
pub mod wish;

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{
    Instant,
    extension::Extension,
    ids::{EnvName, PersonId, RequestId},
    request::Request,
    template::Value,
};

/// Something of which there is only so much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Environments, by their number.
    Environments,
    /// Processor time, in thousandths of a core.
    Cpu,
    /// Memory, in bytes.
    Memory,
    /// Storage, in bytes.
    Storage,
    /// Time of leases, in seconds: the sum over what is held at once.
    LeaseTime,
}

impl Resource {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Environments, Self::Cpu, Self::Memory, Self::Storage, Self::LeaseTime];

    /// The word under which it is stored and by which people name it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Environments => "environments",
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Storage => "storage",
            Self::LeaseTime => "hours",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|resource| resource.word() == word)
    }
}

/// How much of each resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Amounts {
    /// Environments.
    pub environments: u64,
    /// Thousandths of a core.
    pub cpu: u64,
    /// Bytes of memory.
    pub memory: u64,
    /// Bytes of storage.
    pub storage: u64,
    /// Seconds of leases.
    pub lease_time: u64,
}

impl Amounts {
    /// The amount of one resource.
    pub fn of(&self, resource: Resource) -> u64 {
        match resource {
            Resource::Environments => self.environments,
            Resource::Cpu => self.cpu,
            Resource::Memory => self.memory,
            Resource::Storage => self.storage,
            Resource::LeaseTime => self.lease_time,
        }
    }

    /// The same with another amount of one resource.
    pub fn with(mut self, resource: Resource, amount: u64) -> Self {
        let place = match resource {
            Resource::Environments => &mut self.environments,
            Resource::Cpu => &mut self.cpu,
            Resource::Memory => &mut self.memory,
            Resource::Storage => &mut self.storage,
            Resource::LeaseTime => &mut self.lease_time,
        };
        *place = amount;
        self
    }

    /// Both together, at most as much as can be counted.
    pub fn plus(&self, other: &Self) -> Self {
        Resource::ALL.into_iter().fold(*self, |sum, resource| {
            sum.with(resource, self.of(resource).saturating_add(other.of(resource)))
        })
    }

    /// What is left without the other; nothing is less than nothing.
    pub fn minus(&self, other: &Self) -> Self {
        Resource::ALL.into_iter().fold(*self, |rest, resource| {
            rest.with(resource, self.of(resource).saturating_sub(other.of(resource)))
        })
    }

    /// Whether there is nothing of anything.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// The resources of which there is something, each with its amount.
    pub fn each(&self) -> impl Iterator<Item = (Resource, u64)> + use<> {
        let amounts = *self;
        Resource::ALL.into_iter().map(move |r| (r, amounts.of(r))).filter(|(_, amount)| *amount > 0)
    }
}

/// The most of a resource that one request is counted with: so large that no limit lets it pass, and so small that
/// the sum over everything can still be counted.
const MOST: u64 = 1 << 53;

/// What an environment with these parameters takes for so long: its processors, memory and storage are the parameters
/// of those names.
pub fn amounts(parameters: &BTreeMap<String, Value>, span: TimeDelta) -> Amounts {
    let bytes = |name: &str| match parameters.get(name) {
        Some(Value::Bytes(bytes)) => (*bytes).min(MOST),
        _ => 0,
    };
    let cpu = match parameters.get(Resource::Cpu.word()) {
        Some(Value::Cpu(millis)) => u64::from(*millis),
        _ => 0,
    };
    Amounts {
        environments: 1,
        cpu,
        memory: bytes(Resource::Memory.word()),
        storage: bytes(Resource::Storage.word()),
        lease_time: seconds(span),
    }
}

/// A length of time as a quota counts it.
pub fn seconds(span: TimeDelta) -> u64 {
    u64::try_from(span.num_seconds()).unwrap_or_default().min(MOST)
}

/// Whom a limit is for. The order is the one in which what they hold is locked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "scope", content = "of", rename_all = "snake_case")]
pub enum Scope {
    /// All environments together.
    Everybody,
    /// Those that are for a team.
    Team(String),
    /// Those of a template.
    Template(String),
    /// Those of a person.
    Person(PersonId),
}

impl Scope {
    /// The word under which it is stored: `everybody`, `team/shop`, `template/web`, `person/per_dana`.
    pub fn word(&self) -> String {
        match self {
            Self::Everybody => "everybody".to_owned(),
            Self::Team(name) => format!("team/{name}"),
            Self::Template(name) => format!("template/{name}"),
            Self::Person(id) => format!("person/{id}"),
        }
    }

    /// The word by which programs name it, and which is understood where people type whose quota they mean:
    /// `everybody`, `team:shop`, `template:web`, `person:per_dana`.
    pub fn id(&self) -> String {
        self.word().replacen('/', ":", 1)
    }

    /// Reads the word by which programs name it.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::parse(&id.replacen(':', "/", 1))
    }

    /// What it is for, in one word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Everybody => "everybody",
            Self::Team(_) => "team",
            Self::Template(_) => "template",
            Self::Person(_) => "person",
        }
    }

    /// Reads the word under which it is stored.
    pub fn parse(word: &str) -> Option<Self> {
        match word.split_once('/') {
            None => (word == "everybody").then_some(Self::Everybody),
            Some(("team", name)) => Some(Self::Team(name.to_owned())),
            Some(("template", name)) => Some(Self::Template(name.to_owned())),
            Some(("person", id)) => PersonId::parse(id).map(Self::Person),
            Some(_) => None,
        }
    }
}

/// Limits of a scope; what is not in it has none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Limits(pub BTreeMap<Resource, u64>);

impl Limits {
    /// The limit on a resource.
    pub fn of(&self, resource: Resource) -> Option<u64> {
        self.0.get(&resource).copied()
    }

    /// These, and where there is none, the others.
    pub fn or(mut self, others: &Self) -> Self {
        for (resource, limit) in &others.0 {
            self.0.entry(*resource).or_insert(*limit);
        }
        self
    }

    /// These with what is granted besides at that moment. A grant adds to a limit; where there is none, none is made.
    pub fn with(mut self, grants: &[grant::Grant], now: Instant) -> Self {
        for (resource, limit) in &mut self.0 {
            let active = grants.iter().filter(|grant| grant.is_active(now));
            *limit = active.fold(*limit, |sum, grant| sum.saturating_add(grant.amounts.of(*resource)));
        }
        self
    }
}

/// The limits of the configuration: they hold where nobody set another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Defaults {
    /// Of all together.
    pub everybody: Limits,
    /// Of each person.
    pub each_person: Limits,
    /// Of teams, by name.
    pub teams: BTreeMap<String, Limits>,
    /// Of templates, by name.
    pub templates: BTreeMap<String, Limits>,
}

impl Defaults {
    /// The limits of a scope.
    pub fn of(&self, scope: &Scope) -> Limits {
        match scope {
            Scope::Everybody => self.everybody.clone(),
            Scope::Team(name) => self.teams.get(name).cloned().unwrap_or_default(),
            Scope::Template(name) => self.templates.get(name).cloned().unwrap_or_default(),
            Scope::Person(_) => self.each_person.clone(),
        }
    }
}

/// What is held for a request, or for an extension besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// The id of the request, or of the extension.
    pub id: String,
    /// The request.
    pub request: RequestId,
    /// The environment's name.
    pub name: EnvName,
    /// Who asked.
    pub person: PersonId,
    /// For which team.
    pub team: Option<String>,
    /// Of which template.
    pub template: String,
    /// How much.
    pub amounts: Amounts,
    /// Since when.
    pub since: Instant,
}

impl Reservation {
    /// What a request takes.
    pub fn of(request: &Request, now: Instant) -> Self {
        Self {
            id: request.id.as_str().to_owned(),
            request: request.id.clone(),
            name: request.name.clone(),
            person: request.requester.clone(),
            team: request.team.clone(),
            template: request.template.clone(),
            amounts: request.amounts,
            since: now,
        }
    }

    /// What an extension takes besides: its time.
    pub fn more(request: &Request, extension: &Extension, now: Instant) -> Self {
        let amounts = Amounts { lease_time: seconds(extension.span()), ..Amounts::default() };
        Self { id: extension.id.as_str().to_owned(), amounts, ..Self::of(request, now) }
    }

    /// Whose limits it counts for.
    pub fn scopes(&self) -> BTreeSet<Scope> {
        let team = self.team.clone().map(Scope::Team);
        let always =
            [Scope::Everybody, Scope::Template(self.template.clone()), Scope::Person(self.person.clone())];
        always.into_iter().chain(team).collect()
    }
}

/// One limit as something changes what is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaLine {
    /// Whose limit.
    pub scope: Scope,
    /// On what.
    pub resource: Resource,
    /// The limit now.
    pub limit: u64,
    /// What is held without it.
    pub before: u64,
    /// What is held with it.
    pub after: u64,
}
