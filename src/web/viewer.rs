//! Who looks at which room: read from the address, checked before anything else happens.

use std::collections::HashMap;

use super::{Web, problem::Problem};
use crate::{
    chat::console::{may_enter, render::Reader},
    domain::{Instant, ids::PersonId, person::Person},
    ports::{chat::Room, store::Tx},
};

/// The word of the approvers' channel in addresses.
pub const APPROVALS: &str = "approvals";
/// The word of a person's own conversation with Sublet in addresses.
pub const DM: &str = "dm";

/// Somebody who looks into a room that they may enter.
pub struct Viewer {
    /// Who.
    pub person: Person,
    /// The room.
    pub room: Room,
    /// Its address, such as `/as/dana/dm`.
    pub address: String,
    /// Everybody, by id.
    pub people: HashMap<PersonId, Person>,
}

impl Viewer {
    /// Finds the person and the room of an address.
    pub async fn find(web: &Web, handle: &str, room: &str) -> Result<Self, Problem> {
        let people = everybody(web).await?;
        let person = people.iter().find(|person| person.handle == handle && person.active).cloned();
        let person = person.ok_or_else(|| Problem::missing("There is nobody of that name here."))?;
        let place = match room {
            APPROVALS => Room::Approvers,
            DM => Room::Direct(person.id.clone()),
            _ => return Err(Problem::missing("There is no room of that name.")),
        };
        if !may_enter(&place, &person) {
            return Err(Problem::forbidden("The approvals channel is for people who decide requests."));
        }
        let address = format!("/as/{}/{room}", person.handle);
        let people = people.into_iter().map(|person| (person.id.clone(), person)).collect();
        Ok(Self { person, room: place, address, people })
    }

    /// The same for showing messages.
    pub fn reader(&self, now: Instant) -> Reader<'_> {
        Reader { person: &self.person, people: &self.people, room: &self.address, now }
    }
}

/// Everybody that Sublet knows, by handle.
pub async fn everybody(web: &Web) -> Result<Vec<Person>, Problem> {
    let fault = |error| Problem::store(web.world.ids.as_ref(), error);
    let mut tx: Box<dyn Tx> = web.world.store.read().await.map_err(fault)?;
    tx.people().await.map_err(fault)
}

/// The rooms that a person may enter: word for addresses, and the room.
pub fn rooms(person: &Person) -> Vec<(&'static str, Room)> {
    let all = [(APPROVALS, Room::Approvers), (DM, Room::Direct(person.id.clone()))];
    all.into_iter().filter(|(_, room)| may_enter(room, person)).collect()
}
