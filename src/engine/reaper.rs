//! The reaper: wakes whatever is due. What is due is in the database; when to look is a cron expression.

use crate::{
    actions::{World, audit, quotas, wake, work::Work},
    ports::store::Stored,
};

/// How many of a kind are looked up at once.
const BATCH: u32 = 500;

/// Wakes everything that is due now. Returns how many.
pub async fn tick(world: &World) -> Stored<u32> {
    metrics::counter!("sublet_reaper_ticks_total").increment(1);
    if let Some(keep) = world.policy.keep_audit {
        let gone = audit::prune_when_due(world.store.as_ref(), world.clock.now(), keep).await?;
        if gone > 0 {
            tracing::info!(gone, "entries of the audit log were removed, their time was over");
        }
    }
    let mut woken = 0;
    loop {
        let (leases, requests, extensions, grants, wishes) = {
            let mut work = Work::look(world).await?;
            let now = work.now;
            (
                work.tx.leases_due(now, BATCH).await?,
                work.tx.requests_due(now, BATCH).await?,
                work.tx.extensions_due(now, BATCH).await?,
                work.tx.grants_due(now, BATCH).await?,
                work.tx.wishes_due(now, BATCH).await?,
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
        for id in &grants {
            outcome = outcome.and(quotas::wake::grant(world, id).await);
        }
        for id in &wishes {
            outcome = outcome.and(quotas::wake::wish(world, id).await);
        }
        outcome?;
        let found = leases.len() + requests.len() + extensions.len() + grants.len() + wishes.len();
        woken += u32::try_from(found).unwrap_or(u32::MAX);
        metrics::counter!("sublet_reaper_woken_total").increment(found as u64);
        if found < BATCH as usize {
            return Ok(woken);
        }
    }
}
