//! The people of the configuration, brought into the database.

use std::collections::BTreeSet;

use chrono_tz::Tz;

use super::{World, admit::free_handle, leave, work::Work};
use crate::{
    domain::{
        audit::Actor,
        ids::PersonId,
        person::{Origin, Person, Rights, Role, Standing},
    },
    ports::store::Stored,
    until_saved,
};

/// Saves everybody of the configuration. Whoever is no longer in it is kept, since the past names them, but
/// may do nothing any more: what they have ends or goes to others. Whoever came by a chat platform before they were
/// listed stays who they are. What was given in chat stays as well.
///
/// # Errors
/// When the database fails.
pub async fn bring_in(world: &World, configured: &[Person]) -> Stored<()> {
    until_saved!(once(world, configured))?;
    leave::sweep(world).await
}

async fn once(world: &World, configured: &[Person]) -> Stored<()> {
    let mut work = Work::begin(world).await?;
    let mut known = work.tx.people().await?;
    let configured: Vec<Person> = configured.iter().map(|person| as_known(person, &known)).collect();
    let present: BTreeSet<_> = configured.iter().map(|person| person.id.clone()).collect();
    let wanted: BTreeSet<&str> = configured.iter().map(|person| person.handle.as_str()).collect();
    let mut gone = Vec::new();
    for at in 0..known.len() {
        let mut person = known[at].clone();
        if present.contains(&person.id) {
            continue;
        }
        if wanted.contains(person.handle.as_str()) {
            person.handle = free_handle(&person.handle, &known);
        }
        if person.origin == Origin::Listed && !person.standing.erased {
            unlist(&mut person);
        }
        if person != known[at] {
            if known[at].active && !person.active {
                tracing::info!(
                    handle = person.handle,
                    "no longer in the configuration, and so no longer active"
                );
                gone.push(person.clone());
            }
            work.tx.save_person(&person).await?;
            known[at] = person;
        }
    }
    for person in &configured {
        let was_active = known.iter().any(|before| before.id == person.id && before.active);
        work.tx.save_person(person).await?;
        if was_active && !person.active {
            gone.push(person.clone());
        }
    }
    for person in &gone {
        leave::noted(&mut work, person, "the configuration no longer lists them as active", &Actor::Outside)
            .await?;
    }
    say_who_is_missing(&work.tx.people().await?);
    work.commit().await
}

/// The configuration gives them nothing any more; what was given in chat is kept for when they are listed again.
fn unlist(person: &mut Person) {
    person.active = false;
    if person.standing.listed.take().is_some() {
        let Rights { roles, teams } = person.standing.given.clone();
        (person.roles, person.teams) = (roles, teams);
    }
}

fn say_who_is_missing(people: &[Person]) {
    for (role, what) in [(Role::Approver, "decide requests"), (Role::Admin, "look after people")] {
        let may = |person: &Person| match role {
            Role::Admin => person.is_admin(),
            _ => person.may_decide(),
        };
        if !people.iter().any(may) {
            tracing::warn!("nobody has a role of their own by which they could {what}");
        }
    }
}

/// Somebody of the configuration, under the id and in the zone by which they are known already, with what was given
/// to them in chat.
fn as_known(person: &Person, known: &[Person]) -> Person {
    let same = |other: &&Person| other.id == person.id || other.email.eq_ignore_ascii_case(&person.email);
    let mut person = person.clone();
    let known = known.iter().find(|other| other.id == person.id).or_else(|| known.iter().find(same));
    let Some(known) = known else { return person.listed_as(Standing::default()) };
    person.id = known.id.clone();
    if person.zone == Tz::UTC {
        person.zone = known.zone;
    }
    let mut standing = known.standing.clone();
    // Whoever is listed after they were erased is known anew, with nothing from before.
    if standing.erased {
        standing = Standing::default();
    }
    person.listed_as(standing)
}

/// The active person of an address, which somebody else vouches for.
///
/// # Errors
/// When the database fails.
pub async fn by_address(world: &World, email: &str) -> Stored<Option<PersonId>> {
    let people = Work::look(world).await?.tx.people().await?;
    let found = people.into_iter().find(|person| person.active && person.email.eq_ignore_ascii_case(email));
    Ok(found.map(|person| person.id))
}
