//! The engine: the only part that acts on the outside. It drains effects, wakes what is due, and watches the
//! provisioners. Everything it does is in the database first, so it may be killed at any point.

mod deliver;
mod hooks;
mod inform;
mod observer;
mod offers;
mod outbox;
mod patience;
mod post;
mod provision;
mod reaper;
mod run;
mod show;
mod wishes;

use std::{collections::BTreeMap, sync::Arc};

use self::outbox::Lanes;
use crate::{
    actions::World,
    ports::{chat::Chat, cluster::Cluster, hooks::Hooks, mail::Mail, store::Stored},
};

pub use run::Schedule;

/// How many lanes an engine works at once, unless there is a reason for another number.
pub const LANES: u32 = 8;

/// Everything the engine acts with. Several may run on one database.
pub struct Engine {
    /// What actions may use.
    pub world: World,
    /// The chat platforms, the preferred first.
    pub chats: Vec<Arc<dyn Chat>>,
    /// Where letters go; `None` when e-mail is not configured.
    pub mail: Option<Arc<dyn Mail>>,
    /// The provisioners, by the name that templates use.
    pub clusters: BTreeMap<String, Arc<dyn Cluster>>,
    /// Addresses that get a page when the approvers' channel cannot be reached.
    pub devops: Vec<String>,
    /// Outgoing webhooks; `None` when there are none.
    pub hooks: Option<Arc<dyn Hooks>>,
    /// How many lanes are worked at once.
    pub lanes: u32,
    /// This engine's name among several on one database: unique for each process.
    pub holder: String,
}

impl Engine {
    /// Does every effect that is due, and whatever follows at once from those. Returns how many were tried.
    ///
    /// # Errors
    /// When the database fails; what was claimed becomes claimable again.
    pub async fn drain(&self) -> Stored<u32> {
        let mut tried = 0;
        loop {
            let now = self.drain_lanes(Lanes::Others).await? + self.drain_lanes(Lanes::Hooks).await?;
            if now == 0 {
                return Ok(tried);
            }
            tried += now;
        }
    }

    /// The same for some lanes, so that nobody waits for slow receivers of webhooks.
    async fn drain_lanes(&self, which: Lanes) -> Stored<u32> {
        if which == Lanes::Hooks && self.hooks.is_none() {
            return Ok(0);
        }
        let mut tried = 0;
        loop {
            if which == Lanes::Hooks {
                hooks::feed(self).await?;
            }
            let now = outbox::pass(self, which).await?;
            if now == 0 {
                return Ok(tried);
            }
            tried += now;
        }
    }

    /// Wakes every lease, request and extension whose alarm is due. Returns how many.
    ///
    /// # Errors
    /// When the database fails; what was not woken is still due.
    pub async fn tick(&self) -> Stored<u32> {
        reaper::tick(&self.world).await
    }

    /// Looks at every environment that is being made, and notes what is seen.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn observe(&self) -> Stored<()> {
        observer::look(self).await
    }

    /// Makes exist again what should exist and does not, such as after a restart.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reconcile(&self) -> Stored<()> {
        observer::reconcile(self).await
    }
}
