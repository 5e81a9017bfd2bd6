//! What people do in Slack: who they are, what they mean, and where the answer goes.

mod act;
pub mod came;
mod events;
mod home;
mod identity;
mod line;
pub mod reply;
mod show;

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::AssertUnwindSafe,
    sync::Arc,
};

use chrono::TimeDelta;
use futures_util::FutureExt;

use self::{
    came::{Came, Kind},
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
    chat::desk::{Desk, Way},
    domain::{Instant, person::Rights},
    faults,
    ports::chat::{Message, Workspace},
};

/// Takes in what comes from Slack.
pub struct Reception {
    world: World,
    client: Arc<Client>,
    standing: Arc<Standing>,
    newcomers: Newcomers,
    match_email: bool,
    /// What user groups give, by workspace and group.
    groups: BTreeMap<String, BTreeMap<String, Rights>>,
    members: identity::Groups,
    recheck: TimeDelta,
    workspaces: BTreeSet<String>,
    desk: Arc<Desk<Reply>>,
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

impl Reception {
    /// A reception for the workspaces of the settings.
    pub fn new(world: World, client: Arc<Client>, standing: Arc<Standing>, settings: &Settings) -> Arc<Self> {
        Arc::new(Self {
            world,
            client,
            standing,
            newcomers: settings.newcomers,
            match_email: settings.match_email,
            groups: settings.workspaces.iter().map(|one| (one.id.clone(), one.groups.clone())).collect(),
            members: identity::Groups::default(),
            recheck: settings.recheck,
            workspaces: settings.workspaces.iter().map(|workspace| workspace.id.clone()).collect(),
            desk: Arc::default(),
        })
    }

    /// The present moment.
    pub fn now(&self) -> Instant {
        self.world.clock.now()
    }

    /// Takes something in and answers with its acknowledgement, in time.
    pub async fn receive(self: Arc<Self>, came: Came, way: Way) -> Reply {
        let Some(visit) = self.visit(came) else { return Reply::Empty };
        let (id, meanwhile) = (visit.id.clone(), meanwhile(&visit.came));
        let at = Arc::clone(&self);
        self.desk.take(&id, way, meanwhile, |acknowledge| at.work(visit, acknowledge)).await
    }

    /// Returns when everything that was taken in is dealt with.
    pub async fn idle(&self) {
        self.desk.idle().await;
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
                    self.desk.forget(&visit.id);
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
