//! Tokens of the API: who they stand for, what they may be used for, and until when.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{
    Instant,
    ids::{PersonId, TokenId},
};

/// What a token may be used for. Its person's rights bound it besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Looking at what the person may see.
    Read,
    /// Asking for environments, and using, extending and releasing one's own.
    Use,
    /// Deciding requests, extensions and quotas.
    Review,
    /// Looking after people, quotas and the installation.
    Admin,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Read, Self::Use, Self::Review, Self::Admin];

    /// The word by which people name it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Use => "use",
            Self::Review => "review",
            Self::Admin => "admin",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.word() == word)
    }
}

/// A token, without what is secret in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its id, which is no secret.
    pub id: TokenId,
    /// For whom it stands.
    pub person: PersonId,
    /// What its owner calls it; single for each person.
    pub name: String,
    /// What it may be used for.
    pub scopes: BTreeSet<Scope>,
    /// When it was made.
    pub created_at: Instant,
    /// When it is no good any more.
    pub expires_at: Instant,
}

/// What the installation says about tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRules {
    /// What a token is good for when nobody says.
    pub scopes: BTreeSet<Scope>,
    /// How long it is good when nobody says.
    pub usual: TimeDelta,
    /// The longest that anybody may say.
    pub longest: TimeDelta,
    /// How many one person may have at once.
    pub most: u32,
}

impl Default for TokenRules {
    /// Looking and using, for thirty days, at most a year; twenty for each person.
    fn default() -> Self {
        Self {
            scopes: [Scope::Read, Scope::Use].into(),
            usual: TimeDelta::days(30),
            longest: TimeDelta::days(365),
            most: 20,
        }
    }
}
