//! Discord's API: one method of ours for each of Discord's that we need. Time-out, pace and 429 are kept here.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    limits::Limits,
    pace::Pace,
    route::Route,
    settings::Settings,
    standing::Standing,
    trouble::{Kind, Method, Trouble},
    wire::{Answer, Wire},
};
use crate::{actions::World, faults, ports::clock::Ids};

/// The longest nonce that Discord takes.
const NONCE_MAX: usize = 25;
/// For how many minutes a thread stays open when nothing is said in it: the longest that Discord takes.
const THREAD_MINUTES: u32 = 10_080;

/// Discord's API, with the bot's token.
pub struct Client {
    wire: Wire,
    application: String,
    pace: Pace,
    standing: Arc<Standing>,
    ids: Arc<dyn Ids>,
}

/// Where answers to one interaction go, for fifteen minutes. The token is a secret.
#[derive(Debug, Clone)]
pub struct Handle {
    /// Discord's id of the interaction.
    pub id: String,
    /// Its token.
    pub token: SecretString,
}

/// A message that Discord has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Posted {
    /// Its id.
    pub id: String,
    /// The conversation.
    pub channel_id: String,
}

/// A member of a guild, read to the parts that decide who somebody is.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Member {
    /// The account.
    pub user: Option<User>,
    /// The name they go by in this guild.
    pub nick: Option<String>,
    /// The ids of their roles.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Has not yet agreed to the guild's rules.
    pub pending: Option<bool>,
}

/// An account of Discord.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct User {
    /// Its id.
    pub id: String,
    /// The name to mention.
    pub username: String,
    /// The name to show.
    pub global_name: Option<String>,
    /// It is a program.
    pub bot: Option<bool>,
    /// It is Discord itself.
    pub system: Option<bool>,
}

/// Where the gateway is, and how it wants to be called.
#[derive(Debug, Clone, Deserialize)]
pub struct Gateway {
    /// Its address.
    pub url: String,
    /// How many connections Discord asks for.
    pub shards: u32,
    /// How often we may begin a session.
    pub session_start_limit: StartLimit,
}

/// How often a session may be begun.
#[derive(Debug, Clone, Deserialize)]
pub struct StartLimit {
    /// How many are left.
    pub remaining: u32,
    /// After how many milliseconds there are more.
    pub reset_after: u64,
    /// How many may begin in the same five seconds.
    pub max_concurrency: u32,
}

// Only what we need is read of an answer.
#[derive(Deserialize)]
struct Named {
    id: String,
}

impl Client {
    /// A client for the application of the settings. Nothing is called yet.
    ///
    /// # Errors
    /// When the machine's certificates cannot be read.
    pub fn new(world: &World, settings: &Settings, standing: Arc<Standing>) -> anyhow::Result<Self> {
        Ok(Self {
            wire: Wire::new(&settings.api, &settings.token, settings.timeout)?,
            application: settings.application.clone(),
            pace: Pace::new(world.clock.clone()),
            standing,
            ids: world.ids.clone(),
        })
    }

    /// Posts a message into a conversation. `key` becomes its nonce, which Discord remembers for some minutes: the
    /// same key again is answered with the first message.
    ///
    /// # Errors
    /// [`Trouble`]; when it is `unsure`, the message may be there all the same.
    pub async fn post(&self, channel: &str, body: &Value, key: &str) -> Result<Posted, Trouble> {
        let route = Route::to(Method::Post, "POST /channels/{}/messages", &[channel])?;
        let mut body = body.clone();
        if let Some(body) = body.as_object_mut() {
            // Discord's reference of Create Message: with `enforce_nonce`, a nonce of the same author is looked for
            // “in the past few minutes”, and its message is the answer. A repetition that comes later is not known.
            body.insert("nonce".to_owned(), nonce(channel, key).into());
            body.insert("enforce_nonce".to_owned(), true.into());
        }
        let posted: Posted = self.get(&route, Some(&body)).await?;
        tracing::debug!(channel, key, "a message was posted");
        Ok(posted)
    }

