//! Discord: what people do there comes in by the gateway or HTTP, and our messages go out by its API.

pub mod client;
mod deliver;
mod gateway;
mod http;
pub mod inbound;
mod limits;
mod pace;
mod register;
pub mod render;
mod route;
pub mod settings;
pub mod standing;
#[cfg(test)]
mod tests;
mod threads;
pub mod trouble;
mod watch;
mod wire;
mod words;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use self::{
    client::Client,
    gateway::Gateway,
    inbound::Reception,
    register::Register,
    settings::{Inbound, Settings},
    standing::Standing,
    watch::Watch,
};
use crate::{actions::World, ports::chat::Chat};

/// Discord, with all its guilds.
pub struct Discord {
    /// What actions may use.
    pub world: World,
    /// What an operator decided.
    pub settings: Settings,
    /// The API.
    pub client: Arc<Client>,
    standing: Arc<Standing>,
    reception: Arc<Reception>,
    routes: Option<axum::Router>,
    /// The name of this process among the replicas.
    holder: String,
}

impl Discord {
    /// Puts it together. Nothing is called yet: Discord need not answer at start. `holder` is the name of this
    /// process, which no other has.
    ///
    /// # Errors
    /// When the machine's certificates cannot be read, or the public key is none.
    pub fn open(world: World, settings: Settings, holder: &str) -> anyhow::Result<Arc<Self>> {
        let ids = settings.guilds.iter().map(|guild| guild.id.as_str());
        let standing = Arc::new(Standing::of(ids));
        let client = Arc::new(Client::new(&world, &settings, standing.clone())?);
        let reception = Reception::new(world.clone(), client.clone(), &settings);
        let routes = match &settings.inbound {
            Inbound::Http { public_key } => Some(http::routes(reception.clone(), *public_key)?),
            Inbound::Gateway => None,
        };
        let holder = holder.to_owned();
        Ok(Arc::new(Self { world, settings, client, standing, reception, routes, holder }))
    }

    /// The guilds, as messages are delivered to them.
    pub fn chats(&self) -> Vec<Arc<dyn Chat>> {
        deliver::chats(&self.world, &self.client, &self.standing, &self.settings)
    }

    /// How it stands, for `/readyz`.
    pub fn standing(&self) -> Arc<Standing> {
        self.standing.clone()
    }

    /// Where Discord calls us; `None` by the gateway, where we call Discord.
    pub fn routes(&self) -> Option<axum::Router> {
        self.routes.clone()
    }

    /// Works until told to stop.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let watch = Watch {
            client: self.client.clone(),
            standing: self.standing.clone(),
            ids: self.world.ids.clone(),
            application: self.settings.application.clone(),
        };
        let wanted = commands::render::discord::commands();
        let register = Register::new(self.client.clone(), &self.settings, &wanted);
        tokio::join!(self.listen(stop.clone()), watch.run(&stop), register.run(&stop));
    }

    /// Takes in what people do, until told to stop; then what came in is dealt with.
    async fn listen(&self, stop: CancellationToken) {
        match &self.settings.inbound {
            Inbound::Gateway => {
                let (standing, holder) = (&self.standing, self.holder.clone());
                let gateway = Gateway::new(
                    &self.world,
                    &self.client,
                    &self.reception,
                    standing,
                    &self.settings,
                    holder,
                );
                gateway.keep(stop).await;
            }
            Inbound::Http { .. } => {
                stop.cancelled().await;
                self.reception.idle().await;
            }
        }
    }
}
