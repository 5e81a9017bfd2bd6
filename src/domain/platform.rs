//! The chat platforms that people come by.

use serde::{Deserialize, Serialize};

/// A chat platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// The console in the browser.
    Console,
    /// Slack.
    Slack,
    /// Discord.
    Discord,
}

impl Platform {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Console, Self::Slack, Self::Discord];

    /// The platform's name as people read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Console => "the console",
            Self::Slack => "Slack",
            Self::Discord => "Discord",
        }
    }

    /// The word under which it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Slack => "slack",
            Self::Discord => "discord",
        }
    }

    /// Reads the word under which it is stored.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|platform| platform.word() == word)
    }
}
