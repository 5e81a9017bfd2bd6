//! Sublet's own messages, into one workspace of Slack.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use slack_morphism::prelude::SlackMessageContent;

use super::{
    client::Client,
    render::{self, Names},
    standing::Standing,
    trouble::{Kind, Trouble},
};
use crate::{
    actions::World,
    chat::directs::{self, unread},
    domain::ids::PersonId,
    faults,
    ports::{
        Failure,
        chat::{Chat, Message, MessageRef, Posting, Room, Workspace},
        store::{Account, Stored},
    },
};

/// How long changes of one card are gathered: Slack takes about one message a second into a channel.
const GATHERS: TimeDelta = TimeDelta::seconds(1);

/// One workspace of Slack, as messages are delivered to it.
pub struct SlackChat {
    /// What actions may use.
    pub world: World,
    /// The Web API.
    pub client: Arc<Client>,
    /// Where it is told that the approvers' channel takes nothing.
    pub standing: Arc<Standing>,
    /// Which workspace.
    pub workspace: Workspace,
    /// The approvers' channel, if approvers are asked here.
    pub approvers: Option<String>,
    /// The user group that is mentioned when they are asked.
    pub group: Option<String>,
}

/// Where a message goes.
struct Place {
    channel: String,
    /// Whose direct conversation it is; `None` for the approvers' channel.
    account: Option<Account>,
}

#[async_trait]
impl Chat for SlackChat {
    fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    fn gathers(&self) -> TimeDelta {
        GATHERS
    }

    // Slack's own way to recognise a message that comes twice is for its own programs only, and to look whether
    // it is there would take the scopes to read whole conversations.
    fn knows_keys(&self) -> bool {
        false
    }

    async fn post(&self, posting: Posting<'_>) -> Result<MessageRef, Failure> {
        let place = self.place(posting.room).await?;
        let content = self.content(posting.message, place.account.is_none()).await?;
        match self.client.post(&self.workspace.id, &place.channel, &content, posting.key).await {
            Ok((channel, id)) => {
                if place.account.is_none() {
                    self.channel_takes();
                }
                Ok(MessageRef { workspace: self.workspace.clone(), channel, id })
            }
            Err(trouble) => Err(self.refused(place, &trouble).await),
        }
    }

    async fn rewrite(&self, at: &MessageRef, message: &Message) -> Result<(), Failure> {
        let ours = self.approvers.as_ref() == Some(&at.channel);
        let content = self.content(message, ours).await?;
        match self.client.update(&self.workspace.id, &at.channel, &at.id, &content).await {
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

impl SlackChat {
    async fn place(&self, room: &Room) -> Result<Place, Failure> {
        match room {
            Room::Approvers => {
                let channel = self.approvers.clone();
                let channel = channel
                    .ok_or_else(|| Failure::never("no approvers' channel is configured in this workspace"))?;
                Ok(Place { channel, account: None })
            }
            Room::Direct(person) => self.direct(person).await,
        }
    }

    /// The direct conversation with somebody, opened once and then remembered.
    async fn direct(&self, person: &PersonId) -> Result<Place, Failure> {
        let account = self.account_of(person).await.map_err(unread)?;
        let account = account.ok_or_else(|| Failure::never("they have no account in this workspace"))?;
        if let Some(channel) = account.direct.clone() {
            return Ok(Place { channel, account: Some(account) });
        }
        let opened = self.client.open_direct(&self.workspace.id, &account.id).await;
        let channel = opened.map_err(|trouble| trouble.failure(false))?;
        self.remember(&account, Some(&channel)).await.map_err(unread)?;
        Ok(Place { channel, account: Some(account) })
    }

    /// What a trouble with a message means, with what follows from it at once.
    async fn refused(&self, place: Place, trouble: &Trouble) -> Failure {
        let Some(account) = place.account else {
            self.channel_refuses(trouble);
            return trouble.failure(true);
        };
        if trouble.kind == Kind::Channel && trouble.code == "channel_not_found" {
            // The conversation that was opened once is no more; it is opened anew at the next try.
            return match self.remember(&account, None).await {
                Ok(()) => Failure::later(trouble.to_string()),
                Err(error) => unread(error),
            };
        }
        trouble.failure(false)
    }

    fn channel_refuses(&self, trouble: &Trouble) {
        if trouble.kind != Kind::Channel {
            return;
        }
        let id = &self.workspace.id;
        metrics::counter!("sublet_slack_faults_total", "code" => trouble.label()).increment(1);
        if self.standing.channel_bad(id, trouble) {
            let error = anyhow::Error::new(trouble.clone()).context(format!("workspace {id}"));
            faults::record(self.world.ids.next(), "the approvers' channel takes no messages", &error);
        }
    }

    fn channel_takes(&self) {
        if self.standing.channel_good(&self.workspace.id) {
            tracing::info!(workspace = self.workspace.id, "the approvers' channel takes messages again");
        }
    }

    async fn content(&self, message: &Message, ours: bool) -> Result<SlackMessageContent, Failure> {
        let names = Names::of_message(self.world.store.as_ref(), &self.workspace, message).await;
        let names = names.map_err(unread)?;
        let group = self.group.as_deref().filter(|_| ours);
        Ok(render::message(message, &names, group))
    }

    async fn account_of(&self, person: &PersonId) -> Stored<Option<Account>> {
        self.world.store.read().await?.account_of(&self.workspace, person).await
    }

    async fn remember(&self, account: &Account, direct: Option<&str>) -> Stored<()> {
        directs::remember(self.world.store.as_ref(), &self.workspace, account, direct).await
    }
}
