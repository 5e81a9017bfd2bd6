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
    /// The API: programs that speak for people.
    Api,
}

impl Platform {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Console, Self::Slack, Self::Discord, Self::Api];

    /// The platform's name as people read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Console => "the console",
            Self::Slack => "Slack",
            Self::Discord => "Discord",
            Self::Api => "the API",
        }
    }

    /// The word under which it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::Api => "api",
        }
    }

    /// Reads the word under which it is stored.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|platform| platform.word() == word)
    }
}
