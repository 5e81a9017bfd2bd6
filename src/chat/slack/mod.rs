//! Slack: what people do there comes in by Socket Mode or HTTP, and our messages go out by the Web API.

pub mod client;
mod pace;
pub mod render;
pub mod settings;
pub mod standing;
pub mod trouble;
mod words;

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use tokio_util::sync::CancellationToken;

use self::{client::Client, settings::Settings, standing::Standing};
use crate::{actions::World, ports::chat::Chat};

/// Slack, with all its workspaces.
pub struct Slack {
    /// What actions may use.
    pub world: World,
    /// What an operator decided.
    pub settings: Settings,
    /// The Web API.
    pub client: Arc<Client>,
    standing: Arc<Standing>,
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
        Ok(Arc::new(Self { world, settings, client, standing }))
    }

    /// The workspaces, as messages are delivered to them.
    pub fn chats(&self) -> Vec<Arc<dyn Chat>> {
        Vec::new()
    }

    /// How it stands, for `/readyz`.
    pub fn standing(&self) -> Arc<Standing> {
        self.standing.clone()
    }

    /// Where Slack calls us; `None` in Socket Mode, where we call Slack.
    pub fn routes(self: &Arc<Self>) -> Option<axum::Router> {
        None
    }

    /// Works until told to stop.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        stop.cancelled().await;
    }
}

/// A secret, for the one who sends it.
fn exposed(secret: &SecretString) -> &str {
    secret.expose_secret()
}
