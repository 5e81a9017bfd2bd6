//! The naive model: lists that are walked over, and nothing that is counted along.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sublet::domain::quota::{Amounts, Defaults, Resource, Scope};

use crate::world::places;

/// The team that Dana is in.
pub const TEAM: &str = "shop";

struct Given {
    scope: Scope,
    resource: Resource,
    amount: u64,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

struct Held {
    who: String,
    amounts: Amounts,
    open: bool,
}

/// What the limits and the requests are.
pub struct Model {
    defaults: Defaults,
    limits: BTreeMap<(Scope, Resource), u64>,
    given: Vec<Given>,
    held: Vec<Held>,
}

/// Whose limits something of somebody counts for.
fn scopes(who: &str) -> Vec<Scope> {
    let mut scopes =
        vec![Scope::Everybody, Scope::Template("web".to_owned()), Scope::Person(places::id(who))];
    if who == "dana" {
        scopes.push(Scope::Team(TEAM.to_owned()));
    }
    scopes
}

impl Model {
    pub fn new(defaults: Defaults) -> Self {
        Self { defaults, limits: BTreeMap::new(), given: Vec::new(), held: Vec::new() }
    }

    pub fn set(&mut self, scope: Scope, resource: Resource, limit: Option<u64>) {
        match limit {
            Some(limit) => self.limits.insert((scope, resource), limit),
            None => self.limits.remove(&(scope, resource)),
        };
    }

    /// Whether it can be given; then it is.
    pub fn grant(
        &mut self,
        scope: Scope,
        resource: Resource,
        amount: u64,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> bool {
        let from = from.max(now);
        let can = until > now && until > from && self.limit(&scope, resource, now).is_some();
        if can {
            self.given.push(Given { scope, resource, amount, from, until });
        }
        can
    }

    pub fn granted(&self) -> usize {
        self.given.len()
    }

    /// Whether there was something left to take back.
    pub fn revoke(&mut self, which: usize, now: DateTime<Utc>) -> bool {
        let given = &mut self.given[which];
        let left = given.until > now;
        if left {
            given.until = now;
        }
        left
    }

    pub fn limit(&self, scope: &Scope, resource: Resource, now: DateTime<Utc>) -> Option<u64> {
        let own = self.limits.get(&(scope.clone(), resource)).copied();
        let limit = own.or_else(|| self.defaults.of(scope).of(resource))?;
        let mut more = 0;
        for given in &self.given {
            if given.scope == *scope && given.resource == resource && given.from <= now && now < given.until {
                more += given.amount;
            }
        }
        Some(limit + more)
    }

    pub fn held(&self, scope: &Scope) -> Amounts {
        let mut sum = Amounts::default();
        for held in self.held.iter().filter(|held| held.open && scopes(&held.who).contains(scope)) {
            sum.environments += held.amounts.environments;
            sum.cpu += held.amounts.cpu;
            sum.memory += held.amounts.memory;
            sum.storage += held.amounts.storage;
            sum.lease_time += held.amounts.lease_time;
        }
        sum
    }

    /// Whether it fits; then it is held.
    pub fn request(&mut self, who: &str, amounts: Amounts, now: DateTime<Utc>) -> bool {
        let fits = self.fits(who, amounts, Amounts::default(), now);
        if fits {
            self.held.push(Held { who: who.to_owned(), amounts, open: true });
        }
        fits
    }

    /// Whether what grows fits; then it is held.
    pub fn resize(&mut self, which: usize, amounts: Amounts, now: DateTime<Utc>) -> bool {
        let (who, before) = (self.held[which].who.clone(), self.held[which].amounts);
        let fits = self.fits(&who, amounts, before, now);
        if fits {
            self.held[which].amounts = amounts;
        }
        fits
    }

    fn fits(&self, who: &str, amounts: Amounts, before: Amounts, now: DateTime<Utc>) -> bool {
        scopes(who).iter().all(|scope| {
            Resource::ALL.into_iter().all(|resource| {
                let (asked, had) = (amounts.of(resource), before.of(resource));
                let after = self.held(scope).of(resource) - had + asked;
                asked <= had || self.limit(scope, resource, now).is_none_or(|limit| after <= limit)
            })
        })
    }

    pub fn end(&mut self, which: usize) {
        self.held[which].open = false;
    }

    pub fn is_open(&self, which: usize) -> bool {
        self.held[which].open
    }

    pub fn owner(&self, which: usize) -> String {
        self.held[which].who.clone()
    }

    pub fn amounts(&self, which: usize) -> Amounts {
        self.held[which].amounts
    }
}
