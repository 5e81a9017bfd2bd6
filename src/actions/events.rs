//! What happened, as a stream: the audit log, as far as somebody may see it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{Caller, World, work::Work};
use crate::{
    domain::{
        Instant,
        access::{Verb, Whose, may},
        chain::Row,
        ids::EnvName,
        person::Person,
    },
    ports::store::Stored,
};

/// How many names are remembered for one listener.
const REMEMBERED: usize = 1_000;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// Its place in the audit log: larger is later.
    pub seq: i64,
    /// When.
    pub at: Instant,
    /// What happened, in one word: that of the fact.
    #[serde(rename = "type")]
    pub kind: String,
    /// The environment's name, or `@` and a person's handle.
    pub about: String,
    /// Who caused it.
    pub actor: Value,
    /// What happened, with its details.
    pub fact: Value,
}

impl Event {
    /// What an entry of the log says; `None` when it cannot be read.
    pub fn of(row: &Row) -> Option<Self> {
        let text = row.text.as_ref()?;
        let mut fact: Value = serde_json::from_str(&text.fact).ok()?;
        let kind = fact.as_object_mut()?.remove("fact")?.as_str()?.to_owned();
        let actor = serde_json::from_str(&text.actor).ok()?;
        Some(Self { seq: row.seq, at: text.at, kind, about: text.about.clone(), actor, fact })
    }
}

/// Somebody who listens, and what is known of what they may see.
#[derive(Debug)]
pub struct Listener {
    caller: Caller,
    own: BTreeMap<String, bool>,
}

impl Listener {
    /// Somebody who begins to listen.
    pub fn new(caller: Caller) -> Self {
        Self { caller, own: BTreeMap::new() }
    }

    /// What happened after a place, among the next `limit` entries, and the place of the last of these. `None` when
    /// the listener is not active any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn after(&mut self, world: &World, seq: i64, limit: u32) -> Stored<Option<(Vec<Event>, i64)>> {
        let mut work = Work::look(world).await?;
        let Some(person) = self.caller.person(&mut work).await? else { return Ok(None) };
        let rows = work.tx.audit_after(seq, limit).await?;
        let last = rows.last().map_or(seq, |row| row.seq);
        let mut events = Vec::new();
        for event in rows.iter().filter_map(Event::of) {
            if self.may_see(&mut work, &person, &event).await? {
                events.push(event);
            }
        }
        Ok(Some((events, last)))
    }

    async fn may_see(&mut self, work: &mut Work<'_>, person: &Person, event: &Event) -> Stored<bool> {
        let others = |verb| may(person, verb, Whose::Other).is_ok();
        if others(Verb::Audit) || event.about == format!("@{}", person.handle) {
            return Ok(true);
        }
        let Some(name) = EnvName::parse(&event.about) else { return Ok(false) };
        let sees_all = others(Verb::See);
        if !sees_all && let Some(own) = self.own.get(name.as_str()) {
            return Ok(*own);
        }
        let request = work.tx.request_by_name(&name).await?;
        if sees_all {
            return Ok(request.is_some());
        }
        let own = request.is_some_and(|request| request.requester == person.id);
        if self.own.len() >= REMEMBERED {
            self.own.clear();
        }
        self.own.insert(name.as_str().to_owned(), own);
        Ok(own)
    }
}

/// The place of the last entry of the log.
///
/// # Errors
/// When the database fails.
pub async fn last(world: &World) -> Stored<i64> {
    Ok(Work::look(world).await?.tx.audit_head().await?.seq)
}
