//! People and what they may do.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{ids::PersonId, refusal::Refusal};

/// What somebody is to Sublet. Everybody may ask; the others may also decide or look after the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Asks for environments and uses them.
    Developer,
    /// Runs courses: labs and their rosters.
    Instructor,
    /// Reads everything, the audit log included, and changes nothing that is not theirs.
    Auditor,
    /// Decides requests and extensions (also named DevOps).
    Approver,
    /// Looks after the installation; may do what an approver may.
    Admin,
}

/// What an account is to the workspace of a chat platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Membership {
    /// A full member.
    Member,
    /// A guest, who sees some channels only.
    Guest,
    /// A program.
    Bot,
    /// Somebody of another organisation, who shares a channel.
    Stranger,
    /// Somebody whose account was closed.
    Left,
}

impl Membership {
    /// The word under which it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Guest => "guest",
            Self::Bot => "bot",
            Self::Stranger => "stranger",
            Self::Left => "left",
        }
    }

    /// Reads the word under which it is stored.
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::Member, Self::Guest, Self::Bot, Self::Stranger, Self::Left];
        all.into_iter().find(|membership| membership.word() == word)
    }

    /// Whether somebody of this kind may come in. Whoever is listed in the configuration may be a guest.
    ///
    /// # Errors
    /// [`Refusal::NotAdmitted`].
    pub fn admits(self, listed: bool) -> Result<(), Refusal> {
        match self {
            Self::Member => Ok(()),
            Self::Guest if listed => Ok(()),
            _ => Err(Refusal::NotAdmitted { membership: self }),
        }
    }
}

/// How Sublet came to know somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The configuration lists them.
    #[default]
    Listed,
    /// They came by a chat platform that vouches for them.
    Chat,
}

/// A person as Sublet knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Stable id.
    pub id: PersonId,
    /// Short name that others mention, such as `dana`.
    pub handle: String,
    /// Name as shown.
    pub name: String,
    /// Where letters go; its domain must be allowed when they ask for something.
    pub email: String,
    /// The zone in which times are shown to them and read from them.
    pub zone: Tz,
    /// What they may do.
    pub roles: BTreeSet<Role>,
    /// The teams they are in.
    #[serde(default)]
    pub teams: BTreeSet<String>,
    /// False for somebody who left: they may do nothing any more.
    pub active: bool,
    /// How Sublet came to know them.
    #[serde(default)]
    pub origin: Origin,
}

impl Person {
    /// Whether they may decide requests and extensions of others.
    pub fn may_decide(&self) -> bool {
        self.active && (self.roles.contains(&Role::Approver) || self.roles.contains(&Role::Admin))
    }

    /// Whether they may act for others and see everything.
    pub fn is_admin(&self) -> bool {
        self.active && self.roles.contains(&Role::Admin)
    }
}
