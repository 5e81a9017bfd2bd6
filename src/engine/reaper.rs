//! The reaper: wakes whatever is due. What is due is in the database; when to look is a cron expression.

use crate::{
    actions::{World, wake, work::Work},
    ports::store::Stored,
};

/// How many of a kind are looked up at once.
const BATCH: u32 = 500;

/// Wakes everything that is due now. Returns how many.
pub async fn tick(world: &World) -> Stored<u32> {
    metrics::counter!("sublet_reaper_ticks_total").increment(1);
    let mut woken = 0;
    loop {
        let (leases, requests, extensions) = {
            let mut work = Work::look(world).await?;
            let now = work.now;
            (
                work.tx.leases_due(now, BATCH).await?,
                work.tx.requests_due(now, BATCH).await?,
                work.tx.extensions_due(now, BATCH).await?,
            )
        };
        // What cannot be woken holds up nothing else; it is told when all others were.
        let mut outcome = wake::leases(world, &leases).await;
        for id in &requests {
            outcome = outcome.and(wake::request(world, id).await);
        }
        for id in &extensions {
            outcome = outcome.and(wake::extension(world, id).await);
        }
        outcome?;
        let found = leases.len() + requests.len() + extensions.len();
        woken += u32::try_from(found).unwrap_or(u32::MAX);
        metrics::counter!("sublet_reaper_woken_total").increment(found as u64);
        if found < BATCH as usize {
            return Ok(woken);
        }
    }
}
