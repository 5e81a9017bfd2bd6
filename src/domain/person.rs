//! People and what they may do.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{Instant, ids::PersonId, refusal::Refusal};

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

impl Role {
    /// All of them, from who may least to who may most.
    pub const ALL: [Self; 5] =
        [Self::Developer, Self::Instructor, Self::Auditor, Self::Approver, Self::Admin];

    /// The word by which people name it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::Instructor => "instructor",
            Self::Auditor => "auditor",
            Self::Approver => "approver",
            Self::Admin => "admin",
        }
    }

    /// Reads the word; whoever decides is a devops person to many.
    pub fn parse(word: &str) -> Option<Self> {
        if word == "devops" {
            return Some(Self::Approver);
        }
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// Roles and teams that come from one place.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rights {
    /// What somebody may do.
    #[serde(default)]
    pub roles: BTreeSet<Role>,
    /// The teams they are in.
    #[serde(default)]
    pub teams: BTreeSet<String>,
}

impl Rights {
    /// Adds everything of another.
    pub fn extend(&mut self, other: &Self) {
        self.roles.extend(&other.roles);
        self.teams.extend(other.teams.iter().cloned());
    }
}

/// What admins did about somebody, which the configuration does not undo.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Standing {
    /// What the configuration gives them; `None` for somebody whom it does not list.
    #[serde(default)]
    pub listed: Option<Rights>,
    /// What was given to them in chat.
    #[serde(default)]
    pub given: Rights,
    /// When and why an admin removed them.
    #[serde(default)]
    pub removed: Option<Removed>,
    /// Whether what was known of them was erased.
    #[serde(default)]
    pub erased: bool,
}

/// When and why somebody was removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// When.
    pub at: Instant,
    /// Why, in an admin's words.
    pub why: String,
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
    /// What admins did about them. `roles` and `teams` hold what was given already.
    #[serde(default)]
    pub standing: Standing,
}

impl Person {
    /// Gives a role. `false` when they have it already.
    pub fn give(&mut self, role: Role) -> bool {
        self.roles.insert(role) && self.standing.given.roles.insert(role)
    }

    /// Takes a role that was given. `false` when it was not given here, but comes from elsewhere or not at all.
    pub fn take(&mut self, role: Role) -> bool {
        let given = self.standing.given.roles.remove(&role);
        if given && self.standing.listed.as_ref().is_none_or(|listed| !listed.roles.contains(&role)) {
            self.roles.remove(&role);
        }
        given
    }

    /// Puts them into a team. `false` when they are in it already.
    pub fn join(&mut self, team: &str) -> bool {
        self.teams.insert(team.to_owned()) && self.standing.given.teams.insert(team.to_owned())
    }

    /// Takes them out of a team that they were put into. `false` when they were not.
    pub fn leave(&mut self, team: &str) -> bool {
        let given = self.standing.given.teams.remove(team);
        if given && self.standing.listed.as_ref().is_none_or(|listed| !listed.teams.contains(team)) {
            self.teams.remove(team);
        }
        given
    }

    /// The same person as the configuration describes them: what was given in chat stays, and whoever was removed
    /// stays removed.
    pub fn listed_as(mut self, standing: Standing) -> Self {
        let listed = Rights { roles: self.roles.clone(), teams: self.teams.clone() };
        self.roles.extend(&standing.given.roles);
        self.teams.extend(standing.given.teams.iter().cloned());
        self.active &= standing.removed.is_none();
        self.standing = Standing { listed: Some(listed), ..standing };
        self
    }

    /// Whether they may decide requests and extensions of others.
    pub fn may_decide(&self) -> bool {
        self.active && (self.roles.contains(&Role::Approver) || self.roles.contains(&Role::Admin))
    }

    /// Whether they may act for others and see everything.
    pub fn is_admin(&self) -> bool {
        self.active && self.roles.contains(&Role::Admin)
    }
}