    /// Replaces what a message says.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn edit(&self, channel: &str, message: &str, body: &Value) -> Result<(), Trouble> {
        let route = Route::to(Method::Edit, "PATCH /channels/{}/messages/{}", &[channel, message])?;
        self.call(&route, Some(body)).await.map(drop)
    }

    /// Opens the direct conversation with somebody; answers with its id. Opening it again changes nothing.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn open_direct(&self, user: &str) -> Result<String, Trouble> {
        let route = Route::to(Method::OpenDirect, "POST /users/@me/channels", &[])?;
        let opened: Named = self.get(&route, Some(&json!({ "recipient_id": user }))).await?;
        Ok(opened.id)
    }

    /// A member of a guild.
    ///
    /// # Errors
    /// [`Trouble`] of kind `Person` when they are not (or no longer) in it.
    pub async fn member(&self, guild: &str, user: &str) -> Result<Member, Trouble> {
        let route = Route::to(Method::Member, "GET /guilds/{}/members/{}", &[guild, user])?;
        self.get(&route, None).await
    }

    /// Starts a thread below a message; answers with its id. When there is one already, it is that one's.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn start_thread(&self, channel: &str, message: &str, name: &str) -> Result<String, Trouble> {
        let template = "POST /channels/{}/messages/{}/threads";
        let route = Route::to(Method::StartThread, template, &[channel, message])?;
        let body = json!({ "name": name, "auto_archive_duration": THREAD_MINUTES });
        match self.get::<Named>(&route, Some(&body)).await {
            Ok(thread) => Ok(thread.id),
            // A thread has the id of the message that it was started from (Discord, Start Thread from Message).
            Err(trouble) if trouble.code == "160004" => Ok(message.to_owned()),
            Err(trouble) => Err(trouble),
        }
    }

    /// Opens a thread that was archived, so that what stands in it can be changed.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn open_thread(&self, thread: &str) -> Result<(), Trouble> {
        let route = Route::to(Method::OpenThread, "PATCH /channels/{}", &[thread])?;
        self.call(&route, Some(&json!({ "archived": false }))).await.map(drop)
    }

    /// Answers an interaction: the body has Discord's `type` and `data`.
    ///
    /// # Errors
    /// [`Trouble`]; the moment ends after three seconds.
    pub async fn respond(&self, to: &Handle, body: &Value) -> Result<(), Trouble> {
        let ids = [&to.id, to.token.expose_secret()];
        let route = Route::to(Method::Respond, "POST /interactions/{}/{}/callback", &ids)?;
        self.call(&route.counted_by(&to.id), Some(body)).await.map(drop)
    }

    /// Replaces the first answer to an interaction, or what stands in its place.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn edit_response(&self, to: &Handle, message: &Value) -> Result<(), Trouble> {
        self.follow("PATCH /webhooks/{}/{}/messages/@original", to, message).await
    }

    /// Adds an answer to an interaction that was answered.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn follow_up(&self, to: &Handle, message: &Value) -> Result<(), Trouble> {
        self.follow("POST /webhooks/{}/{}", to, message).await
    }

    /// Whether the token is good: the id of the application it is for.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn who_am_i(&self) -> Result<String, Trouble> {
        let route = Route::to(Method::WhoAmI, "GET /applications/@me", &[])?;
        let me: Named = self.get(&route, None).await?;
        Ok(me.id)
    }

    /// The commands that are registered, globally or in a guild.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn commands(&self, guild: Option<&str>) -> Result<Value, Trouble> {
        let (global, local) = ("GET /applications/{}/commands", "GET /applications/{}/guilds/{}/commands");
        self.call(&self.commands_of(guild, global, local)?, None).await
    }

    /// Replaces all commands.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn set_commands(&self, guild: Option<&str>, commands: &Value) -> Result<(), Trouble> {
        let (global, local) = ("PUT /applications/{}/commands", "PUT /applications/{}/guilds/{}/commands");
        self.call(&self.commands_of(guild, global, local)?, Some(commands)).await.map(drop)
    }

    /// Where the gateway is.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn gateway(&self) -> Result<Gateway, Trouble> {
        self.get(&Route::to(Method::Gateway, "GET /gateway/bot", &[])?, None).await
    }

    async fn follow(&self, template: &'static str, to: &Handle, message: &Value) -> Result<(), Trouble> {
        let ids = [&self.application, to.token.expose_secret()];
        let route = Route::to(Method::Follow, template, &ids)?.counted_by(&to.id);
        self.call(&route, Some(message)).await.map(drop)
    }

    fn commands_of(
        &self,
        guild: Option<&str>,
        global: &'static str,
        local: &'static str,
    ) -> Result<Route, Trouble> {
        match guild {
            None => Route::to(Method::Commands, global, &[&self.application]),
            Some(guild) => {
                let route = Route::to(Method::Commands, local, &[&self.application, guild])?;
                Ok(route.counted_by(guild))
            }
        }
    }

    /// A call whose answer we need something of.
    async fn get<T: DeserializeOwned>(&self, route: &Route, body: Option<&Value>) -> Result<T, Trouble> {
        let answer = self.call(route, body).await?;
        serde_json::from_value(answer).map_err(|_| Trouble::not_understood(route.method))
    }

    /// Makes a call if it is its turn, and notes what came of it.
    async fn call(&self, route: &Route, body: Option<&Value>) -> Result<Value, Trouble> {
        let method = route.method;
        if !method.is_of_interaction() && method != Method::WhoAmI && self.standing.is_refused() {
            return Err(Trouble::new(method, "not_sent"));
        }
        if let Err(after) = self.pace.turn(route) {
            metrics::counter!("sublet_discord_waits_total", "method" => method.name()).increment(1);
            return Err(Trouble::not_yet(method, after));
        }
        let mut outcome = match self.wire.send(route, body).await {
            Ok(answer) => self.read(route, answer),
            Err(trouble) => Err(trouble),
        };
        let word = outcome.as_ref().map_or_else(Trouble::label, |_| "ok");
        metrics::counter!("sublet_discord_calls_total", "method" => method.name(), "outcome" => word)
            .increment(1);
        match &mut outcome {
            Ok(_) if !method.is_of_interaction() && self.standing.answered(method) => {
                tracing::info!("Discord takes the token again");
            }
            Ok(_) => {}
            Err(trouble) => trouble.reference = self.note(trouble),
        }
        outcome
    }

    /// What an answer says, after what it says about limits was noted.
    fn read(&self, route: &Route, answer: Answer) -> Result<Value, Trouble> {
        let limits = Limits::of(answer.status, &answer.headers, answer.body.as_ref());
        if self.pace.heard(route, &limits) {
            tracing::error!(
                "Discord refused so many calls that none are made for some minutes: it bans who goes on"
            );
        }
        if answer.status.is_success() {
            return answer.body.ok_or_else(|| Trouble::not_understood(route.method));
        }
        let code = answer.body.as_ref().and_then(|body| body.get("code")).and_then(Value::as_u64);
        Err(Trouble::of(route.method, answer.status, code, limits.retry_after))
    }

    /// What an operator, or we ourselves, must do something about is a fault: said once, with a reference.
    fn note(&self, trouble: &Trouble) -> Option<String> {
        let (what, news) = match trouble.kind {
            Kind::Token => ("Discord does not take the token", self.standing.token_bad(trouble)),
            Kind::Ours => ("Discord refuses what Sublet sends", true),
            Kind::Unknown => ("Discord answers with a number that is not known", true),
            Kind::Passing | Kind::Person | Kind::Channel | Kind::Message => return None,
        };
        metrics::counter!("sublet_discord_faults_total", "code" => trouble.label()).increment(1);
        news.then(|| faults::record(self.ids.next(), what, &anyhow::Error::new(trouble.clone())))
    }
}

/// A nonce for a message: Discord compares those of all that the bot posts, and the same key may go to several
/// channels.
fn nonce(channel: &str, key: &str) -> String {
    let digest = Sha256::digest(format!("{channel}\n{key}").as_bytes());
    let mut hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    hex.truncate(NONCE_MAX);
    hex
}
