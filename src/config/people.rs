//! `[[people]]`: who is known, and what they may do.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;

use super::mail::address;
use crate::{
    document::{Place, Section, Wrong, choose},
    domain::{
        ids::PersonId,
        person::{Origin, Person, Rights, Role},
    },
};

/// The roles as they are written; whoever decides is a devops person to many.
pub(super) const ROLES: [(&str, Role); 6] = [
    ("developer", Role::Developer),
    ("approver", Role::Approver),
    ("devops", Role::Approver),
    ("admin", Role::Admin),
    ("instructor", Role::Instructor),
    ("auditor", Role::Auditor),
];

/// Everybody who is listed.
pub(super) struct Listed {
    /// As people.
    pub(super) people: Vec<Person>,
    /// Their handles by Discord's ids of their accounts.
    pub(super) discord: BTreeMap<String, String>,
}

/// Reads everybody. Handles, addresses and accounts are unique, and somebody can approve.
pub(super) fn read(root: &Section<'_>) -> Listed {
    let mut seen = Seen::default();
    let read: Vec<Option<Person>> = root.sections("people", |section| person(section, &mut seen));
    let whole = !read.is_empty() && read.iter().all(Option::is_some);
    let people: Vec<Person> = read.into_iter().flatten().collect();
    if !root.has("people") {
        let right = "Add [[people]] sections, at least one with roles = [\"approver\"].";
        root.fault("people", Wrong::new("Nobody is known, so nobody could ask or approve.", right));
    } else if whole && !people.iter().any(Person::may_decide) {
        let right = "Give somebody active roles = [\"approver\"] or [\"admin\"].";
        root.fault("people", Wrong::new("Nobody can approve a request.", right));
    }
    Listed { people, discord: seen.discord }
}

/// Handles, addresses and accounts met so far, with their places.
#[derive(Default)]
struct Seen {
    handles: BTreeMap<String, Place>,
    emails: BTreeMap<String, Place>,
    accounts: BTreeMap<String, Place>,
    discord: BTreeMap<String, String>,
}

fn person(section: &Section<'_>, seen: &mut Seen) -> Option<Person> {
    let handle = section.parse("handle", handle);
    let handle =
        section.require("handle", handle, "Write the short name that others mention, such as `dana`.");
    let email = section.parse("email", address);
    let email = section.require("email", email, "Write where their letters go, such as `dana@example.org`.");
    let name = section.text("name");
    let zone = section.parse("zone", zone).unwrap_or(Tz::UTC);
    let roles = section.each("roles", |role| choose(role, &ROLES));
    let teams = section.each("teams", team).unwrap_or_default();
    let teams = teams.into_iter().map(|team| team.value).collect();
    let active = section.switch("active").unwrap_or(true);
    let discord = section.parse("discord", |text| super::discord::id(text, "an account"));
    if let Some(handle) = &handle {
        single(section, "handle", handle, &mut seen.handles);
    }
    if let Some(email) = &email {
        single(section, "email", &email.to_lowercase(), &mut seen.emails);
    }
    if let (Some(handle), Some(account)) = (&handle, discord) {
        single(section, "discord", &account, &mut seen.accounts);
        seen.discord.entry(account).or_insert_with(|| handle.clone());
    }
    let handle = handle?;
    let roles = match roles {
        Some(roles) => roles.into_iter().map(|role| role.value).collect(),
        None => BTreeSet::from([Role::Developer]),
    };
    let id = PersonId::parse(&format!("{}{handle}", PersonId::PREFIX))?;
    Some(Person {
        id,
        name: name.unwrap_or_else(|| handle.clone()),
        email: email?,
        zone,
        roles,
        teams,
        active,
        origin: Origin::Listed,
        standing: Default::default(),
        handle,
    })
}

fn single(section: &Section<'_>, key: &'static str, value: &str, seen: &mut BTreeMap<String, Place>) {
    match seen.get(value) {
        Some(first) => {
            let wrong = format!("“{value}” is somebody else's: it was written before, at {first}.");
            section.fault(key, Wrong::new(wrong, "Give everybody one of their own."));
        }
        None => {
            seen.insert(value.to_owned(), section.place_of(key));
        }
    }
}

fn handle(text: &str) -> Result<String, Wrong> {
    let fits = text.len() <= 32
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.'));
    if fits {
        return Ok(text.to_owned());
    }
    let right = "Write at most 32 small letters, digits, `-`, `_` or `.`, a letter first.";
    Err(Wrong::new(format!("“{text}” is not a handle."), right))
}

/// A team's name, as commands take it.
pub(super) fn team(text: &str) -> Result<String, Wrong> {
    let fits = text.len() <= 32
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b));
    if fits {
        return Ok(text.to_owned());
    }
    let right = "Write at most 32 small letters, digits, `-`, `_` or `.`, a letter first.";
    Err(Wrong::new(format!("“{text}” is not a team's name."), right))
}

/// Roles and teams that something gives: a group of Slack's, or a role of Discord's.
pub(super) fn rights(section: &Section<'_>) -> Rights {
    let roles = section.each("roles", |role| choose(role, &ROLES)).unwrap_or_default();
    let teams = section.each("teams", team).unwrap_or_default();
    let rights = Rights {
        roles: roles.into_iter().map(|role| role.value).collect(),
        teams: teams.into_iter().map(|team| team.value).collect(),
    };
    if rights == Rights::default() {
        let right = "Write roles = [\"approver\"], teams = [\"shop\"], or both.";
        section.fault("roles", Wrong::new("This gives nothing to anybody.", right));
    }
    rights
}

fn zone(text: &str) -> Result<Tz, Wrong> {
    text.parse().map_err(|_| {
        let known = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        let right = match commands::usage::nearest(text, known) {
            Some(meant) => format!("Did you mean “{meant}”?"),
            None => "Write a name of the time zone database, such as `Europe/Berlin` or `UTC`.".to_owned(),
        };
        Wrong::new(format!("“{text}” is not a time zone."), right)
    })
}
