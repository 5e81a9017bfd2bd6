//! What people do in Discord: who they are, what they mean, and where the answer goes.

pub mod came;
pub mod reply;

use std::sync::Arc;

use self::{came::Came, reply::Reply};
use super::{client::Client, settings::Settings};
use crate::{actions::World, chat::desk::Way, domain::Instant};

/// Takes in what comes from Discord.
pub struct Reception {
    world: World,
    client: Arc<Client>,
    settings: Settings,
}

impl Reception {
    /// A reception for the guilds of the settings.
    pub fn new(world: World, client: Arc<Client>, settings: &Settings) -> Arc<Self> {
        Arc::new(Self { world, client, settings: settings.clone() })
    }

    /// The present moment.
    pub fn now(&self) -> Instant {
        self.world.clock.now()
    }

    /// Takes something in and answers with its acknowledgement, in time.
    pub async fn receive(self: Arc<Self>, _came: Came, _way: Way) -> Reply {
        let _ = (&self.client, &self.settings);
        Reply::default()
    }

    /// Returns when everything that was taken in is dealt with.
    pub async fn idle(&self) {}
}
