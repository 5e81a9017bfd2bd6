//! What people do in Slack: who they are, what they mean, and where the answer goes.
//!
//! The answer is the acknowledgement: what it says is in the database. When two seconds pass, Slack is told that
//! it came in, and the answer follows by another way.

mod act;
pub mod came;
mod events;
mod home;
mod identity;
mod line;
mod recent;
pub mod reply;
mod show;

use std::{
    collections::BTreeSet,
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use chrono::TimeDelta;
use futures_util::FutureExt;
use tokio::sync::Semaphore;

use self::{
    came::{Came, Kind},
    recent::{Delivery, Recent},
    reply::{Acknowledge, Reply},
};
use super::{
    client::Client,
    settings::{Newcomers, Settings},
    standing::Standing,
    trouble::Trouble,
};
use crate::{
    actions::World,
    cards::answer,
    domain::Instant,
    faults,
    ports::chat::{Message, Workspace},
};

/// How long an acknowledgement waits for its answer. Slack gives it three seconds, the way included.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long it waits while others are overdue, where they queue: each waits for those before it as well.
const HURRY: Duration = Duration::from_millis(50);
/// How much is worked on at once; what comes beyond it waits.
const ROOM: u32 = 256;

/// Takes in what comes from Slack.
pub struct Reception {
    world: World,
    client: Arc<Client>,
    standing: Arc<Standing>,
    newcomers: Newcomers,
    recheck: TimeDelta,
    workspaces: BTreeSet<String>,
    recent: Recent,
    room: Semaphore,
    overdue: AtomicUsize,
    patience: Duration,
}

/// Something that came in, and where.
struct Visit {
    came: Came,
    workspace: Workspace,
    /// Whether the workspace is one of the configuration.
    served: bool,
    /// The inbound id.
    id: String,
}

/// How deliveries reach us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Each by itself.
    Apart,
    /// One after the other: the next is looked at when this one is acknowledged.
    Queued,
}

impl Reception {
    /// A reception for the workspaces of the settings.
    pub fn new(world: World, client: Arc<Client>, standing: Arc<Standing>, settings: &Settings) -> Arc<Self> {
        Arc::new(Self {
            world,
            client,
            standing,
            newcomers: settings.newcomers,
            recheck: settings.recheck,
            workspaces: settings.workspaces.iter().map(|workspace| workspace.id.clone()).collect(),
            recent: Recent::default(),
            room: Semaphore::new(ROOM as usize),
            overdue: AtomicUsize::new(0),
            patience: PATIENCE,
        })
    }

    /// The present moment.
    pub fn now(&self) -> Instant {
        self.world.clock.now()
    }

    /// Takes something in and answers with its acknowledgement, within [`PATIENCE`]. What takes longer goes on,
    /// whoever waits for it or not.
    pub async fn receive(self: Arc<Self>, came: Came, way: Way) -> Reply {
        let Some(visit) = self.visit(came) else { return Reply::Empty };
        match self.recent.note(&visit.id) {
            Delivery::New(tell) => {
                let reply = self.first(visit, way).await;
                tell.send_replace(Some(reply.clone()));
                reply
            }
            Delivery::Again(mut told) => {
                tracing::debug!("a delivery came again");
                let meanwhile = meanwhile(&visit.came);
                let told = tokio::time::timeout(self.patience, told.wait_for(Option::is_some)).await;
                let told = told.ok().and_then(|told| told.ok()?.clone());
                told.unwrap_or(meanwhile)
            }
        }
    }

    async fn first(self: Arc<Self>, visit: Visit, way: Way) -> Reply {
        let meanwhile = meanwhile(&visit.came);
        let (acknowledge, mut reply) = Acknowledge::chance();
        let working = tokio::spawn(Arc::clone(&self).work(visit, acknowledge));
        if let Ok(reply) = tokio::time::timeout(self.patience(way), &mut reply).await {
            return reply.unwrap_or(Reply::Empty);
        }
        // From here on the answer goes another way, unless it came at the last moment.
        reply.close();
        let at_last = reply.try_recv();
        self.overdue.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(async move {
            let _ = working.await;
            self.overdue.fetch_sub(1, Ordering::Relaxed);
        });
        at_last.unwrap_or(meanwhile)
    }

    /// Returns when everything that was taken in is dealt with.
    pub async fn idle(&self) {
        let _ = self.room.acquire_many(ROOM).await;
    }

    fn patience(&self, way: Way) -> Duration {
        let hurry = way == Way::Queued && self.overdue.load(Ordering::Relaxed) > 0;
        if hurry { HURRY } else { self.patience }
    }

    /// Where it happened, and under which id. `None` for something that belongs nowhere.
    fn visit(&self, came: Came) -> Option<Visit> {
        let teams = came.teams();
        let served = teams.iter().find(|team| self.workspaces.contains(**team)).copied();
        let team = served.or_else(|| teams.first().copied())?.to_owned();
        let id = format!("slack:{team}:{}", came.id());
        Some(Visit { served: served.is_some(), workspace: Workspace::slack(team), id, came })
    }

    async fn work(self: Arc<Self>, visit: Visit, mut acknowledge: Acknowledge) {
        let _place = self.room.acquire().await;
        let handled = AssertUnwindSafe(self.handle(&visit, &mut acknowledge)).catch_unwind().await;
        if handled.is_err() {
            let error =
                anyhow::anyhow!("the work on it ended in a panic, whose words stand in the log before this");
            let message = self.broken("a delivery of Slack's was not dealt with", &error);
            show::say(&self, &visit, &message, &mut acknowledge).await;
        }
    }

    async fn handle(&self, visit: &Visit, acknowledge: &mut Acknowledge) {
        match &visit.came {
            Came::Event(event) => {
                let taken = !visit.served || events::happened(self, &visit.workspace, &event.event).await;
                if !taken {
                    self.recent.forget(&visit.id);
                }
                acknowledge.with(if taken { Reply::Empty } else { Reply::NotTaken });
            }
            Came::Command(command) => act::command(self, visit, command, acknowledge).await,
            Came::Interaction(one) => act::interaction(self, visit, one, acknowledge).await,
        }
    }

    /// A trouble of Slack's that is a fault, logged unless it was when it happened.
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

/// What Slack is told when the answer is not there in time.
fn meanwhile(came: &Came) -> Reply {
    match came {
        // Without this, the form would close and nothing would be seen of it.
        Came::Interaction(one) if one.kind == Kind::ViewSubmission => show::still_working(),
        _ => Reply::Empty,
    }
}

#[cfg(test)]
pub mod tests;
