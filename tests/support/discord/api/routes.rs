//! The routes by name, as troubles, limits and calls speak of them.

/// Posts a message.
pub const POST_MESSAGE: &str = "POST /channels/{channel}/messages";
/// Reads a message.
pub const GET_MESSAGE: &str = "GET /channels/{channel}/messages/{message}";
/// Rewrites a message.
pub const EDIT_MESSAGE: &str = "PATCH /channels/{channel}/messages/{message}";
/// Starts a thread below a message.
pub const START_THREAD: &str = "POST /channels/{channel}/messages/{message}/threads";
/// Opens direct messages.
pub const OPEN_DIRECT: &str = "POST /users/@me/channels";
/// The bot's own account.
pub const WHO_AM_I: &str = "GET /users/@me";
/// Looks up a member.
pub const MEMBER: &str = "GET /guilds/{guild}/members/{user}";
/// Looks up the application.
pub const APPLICATION_ME: &str = "GET /applications/@me";
/// The same, as it was called before.
pub const OAUTH_ME: &str = "GET /oauth2/applications/@me";
/// Reads the commands for all guilds.
pub const GET_COMMANDS: &str = "GET /applications/{application}/commands";
/// Replaces the commands for all guilds.
pub const PUT_COMMANDS: &str = "PUT /applications/{application}/commands";
/// Reads the commands of a guild.
pub const GET_GUILD_COMMANDS: &str = "GET /applications/{application}/guilds/{guild}/commands";
/// Replaces the commands of a guild.
pub const PUT_GUILD_COMMANDS: &str = "PUT /applications/{application}/guilds/{guild}/commands";
/// Answers an interaction first.
pub const ANSWER: &str = "POST /interactions/{interaction}/{token}/callback";
/// Reads the first answer.
pub const GET_ANSWER: &str = "GET /webhooks/{application}/{token}/messages/@original";
/// Rewrites the first answer.
pub const EDIT_ANSWER: &str = "PATCH /webhooks/{application}/{token}/messages/@original";
/// Adds an answer.
pub const FOLLOW_UP: &str = "POST /webhooks/{application}/{token}";
/// Where the gateway is.
pub const GATEWAY: &str = "GET /gateway";
/// The same, with how it wants to be called by this bot.
pub const GATEWAY_BOT: &str = "GET /gateway/bot";

/// All of them.
pub const ALL: [&str; 19] = [
    POST_MESSAGE,
    GET_MESSAGE,
    EDIT_MESSAGE,
    START_THREAD,
    OPEN_DIRECT,
    WHO_AM_I,
    MEMBER,
    APPLICATION_ME,
    OAUTH_ME,
    GET_COMMANDS,
    PUT_COMMANDS,
    GET_GUILD_COMMANDS,
    PUT_GUILD_COMMANDS,
    ANSWER,
    GET_ANSWER,
    EDIT_ANSWER,
    FOLLOW_UP,
    GATEWAY,
    GATEWAY_BOT,
];

/// Those for which the token in the path is enough.
pub(in super::super) fn is_open(route: &str) -> bool {
    [ANSWER, GET_ANSWER, EDIT_ANSWER, FOLLOW_UP, GATEWAY].contains(&route)
}
