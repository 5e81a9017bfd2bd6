//! The outbox: claims lanes, does their effects one after another, and writes down what came of each.

use chrono::TimeDelta;
use futures_util::future::join_all;

use super::{Engine, deliver, hooks, inform, provision, show, wishes};
use crate::{
    actions::{self, deliveries, work::Work},
    domain::{
        effect::Effect,
        headroom::Headroom,
        ids::{Lane, RequestId},
    },
    ports::store::{Queued, Stored},
    until_saved,
};

/// How long a claim lasts: longer than any call to the outside, which all have time-outs below it.
const CLAIM: TimeDelta = TimeDelta::minutes(3);
/// What came of an effect.
#[derive(Debug)]
pub enum Outcome {
    /// Done; for a notice, by which way it was delivered.
    Done(Option<&'static str>),
    /// No longer true or no longer needed.
    Stale,
    /// To be tried again after this long.
    Again(TimeDelta, String),
    /// The same, because something is closed to us until somebody repairs it; they were told.
    Kept(TimeDelta, String),
    /// It is not its turn yet: not tried, or not counted as a try.
    Wait(TimeDelta, String),
    /// It cannot be done.
    GaveUp(String),
}

impl Outcome {
    fn word(&self) -> &'static str {
        match self {
            Self::Done(_) => "done",
            Self::Stale => "stale",
            Self::Again(..) => "again",
            Self::Kept(..) => "kept",
            Self::Wait(..) => "waits",
            Self::GaveUp(_) => "gave up",
        }
    }
}

/// Which lanes are worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lanes {
    /// Those of outgoing webhooks, whose receivers may be slow.
    Hooks,
    /// All others.
    Others,
}

/// Claims some lanes and does what is due in them. Returns how many effects were tried.
pub async fn pass(engine: &Engine, which: Lanes) -> Stored<u32> {
    let lanes = until_saved!(claim(engine, which))?;
    let worked = join_all(lanes.iter().map(|lane| lane_of(engine, lane))).await;
    worked.into_iter().sum()
}

async fn claim(engine: &Engine, which: Lanes) -> Stored<Vec<Lane>> {
    let mut work = Work::begin(&engine.world).await?;
    let until = work.now + CLAIM;
    let lanes = match which {
        Lanes::Hooks => work.tx.claim_hooks(&engine.holder, work.now, until, engine.lanes).await?,
        Lanes::Others => work.tx.claim_lanes(&engine.holder, work.now, until, engine.lanes).await?,
    };
    work.tx.commit().await?;
    Ok(lanes)
}

async fn lane_of(engine: &Engine, lane: &Lane) -> Stored<u32> {
    let due = {
        let mut work = Work::look(&engine.world).await?;
        work.tx.due_effects(lane, work.now).await?
    };
    let mut tried = 0;
    for queued in due {
        tried += 1;
        if !one(engine, queued).await? {
            return Ok(tried);
        }
    }
    until_saved!(release(engine, lane))?;
    Ok(tried)
}

async fn release(engine: &Engine, lane: &Lane) -> Stored<()> {
    let mut work = Work::begin(&engine.world).await?;
    work.tx.release_lane(lane, &engine.holder).await?;
    work.tx.commit().await
}

/// Does one effect. `false` when the lane was lost to another engine meanwhile.
async fn one(engine: &Engine, mut queued: Queued) -> Stored<bool> {
    fail::fail_point!("outbox::before", |_| crate::faults::crash());
    let outcome = act(engine, &mut queued).await?;
    fail::fail_point!("outbox::done-not-saved", |_| crate::faults::crash());
    let kind = queued.effect.kind();
    metrics::counter!("sublet_effects_total", "kind" => kind, "outcome" => outcome.word()).increment(1);
    match &outcome {
        Outcome::GaveUp(why) => {
            tracing::error!(kind, key = queued.effect.key(), why, "an effect was given up")
        }
        Outcome::Again(gap, why) => {
            tracing::warn!(kind, key = queued.effect.key(), why, seconds = gap.num_seconds(), "trying again");
        }
        Outcome::Kept(gap, why) | Outcome::Wait(gap, why) => {
            tracing::debug!(kind, key = queued.effect.key(), why, seconds = gap.num_seconds(), "it waits");
        }
        Outcome::Done(_) | Outcome::Stale => {}
    }
    let kept = until_saved!(settle(engine, &queued, &outcome))?;
    fail::fail_point!("outbox::saved", |_| crate::faults::crash());
    Ok(kept)
}

