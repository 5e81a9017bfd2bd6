//! What is told when a temporary quota is over. Nothing is deleted by that; it only stops new requests.

use std::collections::BTreeSet;

use super::{super::work::Work, standing, who};
use crate::{
    domain::{
        Change,
        announcement::{Announcement, Hearer, Saying},
        audit::Actor,
        effect::Effect,
        ids::{Lane, PersonId},
        quota::{
            Scope,
            grant::{Grant, GrantState},
        },
    },
    ports::store::Stored,
};

/// Tells, once, whoever had it, and whoever holds more now than the limit.
pub async fn ended(work: &mut Work<'_>, grant: &Grant, change: Change, actor: &Actor) -> Stored<()> {
    let standing = standing(work, &grant.scope).await?;
    let mut over = standing.over();
    over.retain(|short| grant.amounts.of(short.resource) > 0);
    let held = if over.is_empty() { Vec::new() } else { work.tx.reservations_in(&grant.scope).await? };
    let concerned = held.iter().filter(|held| over.iter().any(|short| held.amounts.of(short.resource) > 0));
    let mut hearers: BTreeSet<PersonId> = concerned.map(|held| held.person.clone()).collect();
    if let Scope::Person(person) = &grant.scope {
        hearers.insert(person.clone());
    }
    let revoked_by = match &grant.state {
        GrantState::Revoked { by } => Some(by.clone()),
        GrantState::Given | GrantState::Ended => None,
    };
    let mut change = change;
    for hearer in hearers {
        let own = |held: &&crate::domain::quota::Reservation| held.person == hearer;
        let seen: Vec<_> = held.iter().filter(own).cloned().collect();
        let says = Saying::QuotaEnded {
            grant: grant.id.clone(),
            scope: grant.scope.clone(),
            amounts: grant.amounts,
            revoked_by: revoked_by.clone(),
            over: over.iter().map(|short| short.clone().held_by(&seen, |_| true)).collect(),
        };
        let key = format!("{}/ended/{hearer}", grant.id);
        let announcement = Announcement { to: Hearer::Person(hearer), key, says };
        change = change.effect(Effect::Inform { announcement });
    }
    let about = who::about(work, &grant.scope).await?;
    work.follow_in(&Lane::of(&grant.id), &about, change, actor).await
}
