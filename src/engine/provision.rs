//! The second and third queue worker: make an environment exist, and make it not exist.

use std::sync::Arc;

use chrono::TimeDelta;

use super::{Engine, outbox::Outcome, patience::gap};
use crate::{
    actions::{observed, work::Work},
    domain::ids::LeaseId,
    ports::{
        Failure,
        cluster::{Cluster, Observed},
        store::{Queued, Stored},
    },
};

/// How soon a purge that is under way is looked at again.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(2);
/// Looks at a purge before it counts as failed: about ten minutes.
const PURGE_LOOKS: u32 = 300;
/// Tries of a purge whose provisioner fails.
const PURGE_TRIES: u32 = 8;

/// Makes the environment exist as it should be now.
pub async fn make(engine: &Engine, id: &LeaseId, queued: &Queued) -> Stored<Outcome> {
    let Some(spec) = observed::wanted(&engine.world, id).await? else { return Ok(Outcome::Stale) };
    let Some(cluster) = cluster(engine, id).await? else {
        observed::provisioning_failed(&engine.world, id, "its provisioner is not configured here").await?;
        return Ok(Outcome::Done(None));
    };
    match cluster.apply(&spec).await {
        Ok(()) => {
            observed::taken_on(&engine.world, id).await?;
            Ok(Outcome::Done(None))
        }
        Err(failure @ Failure::Later { .. }) => {
            Ok(Outcome::Again(gap(queued.attempts, &failure), failure.why().to_owned()))
        }
        Err(failure) => {
            observed::provisioning_failed(&engine.world, id, failure.why()).await?;
            Ok(Outcome::Done(None))
        }
    }
}

/// Makes the environment not exist; the lease is gone only when that is proven.
pub async fn purge(engine: &Engine, id: &LeaseId, queued: &Queued) -> Stored<Outcome> {
    let deleting = {
        let mut work = Work::look(&engine.world).await?;
        work.tx.lease(id).await?.is_some_and(|lease| lease.phase.word() == "deleting")
    };
    if !deleting {
        return Ok(Outcome::Stale);
    }
    let Some(cluster) = cluster(engine, id).await? else {
        observed::purge_failed(&engine.world, id, "its provisioner is not configured here").await?;
        return Ok(Outcome::Done(None));
    };
    match cluster.remove(id).await {
        Ok(Observed::Absent) => {
            observed::gone(&engine.world, id).await?;
            Ok(Outcome::Done(None))
        }
        Ok(seen) if queued.attempts < PURGE_LOOKS => {
            Ok(Outcome::Again(LOOK_AGAIN, format!("not gone yet: {}", left(&seen))))
        }
        Ok(seen) => {
            observed::purge_failed(&engine.world, id, &format!("this is left: {}", left(&seen))).await?;
            Ok(Outcome::Done(None))
        }
        Err(failure @ Failure::Later { .. }) if queued.attempts + 1 < PURGE_TRIES => {
            Ok(Outcome::Again(gap(queued.attempts, &failure), failure.why().to_owned()))
        }
        Err(failure) => {
            observed::purge_failed(&engine.world, id, failure.why()).await?;
            Ok(Outcome::Done(None))
        }
    }
}

fn left(seen: &Observed) -> String {
    match seen {
        Observed::Leaving(left) => left.join(", "),
        Observed::Absent => "nothing".to_owned(),
        Observed::Working(_) | Observed::Ready(_) | Observed::Failed(_) => "the environment".to_owned(),
    }
}

/// The provisioner of a lease.
pub async fn cluster<'a>(engine: &'a Engine, id: &LeaseId) -> Stored<Option<&'a Arc<dyn Cluster>>> {
    let mut work = Work::look(&engine.world).await?;
    let lease = work.tx.lease(id).await?;
    Ok(lease.and_then(|lease| engine.clusters.get(&lease.terms.provisioner)))
}
