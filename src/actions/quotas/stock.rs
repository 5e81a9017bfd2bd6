//! Taking stock at the start: what was asked for before there were quotas, or by an older version that runs beside this
//! one, is counted; and what ended there is released. Doing it twice is doing it once.

use std::collections::BTreeSet;

use super::{super::work::Work, amounts, occupy_only, release_all};
use crate::{
    actions::World,
    domain::{
        extension::ExtensionState,
        ids::RequestId,
        lease::Phase,
        quota::{Amounts, Reservation, Scope},
        request::{Request, RequestState},
    },
    ports::store::Stored,
    until_saved,
};

/// Counts everything that is open or alive, and releases what is over. Limits are not looked at: what is there stays.
///
/// # Errors
/// When the database fails.
pub async fn take(world: &World) -> Stored<()> {
    for id in &differing(world).await? {
        until_saved!(one(world, id))?;
    }
    Ok(())
}

/// What is alive and not counted, or counted and not alive; and what has more time, which may be half counted.
async fn differing(world: &World) -> Stored<BTreeSet<RequestId>> {
    let mut work = Work::look(world).await?;
    let open = work.tx.open_requests(None).await?;
    let leases = work.tx.live_leases(None).await?;
    let counted = work.tx.reservations_in(&Scope::Everybody).await?;
    let counted: BTreeSet<RequestId> = counted.into_iter().map(|held| held.request).collect();
    let extended = leases.iter().filter(|lease| lease.extended || lease.asked.is_some());
    let extended: BTreeSet<RequestId> = extended.map(|lease| lease.request.clone()).collect();
    let open = open.into_iter().map(|request| request.id);
    let alive: BTreeSet<RequestId> = open.chain(leases.into_iter().map(|lease| lease.request)).collect();
    Ok(alive.symmetric_difference(&counted).chain(&extended).cloned().collect())
}

async fn one(world: &World, id: &RequestId) -> Stored<()> {
    let mut work = Work::begin(world).await?;
    let Some(request) = work.tx.request(id).await? else { return Ok(()) };
    let lease = work.tx.lease_of_request(id).await?;
    let open = matches!(request.state, RequestState::Analysing | RequestState::Pending(_));
    let alive = lease.as_ref().is_some_and(|lease| !matches!(lease.phase, Phase::Gone { .. }));
    if !open && !alive {
        release_all(&mut work, id).await?;
        return work.commit().await;
    }
    let request = counted(request);
    let held = Reservation::of(&request, work.now);
    count(&mut work, &held).await?;
    if let Some(lease) = lease {
        for extension in work.tx.extensions_of(&lease.id).await? {
            if matches!(extension.state, ExtensionState::Pending(_) | ExtensionState::Approved { .. }) {
                let held = Reservation::more(&request, &extension, work.now);
                count(&mut work, &held).await?;
            }
        }
    }
    work.commit().await
}

/// A request of an older version does not say what it takes.
fn counted(request: Request) -> Request {
    if !request.amounts.is_nothing() {
        return request;
    }
    let amounts = amounts(&request.parameters, request.span.into());
    Request { amounts, ..request }
}

async fn count(work: &mut Work<'_>, held: &Reservation) -> Stored<()> {
    if work.tx.insert_reservation(held).await? {
        occupy_only(work, &held.scopes(), &held.amounts, &Amounts::default()).await?;
    }
    Ok(())
}
