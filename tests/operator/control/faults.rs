//! The API server misbehaves for a while: nothing is lost, nobody hammers it, and afterwards all is as it should be.

use std::time::Duration;

use axum::http::StatusCode;
use k8s_openapi::api::{apps::v1::Deployment, core::v1::ResourceQuota};
use kube::api::DeleteParams;
use serde_json::json;
use sublet::cluster::kubernetes::{names, resource::Phase};

use super::{
    proxy::Trouble,
    stage::{Stage, until},
};

const RARELY: Duration = Duration::from_secs(600);
/// How long the trouble lasts.
const OUTAGE: Duration = Duration::from_secs(5);
/// Kinds that are followed, each by a watch of its own.
const WATCHES: usize = 12;

/// During the trouble, something is asked for, something is deleted and something drifts. At most `most` requests
/// come meanwhile, besides the watches'.
async fn survives(trouble: Trouble, most: usize) {
    let Some(stage) = Stage::new(RARELY).await else { return };
    let kept = stage.ask("kept", json!({})).await;
    let _greeter = stage.bring_up(&kept).await;
    stage.ask("goes", json!({})).await;
    stage.phase("kept", Phase::Ready).await;
    stage.phase("goes", Phase::Provisioning).await;
    stage.proxy.came();
    stage.proxy.begin(trouble);
    let new = stage.ask("new", json!({})).await;
    stage.delete("goes").await;
    stage.children::<ResourceQuota>(&kept).delete(names::RULES, &DeleteParams::default()).await.unwrap();
    tokio::time::sleep(OUTAGE).await;
    let came = stage.proxy.came();
    let watches = came.iter().filter(|came| came.watches() || came.what.contains("limit=")).count();
    // Each may try once a second at most.
    let mostly = WATCHES * (OUTAGE.as_secs() as usize + 2);
    assert!(watches <= mostly, "{trouble:?}: {watches} requests of watches");
    assert!(came.len() - watches <= most, "{trouble:?}: {} requests: {came:?}", came.len() - watches);
    stage.proxy.end();
    let _made: Deployment = stage.child(&new, "new").await;
    stage.gone("goes").await;
    let _back: ResourceQuota = stage.child(&kept, names::RULES).await;
    stage.phase("kept", Phase::Ready).await;
    until("it is quiet", async || {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let busy = stage.proxy.came().into_iter().filter(|came| came.writes()).count();
        if busy == 0 { Ok(()) } else { Err(format!("{busy} writes")) }
    })
    .await;
}

#[tokio::test]
async fn it_answers_500() {
    survives(Trouble::All(StatusCode::INTERNAL_SERVER_ERROR), 20).await;
}

#[tokio::test]
async fn it_answers_503() {
    survives(Trouble::All(StatusCode::SERVICE_UNAVAILABLE), 20).await;
}

#[tokio::test]
async fn it_answers_409_to_every_write() {
    survives(Trouble::Writes(StatusCode::CONFLICT), 30).await;
}

#[tokio::test]
async fn it_asks_for_a_pause() {
    // Every answer asks for two seconds: all of them, watches too, wait that long.
    survives(Trouble::TooMany(2), 20).await;
}

#[tokio::test]
async fn it_has_forgotten_what_watches_ask_for() {
    // Everything else works meanwhile, so that the work goes on.
    survives(Trouble::Expired, 80).await;
}

#[tokio::test]
async fn it_ends_watches_as_soon_as_they_begin() {
    survives(Trouble::Short, 80).await;
}

#[tokio::test]
async fn it_does_not_answer() {
    survives(Trouble::Silent, 20).await;
}
