//! People and what they may do.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::ids::PersonId;

/// What somebody is to Sublet. Everybody may ask; the others may also decide or look after the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Asks for environments and uses them.
    Developer,
    /// Decides requests and extensions (also named DevOps).
    Approver,
    /// Looks after the installation; may do what an approver may.
    Admin,
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
    /// False for somebody who left: they may do nothing any more.
    pub active: bool,
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
