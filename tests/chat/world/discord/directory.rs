//! Who and what there is in Discord: everybody of the stories, some who are none of them, and two guilds.

use chrono_tz::Tz;

use super::super::places;
use crate::discord::people::{Directory, User};

/// The guild of the contract.
pub const GUILD: &str = "1200000000000000000";
/// Its channel for everybody.
pub const GENERAL: &str = "1300000000000000001";
/// Its approvers' channel.
pub const APPROVERS: &str = "1300000000000000002";
/// Another guild with the same application.
pub const OTHER: &str = "1200000000004194304";
/// The approvers' channel there.
pub const OTHER_APPROVERS: &str = "1300000000000000003";
/// The role of approvers, which is mentioned when they are asked.
pub const ROLE_APPROVER: &str = "1500000000000000001";
/// A role that makes a developer of somebody.
pub const ROLE_DEVELOPER: &str = "1500000000000000002";

/// Everybody, by the ids of their accounts.
const EVERYBODY: [&str; 11] =
    ["dana", "erin", "ada", "bob", "root", "mallory", "zoe", "gus", "robot", "lee", "sam"];

/// The account of a person by their handle.
pub fn account(handle: &str) -> String {
    let at = EVERYBODY.iter().position(|known| *known == handle);
    let at = at.unwrap_or_else(|| panic!("nobody is called {handle}"));
    (1_400_000_000_000_000_001 + at as u64).to_string()
}

/// The direct messages of a person with the bot.
pub fn direct(handle: &str) -> String {
    let number: u64 = account(handle).parse().expect("a number");
    (number + (1 << 62)).to_string()
}

/// Everybody: the people of the stories and Zoe are members; Gus has not agreed to the rules, Lee left, Robot is a
/// program, and Sam is in no guild of ours.
pub fn directory() -> Directory {
    let roles = [(ROLE_APPROVER, "approvers"), (ROLE_DEVELOPER, "developers")];
    let mut directory = Directory::default().guild(GUILD, "main", &roles).guild(OTHER, "other", &roles);
    let people = places::people();
    for handle in EVERYBODY {
        let person = people.iter().find(|person| person.handle == handle);
        let user = User {
            id: account(handle),
            handle: handle.to_owned(),
            name: person.map_or_else(|| handle.to_owned(), |person| person.name.clone()),
            zone: person.map_or(Tz::UTC, |person| person.zone),
            bot: handle == "robot",
            closed: false,
        };
        directory = directory.user(user);
        if handle != "sam" {
            directory = directory.member(GUILD, &account(handle), &[]);
        }
    }
    for handle in ["dana", "ada"] {
        directory = directory.member(OTHER, &account(handle), &[]);
    }
    let main = directory.guilds.get_mut(GUILD).expect("that guild");
    main.members.get_mut(&account("gus")).expect("Gus").pending = true;
    main.members.get_mut(&account("lee")).expect("Lee").left = true;
    directory.channel(GUILD, GENERAL, "general").channel(GUILD, APPROVERS, "approvers").channel(
        OTHER,
        OTHER_APPROVERS,
        "approvers",
    )
}
