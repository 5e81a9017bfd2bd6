//! Who and what there is: workspaces, accounts, channels, and the tokens with their scopes.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;

/// The scopes of the app's manifest.
pub const SCOPES: [&str; 6] =
    ["chat:write", "commands", "im:write", "usergroups:read", "users:read", "users:read.email"];

/// Everything that exists before anybody acts.
#[derive(Default)]
pub struct Directory {
    /// Workspaces by id.
    pub teams: BTreeMap<String, Team>,
    /// Accounts by id, of all workspaces.
    pub users: BTreeMap<String, User>,
    /// Channels and direct messages by id.
    pub channels: BTreeMap<String, Channel>,
}

/// A workspace in which the app is installed.
#[derive(Debug, Clone)]
pub struct Team {
    /// Its id.
    pub id: String,
    /// Its name in addresses.
    pub domain: String,
    /// The bot token of the installation.
    pub token: String,
    /// The account of the app there.
    pub bot: String,
    /// What the token may do.
    pub scopes: BTreeSet<String>,
    /// The app was removed, or its token was.
    pub revoked: bool,
}

/// What an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A full member.
    Member,
    /// A guest of one or of several channels.
    Guest,
    /// A program.
    Bot,
    /// An account that was closed.
    Deleted,
    /// Somebody of another workspace who shares a channel.
    Stranger,
}

/// An account.
#[derive(Debug, Clone)]
pub struct User {
    /// Its id.
    pub id: String,
    /// The workspace whose it is.
    pub team: String,
    /// The short name.
    pub handle: String,
    /// The name that is shown.
    pub name: String,
    /// Their address, if the profile has one.
    pub email: Option<String>,
    /// Their zone.
    pub zone: Tz,
    /// What it is.
    pub kind: Kind,
}

/// A channel, or the direct messages of the app with somebody.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Its id.
    pub id: String,
    /// The workspace.
    pub team: String,
    /// Its name; for direct messages the account's id.
    pub name: String,
    /// Who is in it, the app included when it was invited.
    pub members: BTreeSet<String>,
    /// Between the app and one person.
    pub direct: bool,
    /// Closed.
    pub archived: bool,
}

impl Directory {
    /// Adds a workspace in which the app is installed with the manifest's scopes.
    pub fn team(mut self, id: &str, domain: &str) -> Self {
        let team = Team {
            id: id.to_owned(),
            domain: domain.to_owned(),
            token: format!("xoxb-standin-{}", id.to_lowercase()),
            bot: format!("UBOT{}", &id[1..]),
            scopes: SCOPES.map(str::to_owned).into(),
            revoked: false,
        };
        let bot = User {
            id: team.bot.clone(),
            team: id.to_owned(),
            handle: "sublet".to_owned(),
            name: "Sublet".to_owned(),
            email: None,
            zone: Tz::UTC,
            kind: Kind::Bot,
        };
        self.users.insert(bot.id.clone(), bot);
        self.teams.insert(team.id.clone(), team);
        self
    }

    /// Adds an account.
    pub fn user(mut self, user: User) -> Self {
        self.users.insert(user.id.clone(), user);
        self
    }

    /// Adds a channel with these people in it.
    pub fn channel(mut self, team: &str, id: &str, name: &str, members: &[&str]) -> Self {
        let channel = Channel {
            id: id.to_owned(),
            team: team.to_owned(),
            name: name.to_owned(),
            members: members.iter().map(ToString::to_string).collect(),
            direct: false,
            archived: false,
        };
        self.channels.insert(channel.id.clone(), channel);
        self
    }
}
