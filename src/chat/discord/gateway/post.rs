//! The post at the gateway. Of several processes that share a database one holds it, by a lease that it renews:
//! whoever connects twice is told everything twice.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};

use super::times::Times;
use crate::{actions::World, domain, ports::store::Stored, until_saved};

/// The post's name in the database.
const POST: &str = "discord/gateway";
/// How long a look at the database may take while nothing depends on it.
const PATIENCE: Duration = Duration::from_secs(5);

/// The post, as one process sees it.
pub(super) struct Post {
    world: World,
    holder: String,
    times: Times,
    /// Until when the clock may go on before another process can have it.
    until: Mutex<Option<domain::Instant>>,
}

impl Post {
    /// The post for the process of that name, which no other process has.
    pub(super) fn new(world: World, holder: String, times: Times) -> Self {
        Self { world, holder, times, until: Mutex::default() }
    }

    /// Waits until this process has the post; answers with the moment from which its lease counts.
    pub(super) async fn win(&self) -> Instant {
        let mut told = false;
        loop {
            let asked = Instant::now();
            match timeout(PATIENCE, self.ask()).await {
                Ok(Ok(true)) => return asked,
                Ok(Ok(false)) => told = false,
                Ok(Err(error)) if !told => {
                    tracing::warn!(%error, "it is not known who has Discord's gateway");
                    told = true;
                }
                Ok(Err(_)) | Err(_) => {}
            }
            sleep(self.times.look).await;
        }
    }

    /// Renews the lease that counts from then; returns, with the reason, when the post is lost or may be.
    pub(super) async fn hold(&self, mut since: Instant) -> &'static str {
        loop {
            let end = since + self.times.lease - self.times.margin;
            sleep_until(end.min(Instant::now() + self.times.renew)).await;
            let asked = Instant::now();
            match timeout_at(end, self.ask()).await {
                Ok(Ok(true)) => since = asked,
                Ok(Ok(false)) => return "another process has it",
                Ok(Err(error)) => tracing::warn!(%error, "the post at Discord's gateway was not renewed"),
                Err(_) => return "the database does not answer",
            }
        }
    }

    /// Whether this process has the post now. When the lease is over by the clock, as after a long sleep, another
    /// process may have it already, and only the database knows.
    pub(super) async fn is_held(&self) -> bool {
        let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        if until.is_some_and(|until| self.world.clock.now() < until) {
            return true;
        }
        matches!(timeout(PATIENCE, self.ask()).await, Ok(Ok(true)))
    }

    /// Gives the post back, so that another process need not wait for the lease's end.
    pub(super) async fn resign(&self) {
        let resigned = async { until_saved!(self.give_back()) };
        match timeout(self.times.farewell, resigned).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, "the post at Discord's gateway is free at its lease's end")
            }
            Err(_) => tracing::warn!("the post at Discord's gateway is free at its lease's end"),
        }
    }

    async fn ask(&self) -> Stored<bool> {
        until_saved!(self.take())
    }

    async fn take(&self) -> Stored<bool> {
        let now = self.world.clock.now();
        let until = now + self.times.lease();
        let mut tx = self.world.store.begin().await?;
        let ours = tx.lead(POST, &self.holder, now, until).await?;
        tx.commit().await?;
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = ours.then_some(until);
        Ok(ours)
    }

    async fn give_back(&self) -> Stored<()> {
        let mut tx = self.world.store.begin().await?;
        tx.resign(POST, &self.holder).await?;
        tx.commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::world::world, *};

    #[tokio::test]
    async fn a_post_is_held_as_long_as_nobody_else_has_taken_it() {
        let (world, clock) = world().await;
        let post = |holder: &str| Post::new(world.clone(), holder.to_owned(), Times::USUAL);
        let (first, second) = (post("a"), post("b"));
        first.win().await;
        assert!(first.is_held().await && !second.is_held().await);
        // The lease is over, and nobody was faster.
        clock.advance(Times::USUAL.lease() * 2);
        assert!(first.is_held().await && !second.is_held().await);
        clock.advance(Times::USUAL.lease() * 2);
        assert!(second.is_held().await, "somebody was faster");
        assert!(!first.is_held().await);
        second.resign().await;
        assert!(first.is_held().await);
    }
}
