//! Chat, whatever the platform: rooms, messages made of plain blocks, buttons that carry command lines.

use async_trait::async_trait;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::Failure;
pub use crate::domain::platform::Platform;
use crate::domain::{
    Instant,
    ids::{PersonId, RequestId},
};

/// One workspace of a platform, with people and messages of its own. The console is one by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Workspace {
    /// The platform.
    pub platform: Platform,
    /// The platform's id of it, such as `T0123ABCD`; empty for the console.
    pub id: String,
}

impl Workspace {
    /// The console.
    pub fn console() -> Self {
        Self { platform: Platform::Console, id: String::new() }
    }

    /// A workspace of Slack.
    pub fn slack(id: impl Into<String>) -> Self {
        Self { platform: Platform::Slack, id: id.into() }
    }

    /// A guild of Discord, which people there call a server.
    pub fn discord(guild: impl Into<String>) -> Self {
        Self { platform: Platform::Discord, id: guild.into() }
    }

    /// The word under which it is stored: `console`, `slack/T0123ABCD`.
    pub fn word(&self) -> String {
        match self.id.as_str() {
            "" => self.platform.word().to_owned(),
            id => format!("{}/{id}", self.platform.word()),
        }
    }

    /// Reads the word under which it is stored.
    pub fn parse(word: &str) -> Option<Self> {
        let (platform, id) = word.split_once('/').unwrap_or((word, ""));
        Some(Self { platform: Platform::parse(platform)?, id: id.to_owned() })
    }
}

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "room", content = "who", rename_all = "snake_case")]
pub enum Room {
    /// The private conversation with one person.
    Direct(PersonId),
    /// The approvers' channel.
    Approvers,
}

/// A message that exists on a platform.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MessageRef {
    /// Where.
    pub workspace: Workspace,
    /// The platform's id of the conversation.
    pub channel: String,
    /// The platform's id of the message.
    pub id: String,
}

/// How a message feels; platforms show it as a colour or a sign, never as the only carrier of meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// Nothing special.
    #[default]
    Plain,
    /// Somebody is asked to act.
    Asking,
    /// Something is under way.
    Working,
    /// It went well.
    Good,
    /// Attention: it ends soon, or it was refused.
    Warning,
    /// Something broke.
    Bad,
    /// It is over.
    Over,
}

/// A message, platform-neutral.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// One line that says it all: for notifications and screen readers.
    pub summary: Text,
    /// How it feels.
    pub tone: Tone,
    /// What is shown, from top to bottom.
    pub blocks: Vec<Block>,
}

/// One part of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "block", content = "with", rename_all = "snake_case")]
pub enum Block {
    /// A title.
    Heading(Text),
    /// A paragraph.
    Paragraph(Text),
    /// Names and values, in two columns where there is room.
    Fields(Vec<(String, Text)>),
    /// How far something has come: steps done, steps in all, the step now under way.
    Progress {
        /// Steps done.
        done: u8,
        /// Steps in all, at least 1.
        total: u8,
        /// The step under way.
        step: String,
    },
    /// How much of something is left or used.
    Bar {
        /// How full the bar is, in hundredths.
        percent: u8,
        /// The same in words.
        words: Text,
    },
    /// Something to be copied as it is, in fixed width.
    Code(String),
    /// A list.
    List(Vec<Text>),
    /// Buttons.
    Actions(Vec<Button>),
    /// Small print.
    Note(Text),
}

/// A button. Pressing it is the same as typing its line; rights are checked at the press.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// What it says.
    pub label: String,
    /// The command line it carries. When arguments are missing from it, a form asks for them.
    pub line: String,
    /// How it looks.
    pub style: Style,
}

/// How a button looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// One of several.
    #[default]
    Plain,
    /// What most people will press.
    Primary,
    /// Something that cannot be taken back: platforms that can, ask once more.
    Danger,
    /// Rarely pressed: may stand in a menu.
    Quiet,
}

/// Words with a little structure, so that each platform can show people and times in its own way.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(pub Vec<Piece>);

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", content = "with", rename_all = "snake_case")]
pub enum Piece {
    /// Words.
    Plain(String),
    /// Words that matter more.
    Strong(String),
    /// Something to be typed or copied.
    Code(String),
    /// A person, mentioned.
    Person {
        /// Who.
        id: PersonId,
        /// Their name, for platforms that do not know them.
        name: String,
    },
    /// A moment, shown in the reader's own zone.
    Time(Instant),
}

