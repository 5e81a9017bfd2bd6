//! Outgoing webhooks. For each, the place in the audit log up to which it was told is kept; what comes next is stored
//! as one effect at a time, so that nothing overtakes, nothing is lost, and nothing is forgotten with the process.

use chrono::TimeDelta;
use serde_json::json;

use super::{Engine, outbox::Outcome, patience::gap};
use crate::{
    actions::{events::Event, work::Work},
    domain::{
        announcement::{Announcement, Hearer, Saying},
        effect::Effect,
        hook::Hook,
        ids::EffectId,
    },
    ports::store::{Queued, Stored},
    until_saved,
};

/// How many entries are looked through at once for one that a hook wants.
const BATCH: u32 = 500;
/// How old something may become before it is told no more.
const GIVEN_UP: TimeDelta = TimeDelta::days(3);

/// Stores what every hook is to be told next.
pub async fn feed(engine: &Engine) -> Stored<()> {
    let Some(hooks) = &engine.hooks else { return Ok(()) };
    for hook in hooks.all() {
        // Nearly always there is nothing to do, and whoever looks holds up nobody who writes.
        while is_behind(engine, hook).await? && until_saved!(step(engine, hook))? {}
    }
    Ok(())
}

async fn is_behind(engine: &Engine, hook: &Hook) -> Stored<bool> {
    let mut work = Work::look(&engine.world).await?;
    if work.tx.lane_waits(&Hook::lane(&hook.name)).await? {
        return Ok(false);
    }
    let head = work.tx.audit_head().await?.seq;
    Ok(work.tx.told_up_to(&hook.name).await?.is_none_or(|seq| seq < head))
}

/// Looks through the next entries. `false` when one is to be told, or none is left.
async fn step(engine: &Engine, hook: &Hook) -> Stored<bool> {
    let mut work = Work::begin(&engine.world).await?;
    let lane = Hook::lane(&hook.name);
    let Some(told) = work.tx.told_up_to(&hook.name).await? else {
        // A new hook is told what happens from now on.
        let head = work.tx.audit_head().await?.seq;
        work.tx.begin_telling(&hook.name, head).await?;
        work.commit().await?;
        return Ok(false);
    };
    if work.tx.lane_waits(&lane).await? {
        return Ok(false);
    }
    let rows = work.tx.audit_after(told, BATCH).await?;
    let next = rows.iter().filter_map(Event::of).find(|event| hook.wants(&event.kind));
    let last = rows.last().map_or(told, |row| row.seq);
    let (seq, found) = next.map_or((last, false), |event| (event.seq, true));
    if seq == told {
        return Ok(false);
    }
    if found {
        let effect = Effect::Hook { hook: hook.name.clone(), seq };
        let id = EffectId::new(engine.world.ids.next());
        work.tx.push(id, &lane, &effect, work.now).await?;
    }
    work.tx.tell_up_to(&hook.name, told, seq).await?;
    work.commit().await?;
    Ok(!found)
}

/// Tells a hook of one entry.
pub async fn tell(engine: &Engine, hook: &str, seq: i64, queued: &Queued) -> Stored<Outcome> {
    let known = engine.hooks.as_ref().filter(|hooks| hooks.all().iter().any(|known| known.name == hook));
    let Some(hooks) = known else { return Ok(Outcome::Stale) };
    let mut work = Work::look(&engine.world).await?;
    let rows = work.tx.audit_after(seq - 1, 1).await?;
    let now = work.now;
    drop(work);
    // What was taken out of the log meanwhile is not told any more.
    let Some(event) = rows.first().filter(|row| row.seq == seq).and_then(Event::of) else {
        return Ok(Outcome::Stale);
    };
    let body = json!({ "type": event.kind, "timestamp": event.at, "data": event }).to_string();
    let told = hooks.tell(hook, &format!("msg_{hook}_{seq}"), now, &body).await;
    let Err(failure) = told else { return Ok(Outcome::Done(None)) };
    let why = format!("webhook {hook}: {}", failure.why());
    if event.at + GIVEN_UP <= now || !failure.may_pass() {
        return Ok(Outcome::GaveUp(why));
    }
    Ok(Outcome::Again(gap(queued.attempts, &failure), why))
}

/// Tells the approvers that a hook is dead: once a day at the most.
pub async fn given_up(work: &mut Work<'_>, hook: &str, why: &str) -> Stored<()> {
    metrics::counter!("sublet_webhooks_given_up_total", "webhook" => hook.to_owned()).increment(1);
    let key = format!("webhook/{hook}/{}", work.now.date_naive());
    let says = Saying::WebhookDead { hook: hook.to_owned(), why: why.to_owned() };
    let announcement = Announcement { to: Hearer::Approvers, key, says };
    // In a lane of its own: what the hook is told next does not wait for it.
    let lane = crate::domain::ids::Lane::of(format_args!("webhooks/{hook}"));
    let id = EffectId::new(work.world.ids.next());
    work.tx.push(id, &lane, &Effect::Inform { announcement }, work.now).await
}
