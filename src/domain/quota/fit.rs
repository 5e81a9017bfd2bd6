//! Whether something still fits into the limits, and what is in the way.

use serde::{Deserialize, Serialize};

use super::{Amounts, Limits, Reservation, Resource, Scope};
use crate::domain::ids::{EnvName, PersonId};

/// A scope at a moment: what it may hold, and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whose.
    pub scope: Scope,
    /// The limits, grants included.
    pub limits: Limits,
    /// What is reserved.
    pub used: Amounts,
}

/// A limit that is in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Short {
    /// Whose limit.
    pub scope: Scope,
    /// On what.
    pub resource: Resource,
    /// The limit now.
    pub limit: u64,
    /// What is held of it.
    pub used: u64,
    /// What was asked for besides.
    pub asked: u64,
    /// What holds it, the largest part first, as far as the one who asks may see it.
    pub uses: Vec<Use>,
    /// What is held by things that they may not see.
    pub others: u64,
}

/// A part of what is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// The environment.
    pub name: EnvName,
    /// Whose it is.
    pub by: PersonId,
    /// Its part.
    pub amount: u64,
}

impl Standing {
    /// How much more of a resource fits; `None` when there is no limit.
    pub fn room(&self, resource: Resource) -> Option<u64> {
        Some(self.limits.of(resource)?.saturating_sub(self.used.of(resource)))
    }

    /// The limits that are in the way of so much more. Whatever is not asked for is never in the way, even where more
    /// is held than the limit, because that was larger once.
    pub fn short(&self, asked: &Amounts) -> Vec<Short> {
        let short = |(resource, asked): (Resource, u64)| {
            let limit = self.limits.of(resource)?;
            let used = self.used.of(resource);
            (used.saturating_add(asked) > limit).then(|| Short {
                scope: self.scope.clone(),
                resource,
                limit,
                used,
                asked,
                uses: Vec::new(),
                others: 0,
            })
        };
        asked.each().filter_map(short).collect()
    }

    /// The resources of which more is held than the limit.
    pub fn over(&self) -> Vec<Short> {
        let over = |(resource, limit): (&Resource, &u64)| {
            let used = self.used.of(*resource);
            (used > *limit).then(|| Short {
                scope: self.scope.clone(),
                resource: *resource,
                limit: *limit,
                used,
                asked: 0,
                uses: Vec::new(),
                others: 0,
            })
        };
        self.limits.0.iter().filter_map(over).collect()
    }
}

/// How much of a resource fits into all of these; `None` when there is no limit.
pub fn room(standings: &[Standing], resource: Resource) -> Option<u64> {
    standings.iter().filter_map(|standing| standing.room(resource)).min()
}

impl Short {
    /// Fills in what holds it: what `sees` lets through by name, the rest as a sum.
    pub fn held_by(mut self, held: &[Reservation], sees: impl Fn(&Reservation) -> bool) -> Self {
        for reservation in held {
            let amount = reservation.amounts.of(self.resource);
            if amount == 0 {
                continue;
            }
            if !sees(reservation) {
                self.others = self.others.saturating_add(amount);
            } else if let Some(known) = self.uses.iter_mut().find(|known| known.name == reservation.name) {
                known.amount = known.amount.saturating_add(amount);
            } else {
                let (name, by) = (reservation.name.clone(), reservation.person.clone());
                self.uses.push(Use { name, by, amount });
            }
        }
        self.uses.sort_by(|a, b| b.amount.cmp(&a.amount).then_with(|| a.name.cmp(&b.name)));
        self
    }
}
