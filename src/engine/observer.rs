//! Watches the provisioners: progress, readiness, failure; and makes exist again what is missing.

use std::collections::BTreeSet;

use super::{Engine, provision::cluster};
use crate::{
    actions::{observed, work::Work},
    domain::ids::LeaseId,
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

/// Applies again what should exist and is absent. Each provisioner is asked once for all that it has, so
/// that only what is missing costs a look of its own.
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
    for phase in ["active", "grace"] {
        for id in leases_in(engine, phase).await?.into_iter().filter(|id| !there.contains(id)) {
            again(engine, &id).await?;
        }
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
