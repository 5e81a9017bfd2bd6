//! Whose quota a word means, and what it is called in the audit log.

use super::super::{
    World, access,
    work::{Stop, Work},
};
use crate::{
    cards::quota,
    domain::{
        access::{Verb, Whose},
        ids::PersonId,
        person::Person,
        quota::Scope,
        refusal::Refusal,
    },
    ports::store::Stored,
};

/// The scope of a word: `me`, `@dana`, `everybody`, `team:shop`, `template:web`, and `person:per_dana` for programs.
///
/// # Errors
/// [`Refusal::NoSuchQuota`], [`Refusal::NoTemplate`].
pub async fn scope(work: &mut Work<'_>, caller: &Person, word: &str) -> Result<Scope, Stop> {
    let word = word.trim();
    match word.split_once(':') {
        Some(("team", name)) => return team(work, word, name).await,
        Some(("template", name)) => return template(work, name),
        Some(("person", id)) => return person(work, word, id).await,
        _ => {}
    }
    match word.trim_start_matches('@') {
        "me" => Ok(Scope::Person(caller.id.clone())),
        "everybody" | "everyone" | "all" => Ok(Scope::Everybody),
        handle => match work.tx.person_by_handle(handle).await? {
            Some(person) => Ok(Scope::Person(person.id)),
            None => {
                let people = work.tx.people().await?;
                Err(no_such(word, handle, people.iter().map(|person| person.handle.as_str())).into())
            }
        },
    }
}

async fn person(work: &mut Work<'_>, word: &str, id: &str) -> Result<Scope, Stop> {
    let known = match PersonId::parse(id) {
        Some(id) => work.tx.person(&id).await?,
        None => None,
    };
    match known {
        Some(person) => Ok(Scope::Person(person.id)),
        None => Err(Refusal::NoSuchQuota { who: word.to_owned(), similar: None }.into()),
    }
}

async fn team(work: &mut Work<'_>, word: &str, name: &str) -> Result<Scope, Stop> {
    let people = work.tx.people().await?;
    let teams = || people.iter().flat_map(|person| &person.teams).map(String::as_str);
    let configured = &work.world.policy.quotas.teams;
    if configured.contains_key(name) || teams().any(|team| team == name) {
        return Ok(Scope::Team(name.to_owned()));
    }
    Err(no_such(word, name, teams().chain(configured.keys().map(String::as_str))).into())
}

fn template(work: &Work<'_>, name: &str) -> Result<Scope, Stop> {
    if work.world.templates.named(name).is_some() {
        return Ok(Scope::Template(name.to_owned()));
    }
    let known = work.world.templates.all().iter().map(|template| template.name.clone()).collect();
    Err(Refusal::NoTemplate { name: name.to_owned(), known }.into())
}

fn no_such<'a>(word: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Refusal {
    let similar = commands::usage::nearest(name, known).map(str::to_owned);
    Refusal::NoSuchQuota { who: word.to_owned(), similar }
}

/// Whose the quota of a scope is to somebody who would do this: their own is theirs; to look, so is whatever limits
/// them: that of their teams, of the templates that they may have, and of everybody.
pub fn whose(world: &World, caller: &Person, verb: Verb, scope: &Scope) -> Whose {
    let looks = verb == Verb::See;
    let own = match scope {
        Scope::Person(id) => *id == caller.id,
        Scope::Team(name) => looks && caller.teams.contains(name),
        Scope::Template(name) => {
            looks && world.templates.named(name).is_some_and(|template| template.is_for(caller))
        }
        Scope::Everybody => looks,
    };
    if own { Whose::Own } else { Whose::Other }
}

/// Whether somebody may do this with the quota of a scope.
///
/// # Errors
/// [`Stop::Denied`], which goes on record.
pub async fn ensure(work: &mut Work<'_>, caller: &Person, verb: Verb, scope: &Scope) -> Result<(), Stop> {
    let about = about(work, scope).await?;
    access::ensure(caller, verb, whose(work.world, caller, verb, scope), &about)
}

/// What the audit log calls it: a person's handle, else as it is typed.
pub async fn about(work: &mut Work<'_>, scope: &Scope) -> Stored<String> {
    Ok(match scope {
        Scope::Person(id) => {
            let person = work.tx.person(id).await?;
            person.map_or_else(|| id.as_str().to_owned(), |person| format!("@{}", person.handle))
        }
        other => quota::word(other),
    })
}
