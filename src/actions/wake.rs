//! What time does: leases, requests and extensions whose alarm is due.

use super::{World, work::Work};
use crate::{
    domain::{
        Change,
        audit::Actor,
        ids::{ExtensionId, LeaseId, RequestId},
    },
    ports::store::Stored,
    until_saved,
};

/// Wakes a lease: warns, enters grace, deletes, whatever is due.
pub async fn lease(world: &World, id: &LeaseId) -> Stored<()> {
    until_saved!(lease_once(world, id))
}

async fn lease_once(world: &World, id: &LeaseId) -> Stored<()> {
    let mut work = Work::begin(world).await?;
    let Some(lease) = work.tx.lease(id).await? else { return Ok(()) };
    let before = lease.wakes_at();
    let (mut lease, change) = lease.wake(work.now);
    if change == Change::none() && lease.wakes_at() == before {
        return Ok(());
    }
    work.save_lease(&mut lease, change, &Actor::Clock).await?;
    fail::fail_point!("wake::before-commit", |_| crate::faults::crash());
    work.commit().await?;
    fail::fail_point!("wake::after-commit", |_| crate::faults::crash());
    Ok(())
}

/// Wakes a request: reminds the approvers, or lets it lapse.
pub async fn request(world: &World, id: &RequestId) -> Stored<()> {
    until_saved!(request_once(world, id))
}

async fn request_once(world: &World, id: &RequestId) -> Stored<()> {
    let mut work = Work::begin(world).await?;
    let Some(request) = work.tx.request(id).await? else { return Ok(()) };
    let (mut request, change) = request.wake(work.now, &world.policy.patience);
    if change == Change::none() {
        return Ok(());
    }
    work.save_request(&mut request, change, &Actor::Clock).await?;
    work.commit().await
}

/// Wakes an extension: reminds the approvers, or lets it lapse; then the owner is told.
pub async fn extension(world: &World, id: &ExtensionId) -> Stored<()> {
    until_saved!(extension_once(world, id))
}

async fn extension_once(world: &World, id: &ExtensionId) -> Stored<()> {
    let mut work = Work::begin(world).await?;
    let Some(extension) = work.tx.extension(id).await? else { return Ok(()) };
    let (mut extension, change) = extension.wake(work.now, &world.policy.patience);
    if change == Change::none() {
        return Ok(());
    }
    let lapsed = extension.wakes_at().is_none();
    work.save_extension(&mut extension, change, &Actor::Clock).await?;
    if lapsed
        && let Some(lease) = work.tx.lease(&extension.lease).await?
        && lease.asked.as_ref() == Some(&extension.id)
    {
        let (mut lease, change) = lease.extension_lapsed();
        work.save_lease(&mut lease, change, &Actor::Clock).await?;
    }
    work.commit().await
}
