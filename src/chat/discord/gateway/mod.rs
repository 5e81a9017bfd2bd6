//! Discord's gateway: connections from us to Discord, so that nothing of ours need be reachable.
//!
//! serenity makes the connections, keeps them alive and takes interrupted sessions up again (`runner.rs`). Which
//! process does so, when a connection is made, replaced and given up is decided here. What comes is taken in at
//! once by a task of its own, so that heartbeats never wait for it.

mod events;
mod open;
mod post;
mod runner;
mod session;
mod shards;
mod times;
mod turnstile;

use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;
use serde_json::Value;
use tokio::{
    sync::mpsc::{self, UnboundedReceiver},
    task::JoinSet,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use self::{post::Post, times::Times};
use super::{
    client::{self, Client},
    inbound::{Reception, came::Came},
    settings::Settings,
    standing::Standing,
    trouble::Trouble,
};
use crate::{actions::World, chat::desk::Way};

/// The rest of the adapter, as the gateway needs it.
#[async_trait]
trait Adapter: Send + Sync {
    /// Asks where the gateway is.
    async fn ask(&self) -> Result<client::Gateway, Trouble>;
    /// Takes an interaction in, and answers it.
    async fn take(&self, interaction: Value);
    /// Returns when everything that was taken in is dealt with.
    async fn idle(&self);
    /// So many connections are open now; `None` while this process does not have the gateway.
    fn shards(&self, open: Option<u32>);
    /// The token does not do. `true` when that is news.
    fn token_bad(&self, trouble: &Trouble) -> bool;
    /// Whether the token does not do, as far as is known.
    fn is_token_bad(&self) -> bool;
}

/// The gateway.
pub struct Gateway {
    world: World,
    adapter: Arc<dyn Adapter>,
    post: Arc<Post>,
    api: String,
    token: SecretString,
    times: Times,
}

impl Gateway {
    /// The gateway for the application of the settings. `holder` is the name of this process, which no other has.
    pub fn new(
        world: &World,
        client: &Arc<Client>,
        reception: &Arc<Reception>,
        standing: &Arc<Standing>,
        settings: &Settings,
        holder: String,
    ) -> Self {
        let (client, reception, standing) = (client.clone(), reception.clone(), standing.clone());
        Self::with(world, Arc::new(Inside { client, reception, standing }), settings, holder, Times::USUAL)
    }

    fn with(
        world: &World,
        adapter: Arc<dyn Adapter>,
        settings: &Settings,
        holder: String,
        times: Times,
    ) -> Self {
        let post = Arc::new(Post::new(world.clone(), holder, times));
        let (api, token) = (settings.api.clone(), settings.token.clone());
        Self { world: world.clone(), adapter, post, api, token, times }
    }

    /// Keeps the connections, while no other process does, until told to stop. What was taken in by then is dealt
    /// with.
    pub async fn keep(self, stop: CancellationToken) {
        let (tell, came) = mpsc::unbounded_channel();
        let taking = tokio::spawn(take_all(self.adapter.clone(), self.post.clone(), came));
        loop {
            self.adapter.shards(None);
            let since = tokio::select! {
                () = stop.cancelled() => break,
                since = self.post.win() => since,
            };
            tracing::info!("this process has Discord's gateway");
            tokio::select! {
                why = self.post.hold(since) => {
                    tracing::warn!(why, "this process has Discord's gateway no more; its connections are closed");
                }
                () = self.connect(&tell, &stop) => break,
            }
        }
        self.adapter.shards(None);
        drop(tell);
        let begun = timeout(self.times.farewell, taking).await;
        self.post.resign().await;
        let finished = async {
            if let Ok(Ok(mut begun)) = begun {
                while begun.join_next().await.is_some() {}
            }
            self.adapter.idle().await;
        };
        let _ = timeout(self.times.farewell, finished).await;
    }
}

/// Takes in what comes until nothing comes any more; answers with what is still being dealt with.
async fn take_all(
    adapter: Arc<dyn Adapter>,
    post: Arc<Post>,
    mut came: UnboundedReceiver<Value>,
) -> JoinSet<()> {
    let mut begun = JoinSet::new();
    while let Some(interaction) = came.recv().await {
        while begun.try_join_next().is_some() {}
        if !post.is_held().await {
            tracing::debug!("an interaction is left to the process that has Discord's gateway now");
            continue;
        }
        let adapter = adapter.clone();
        begun.spawn(async move { adapter.take(interaction).await });
    }
    begun
}

/// The rest of the adapter.
struct Inside {
    client: Arc<Client>,
    reception: Arc<Reception>,
    standing: Arc<Standing>,
}

#[async_trait]
impl Adapter for Inside {
    async fn ask(&self) -> Result<client::Gateway, Trouble> {
        self.client.gateway().await
    }

    async fn take(&self, interaction: Value) {
        match Came::read(interaction) {
            Some(came) => self.reception.clone().answer(came, Way::Apart).await,
            None => tracing::warn!("an interaction that came by the gateway cannot be read"),
        }
    }

    async fn idle(&self) {
        self.reception.idle().await;
    }

    fn shards(&self, open: Option<u32>) {
        self.standing.shards(open);
    }

    fn token_bad(&self, trouble: &Trouble) -> bool {
        self.standing.token_bad(trouble)
    }

    fn is_token_bad(&self) -> bool {
        self.standing.is_refused()
    }
}

#[cfg(test)]
mod tests;
