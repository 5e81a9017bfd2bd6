//! One thread for each request, below its card: what else approvers are told about it stands there.
//!
//! A thread is started by the first message that belongs into it. Most requests are decided before there is one, and
//! each thread costs a line in the channel and one of the thousand that a guild may have open.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use super::{
    client::{Client, Posted},
    trouble::{Kind, Trouble},
};
use crate::{
    actions::World,
    domain::ids::RequestId,
    ports::{
        chat::{Posting, Workspace},
        store::{Audience, Stored},
    },
};

/// The longest name of a thread that Discord takes.
const NAME_MAX: usize = 100;

/// The thread of a request.
#[derive(Debug, PartialEq, Eq)]
pub struct Thread {
    /// The card below which it is: a thread has the id of the message that it was started from.
    card: String,
    /// What it is called when it has to be started.
    name: String,
}

/// The threads of one guild.
#[derive(Debug, Default)]
pub struct Threads {
    /// Whether it was said that they cannot be used.
    told: AtomicBool,
}

impl Threads {
    /// The thread that a message for the approvers belongs into: that of its request, if its card is in this channel.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(
        &self,
        world: &World,
        workspace: &Workspace,
        channel: &str,
        posting: &Posting<'_>,
    ) -> Stored<Option<Thread>> {
        let Some(request) = posting.about.filter(|request| !is_card_of(request, posting.key)) else {
            return Ok(None);
        };
        let mut tx = world.store.read().await?;
        let card = tx.card(request.as_str(), Audience::Approvers, workspace).await?;
        let Some(card) = card.filter(|card| card.at.channel == channel) else { return Ok(None) };
        let name = tx.request(request).await?.map(|request| request.name.as_str().to_owned());
        let name = name.unwrap_or_else(|| "A request".to_owned());
        Ok(Some(Thread { card: card.at.id, name: name.chars().take(NAME_MAX).collect() }))
    }

    /// Posts into a thread, which is started when it is not there yet. `None` when threads cannot be used: then the
    /// channel is to be taken, and that is said once.
    ///
    /// # Errors
    /// [`Trouble`] that the channel would meet just as well.
    pub async fn post(
        &self,
        client: &Client,
        channel: &str,
        thread: &Thread,
        body: &Value,
        key: &str,
    ) -> Result<Option<Posted>, Trouble> {
        let mut posted = client.post(&thread.card, body, key).await;
        if posted.as_ref().is_err_and(|trouble| trouble.code == "10003") {
            posted = match client.start_thread(channel, &thread.card, &thread.name).await {
                Ok(id) => client.post(&id, body, key).await,
                Err(trouble) => Err(trouble),
            };
        }
        match posted {
            Ok(posted) => {
                self.told.store(false, Ordering::Relaxed);
                Ok(Some(posted))
            }
            // The card may have been deleted as well: a thread without a beginning cannot be started.
            Err(trouble) if matches!(trouble.kind, Kind::Channel | Kind::Message) => {
                if !self.told.swap(true, Ordering::Relaxed) {
                    tracing::warn!(channel, %trouble, "threads cannot be used here, so all is said in the channel");
                }
                Ok(None)
            }
            Err(trouble) => Err(trouble),
        }
    }
}

/// The card itself stands in the channel, also when it is posted anew because somebody deleted it. Its key names the
/// request; that of a card about an extension names the extension.
fn is_card_of(request: &RequestId, key: &str) -> bool {
    key.strip_prefix("card/")
        .and_then(|key| key.strip_prefix(request.as_str()))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