impl Text {
    /// Plain words.
    pub fn plain(words: impl Into<String>) -> Self {
        Self(vec![Piece::Plain(words.into())])
    }

    /// Adds plain words.
    pub fn and(mut self, words: impl Into<String>) -> Self {
        self.0.push(Piece::Plain(words.into()));
        self
    }

    /// Adds words that matter more.
    pub fn strong(mut self, words: impl Into<String>) -> Self {
        self.0.push(Piece::Strong(words.into()));
        self
    }

    /// Adds something to be typed or copied.
    pub fn code(mut self, words: impl Into<String>) -> Self {
        self.0.push(Piece::Code(words.into()));
        self
    }

    /// Adds a moment.
    pub fn time(mut self, at: Instant) -> Self {
        self.0.push(Piece::Time(at));
        self
    }

    /// Adds a person.
    pub fn person(mut self, id: &PersonId, name: &str) -> Self {
        self.0.push(Piece::Person { id: id.clone(), name: name.to_owned() });
        self
    }

    /// The same words, with what stands between backticks as code: help and refusals are written like that.
    pub fn ticked(&self) -> Self {
        let mut pieces = Vec::new();
        for piece in &self.0 {
            match piece {
                Piece::Plain(plain) if plain.matches('`').count() % 2 == 0 => {
                    let parts = plain.split('`').enumerate().filter(|(_, part)| !part.is_empty());
                    pieces.extend(parts.map(|(at, part)| match at % 2 {
                        0 => Piece::Plain(part.to_owned()),
                        _ => Piece::Code(part.to_owned()),
                    }));
                }
                other => pieces.push(other.clone()),
            }
        }
        Self(pieces)
    }

    /// The words alone, with times in this zone: for e-mail, logs and tests.
    pub fn in_zone(&self, zone: chrono_tz::Tz) -> String {
        let show = |piece: &Piece| match piece {
            Piece::Plain(words) | Piece::Strong(words) => words.clone(),
            Piece::Code(words) => format!("`{words}`"),
            Piece::Person { name, .. } => format!("@{name}"),
            Piece::Time(at) => at.with_timezone(&zone).format("%a %-d %b %Y %H:%M %Z").to_string(),
        };
        self.0.iter().map(show).collect()
    }
}

impl From<&str> for Text {
    fn from(words: &str) -> Self {
        Self::plain(words)
    }
}

impl From<String> for Text {
    fn from(words: String) -> Self {
        Self::plain(words)
    }
}

/// A message on its way out.
#[derive(Debug, Clone, Copy)]
pub struct Posting<'a> {
    /// Where it goes.
    pub room: &'a Room,
    /// The same when the same message is posted again after a crash: a platform that can, answers with the
    /// first one.
    pub key: &'a str,
    /// The request it is about, so that a platform can keep together what belongs together.
    pub about: Option<&'a RequestId>,
    /// What it says.
    pub message: &'a Message,
}

impl<'a> Posting<'a> {
    /// A message that is about no request.
    pub fn new(room: &'a Room, key: &'a str, message: &'a Message) -> Self {
        Self { room, key, about: None, message }
    }

    /// The same, about a request.
    pub fn about(self, request: &'a RequestId) -> Self {
        Self { about: Some(request), ..self }
    }
}

/// A workspace of a chat platform that messages can be delivered to.
#[async_trait]
pub trait Chat: Send + Sync {
    /// Which one this is.
    fn workspace(&self) -> &Workspace;

    /// How long changes of one message are gathered before it is rewritten once for all of them.
    fn gathers(&self) -> TimeDelta {
        TimeDelta::zero()
    }

    /// Whether a key that is posted again is answered with the first message. Where it is not, whoever posts
    /// sees to it that a notice does not repeat more than once.
    fn knows_keys(&self) -> bool {
        true
    }

    /// Posts a message. `Ok` means that the platform has it.
    async fn post(&self, posting: Posting<'_>) -> Result<MessageRef, Failure>;

    /// Replaces what a message says. [`Failure::Never`] when the message is gone.
    async fn rewrite(&self, at: &MessageRef, message: &Message) -> Result<(), Failure>;
}
