//! The people of the configuration, brought into the database.

use std::collections::BTreeSet;

use super::{World, work::Work};
use crate::{domain::person::Person, ports::store::Stored, until_saved};

/// Saves everybody of the configuration. Whoever is no longer in it is kept, since the past names them, but
/// may do nothing any more.
///
/// # Errors
/// When the database fails.
pub async fn bring_in(world: &World, configured: &[Person]) -> Stored<()> {
    until_saved!(once(world, configured))
}

async fn once(world: &World, configured: &[Person]) -> Stored<()> {
    let mut work = Work::begin(world).await?;
    let present: BTreeSet<_> = configured.iter().map(|person| person.id.clone()).collect();
    let known = work.tx.people().await?;
    for mut person in known.into_iter().filter(|person| person.active && !present.contains(&person.id)) {
        tracing::info!(handle = person.handle, "no longer in the configuration, and so no longer active");
        person.active = false;
        work.tx.save_person(&person).await?;
    }
    for person in configured {
        work.tx.save_person(person).await?;
    }
    work.commit().await
}
