//! Counts now and then what is left in the cluster, and tells the bot by one ConfigMap.
//!
//! The nodes are followed anyway. All pods of a cluster are too many to be kept for this: they are listed page by page,
//! and only their sum stays.

use std::sync::Arc;

use chrono::TimeDelta;
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kube::{
    Api,
    api::{ListParams, ObjectMeta, Patch, PatchParams},
};

use super::{
    apply::MANAGER,
    context::Context,
    faults::{self, Doing, Fault, Told},
    room::Room,
};
use crate::{
    cluster::kubernetes::{headroom, names},
    domain::{Instant, headroom::Headroom},
};

/// Only these take room.
const ON_A_NODE: &str = "spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed";
/// How many pods are in memory at once.
const PAGE: u32 = 250;
/// What has not changed is written again after so long, well before the bot takes it for old.
const AGAIN: TimeDelta = TimeDelta::seconds(110);

/// Counts and tells, for ever.
pub(super) async fn keep(context: Arc<Context>) {
    let (mut written, mut told) = (None, Told::default());
    while context.stores.are_whole().await {
        match once(&context, &mut written).await {
            Ok(()) if told.is_over() => tracing::info!("what is left in the cluster is counted again"),
            Ok(()) => {}
            Err(fault) => {
                faults::count("headroom");
                if told.is_news(&fault.to_string()) {
                    tracing::warn!(error = %fault, "what is left in the cluster cannot be told; it is tried again");
                }
            }
        }
        tokio::time::sleep(faults::spread(context.options.headroom, &context.home)).await;
    }
}

/// Counts, and tells if that is news.
async fn once(context: &Context, written: &mut Option<(Headroom, Instant)>) -> Result<(), Fault> {
    let (left, now) = (count(context).await?, context.clock.now());
    if written.is_some_and(|(before, at)| before == left && now - at < AGAIN) {
        return Ok(());
    }
    tell(context, &left, now).await?;
    *written = Some((left, now));
    Ok(())
}

async fn count(context: &Context) -> Result<Headroom, Fault> {
    let mut room = Room::default();
    context.stores.nodes.state().iter().for_each(|node| room.offer(node));
    let pods = Api::<Pod>::all(context.client.clone());
    let mut page = ListParams::default().fields(ON_A_NODE).limit(PAGE);
    loop {
        let listed = pods.list(&page).await.doing("the pods of the cluster cannot be listed")?;
        listed.items.iter().for_each(|pod| room.take(pod));
        match listed.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => page = page.continue_token(&token),
            None => return Ok(room.left()),
        }
    }
}

async fn tell(context: &Context, left: &Headroom, now: Instant) -> Result<(), Fault> {
    let labels = [(names::PART, names::SUBLET_PART)].map(|(key, value)| (key.to_owned(), value.to_owned()));
    let metadata = ObjectMeta {
        name: Some(headroom::NAME.to_owned()),
        labels: Some(labels.into()),
        ..ObjectMeta::default()
    };
    let map = ConfigMap { metadata, data: Some(headroom::write(left, now)), ..ConfigMap::default() };
    let maps = Api::<ConfigMap>::namespaced(context.client.clone(), &context.home);
    let how = PatchParams::apply(MANAGER).force();
    let written = maps.patch(headroom::NAME, &how, &Patch::Apply(&map)).await;
    written.map(drop).doing(format!("the ConfigMap {} cannot be written", headroom::NAME))
}
