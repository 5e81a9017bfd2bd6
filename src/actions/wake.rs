//! What time does: leases, requests and extensions whose alarm is due.

use super::{World, reviews, work::Work};
use crate::{
    domain::{
        Change,
        approval::{Ballot, Group},
        audit::Actor,
        ids::{ExtensionId, LeaseId, RequestId},
    },
    ports::store::Stored,
    until_saved,
};

/// How many leases are woken in one transaction: a commit costs more than what one lease commits, and other
/// writers wait until it is done.
const TOGETHER: usize = 50;

/// Wakes leases: warns, enters grace, deletes, whatever is due. Many in one transaction; when that fails, each
/// for itself, so that one that cannot be saved holds up no other.
///
/// # Errors
/// The first of those that failed alone too; all others were woken.
pub async fn leases(world: &World, ids: &[LeaseId]) -> Stored<()> {
    let mut outcome = Ok(());
    for some in ids.chunks(TOGETHER) {
        if leases_once(world, some).await.is_ok() {
            continue;
        }
        for id in some {
            outcome = outcome.and(until_saved!(leases_once(world, std::slice::from_ref(id))));
        }
    }
    outcome
}

async fn leases_once(world: &World, ids: &[LeaseId]) -> Stored<()> {
    let mut work = Work::begin(world).await?;
    for id in ids {
        let Some(lease) = work.tx.lease(id).await? else { continue };
        let before = lease.wakes_at();
        let (mut lease, change) = lease.wake(work.now);
        if change != Change::none() || lease.wakes_at() != before {
            work.save_lease(&mut lease, change, &Actor::Clock).await?;
        }
    }
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
    let before = request.ballot.escalated;
    let (mut request, mut change) = request.wake(work.now, &world.policy.patience);
    if change == Change::none() {
        return Ok(());
    }
    if let (None, Some(to)) = (before, escalated(&request.ballot)) {
        let about = (&request.name, request.id.as_str());
        change = change.and(reviews::wanted(&mut work, &to, about, request.whose(), true).await?);
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
    let before = extension.ballot.escalated;
    let (mut extension, mut change) = extension.wake(work.now, &world.policy.patience);
    if change == Change::none() {
        return Ok(());
    }
    if let (None, Some(to)) = (before, escalated(&extension.ballot)) {
        let team = work.tx.request(&extension.request).await?.and_then(|request| request.team);
        let (about, asked) = ((&extension.name, extension.id.as_str()), extension.whose(team.as_deref()));
        change = change.and(reviews::wanted(&mut work, &to, about, asked, true).await?);
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

/// To whom it was escalated, if it was.
fn escalated(ballot: &Ballot) -> Option<Vec<Group>> {
    ballot.escalated?;
    ballot.rule.escalate.as_ref().map(|escalation| vec![escalation.to.clone()])
}
