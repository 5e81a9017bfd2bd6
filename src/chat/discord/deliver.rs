//! Sublet's own messages, into one guild of Discord.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use serde_json::Value;

use super::{
    client::{Client, Posted},
    render,
    settings::{DiscordGuild, Settings},
    standing::Standing,
    threads::Threads,
    trouble::{Kind, Trouble},
};
use crate::{
    actions::World,
    chat::{
        directs::{self, unread},
        names::Names,
    },
    domain::ids::PersonId,
    faults,
    ports::{
        Failure,
        chat::{Chat, Message, MessageRef, Posting, Room, Workspace},
        store::{Account, Stored},
    },
};

/// How long changes of one card are gathered: Discord takes about five messages in five seconds into a channel.
const GATHERS: TimeDelta = TimeDelta::seconds(1);

/// One guild of Discord, as messages are delivered to it.
pub struct DiscordChat {
    world: World,
    client: Arc<Client>,
    standing: Arc<Standing>,
    workspace: Workspace,
    guild: DiscordGuild,
    /// The guilds that come before this one: who has an account in one of them is written to by it.
    before: Vec<Workspace>,
    threads: Threads,
}

/// The guilds of the settings, as messages are delivered to them, in their order.
pub fn chats(
    world: &World,
    client: &Arc<Client>,
    standing: &Arc<Standing>,
    settings: &Settings,
) -> Vec<Arc<dyn Chat>> {
    let workspaces: Vec<Workspace> =
        settings.guilds.iter().map(|guild| Workspace::discord(&guild.id)).collect();
    let chat = |(at, guild): (usize, &DiscordGuild)| {
        Arc::new(DiscordChat {
            world: world.clone(),
            client: client.clone(),
            standing: standing.clone(),
            workspace: workspaces[at].clone(),
            guild: guild.clone(),
            before: workspaces[..at].to_vec(),
            threads: Threads::default(),
        }) as Arc<dyn Chat>
    };
    settings.guilds.iter().enumerate().map(chat).collect()
}

#[async_trait]
impl Chat for DiscordChat {
    fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    fn gathers(&self) -> TimeDelta {
        GATHERS
    }

    // Each message has a nonce that Discord compares (see `Client::post`), but for some minutes only, and the gap
    // between two tries may be longer.
    fn knows_keys(&self) -> bool {
        false
    }

    async fn post(&self, posting: Posting<'_>) -> Result<MessageRef, Failure> {
        let posted = match posting.room {
            Room::Approvers => self.to_approvers(&posting).await?,
            Room::Direct(person) => self.to_person(person, &posting).await?,
        };
        Ok(MessageRef { workspace: self.workspace.clone(), channel: posted.channel_id, id: posted.id })
    }

    async fn rewrite(&self, at: &MessageRef, message: &Message) -> Result<(), Failure> {
        // What stands in a thread is rewritten without the role: whoever it called was called by the first words.
        let ours = self.guild.approvers.as_ref() == Some(&at.channel);
        let body = self.body(message, ours).await?;
        match self.edit(at, &body).await {
            Ok(()) => {
                if ours {
                    self.channel_takes();
                }
                Ok(())
            }
            Err(trouble) if ours => {
                self.channel_refuses(&trouble);
                Err(trouble.failure(true))
            }
            Err(trouble) => Err(trouble.failure(false)),
        }
    }
}

impl DiscordChat {
    async fn to_approvers(&self, posting: &Posting<'_>) -> Result<Posted, Failure> {
        let channel = self.guild.approvers.as_deref();
        let channel =
            channel.ok_or_else(|| Failure::never("no approvers' channel is configured in this guild"))?;
        let body = self.body(posting.message, true).await?;
        if self.guild.threads
            && let Some(posted) = self.to_thread(channel, posting, &body).await?
        {
            return Ok(posted);
        }
        match self.client.post(channel, &body, posting.key).await {
            Ok(posted) => {
                self.channel_takes();
                Ok(posted)
            }
            Err(trouble) => {
                self.channel_refuses(&trouble);
                Err(trouble.failure(true))
            }
        }
    }

