//! `/quota show`: bars, and what uses it.

use std::collections::BTreeSet;

use super::{
    super::{
        Answer,
        work::{Stop, Work},
    },
    standing, who,
};
use crate::{
    cards::quota::{self, View},
    domain::{
        access::{Verb, Whose, may},
        person::Person,
        quota::Scope,
    },
};

/// What somebody, a team, a template or everybody may hold and holds. Everybody sees what limits them: their
/// own, their teams', their templates', and everybody's; approvers, admins and auditors see all.
///
/// # Errors
/// [`Stop::Denied`], and those of the word that says whose.
pub async fn show(work: &mut Work<'_>, caller: &Person, who: Option<&str>) -> Result<Answer, Stop> {
    let scope = who::scope(work, caller, who.unwrap_or("me")).await?;
    let all = may(caller, Verb::See, Whose::Other).is_ok();
    let own = scope == Scope::Person(caller.id.clone());
    who::ensure(work, caller, Verb::See, &scope).await?;
    let mut standings = vec![standing(work, &scope).await?];
    if own {
        let mut beside: BTreeSet<Scope> = caller.teams.iter().cloned().map(Scope::Team).collect();
        beside.insert(Scope::Everybody);
        for scope in beside {
            standings.push(standing(work, &scope).await?);
        }
    }
    let mut held = work.tx.reservations_in(&scope).await?;
    let before = held.len();
    held.retain(|held| all || held.person == caller.id);
    let people = work.people().await?;
    Ok(Answer::Say(quota::show(&View {
        standings,
        hidden: before - held.len(),
        held,
        grants: work.tx.grants_of(&scope, work.now).await?,
        scope,
        own,
        now: work.now,
        people: &people,
    })))
}
