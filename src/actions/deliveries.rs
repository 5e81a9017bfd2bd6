//! What the platforms and mail servers said about notices: receipts, and their absence.

use super::work::Work;
use crate::{
    domain::{
        audit::Actor,
        lease::Lease,
        notice::{News, Notice},
    },
    ports::store::Stored,
};

/// Whether a notice still says something true; what is no longer true is not sent.
pub async fn still_true(work: &mut Work<'_>, notice: &Notice) -> Stored<bool> {
    let News::ExpiresSoon { ends_at, .. } = &notice.news else { return Ok(true) };
    let lease = lease_of(work, notice).await?;
    Ok(lease.is_some_and(|lease| {
        lease.ends_at() == Some(*ends_at) && matches!(lease.phase.word(), "active" | "grace")
    }))
}

/// A notice was delivered, by that way. The final warning's delivery starts the deletion clock.
pub async fn delivered(work: &mut Work<'_>, notice: &Notice, way: &str) -> Stored<()> {
    let News::ExpiresSoon { ends_at, last, .. } = &notice.news else { return Ok(()) };
    let Some(lease) = lease_of(work, notice).await? else { return Ok(()) };
    let (mut lease, change) = lease.warning_delivered(*ends_at, *last, way, work.now);
    work.save_lease(&mut lease, change, &Actor::Outside).await
}

/// No way got a notice through.
pub async fn undelivered(work: &mut Work<'_>, notice: &Notice, why: &str) -> Stored<()> {
    let News::ExpiresSoon { ends_at, last: true, .. } = &notice.news else { return Ok(()) };
    let Some(lease) = lease_of(work, notice).await? else { return Ok(()) };
    let (mut lease, change) = lease.warning_undelivered(*ends_at, why);
    work.save_lease(&mut lease, change, &Actor::Outside).await
}

async fn lease_of(work: &mut Work<'_>, notice: &Notice) -> Stored<Option<Lease>> {
    match &notice.lease {
        Some(id) => work.tx.lease(id).await,
        None => Ok(None),
    }
}
