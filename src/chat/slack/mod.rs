//! Slack: what people do there comes in by Socket Mode or HTTP, and our messages go out by the Web API.

pub mod client;
mod deliver;
mod http;
mod inbound;
mod pace;
mod profile;
pub mod render;
pub mod settings;
mod socket;
pub mod standing;
#[cfg(test)]
mod tests;
pub mod trouble;
mod watch;
mod words;

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use slack_morphism::prelude::SlackApiToken;
use tokio_util::sync::CancellationToken;

use self::{
    client::Client,
    deliver::SlackChat,
    inbound::Reception,
    settings::{Inbound, Settings, SlackWorkspace},
    socket::Sockets,
    standing::Standing,
};
use crate::{
    actions::World,
    ports::chat::{Chat, Workspace},
};

/// Slack, with all its workspaces.
pub struct Slack {
    /// What actions may use.
    pub world: World,
    /// What an operator decided.
    pub settings: Settings,
    /// The Web API.
    pub client: Arc<Client>,
    standing: Arc<Standing>,
    reception: Arc<Reception>,
}

impl Slack {
    /// Puts it together. Nothing is called yet: Slack need not answer at start.
    ///
    /// # Errors
    /// When the machine's certificates cannot be read.
    pub fn open(world: World, settings: Settings) -> anyhow::Result<Arc<Self>> {
        let ids = settings.workspaces.iter().map(|workspace| workspace.id.as_str());
        let standing = Arc::new(Standing::of(ids));
        let client = Arc::new(Client::new(&world, &settings, standing.clone())?);
        let reception = Reception::new(world.clone(), client.clone(), standing.clone(), &settings);
        Ok(Arc::new(Self { world, settings, client, standing, reception }))
    }

    /// The workspaces, as messages are delivered to them.
    pub fn chats(&self) -> Vec<Arc<dyn Chat>> {
        let chat = |workspace: &SlackWorkspace| {
            Arc::new(SlackChat {
                world: self.world.clone(),
                client: self.client.clone(),
                standing: self.standing.clone(),
                workspace: Workspace::slack(&workspace.id),
                approvers: workspace.approvers.clone(),
                group: workspace.group.clone(),
            }) as Arc<dyn Chat>
        };
        self.settings.workspaces.iter().map(chat).collect()
    }

    /// How it stands, for `/readyz`.
    pub fn standing(&self) -> Arc<Standing> {
        self.standing.clone()
    }

    /// Where Slack calls us; `None` in Socket Mode, where we call Slack.
    pub fn routes(self: &Arc<Self>) -> Option<axum::Router> {
        match &self.settings.inbound {
            Inbound::Http { signing_secret } => {
                Some(http::routes(self.reception.clone(), signing_secret.clone()))
            }
            Inbound::Socket { .. } => None,
        }
    }

    /// Works until told to stop.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        tokio::join!(self.listen(stop.clone()), watch::run(&self, &stop));
    }

    /// Takes in what people do, until told to stop; then what came in is dealt with.
    async fn listen(&self, stop: CancellationToken) {
        match &self.settings.inbound {
            Inbound::Socket { app_token, connections } => {
                let sockets = Sockets {
                    reception: self.reception.clone(),
                    client: self.client.clone(),
                    standing: self.standing.clone(),
                    ids: self.world.ids.clone(),
                    token: SlackApiToken::new(exposed(app_token).into()),
                    connections: *connections,
                };
                sockets.keep(stop).await;
            }
            Inbound::Http { .. } => {
                stop.cancelled().await;
                self.reception.idle().await;
            }
        }
    }
}

/// A secret, for the one who sends it.
fn exposed(secret: &SecretString) -> &str {
    secret.expose_secret()
}
