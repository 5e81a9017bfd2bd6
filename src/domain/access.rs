//! Who may do what: the one table, role by verb by whose it is. `docs/access.md` is written from it, and `tests/access.rs`
//! tries every cell.

use super::{
    person::{Person, Role},
    refusal::Refusal,
};

/// Something that people do, as far as rights tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// Look at templates, and read help.
    LookUp,
    /// Ask for an environment.
    Ask,
    /// See environments and requests, and their stories.
    See,
    /// Be told how to log in.
    LogIn,
    /// Ask for more time.
    Extend,
    /// Give an environment back.
    Release,
    /// Take a request back.
    Withdraw,
    /// Take an offer of less.
    Accept,
    /// Have a step tried again that is stuck.
    Retry,
    /// Decide requests, extensions and wishes for quota.
    Decide,
    /// Ask for more quota for a while.
    AskQuota,
    /// Give more quota for a while, and take it back.
    GiveQuota,
    /// Set limits.
    SetQuota,
    /// Look after tokens of the API.
    Tokens,
    /// Look after SSH keys.
    Keys,
    /// Link an account by a code.
    Link,
    /// See who is known, and what they may do.
    People,
    /// Read the audit log.
    Audit,
    /// Give roles, put into teams, link accounts, remove, restore and erase people.
    Administer,
}

/// Whose the thing is that something is done with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whose {
    /// The person's own.
    Own,
    /// Somebody else's.
    Other,
}

impl Whose {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Own, Self::Other];
}

/// A row of the table: which roles may do it with what is theirs, and with what is not.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// What is done.
    pub verb: Verb,
    /// In words, as it stands in the documentation.
    pub says: &'static str,
    /// Who may do it with what is theirs.
    pub own: &'static [Role],
    /// Who may do it with what is others'.
    pub other: &'static [Role],
}

const EVERYBODY: &[Role] = &Role::ALL;
const NOBODY: &[Role] = &[];
const ADMINS: &[Role] = &[Role::Admin];
const DECIDERS: &[Role] = &[Role::Approver, Role::Admin];
const READERS: &[Role] = &[Role::Auditor, Role::Admin];
const SEERS: &[Role] = &[Role::Auditor, Role::Approver, Role::Admin];

const fn row(verb: Verb, says: &'static str, own: &'static [Role], other: &'static [Role]) -> Row {
    Row { verb, says, own, other }
}

/// The table. Whoever has several roles may do what any of them may.
pub const TABLE: [Row; 19] = [
    row(Verb::LookUp, "look at templates, read help", EVERYBODY, EVERYBODY),
    row(Verb::Ask, "ask for an environment", EVERYBODY, NOBODY),
    row(Verb::See, "see environments, requests and their stories", EVERYBODY, SEERS),
    row(Verb::LogIn, "be told how to log in", EVERYBODY, ADMINS),
    row(Verb::Extend, "ask for more time", EVERYBODY, ADMINS),
    row(Verb::Release, "give an environment back", EVERYBODY, ADMINS),
    row(Verb::Withdraw, "take a request back", EVERYBODY, NOBODY),
    row(Verb::Accept, "take an offer of less", EVERYBODY, NOBODY),
    row(Verb::Retry, "have a stuck step tried again", EVERYBODY, DECIDERS),
    row(Verb::Decide, "decide requests, extensions and wishes for quota", DECIDERS, DECIDERS),
    row(Verb::AskQuota, "ask for more quota for a while", EVERYBODY, NOBODY),
    row(Verb::GiveQuota, "give more quota for a while, and take it back", ADMINS, DECIDERS),
    row(Verb::SetQuota, "set limits", ADMINS, ADMINS),
    row(Verb::Tokens, "look after tokens of the API", EVERYBODY, NOBODY),
    row(Verb::Keys, "look after SSH keys", EVERYBODY, NOBODY),
    row(Verb::Link, "link an account by a code", EVERYBODY, NOBODY),
    row(Verb::People, "see who is known, and what they may do", EVERYBODY, READERS),
    row(Verb::Audit, "read the audit log", EVERYBODY, READERS),
    row(Verb::Administer, "look after people: roles, teams, accounts, leaving", ADMINS, ADMINS),
];

impl Verb {
    /// Its row of the table.
    pub fn row(self) -> &'static Row {
        // Every verb has its row (a test says so); without one, nobody may do anything.
        const NONE: Row = row(Verb::Administer, "", NOBODY, NOBODY);
        TABLE.iter().find(|row| row.verb == self).unwrap_or(&NONE)
    }

    /// The roles that may do it with something of `whose`.
    pub fn roles(self, whose: Whose) -> &'static [Role] {
        match whose {
            Whose::Own => self.row().own,
            Whose::Other => self.row().other,
        }
    }
}

/// Whether somebody may do this with something of `whose`.
///
/// # Errors
/// [`Refusal::Unknown`] for somebody who is not active, [`Refusal::NotApprover`] where approvers decide, else
/// [`Refusal::NeedsRole`] with the roles that may.
pub fn may(person: &Person, verb: Verb, whose: Whose) -> Result<(), Refusal> {
    if !person.active {
        return Err(Refusal::Unknown);
    }
    let roles = verb.roles(whose);
    // Whoever is known may do what everybody may, also with no role left.
    if roles.len() == Role::ALL.len() || roles.iter().any(|role| person.roles.contains(role)) {
        return Ok(());
    }
    Err(match verb {
        Verb::Decide | Verb::See => Refusal::NotApprover,
        _ => Refusal::NeedsRole { roles: roles.to_vec() },
    })
}

/// Whether somebody may do this at all, be it with their own things only.
///
/// # Errors
/// As [`may`]; where more may do it with what is theirs or with what is not, those are named.
pub fn may_at_all(person: &Person, verb: Verb) -> Result<(), Refusal> {
    let (first, then) = match verb.roles(Whose::Own).len() < verb.roles(Whose::Other).len() {
        true => (Whose::Own, Whose::Other),
        false => (Whose::Other, Whose::Own),
    };
    may(person, verb, first).or_else(|_| may(person, verb, then))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_by_its_verb_and_an_auditor_changes_nothing_of_others() {
        for row in &TABLE {
            assert_eq!(row.verb.row().says, row.says);
            let looks = matches!(row.verb, Verb::LookUp | Verb::See | Verb::People | Verb::Audit);
            assert_eq!(row.other.contains(&Role::Auditor), looks, "{:?}", row.verb);
        }
    }
}
