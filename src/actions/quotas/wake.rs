//! What time does to quotas: temporary ones that are over are told of, wishes are reminded of or lapse. The limits
//! themselves follow from the moments, whether or not anybody looked.

use super::{super::work::Work, tell, wish::save};
use crate::{
    actions::World,
    domain::{
        Change,
        audit::{Actor, Fact},
        ids::{GrantId, WishId},
    },
    ports::store::Stored,
    until_saved,
};

/// Tells of the end of a grant, once.
///
/// # Errors
/// When the database fails.
pub async fn grant(world: &World, id: &GrantId) -> Stored<()> {
    until_saved!(grant_once(world, id))
}

async fn grant_once(world: &World, id: &GrantId) -> Stored<()> {
    let mut work = Work::begin(world).await?;
    let Some(grant) = work.tx.grant(id).await? else { return Ok(()) };
    let Some(mut grant) = grant.end(work.now) else { return Ok(()) };
    work.tx.save_grant(&mut grant).await?;
    let change = Change::none().fact(Fact::QuotaEnded { grant: grant.id.clone() });
    tell::ended(&mut work, &grant, change, &Actor::Clock).await?;
    work.commit().await
}

/// Reminds the approvers of a wish, or lets it lapse.
///
/// # Errors
/// When the database fails.
pub async fn wish(world: &World, id: &WishId) -> Stored<()> {
    until_saved!(wish_once(world, id))
}

async fn wish_once(world: &World, id: &WishId) -> Stored<()> {
    let mut work = Work::begin(world).await?;
    let Some(wish) = work.tx.wish(id).await? else { return Ok(()) };
    let (mut wish, change) = wish.wake(work.now, &world.policy.patience);
    if change == Change::none() {
        return Ok(());
    }
    save(&mut work, &mut wish, change, &Actor::Clock).await?;
    work.commit().await
}