    /// `None` when it belongs into no thread, or threads cannot be used.
    async fn to_thread(
        &self,
        channel: &str,
        posting: &Posting<'_>,
        body: &Value,
    ) -> Result<Option<Posted>, Failure> {
        let thread = self.threads.of(&self.world, &self.workspace, channel, posting).await;
        let Some(thread) = thread.map_err(unread)? else { return Ok(None) };
        let posted = self.threads.post(&self.client, channel, &thread, body, posting.key).await;
        posted.map_err(|trouble| trouble.failure(true))
    }

    async fn to_person(&self, person: &PersonId, posting: &Posting<'_>) -> Result<Posted, Failure> {
        let account = self.account_to_write_to(person).await?;
        let channel = self.direct(&account).await?;
        let body = self.body(posting.message, false).await?;
        let trouble = match self.client.post(&channel, &body, posting.key).await {
            Ok(posted) => return Ok(posted),
            Err(trouble) => trouble,
        };
        if trouble.code == "10003" {
            // The conversation that was opened once is no more; it is opened anew at the next try.
            self.remember(&account, None).await.map_err(unread)?;
            return Err(Failure::later(trouble.to_string()));
        }
        Err(trouble.failure(false))
    }

    /// The account of somebody, if it is this guild that writes to them: there is one conversation between them and
    /// the bot, whatever guilds they share.
    async fn account_to_write_to(&self, person: &PersonId) -> Result<Account, Failure> {
        let mut tx = self.world.store.read().await.map_err(unread)?;
        let account = tx.account_of(&self.workspace, person).await.map_err(unread)?;
        let account = account.ok_or_else(|| Failure::never("they have no account in this guild"))?;
        for guild in &self.before {
            if tx.account_of(guild, person).await.map_err(unread)?.is_some() {
                return Err(Failure::never("they are written to by another guild"));
            }
        }
        Ok(account)
    }

    /// The direct conversation with somebody, opened once and then remembered.
    async fn direct(&self, account: &Account) -> Result<String, Failure> {
        if let Some(channel) = account.direct.clone() {
            return Ok(channel);
        }
        let opened = self.client.open_direct(&account.id).await;
        let channel = opened.map_err(|trouble| trouble.failure(false))?;
        self.remember(account, Some(&channel)).await.map_err(unread)?;
        Ok(channel)
    }

    /// Rewrites a message; one in a thread that was archived meanwhile, after the thread was opened again.
    async fn edit(&self, at: &MessageRef, body: &Value) -> Result<(), Trouble> {
        let edited = self.client.edit(&at.channel, &at.id, body).await;
        if edited.as_ref().is_err_and(|trouble| trouble.code == "50083") {
            self.client.open_thread(&at.channel).await?;
            return self.client.edit(&at.channel, &at.id, body).await;
        }
        edited
    }

    fn channel_refuses(&self, trouble: &Trouble) {
        if trouble.kind != Kind::Channel {
            return;
        }
        let id = &self.guild.id;
        metrics::counter!("sublet_discord_faults_total", "code" => trouble.label()).increment(1);
        if self.standing.channel_bad(id, trouble) {
            let error = anyhow::Error::new(trouble.clone()).context(format!("guild {id}"));
            faults::record(self.world.ids.next(), "the approvers' channel takes no messages", &error);
        }
    }

    fn channel_takes(&self) {
        if self.standing.channel_good(&self.guild.id) {
            tracing::info!(guild = self.guild.id, "the approvers' channel takes messages again");
        }
    }

    async fn body(&self, message: &Message, ours: bool) -> Result<Value, Failure> {
        let names = Names::of_message(self.world.store.as_ref(), &self.workspace, message).await;
        let names = names.map_err(unread)?;
        Ok(render::message(message, &names, self.guild.mention.as_deref().filter(|_| ours)))
    }

    async fn remember(&self, account: &Account, direct: Option<&str>) -> Stored<()> {
        directs::remember(self.world.store.as_ref(), &self.workspace, account, direct).await
    }
}
