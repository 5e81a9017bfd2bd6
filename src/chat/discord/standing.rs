//! How Discord stands: whether the bot's token is good, whether the approvers' channels take messages, and how many
//! connections to the gateway are open.

pub use crate::chat::standing::Line;

use super::trouble::{Method, Trouble};
use crate::{
    chat::standing::{self, Bad, Healed},
    domain::platform::Platform,
};

/// The word for a token that is good, but for another application than the configuration says.
pub const WRONG_APPLICATION: &str = "wrong_application";
/// Where the token stands among the guilds: it is one for all of them.
const BOT: &str = "bot";

/// What is known of the token, the guilds and the gateway.
#[derive(Debug)]
pub struct Standing(standing::Standing);

impl Standing {
    /// The standing of these guilds, all held for good until something else is seen.
    pub fn of<'a>(guilds: impl IntoIterator<Item = &'a str>) -> Self {
        Self(standing::Standing::of(Platform::Discord, guilds.into_iter().chain([BOT])))
    }

    /// The token does not do. `true` when it did before: then an operator has to hear of it.
    pub fn token_bad(&self, trouble: &Trouble) -> bool {
        let healed = match trouble.code.as_ref() {
            WRONG_APPLICATION => Healed::Never,
            _ if trouble.refuses_token() => Healed::Probe,
            _ => Healed::Same,
        };
        self.0.token_bad(BOT, Bad { method: trouble.method.name(), code: trouble.code.clone(), healed })
    }

    /// A call with the bot's token was answered as it should be. `true` when the token did not do before, and does
    /// now.
    pub fn answered(&self, method: Method) -> bool {
        self.0.answered(BOT, method.name(), method == Method::WhoAmI)
    }

    /// Whether the token does not do, so that it should be asked about.
    pub fn is_closed(&self) -> bool {
        self.0.bad(BOT).is_some()
    }

    /// Whether Discord takes the token for nothing at all, so that calls with it are only held against us.
    pub fn is_refused(&self) -> bool {
        self.0.bad(BOT).is_some_and(|bad| bad.healed == Healed::Probe)
    }

    /// The approvers' channel of a guild does not take messages. `true` when that is news.
    pub fn channel_bad(&self, guild: &str, trouble: &Trouble) -> bool {
        self.0.channel_bad(guild, trouble.code.clone())
    }

    /// The approvers' channel of a guild took a message. `true` when it did not before.
    pub fn channel_good(&self, guild: &str) -> bool {
        self.0.channel_good(guild)
    }

    /// How many connections to the gateway are open now; `None` while this process does not have it.
    pub fn shards(&self, open: Option<u32>) {
        metrics::gauge!("sublet_discord_shards").set(f64::from(open.unwrap_or_default()));
        self.0.connections("gateway", open);
    }

    /// How it all stands: the token, one line for each guild, and one for the gateway.
    pub fn lines(&self) -> Vec<Line> {
        self.0.lines()
    }
}
