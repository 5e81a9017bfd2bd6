//! Up to where each room was read in this browser: one cookie, so that it works without a script too.

use std::collections::{BTreeMap, HashMap};

use axum::http::{HeaderMap, HeaderValue, header};

use super::{Web, problem::Problem, viewer::rooms};
use crate::{
    chat::console::channel,
    domain::{ids::PersonId, person::Person},
};

/// The cookie's name; the page's script knows it too.
const COOKIE: &str = "sublet-seen";
/// How many messages are looked at when unread ones are counted; more are shown as this many.
const LOOK: u32 = 30;

/// The last revision that was seen, by person and room: `dana.dm`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen(BTreeMap<String, i64>);

impl Seen {
    /// Reads the cookie; what makes no sense in it is left out.
    pub fn read(headers: &HeaderMap) -> Self {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let ours = cookies.flat_map(|line| line.split(';')).find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == COOKIE).then_some(value)
        });
        let pair = |part: &str| {
            let (room, revision) = part.split_once(':')?;
            Some((room.to_owned(), revision.parse().ok()?))
        };
        Self(ours.unwrap_or_default().split('~').filter_map(pair).collect())
    }

    /// The revision up to which a room was seen.
    pub fn of(&self, person: &Person, room: &str) -> i64 {
        self.0.get(&key(person, room)).copied().unwrap_or(0)
    }

    /// Remembers that a room was seen up to `revision`. Rooms of people who are gone are forgotten.
    pub fn saw(
        mut self,
        person: &Person,
        room: &str,
        revision: i64,
        people: &HashMap<PersonId, Person>,
    ) -> Self {
        let here =
            |key: &str| people.values().any(|p| key.split_once('.').is_some_and(|(who, _)| who == p.handle));
        self.0.retain(|key, _| here(key));
        self.0.insert(key(person, room), revision);
        self
    }

    /// The cookie to set. A script may change it, so it is not hidden from scripts; nothing secret is in it.
    pub fn cookie(&self) -> Option<HeaderValue> {
        let parts: Vec<String> = self.0.iter().map(|(room, revision)| format!("{room}:{revision}")).collect();
        let value = format!("{COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Strict", parts.join("~"));
        HeaderValue::from_str(&value).ok()
    }
}

fn key(person: &Person, room: &str) -> String {
    format!("{}.{room}", person.handle)
}

/// How much is unread in one room of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The person's handle.
    pub handle: String,
    /// The room's word.
    pub room: &'static str,
    /// How many messages are new or changed.
    pub unread: usize,
}

impl Mark {
    /// The number as shown.
    pub fn shown(&self) -> String {
        if self.unread > 9 { "9+".to_owned() } else { self.unread.to_string() }
    }
}

/// Counts what is unread in the rooms whose channel is in `channels` (in all of them without a list).
pub async fn marks(
    web: &Web,
    people: impl Iterator<Item = &Person>,
    seen: &Seen,
    channels: Option<&[String]>,
) -> Result<Vec<Mark>, Problem> {
    let fault = |error| Problem::store(web.world.ids.as_ref(), error);
    let mut tx = web.world.store.read().await.map_err(fault)?;
    let mut marks = Vec::new();
    for person in people {
        for (word, room) in rooms(person) {
            let channel = channel(&room);
            if channels.is_some_and(|only| !only.contains(&channel)) {
                continue;
            }
            let since = seen.of(person, word);
            let messages = tx.messages(&channel, person.id.as_str(), LOOK).await.map_err(fault)?;
            let new = |m: &&crate::ports::store::ConsoleMessage| {
                m.revision > since && m.author != person.id.as_str()
            };
            let unread = messages.iter().filter(new).count();
            marks.push(Mark { handle: person.handle.clone(), room: word, unread });
        }
    }
    Ok(marks)
}
