//! How time passes in a conversation: every alarm on the way is met, and platforms get the time that they ask for.

use chrono::TimeDelta;
use sublet::{domain::Instant, ports::clock::Clock};

use super::World;

/// How long things may take to settle. It goes by on every platform, so that all of them tell the same times.
const SETTLING: TimeDelta = TimeDelta::seconds(30);

impl World {
    /// The present moment.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Does everything that is due now, and what follows from it within half a minute.
    pub async fn settles(&self) {
        let end = self.now() + SETTLING;
        self.works().await;
        while self.now() < end && self.waits().await {
            self.clock.set(self.now() + TimeDelta::seconds(1));
            self.works().await;
        }
        self.clock.set(end);
        self.works().await;
    }

    /// So much time goes by.
    pub async fn passes(&self, span: TimeDelta) {
        let end = self.now() + span;
        self.settles().await;
        while self.now() < end {
            self.clock.set(self.alarm().await.map_or(end, |alarm| alarm.min(end)));
            self.settles().await;
        }
    }

    /// The engine does what is due at this moment.
    pub async fn works(&self) {
        for _ in 0..3 {
            self.engine.tick().await.expect("the reaper looks");
            self.engine.drain().await.expect("the outbox drains");
            self.engine.observe().await.expect("the observer looks");
        }
        self.engine.drain().await.expect("the outbox drains");
    }

    /// Whether anything is undelivered.
    pub async fn waits(&self) -> bool {
        self.store().await.backlog().await.expect("the backlog").0 > 0
    }

    /// The next alarm that is still to come.
    async fn alarm(&self) -> Option<Instant> {
        let now = self.now();
        let mut tx = self.store().await;
        let requests = tx.open_requests(None).await.expect("requests");
        let leases = tx.live_leases(None).await.expect("leases");
        let mut alarms: Vec<Option<Instant>> = requests.iter().map(|request| request.wakes_at()).collect();
        for lease in &leases {
            alarms.push(lease.wakes_at());
            let extensions = tx.extensions_of(&lease.id).await.expect("extensions");
            alarms.extend(extensions.iter().map(|extension| extension.wakes_at()));
        }
        alarms.into_iter().flatten().filter(|alarm| *alarm > now).min()
    }
}
