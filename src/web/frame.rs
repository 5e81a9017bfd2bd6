//! What stands around every page of a person: their rooms, and the switch between people.

use askama::Template;

use super::{
    Web, assets,
    problem::Problem,
    seen::{Mark, Seen, marks},
    viewer::{APPROVALS, DM, Viewer, rooms},
};
use crate::{
    chat::console::render,
    domain::person::{Person, Role},
};

/// The word of the page that shows somebody's letters.
pub const MAIL: &str = "mail";

/// The sidebar, and which page is open.
pub struct Frame {
    pub(super) person: Person,
    pub(super) word: String,
    pub(super) approvals: bool,
    pub(super) letters: bool,
    pub(super) people: Vec<Entry>,
    pub(super) marks: Vec<Mark>,
}

/// One person in the sidebar.
pub(super) struct Entry {
    pub(super) handle: String,
    pub(super) first: String,
    pub(super) rest: String,
    pub(super) role: &'static str,
    pub(super) initials: String,
    pub(super) hue: u8,
    pub(super) current: bool,
    /// Where a press on it leads.
    pub(super) address: String,
}

impl Frame {
    /// The frame of a page: `word` is the room's, or [`MAIL`].
    pub async fn new(web: &Web, viewer: &Viewer, word: &str, seen: &Seen) -> Result<Self, Problem> {
        let mut people: Vec<&Person> = viewer.people.values().filter(|person| person.active).collect();
        people.sort_by_key(|person| (person.roles.last().copied(), person.handle.clone()));
        Ok(Self {
            person: viewer.person.clone(),
            word: word.to_owned(),
            approvals: rooms(&viewer.person).iter().any(|(word, _)| *word == APPROVALS),
            letters: web.settings.letters.is_some(),
            marks: marks(web, people.iter().copied(), seen, None).await?,
            people: people.into_iter().map(|person| Entry::new(person, viewer)).collect(),
        })
    }

    pub(super) fn asset(&self, path: &str) -> String {
        assets::address(path)
    }

    /// The mark of a room of a person. The room that is open has none: it is being read.
    pub(super) fn mark(&self, handle: &str, room: &str) -> String {
        let open = handle == self.person.handle && room == self.word;
        let mark = self.marks.iter().find(|mark| !open && mark.handle == handle && mark.room == room);
        let none =
            || Mark { handle: handle.to_owned(), room: if room == DM { DM } else { APPROVALS }, unread: 0 };
        badge(&mark.cloned().unwrap_or_else(none), false)
    }
}

impl Entry {
    fn new(person: &Person, viewer: &Viewer) -> Self {
        let role = match person.roles.last() {
            Some(Role::Admin) => "admin",
            Some(Role::Approver) => "approver",
            Some(Role::Auditor) => "auditor",
            Some(Role::Instructor) => "instructor",
            Some(Role::Developer) | None => "developer",
        };
        let (first, rest) = person.name.split_once(' ').unwrap_or((&person.name, ""));
        Self {
            handle: person.handle.clone(),
            first: first.to_owned(),
            rest: rest.to_owned(),
            role,
            initials: render::initials(&person.name),
            hue: render::hue(person.id.as_str()),
            current: person.id == viewer.person.id,
            address: home(person),
        }
    }
}

/// Approvers decide in their channel; everybody else talks with Sublet.
pub fn home(person: &Person) -> String {
    let word = if person.may_decide() { APPROVALS } else { DM };
    format!("/as/{}/{word}", person.handle)
}

#[derive(Template)]
#[template(path = "badge.html", config = "src/web/askama.toml")]
struct Badge<'a> {
    mark: &'a Mark,
    live: bool,
}

/// The mark as HTML; `live` when it is sent to a page that is open.
pub fn badge(mark: &Mark, live: bool) -> String {
    Badge { mark, live }.render().unwrap_or_default()
}
