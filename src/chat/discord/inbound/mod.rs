//! What people do in Discord: who they are, what they mean, and where the answer goes.

mod act;
pub mod came;
mod forms;
mod identity;
mod line;
mod offer;
pub mod reply;
mod show;

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt;

use self::{
    came::{Came, Kind},
    reply::{Acknowledge, Reply},
};
use super::{
    client::Client,
    render::{self, Id},
    settings::{DiscordGuild, Settings},
    trouble::Trouble,
};
use crate::{
    actions::World,
    cards::answer,
    chat::desk::{Desk, Way},
    domain::Instant,
    faults,
    ports::chat::Message,
};

/// Takes in what comes from Discord.
pub struct Reception {
    world: World,
    client: Arc<Client>,
    settings: Settings,
    desk: Arc<Desk<Reply>>,
}

/// Something that came in.
struct Visit {
    came: Came,
    /// The inbound id.
    id: String,
    /// When it came.
    at: Instant,
    /// What was pressed, chosen or sent; `None` for a command, and for what is not ours.
    pressed: Option<Id>,
}

impl Visit {
    /// Whether it happened in a message whose place the answer takes: one that shows a form, or asks whether
    /// somebody is sure.
    fn takes_the_place(&self) -> bool {
        match &self.pressed {
            Some(Id::Choice { .. } | Id::Part { .. } | Id::Send { .. }) => true,
            // A form that is sent as a whole was opened from any message, such as the approvers' card.
            Some(Id::Modal { part, .. }) => part.is_some(),
            Some(Id::Press { number, .. }) => *number == render::SURE,
            Some(Id::Sure { .. } | Id::More) | None => false,
        }
    }
}

impl Reception {
    /// A reception for the guilds of the settings.
    pub fn new(world: World, client: Arc<Client>, settings: &Settings) -> Arc<Self> {
        Arc::new(Self { world, client, settings: settings.clone(), desk: Arc::default() })
    }

    /// The present moment.
    pub fn now(&self) -> Instant {
        self.world.clock.now()
    }

    /// Takes something in and answers with its acknowledgement, in time: for whoever can give it to Discord.
    pub async fn receive(self: Arc<Self>, came: Came, way: Way) -> Reply {
        if came.kind == Kind::Ping {
            return Reply::pong();
        }
        let place = came.guild_id.as_deref().unwrap_or("dm");
        let id = format!("discord:{place}:{}", came.id());
        let pressed = came.custom_id().and_then(Id::read);
        let visit = Visit { at: self.now(), pressed, id: id.clone(), came };
        let meanwhile = meanwhile(&visit);
        let at = Arc::clone(&self);
        self.desk.take(&id, way, meanwhile, |acknowledge| at.work(visit, acknowledge)).await
    }

    /// Takes in what came by the gateway, and tells Discord by its API what is to be told at once.
    pub async fn answer(self: Arc<Self>, came: Came, way: Way) {
        let handle = came.handle();
        let user = came.user().map(|user| user.id.clone());
        let Reply::With(body) = Arc::clone(&self).receive(came, way).await else { return };
        if let Err(trouble) = self.client.respond(&handle, &body).await {
            show::not_shown(&self, &handle, user.as_deref(), &body, &trouble).await;
        }
    }

    /// Returns when everything that was taken in is dealt with.
    pub async fn idle(&self) {
        self.desk.idle().await;
    }

    async fn work(self: Arc<Self>, visit: Visit, mut acknowledge: Acknowledge) {
        let handled = AssertUnwindSafe(act::came(&self, &visit, &mut acknowledge)).catch_unwind().await;
        if handled.is_err() {
            let error =
                anyhow::anyhow!("the work on it ended in a panic, whose words stand in the log before this");
            let message = self.broken("a delivery of Discord's was not dealt with", &error);
            show::say(&self, &visit, None, &message, &mut acknowledge).await;
        }
    }

    /// The guild of the configuration that has this id.
    fn guild(&self, id: &str) -> Option<&DiscordGuild> {
        self.settings.guilds.iter().find(|guild| guild.id == id)
    }

    /// A trouble of Discord's that is a fault, logged unless it was when it happened.
    fn troubled(&self, what: &str, trouble: &Trouble) -> Message {
        match &trouble.reference {
            Some(reference) => answer::fault(reference),
            None => self.broken(what, &anyhow::Error::new(trouble.clone())),
        }
    }

    /// Logs a fault; the message tells its reference.
    fn broken(&self, what: &str, error: &anyhow::Error) -> Message {
        answer::fault(&faults::record(self.world.ids.next(), what, error))
    }
}

/// What Discord is told when the answer is not there in time.
fn meanwhile(visit: &Visit) -> Reply {
    match visit.came.kind {
        Kind::Command => Reply::follows(),
        Kind::Component | Kind::Modal if visit.takes_the_place() => Reply::noted(),
        Kind::Component | Kind::Modal => Reply::follows(),
        // Whoever types goes on without.
        Kind::Autocomplete => Reply::choices(Vec::new()),
        Kind::Ping | Kind::Other => Reply::Nothing,
    }
}

#[cfg(test)]
pub(super) mod tests;
