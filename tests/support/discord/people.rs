//! Who and what there is: guilds with their roles, members and channels, and accounts.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;

use super::BOT;

/// Everything that exists before anybody acts.
pub struct Directory {
    /// Guilds by id.
    pub guilds: BTreeMap<String, Guild>,
    /// Accounts by id.
    pub users: BTreeMap<String, User>,
    /// Channels, threads and direct messages by id.
    pub channels: BTreeMap<String, Channel>,
}

/// A guild.
#[derive(Debug, Clone)]
pub struct Guild {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The names of its roles by id.
    pub roles: BTreeMap<String, String>,
    /// Its members by the ids of their accounts; those who left as well.
    pub members: BTreeMap<String, Member>,
    /// The application is installed.
    pub installed: bool,
}

/// Somebody in a guild.
#[derive(Debug, Clone, Default)]
pub struct Member {
    /// The name they go by here.
    pub nick: Option<String>,
    /// The ids of their roles.
    pub roles: BTreeSet<String>,
    /// Has not yet agreed to the guild's rules.
    pub pending: bool,
    /// Is not in it any more.
    pub left: bool,
}

/// An account.
#[derive(Debug, Clone)]
pub struct User {
    /// Its id.
    pub id: String,
    /// The name that is unique.
    pub handle: String,
    /// The name that is shown.
    pub name: String,
    /// Their zone, in which their client shows times.
    pub zone: Tz,
    /// It is a program.
    pub bot: bool,
    /// Takes no direct messages from members of shared guilds.
    pub closed: bool,
}

/// A channel, a thread, or the direct messages of the bot with somebody.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Its id.
    pub id: String,
    /// The guild; `None` for direct messages.
    pub guild: Option<String>,
    /// Its name.
    pub name: String,
    /// With whom the direct messages are.
    pub recipient: Option<String>,
    /// Of a thread: the channel in which it is, and the message with which it begins.
    pub below: Option<(String, String)>,
    /// What the bot may do in it.
    pub may: May,
}

/// What the bot may do in a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct May {
    /// `VIEW_CHANNEL`
    pub see: bool,
    /// `SEND_MESSAGES`
    pub send: bool,
    /// `CREATE_PUBLIC_THREADS` and `SEND_MESSAGES_IN_THREADS`
    pub thread: bool,
}

impl May {
    /// Everything that the bot needs.
    pub const ALL: Self = Self { see: true, send: true, thread: true };

    /// Discord's number of it.
    pub fn bits(self) -> String {
        let bit = |may: bool, bit: u64| if may { 1_u64 << bit } else { 0 };
        let threads = bit(self.thread, 35) | bit(self.thread, 38);
        (bit(self.see, 10) | bit(self.send, 11) | threads).to_string()
    }
}

impl Channel {
    /// Discord's number of its kind.
    pub fn kind(&self) -> u8 {
        match (&self.recipient, &self.below) {
            (Some(_), _) => 1,
            (None, Some(_)) => 11,
            (None, None) => 0,
        }
    }
}

impl Default for Directory {
    /// Nobody but the bot.
    fn default() -> Self {
        let bot = User {
            id: BOT.to_owned(),
            handle: "sublet".to_owned(),
            name: "Sublet".to_owned(),
            zone: Tz::UTC,
            bot: true,
            closed: false,
        };
        let users = BTreeMap::from([(bot.id.clone(), bot)]);
        Self { guilds: BTreeMap::new(), users, channels: BTreeMap::new() }
    }
}

impl Directory {
    /// Adds a guild in which the application is installed. Everybody has the role with the guild's own id.
    pub fn guild(mut self, id: &str, name: &str, roles: &[(&str, &str)]) -> Self {
        let roles = roles.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned())).collect();
        let members = BTreeMap::from([(BOT.to_owned(), Member::default())]);
        let guild = Guild { id: id.to_owned(), name: name.to_owned(), roles, members, installed: true };
        self.guilds.insert(guild.id.clone(), guild);
        self
    }

    /// Adds an account.
    pub fn user(mut self, user: User) -> Self {
        self.users.insert(user.id.clone(), user);
        self
    }

    /// Lets somebody join a guild.
    pub fn member(mut self, guild: &str, user: &str, roles: &[&str]) -> Self {
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        let member = Member { roles, ..Member::default() };
        let guild = self.guilds.get_mut(guild).expect("that guild");
        guild.members.insert(user.to_owned(), member);
        self
    }

    /// Adds a channel in which the bot may do all that it needs.
    pub fn channel(mut self, guild: &str, id: &str, name: &str) -> Self {
        let channel = Channel {
            id: id.to_owned(),
            guild: Some(guild.to_owned()),
            name: name.to_owned(),
            recipient: None,
            below: None,
            may: May::ALL,
        };
        self.channels.insert(channel.id.clone(), channel);
        self
    }

    /// The account of that unique name.
    pub fn named(&self, handle: &str) -> Option<&User> {
        self.users.values().find(|user| user.handle == handle)
    }

    /// The direct messages of the bot with somebody, if they were opened.
    pub fn direct(&self, user: &str) -> Option<&Channel> {
        self.channels.values().find(|channel| channel.recipient.as_deref() == Some(user))
    }

    /// Whether somebody is in a guild now.
    pub fn is_member(&self, guild: &str, user: &str) -> bool {
        let member = self.guilds.get(guild).and_then(|guild| guild.members.get(user));
        member.is_some_and(|member| !member.left)
    }

    /// Whether somebody shares a guild with the bot, without which it cannot write to them.
    pub fn shares_a_guild(&self, user: &str) -> bool {
        let mut installed = self.guilds.values().filter(|guild| guild.installed);
        installed.any(|guild| guild.members.get(user).is_some_and(|member| !member.left))
    }
}
