//! Watches the provisioners: progress, readiness, failure; what is missing, and what should be gone.

use std::collections::BTreeSet;

use super::{Engine, provision::cluster};
use crate::{
    actions::{observed, work::Work},
    domain::{ids::LeaseId, lease::Phase},
    ports::{cluster::Observed, store::Stored},
};

/// Looks at every environment that is being made, or failed to be and may be ready late.
pub async fn look(engine: &Engine) -> Stored<()> {
    for phase in ["provisioning", "stuck"] {
        for id in leases_in(engine, phase).await? {
            let Some(cluster) = cluster(engine, &id).await? else { continue };
            match cluster.observe(&id).await {
                Ok(seen) => observed::note(&engine.world, &id, &seen).await?,
                Err(failure) => {
                    tracing::debug!(lease = %id, why = failure.why(), "an environment cannot be observed");
                }
            }
        }
    }
    Ok(())
}

/// Applies again what should exist and is absent, and removes what exists though its lease is gone. Each
/// provisioner is asked once for all that it has, so that only what is wrong costs a look of its own.
pub async fn reconcile(engine: &Engine) -> Stored<()> {
    let mut there = BTreeSet::new();
    for (name, cluster) in &engine.clusters {
        match cluster.leases().await {
            Ok(leases) => there.extend(leases),
            Err(failure) => {
                tracing::warn!(provisioner = name, why = failure.why(), "what exists cannot be looked up");
                return Ok(());
            }
        }
    }
    let mut held = BTreeSet::new();
    for phase in ["active", "grace"] {
        held.extend(leases_in(engine, phase).await?);
    }
    for id in held.difference(&there) {
        again(engine, id).await?;
    }
    for id in there.difference(&held) {
        no_more(engine, id).await?;
    }
    Ok(())
}

/// A call that began before the purge may have ended after it, here or in another process.
async fn no_more(engine: &Engine, id: &LeaseId) -> Stored<()> {
    let lease = Work::look(&engine.world).await?.tx.lease(id).await?;
    let Some(lease) = lease.filter(|lease| matches!(lease.phase, Phase::Gone { .. })) else { return Ok(()) };
    let Some(cluster) = engine.clusters.get(&lease.terms.provisioner) else { return Ok(()) };
    tracing::warn!(lease = %id, name = %lease.name, "something was left of an environment that is gone");
    if let Err(failure) = cluster.remove(id).await {
        tracing::warn!(lease = %id, why = failure.why(), "it could not be removed");
    }
    Ok(())
}

async fn again(engine: &Engine, id: &LeaseId) -> Stored<()> {
    let Some(cluster) = cluster(engine, id).await? else { return Ok(()) };
    let Ok(Observed::Absent) = cluster.observe(id).await else { return Ok(()) };
    let Some(spec) = observed::wanted(&engine.world, id).await? else { return Ok(()) };
    tracing::warn!(lease = %id, name = %spec.name, "an environment was missing and is made again");
    if let Err(failure) = cluster.apply(&spec).await {
        tracing::warn!(lease = %id, why = failure.why(), "it could not be made again");
    }
    Ok(())
}

async fn leases_in(engine: &Engine, phase: &str) -> Stored<Vec<LeaseId>> {
    let mut work = Work::look(&engine.world).await?;
    work.tx.leases_in(phase).await
}