async fn act(engine: &Engine, queued: &mut Queued) -> Stored<Outcome> {
    match queued.effect.clone() {
        Effect::Analyse { request } => {
            let headroom = headroom(engine, &request).await?;
            actions::analyse(&engine.world, &request, headroom).await?;
            Ok(Outcome::Done(None))
        }
        Effect::Show { request, .. } => show::cards(engine, &request, queued).await,
        Effect::Tell { notice } => deliver::tell(engine, &notice, queued).await,
        Effect::Mail { notice } => deliver::mail(engine, &notice, queued).await,
        Effect::Page { request: _, name, why, key } => deliver::page(engine, &name, &why, &key, queued).await,
        Effect::Hook { hook, seq } => hooks::tell(engine, &hook, seq, queued).await,
        Effect::Inform { announcement } => inform::inform(engine, &announcement, queued).await,
        Effect::Remind { request, count, subject } => {
            deliver::remind(engine, &request, &subject, count, queued).await
        }
        Effect::ShowWish { wish, .. } => wishes::card(engine, &wish, queued).await,
        Effect::RemindWish { wish, count } => wishes::remind(engine, &wish, count, queued).await,
        Effect::Provision { lease, .. } => provision::make(engine, &lease, queued).await,
        Effect::Purge { lease, .. } => provision::purge(engine, &lease, queued).await,
    }
}

/// What is left where the environment of a request would be made, where that can be told.
async fn headroom(engine: &Engine, request: &RequestId) -> Stored<Option<Headroom>> {
    let request = Work::look(&engine.world).await?.tx.request(request).await?;
    let template = request.and_then(|request| engine.world.templates.named(&request.template));
    let cluster = template.and_then(|template| engine.clusters.get(&template.provisioner));
    Ok(match cluster {
        Some(cluster) => cluster.headroom().await,
        None => None,
    })
}

/// Writes down what came of it, with what follows, if the lane is still ours.
async fn settle(engine: &Engine, queued: &Queued, outcome: &Outcome) -> Stored<bool> {
    let mut work = Work::begin(&engine.world).await?;
    if !work.tx.holds(&queued.lane, &engine.holder).await? {
        return Ok(false);
    }
    match outcome {
        Outcome::Again(gap, why) | Outcome::Kept(gap, why) => {
            let mut queued = queued.clone();
            queued.attempts += 1;
            if !queued.notes.contains(why) {
                queued.notes.push(why.clone());
            }
            work.tx.postpone(&queued, work.now + *gap).await?;
        }
        Outcome::Wait(gap, _) => work.tx.postpone(queued, work.now + *gap).await?,
        _ => work.tx.finish(&queued.id, outcome.word(), work.now).await?,
    }
    if let (Effect::Hook { hook, .. }, Outcome::GaveUp(why)) = (&queued.effect, outcome) {
        hooks::given_up(&mut work, hook, why).await?;
    }
    if let Effect::Tell { notice } = &queued.effect {
        match outcome {
            Outcome::Done(way) => {
                let way = way.unwrap_or("dm");
                metrics::counter!("sublet_deliveries_total", "way" => way).increment(1);
                deliveries::delivered(&mut work, notice, way).await?;
            }
            Outcome::GaveUp(why) => deliveries::undelivered(&mut work, notice, why).await?,
            Outcome::Stale | Outcome::Again(..) | Outcome::Kept(..) | Outcome::Wait(..) => {}
        }
    }
    work.commit().await?;
    Ok(true)
}
