//! The chat platforms among the parts of a running Sublet.

use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    actions::World,
    chat::{
        discord::{self, Discord},
        slack::{self, Slack},
        standing::Line,
    },
    config::Config,
    ports::chat::Chat,
    web::{self, Part},
};

/// The platforms that the configuration names, besides the console. They need not answer yet.
pub(super) struct Platforms {
    slack: Option<Arc<Slack>>,
    discord: Option<Arc<Discord>>,
}

impl Platforms {
    /// Puts them together. `holder` is the name of this process among the replicas.
    ///
    /// # Errors
    /// When the machine's certificates cannot be read.
    pub(super) fn open(config: &Config, world: &World, holder: &str) -> anyhow::Result<Self> {
        let slack = config.slack.clone().map(|settings| Slack::open(world.clone(), settings));
        let discord = config.discord.clone().map(|settings| Discord::open(world.clone(), settings, holder));
        Ok(Self { slack: slack.transpose()?, discord: discord.transpose()? })
    }

    /// All their workspaces, as messages are delivered to them.
    pub(super) fn chats(&self) -> Vec<Arc<dyn Chat>> {
        let slack = self.slack.iter().flat_map(|slack| slack.chats());
        slack.chain(self.discord.iter().flat_map(|discord| discord.chats())).collect()
    }

    /// Where they call us.
    pub(super) fn routes(&self) -> axum::Router {
        let slack = self.slack.as_ref().and_then(|slack| slack.routes());
        let discord = self.discord.as_ref().and_then(|discord| discord.routes());
        slack.into_iter().chain(discord).fold(axum::Router::new(), axum::Router::merge)
    }

    /// What probes are answered from: what there always is, and how the platforms stand.
    pub(super) fn parts(&self, world: &Arc<World>) -> Arc<dyn web::Parts> {
        let (slack, discord) = (self.slack.as_ref(), self.discord.as_ref());
        Arc::new(Parts {
            world: world.clone(),
            slack: slack.map(|slack| slack.standing()),
            discord: discord.map(|discord| discord.standing()),
        })
    }

    /// Starts them; they work until told to stop.
    pub(super) fn run(self, stop: &CancellationToken) -> Vec<JoinHandle<()>> {
        let slack = self.slack.map(|slack| tokio::spawn(slack.run(stop.clone())));
        let discord = self.discord.map(|discord| tokio::spawn(discord.run(stop.clone())));
        slack.into_iter().chain(discord).collect()
    }
}

struct Parts {
    world: Arc<World>,
    slack: Option<Arc<slack::standing::Standing>>,
    discord: Option<Arc<discord::standing::Standing>>,
}

#[async_trait::async_trait]
impl web::Parts for Parts {
    async fn look(&self) -> Vec<Part> {
        let mut parts = self.world.look().await;
        parts.extend(self.slack.iter().map(|slack| part("slack", slack.lines())));
        parts.extend(self.discord.iter().map(|discord| part("discord", discord.lines())));
        parts
    }
}

/// All that is known of a platform as one part.
fn part(name: &'static str, lines: Vec<Line>) -> Part {
    let ready = lines.iter().all(|line| line.ready);
    let says: Map<String, Value> = lines.into_iter().map(|line| (line.name, line.says.into())).collect();
    Part { name, ready, says: says.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_workspace_that_is_closed_makes_a_platform_not_ready_and_all_are_told() {
        let line = |name: &str, ready, says: &str| Line { name: name.into(), ready, says: says.into() };
        let good = part("slack", vec![line("T1", true, "ok"), line("sockets", true, "2 open")]);
        assert!(good.ready);
        assert_eq!(good.says, serde_json::json!({ "T1": "ok", "sockets": "2 open" }));
        let bad = part("slack", vec![line("T1", true, "ok"), line("T2", false, "token_revoked")]);
        assert!(!bad.ready && bad.says.to_string().contains("token_revoked"));
    }
}
