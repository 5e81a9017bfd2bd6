//! How time passes in a story: every alarm on the way is met at its moment.

use chrono::TimeDelta;
use sublet::{
    domain::{Instant, effect::Effect},
    ports::{clock::Clock, store::Queued},
};

use super::World;

/// How soon something that waits may be tried again: after it was tried so often, as the outbox waits.
fn gap(queued: &Queued) -> TimeDelta {
    if matches!(queued.effect, Effect::Purge { .. }) {
        return TimeDelta::seconds(2);
    }
    if queued.notes.iter().any(|note| note == "no way is open") {
        return TimeDelta::minutes(10);
    }
    let attempts = queued.attempts;
    (TimeDelta::seconds(5) * 2_i32.pow(attempts.saturating_sub(1).min(10))).min(TimeDelta::minutes(10))
}

impl World {
    /// The present moment.
    pub fn now(&self) -> Instant {
        self.outside.clock.now()
    }

    /// Does everything that is due now, and what follows from it at once.
    pub async fn settles(&self) {
        for _ in 0..3 {
            self.engine.tick().await.expect("the reaper looks");
            self.engine.drain().await.expect("the outbox drains");
            self.engine.observe().await.expect("the observer looks");
        }
        self.engine.drain().await.expect("the outbox drains");
    }

    /// So much time goes by.
    pub async fn passes(&self, span: TimeDelta) {
        self.reaches(self.now() + span).await;
    }

    /// Time goes by until that moment.
    pub async fn reaches(&self, end: Instant) {
        self.settles().await;
        while self.now() < end {
            let mut next = self.alarm().await.map_or(end, |alarm| alarm.min(end));
            let waiting = self.looks().await.waiting(100).await.expect("what waits");
            for queued in waiting {
                next = next.min(self.now() + gap(&queued));
            }
            self.outside.clock.set(next);
            self.settles().await;
        }
    }

    /// Nobody looks until that moment: the bot was not running.
    pub fn sleeps(&self, span: TimeDelta) {
        self.outside.clock.set(self.now() + span);
    }

    /// How many effects wait.
    pub async fn waiting(&self) -> u64 {
        self.looks().await.backlog().await.expect("the backlog").0
    }

    /// The next alarm that is still to come.
    async fn alarm(&self) -> Option<Instant> {
        let now = self.now();
        let mut tx = self.looks().await;
        let requests = tx.open_requests(None).await.expect("requests");
        let leases = tx.live_leases(None).await.expect("leases");
        let mut alarms: Vec<Option<Instant>> = requests.iter().map(|request| request.wakes_at()).collect();
        for lease in &leases {
            alarms.push(lease.wakes_at());
            let extensions = tx.extensions_of(&lease.id).await.expect("extensions");
            alarms.extend(extensions.iter().map(|extension| extension.wakes_at()));
        }
        let far = now + TimeDelta::days(1000);
        for id in tx.grants_due(far, 100).await.expect("grants") {
            let grant = tx.grant(&id).await.expect("a grant").expect("it is there");
            alarms.push(grant.wakes_at());
        }
        let wishes = tx.open_wishes(None).await.expect("wishes");
        alarms.extend(wishes.iter().map(|wish| wish.wakes_at()));
        alarms.into_iter().flatten().filter(|alarm| *alarm > now).min()
    }
}
