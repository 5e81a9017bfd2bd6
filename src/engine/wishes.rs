//! Wishes for more quota: their card, and the reminders of them.

use super::{
    Engine,
    outbox::Outcome,
    patience::{Next, gap, next},
    post::{self, Letter},
    show,
};
use crate::{
    actions::work::Work,
    cards::quota,
    domain::ids::WishId,
    ports::{
        Failure,
        chat::{Posting, Room},
        store::{Queued, Stored},
    },
};

/// Tries of a reminder, which has no other way.
const TRIES: u32 = 12;

/// Brings the card of a wish up to date.
pub async fn card(engine: &Engine, id: &WishId, queued: &Queued) -> Stored<Outcome> {
    show::wish(engine, id, queued).await
}

/// Reminds the approvers of a wish, if it still waits.
pub async fn remind(engine: &Engine, id: &WishId, count: u32, queued: &mut Queued) -> Stored<Outcome> {
    let mut work = Work::look(&engine.world).await?;
    let waits = work.tx.wish(id).await?.filter(|wish| wish.wakes_at().is_some());
    let Some(wish) = waits else { return Ok(Outcome::Stale) };
    let people = work.people().await?;
    drop(work);
    let message = quota::reminder(&wish, &people);
    let key = format!("remind/{id}/{count}");
    let letter = Letter { way: "channel", posting: Posting::new(&Room::Approvers, &key, &message) };
    let Err(failure) = post::notice(engine, &letter, queued).await? else { return Ok(Outcome::Done(None)) };
    let why = failure.why().to_owned();
    if matches!(failure, Failure::Closed { .. }) {
        return Ok(Outcome::Kept(gap(queued.attempts, &failure), why));
    }
    Ok(match next(queued, &failure, TRIES, engine.world.clock.now()) {
        Next::Wait(gap) => Outcome::Wait(gap, why),
        Next::Again(gap) => Outcome::Again(gap, why),
        Next::Other => Outcome::GaveUp(why),
    })
}
