//! The people of the configuration, brought into the database.

use std::collections::BTreeSet;

use chrono_tz::Tz;

use super::{World, admit::free_handle, work::Work};
use crate::{
    domain::person::{Origin, Person},
    ports::store::Stored,
    until_saved,
};

/// Saves everybody of the configuration. Whoever is no longer in it is kept, since the past names them, but
/// may do nothing any more. Whoever came by a chat platform before they were listed stays who they are.
///
/// # Errors
/// When the database fails.
pub async fn bring_in(world: &World, configured: &[Person]) -> Stored<()> {
    until_saved!(once(world, configured))
}

async fn once(world: &World, configured: &[Person]) -> Stored<()> {
    let mut work = Work::begin(world).await?;
    let mut known = work.tx.people().await?;
    let configured: Vec<Person> = configured.iter().map(|person| as_known(person, &known)).collect();
    let present: BTreeSet<_> = configured.iter().map(|person| person.id.clone()).collect();
    let wanted: BTreeSet<&str> = configured.iter().map(|person| person.handle.as_str()).collect();
    for at in 0..known.len() {
        let mut person = known[at].clone();
        if present.contains(&person.id) {
            continue;
        }
        if wanted.contains(person.handle.as_str()) {
            person.handle = free_handle(&person.handle, &known);
        }
        if person.active && person.origin == Origin::Listed {
            tracing::info!(handle = person.handle, "no longer in the configuration, and so no longer active");
            person.active = false;
        }
        if person != known[at] {
            work.tx.save_person(&person).await?;
            known[at] = person;
        }
    }
    for person in &configured {
        work.tx.save_person(person).await?;
    }
    work.commit().await
}

/// Somebody of the configuration, under the id and in the zone by which they are known already.
fn as_known(person: &Person, known: &[Person]) -> Person {
    let same = |other: &&Person| other.id == person.id || other.email.eq_ignore_ascii_case(&person.email);
    let mut person = person.clone();
    if let Some(known) = known.iter().find(|other| other.id == person.id).or_else(|| known.iter().find(same))
    {
        person.id = known.id.clone();
        if person.zone == Tz::UTC {
            person.zone = known.zone;
        }
    }
    person
}
