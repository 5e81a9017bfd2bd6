//! One transaction of work: the change, its effects and its audit entries are saved together or not at all.

use super::{World, quotas};
use crate::{
    cards::People,
    domain::{
        Change, Instant,
        audit::{Actor, Fact, NewEntry},
        extension::{Extension, ExtensionState},
        ids::{EffectId, EnvName, Lane, RequestId},
        lease::{Lease, Phase},
        refusal::Refusal,
        request::{Request, RequestState},
    },
    ports::store::{StoreError, Stored, Tx},
};

/// Why an action stopped without doing anything.
#[derive(Debug)]
pub enum Stop {
    /// The person can do something about it.
    Refused(Refusal),
    /// The same, and worth a line in the audit log about this environment: `tried` is the verb.
    Forbidden {
        /// Why not.
        refusal: Refusal,
        /// The environment it is about.
        name: EnvName,
        /// What was tried.
        tried: &'static str,
    },
    /// The same, about something else than an environment.
    Denied {
        /// Why not.
        refusal: Refusal,
        /// What it is about: `@handle`, or the name of what was to be looked at.
        about: String,
        /// What was tried.
        tried: &'static str,
    },
    /// The store; a conflict begins again.
    Store(StoreError),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// How often work begins again when somebody else was faster.
pub const TRIES: u32 = 16;

/// Does the work again, from the load, while somebody else is faster.
#[macro_export]
macro_rules! until_saved {
    ($once:expr) => {{
        let mut tries = 0;
        loop {
            match $once.await {
                Err($crate::ports::store::StoreError::Conflict) if tries < $crate::actions::work::TRIES => {
                    tries += 1;
                    tokio::task::yield_now().await;
                }
                other => break other,
            }
        }
    }};
}

/// A transaction, and the moment at which it happens.
pub struct Work<'a> {
    /// What may be used.
    pub world: &'a World,
    /// The transaction.
    pub tx: Box<dyn Tx>,
    /// The present moment, looked at once.
    pub now: Instant,
    /// The id of what the command made or changed, for surfaces that show it.
    pub touched: Option<String>,
}

impl<'a> Work<'a> {
    /// Begins work that may change things.
    pub async fn begin(world: &'a World) -> Stored<Self> {
        Ok(Self { world, tx: world.store.begin().await?, now: world.clock.now(), touched: None })
    }

    /// Begins work that only looks.
    pub async fn look(world: &'a World) -> Stored<Self> {
        Ok(Self { world, tx: world.store.read().await?, now: world.clock.now(), touched: None })
    }

    /// Makes it lasting, and wakes the engine for what follows.
    pub async fn commit(self) -> Stored<()> {
        self.tx.commit().await?;
        self.world.wake.notify_waiters();
        self.world.wake.notify_one();
        Ok(())
    }

    /// Everybody, for mentions.
    pub async fn people(&mut self) -> Stored<People> {
        Ok(People::new(self.tx.people().await?))
    }

    /// Saves a request that changed, with what follows from it. Where it ends, what it held is released.
    pub async fn save_request(&mut self, request: &mut Request, change: Change, actor: &Actor) -> Stored<()> {
        self.tx.save_request(request).await?;
        if let RequestState::Rejected { .. } | RequestState::Withdrawn { .. } | RequestState::Lapsed { .. } =
            &request.state
        {
            quotas::release(self, request.id.as_str()).await?;
        }
        self.follow(&request.name, &request.id, change, actor).await
    }

    /// Saves a lease that changed, with what follows from it. When it is being deleted, an extension that
    /// still waits lapses with it. When nothing of it exists any more, everything that it held is released.
    pub async fn save_lease(&mut self, lease: &mut Lease, change: Change, actor: &Actor) -> Stored<()> {
        let mut change = change;
        if let (Phase::Deleting { .. }, Some(asked)) = (&lease.phase, lease.asked.clone()) {
            if let Some(extension) = self.tx.extension(&asked).await? {
                let mut extension = extension.lapse(self.now);
                self.tx.save_extension(&mut extension).await?;
                quotas::release(self, extension.id.as_str()).await?;
            }
            let (lapsed, told) = lease.clone().extension_lapsed();
            *lease = lapsed;
            change = change.and(told).fact(Fact::ExtensionLapsed);
        }
        self.tx.save_lease(lease).await?;
        if let Phase::Gone { .. } = &lease.phase {
            quotas::release_all(self, &lease.request).await?;
        }
        self.follow(&lease.name, &lease.request, change, actor).await
    }

    /// Saves an extension that changed, with what follows from it. When it is not given, its time is released.
    pub async fn save_extension(
        &mut self,
        extension: &mut Extension,
        change: Change,
        actor: &Actor,
    ) -> Stored<()> {
        self.tx.save_extension(extension).await?;
        if let ExtensionState::Rejected { .. } | ExtensionState::Lapsed { .. } = &extension.state {
            quotas::release(self, extension.id.as_str()).await?;
        }
        self.follow(&extension.name, &extension.request, change, actor).await
    }

    /// Stores effects and audit entries about an environment.
    pub async fn follow(
        &mut self,
        name: &EnvName,
        request: &RequestId,
        change: Change,
        actor: &Actor,
    ) -> Stored<()> {
        self.follow_in(&Lane::from(request), name.as_str(), change, actor).await
    }

    /// Stores effects in a lane, and audit entries about whatever is called so.
    pub async fn follow_in(&mut self, lane: &Lane, about: &str, change: Change, actor: &Actor) -> Stored<()> {
        for fact in change.facts {
            let entry = NewEntry { at: self.now, actor: actor.clone(), about: about.to_owned(), fact };
            self.tx.record(&entry).await?;
        }
        for effect in change.effects {
            let id = EffectId::new(self.world.ids.next());
            self.tx.push(id, lane, &effect, self.now).await?;
        }
        Ok(())
    }
}
