//! What the provisioner said, written down.

use super::{World, work::Work};
use crate::{
    domain::{
        Change, Instant, audit::Actor, environment::EnvironmentSpec, ids::LeaseId, lease::Lease,
        person::Person, request::Request,
    },
    ports::{cluster::Observed, store::Stored},
    until_saved,
};

/// Notes what is seen of a lease's environment.
pub async fn note(world: &World, id: &LeaseId, seen: &Observed) -> Stored<()> {
    let step = |lease: Lease, now: Instant| match seen.clone() {
        Observed::Working(progress) => lease.progressed(progress),
        Observed::Ready(access) => lease.ready(access, now),
        Observed::Failed(why) if lease.applied == lease.attempt => lease.provisioning_failed(&why, now),
        Observed::Failed(_) | Observed::Absent | Observed::Leaving(_) => (lease, Change::none()),
    };
    until_saved!(apply(world, id, &step))
}

/// The provisioner took the present try on: from now on its failures count.
pub async fn taken_on(world: &World, id: &LeaseId) -> Stored<()> {
    until_saved!(taken_on_once(world, id))
}

async fn taken_on_once(world: &World, id: &LeaseId) -> Stored<()> {
    let mut work = Work::begin(world).await?;
    let Some(lease) = work.tx.lease(id).await?.filter(|lease| lease.applied != lease.attempt) else {
        return Ok(());
    };
    let mut lease = lease.taken_on();
    work.save_lease(&mut lease, Change::none(), &Actor::Outside).await?;
    work.commit().await
}

/// Provisioning cannot be done.
pub async fn provisioning_failed(world: &World, id: &LeaseId, why: &str) -> Stored<()> {
    let step = |lease: Lease, now: Instant| lease.provisioning_failed(why, now);
    until_saved!(apply(world, id, &step))
}

/// The purge cannot be done.
pub async fn purge_failed(world: &World, id: &LeaseId, why: &str) -> Stored<()> {
    let step = |lease: Lease, now: Instant| lease.purge_failed(why, now);
    until_saved!(apply(world, id, &step))
}

/// It is proven that nothing of it exists.
pub async fn gone(world: &World, id: &LeaseId) -> Stored<()> {
    let step = |lease: Lease, now: Instant| lease.gone(now);
    until_saved!(apply(world, id, &step))
}

async fn apply(
    world: &World,
    id: &LeaseId,
    step: &(dyn Fn(Lease, Instant) -> (Lease, Change) + Sync),
) -> Stored<()> {
    let mut work = Work::begin(world).await?;
    let Some(lease) = work.tx.lease(id).await? else { return Ok(()) };
    let (mut lease, change) = step(lease, work.now);
    if change == Change::none() {
        return Ok(());
    }
    work.save_lease(&mut lease, change, &Actor::Outside).await?;
    work.commit().await
}

/// The keys that may log in: the one that was chosen at the request, or all of whoever took it over; none of
/// somebody who left.
async fn let_in(
    work: &mut Work<'_>,
    lease: &Lease,
    request: &Request,
    owner: Option<&Person>,
) -> Stored<Vec<String>> {
    if owner.is_some_and(|owner| !owner.active) {
        return Ok(Vec::new());
    }
    if lease.owner == request.requester {
        return Ok(vec![request.key.line.clone()]);
    }
    Ok(work.tx.keys_of(&lease.owner).await?.into_iter().map(|key| key.key.line).collect())
}

/// What should exist for a lease; `None` when nothing should.
pub async fn wanted(world: &World, id: &LeaseId) -> Stored<Option<EnvironmentSpec>> {
    let mut work = Work::look(world).await?;
    let Some(lease) = work.tx.lease(id).await? else { return Ok(None) };
    if !matches!(lease.phase.word(), "provisioning" | "active" | "grace") {
        return Ok(None);
    }
    let Some(request) = work.tx.request(&lease.request).await? else { return Ok(None) };
    let owner = work.tx.person(&lease.owner).await?;
    let keys = let_in(&mut work, &lease, &request, owner.as_ref()).await?;
    Ok(Some(EnvironmentSpec {
        ends_at: lease.ends_at(),
        name: lease.name,
        lease: lease.id,
        owner: owner.map(|owner| owner.email).unwrap_or_default(),
        template: lease.template,
        workload: lease.terms.workload,
        ready_within: lease.terms.ready_within,
        parameters: request.parameters,
        keys,
    }))
}
