//! The desk where a platform hands in what people do, and wants to hear within three seconds that it came in.
//!
//! The answer is the acknowledgement: what it says is in the database. When two seconds pass, the platform is told
//! that it came in, and the answer follows by another way. What comes twice is answered the same and done once.

mod acknowledge;
mod recent;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::{Semaphore, SemaphorePermit};

pub use acknowledge::Acknowledge;
use recent::{Delivery, Recent};

/// How long an acknowledgement waits for its answer. The platforms give it three seconds, the way included.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long it waits while others are overdue, where they queue: each waits for those before it as well.
const HURRY: Duration = Duration::from_millis(50);
/// How much is worked on at once; what comes beyond it waits.
const ROOM: u32 = 256;

/// The desk of one platform. `R` is what the platform is told; its default says only that it came in.
pub struct Desk<R> {
    recent: Recent<R>,
    room: Semaphore,
    overdue: AtomicUsize,
    patience: Duration,
}

/// How deliveries reach us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Each by itself.
    Apart,
    /// One after the other: the next is looked at when this one is acknowledged.
    Queued,
}

impl<R> Default for Desk<R> {
    fn default() -> Self {
        Self {
            recent: Recent::default(),
            room: Semaphore::new(ROOM as usize),
            overdue: AtomicUsize::new(0),
            patience: PATIENCE,
        }
    }
}

impl<R: Clone + Default + Send + Sync + 'static> Desk<R> {
    /// Takes in a delivery by its id and answers with what the platform is told, within [`PATIENCE`]. `work` is
    /// begun when it is new, and goes on whoever waits for it or not; `meanwhile` is told when it takes longer.
    pub async fn take<F>(
        self: &Arc<Self>,
        id: &str,
        way: Way,
        meanwhile: R,
        work: impl FnOnce(Acknowledge<R>) -> F,
    ) -> R
    where
        F: Future<Output = ()> + Send + 'static,
    {
        match self.recent.note(id) {
            Delivery::New(tell) => {
                let (acknowledge, reply) = Acknowledge::chance();
                let reply = self.first(way, meanwhile, work(acknowledge), reply).await;
                tell.send_replace(Some(reply.clone()));
                reply
            }
            Delivery::Again(mut told) => {
                tracing::debug!("a delivery came again");
                let told = tokio::time::timeout(self.patience, told.wait_for(Option::is_some)).await;
                let told = told.ok().and_then(|told| told.ok()?.clone());
                told.unwrap_or(meanwhile)
            }
        }
    }

    async fn first(
        self: &Arc<Self>,
        way: Way,
        meanwhile: R,
        work: impl Future<Output = ()> + Send + 'static,
        mut reply: tokio::sync::oneshot::Receiver<R>,
    ) -> R {
        let desk = Arc::clone(self);
        let working = tokio::spawn(async move {
            let _place = desk.room.acquire().await;
            work.await;
        });
        if let Ok(reply) = tokio::time::timeout(self.patience(way), &mut reply).await {
            return reply.unwrap_or_default();
        }
        // From here on the answer goes another way, unless it came at the last moment.
        reply.close();
        let at_last = reply.try_recv();
        self.overdue.fetch_add(1, Ordering::Relaxed);
        let desk = Arc::clone(self);
        tokio::spawn(async move {
            let _ = working.await;
            desk.overdue.fetch_sub(1, Ordering::Relaxed);
        });
        at_last.unwrap_or(meanwhile)
    }

    /// A delivery could not be dealt with: it may come again under the same id.
    pub fn forget(&self, id: &str) {
        self.recent.forget(id);
    }

    /// Returns when everything that was taken in is dealt with.
    pub async fn idle(&self) {
        drop(self.hold().await);
    }

    /// Takes all the room there is, so that nothing is worked on until it is given back.
    pub async fn hold(&self) -> Option<SemaphorePermit<'_>> {
        self.room.acquire_many(ROOM).await.ok()
    }

    fn patience(&self, way: Way) -> Duration {
        let hurry = way == Way::Queued && self.overdue.load(Ordering::Relaxed) > 0;
        if hurry { HURRY } else { self.patience }
    }
}

#[cfg(test)]
impl<R> Desk<R> {
    /// A desk that waits only for a moment, so that whatever is held up is late.
    pub fn impatient() -> Self {
        Self { patience: Duration::from_millis(20), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn while_one_is_overdue_those_behind_it_do_not_wait_as_long() {
        let desk: Arc<Desk<u8>> = Arc::new(Desk::impatient());
        let usual = desk.patience;
        let patience = || (desk.patience(Way::Queued), desk.patience(Way::Apart));
        assert_eq!(patience(), (usual, usual));
        let held = desk.hold().await.expect("room");
        let late = |acknowledge: Acknowledge<u8>| async move { drop(acknowledge) };
        assert_eq!(desk.take("a", Way::Queued, 7, late).await, 7, "what is told meanwhile");
        assert_eq!(patience(), (HURRY, usual));
        drop(held);
        desk.idle().await;
        while desk.overdue.load(Ordering::Relaxed) > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(patience(), (usual, usual), "all is well again");
    }

    #[tokio::test]
    async fn a_delivery_that_comes_again_is_told_the_same_and_done_once() {
        let desk: Arc<Desk<u8>> = Arc::default();
        let say = |what: u8| {
            move |mut acknowledge: Acknowledge<u8>| async move {
                assert!(acknowledge.with(what));
            }
        };
        assert_eq!(desk.take("a", Way::Apart, 0, say(1)).await, 1);
        assert_eq!(desk.take("a", Way::Apart, 0, say(2)).await, 1);
        desk.forget("a");
        assert_eq!(desk.take("a", Way::Apart, 0, say(3)).await, 3);
    }
}
