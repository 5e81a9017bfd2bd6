//! The loops that keep the engine going until it is told to stop.

use std::{collections::BTreeMap, future::Future, sync::Arc, time::Duration};

use tokio::{sync::Mutex, task::JoinSet, time::sleep};
use tokio_util::sync::CancellationToken;

use super::{Engine, outbox::Lanes};
use crate::{
    actions::work::Work,
    domain::{Instant, lease::Phase},
    faults,
    ports::store::Stored,
};

/// How long the outbox waits when nobody rings: another process may have stored something.
const LOOK: Duration = Duration::from_secs(1);
/// How long to wait after a fault of the database.
const RECOVER: Duration = Duration::from_secs(3);
/// How often what waits and what there is are counted.
const COUNT: Duration = Duration::from_secs(15);
/// How often what should exist is compared with what does.
const RECONCILE: Duration = Duration::from_secs(300);

/// When the reaper looks: the first look after a moment, if there is any.
pub type Schedule = Arc<dyn Fn(Instant) -> Option<Instant> + Send + Sync>;

impl Engine {
    /// Runs until told to stop; what is in flight then finishes first, or is left claimable.
    pub async fn run(self: Arc<Self>, schedule: Schedule, stop: CancellationToken) {
        let mut loops = JoinSet::new();
        loops.spawn(forever(self.clone(), stop.clone(), "outbox", outbox));
        loops.spawn(forever(self.clone(), stop.clone(), "webhooks", webhooks));
        loops.spawn(forever(self.clone(), stop.clone(), "observer", observer));
        loops.spawn(forever(self.clone(), stop.clone(), "reconciler", reconciler));
        loops.spawn(forever(self.clone(), stop.clone(), "gauges", gauges));
        let looked = Arc::new(Mutex::new(self.world.clock.now()));
        let reaper = move |engine: Arc<Engine>| reaper(engine, schedule.clone(), looked.clone());
        loops.spawn(forever(self, stop, "reaper", reaper));
        while loops.join_next().await.is_some() {}
    }
}

/// One round after another. A fault is logged once, and the next round waits a little.
async fn forever<F, R>(engine: Arc<Engine>, stop: CancellationToken, name: &'static str, round: F)
where
    F: Fn(Arc<Engine>) -> R + Send,
    R: Future<Output = Stored<Pause>> + Send,
{
    while !stop.is_cancelled() {
        let pause = match round(engine.clone()).await {
            Ok(pause) => pause,
            Err(error) => {
                faults::record(engine.world.ids.next(), name, &error.into());
                Pause::For(RECOVER)
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = wait(&engine, pause) => {}
        }
    }
}

/// What to wait for before the next round.
enum Pause {
    /// Time.
    For(Duration),
    /// New effects, or time.
    Effects,
    /// News of a provisioner, or time.
    Clusters,
}

async fn wait(engine: &Engine, pause: Pause) {
    match pause {
        Pause::For(time) => sleep(time).await,
        Pause::Effects => {
            tokio::select! {
                () = engine.world.wake.notified() => {}
                () = sleep(LOOK) => {}
            }
        }
        Pause::Clusters => {
            let changes = engine.clusters.values().map(|cluster| cluster.changed());
            let changes: Vec<_> = changes.collect();
            if changes.is_empty() {
                return sleep(LOOK).await;
            }
            tokio::select! {
                _ = futures_util::future::select_all(changes) => {}
                () = sleep(LOOK) => {}
            }
        }
    }
}

/// What waits and what there is, for `/metrics`.
async fn gauges(engine: Arc<Engine>) -> Stored<Pause> {
    let mut work = Work::look(&engine.world).await?;
    let (waiting, oldest) = work.tx.backlog().await?;
    let age = oldest.map_or(0.0, |oldest| (work.now - oldest).as_seconds_f64());
    metrics::gauge!("sublet_outbox_waiting").set(waiting as f64);
    metrics::gauge!("sublet_outbox_oldest_seconds").set(age);
    let counted: BTreeMap<String, i64> = work.tx.leases_by_phase().await?.into_iter().collect();
    // Each phase is set, also the empty ones: otherwise an alert about the last stuck lease would never end.
    for phase in Phase::WORDS {
        let count = counted.get(phase).copied().unwrap_or_default();
        metrics::gauge!("sublet_leases", "phase" => phase).set(count as f64);
    }
    Ok(Pause::For(COUNT))
}

async fn outbox(engine: Arc<Engine>) -> Stored<Pause> {
    engine.drain_lanes(Lanes::Others).await?;
    Ok(Pause::Effects)
}

/// Looks only at an interval: whoever is told of new effects at once is the outbox.
async fn webhooks(engine: Arc<Engine>) -> Stored<Pause> {
    engine.drain_lanes(Lanes::Hooks).await?;
    Ok(Pause::For(LOOK))
}

async fn observer(engine: Arc<Engine>) -> Stored<Pause> {
    engine.observe().await?;
    Ok(Pause::Clusters)
}

async fn reconciler(engine: Arc<Engine>) -> Stored<Pause> {
    engine.reconcile().await?;
    Ok(Pause::For(RECONCILE))
}

/// Looks when the schedule says so, counted from the last look: a clock that was put forward is noticed.
async fn reaper(engine: Arc<Engine>, schedule: Schedule, looked: Arc<Mutex<Instant>>) -> Stored<Pause> {
    let mut looked = looked.lock().await;
    let now = engine.world.clock.now();
    let Some(next) = schedule(*looked) else { return Ok(Pause::For(RECOVER)) };
    if now < next {
        let left = (next - now).to_std().unwrap_or_default();
        return Ok(Pause::For(left.min(LOOK)));
    }
    engine.tick().await?;
    *looked = now;
    Ok(Pause::For(Duration::ZERO))
}
