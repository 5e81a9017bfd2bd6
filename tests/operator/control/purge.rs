//! What is removed is proven gone, what is not ours is never touched, and what is left over is found.

use std::time::Duration;

use k8s_openapi::api::core::v1::{ConfigMap, Namespace, PersistentVolume};
use kube::{
    Api, ResourceExt,
    api::{DeleteParams, Patch, PatchParams, PostParams},
};
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::{Value, json};
use sublet::cluster::kubernetes::{names, resource::Phase};

use super::stage::{Stage, until};

const RARELY: Duration = Duration::from_secs(600);

fn namespace(name: &str, meta: Value) -> Namespace {
    let mut meta = meta;
    meta["name"] = json!(name);
    serde_json::from_value(json!({ "metadata": meta })).unwrap()
}

#[tokio::test]
async fn the_finalizer_comes_first_and_goes_last() {
    let Some(stage) = Stage::new(RARELY).await else { return };
    let asked = stage.ask("web", json!({})).await;
    let _child: k8s_openapi::api::apps::v1::Deployment = stage.child(&asked, "web").await;
    let first = stage.proxy.came().into_iter().find(|came| came.writes()).unwrap();
    assert!(first.what.contains("/environments/web?"), "{first:?}");
    let name = names::namespace(&asked);
    let volume = json!({ "metadata": { "name": format!("pv-{}", stage.home()) }, "spec": {
        "capacity": { "storage": "1Gi" }, "accessModes": ["ReadWriteOnce"], "hostPath": { "path": "/nowhere" },
        "persistentVolumeReclaimPolicy": "Retain", "storageClassName": "none",
        "claimRef": { "namespace": name, "name": "web", "uid": "00000000-0000-0000-0000-000000000000" } } });
    let volumes = Api::<PersistentVolume>::all(stage.client());
    let volume =
        volumes.create(&PostParams::default(), &serde_json::from_value(volume).unwrap()).await.unwrap();
    stage.delete("web").await;
    let left = stage
        .status("web", "only the volume is left", |status| {
            status.phase == Some(Phase::Deleting)
                && matches!(status.left.as_slice(), [one] if one.contains("kept by its class (Retain)"))
        })
        .await;
    assert!(left.left[0].contains(&volume.name_any()), "{left:?}");
    let namespaces = Api::<Namespace>::all(stage.client());
    assert!(namespaces.get_opt(&name).await.unwrap().is_none());
    volumes.delete(&volume.name_any(), &DeleteParams::default()).await.unwrap();
    let none = Patch::Merge(json!({ "metadata": { "finalizers": null } }));
    let _gone = volumes.patch(&volume.name_any(), &PatchParams::default(), &none).await;
    stage.gone("web").await;
}

#[tokio::test]
async fn what_holds_a_namespace_is_told() {
    let Some(stage) = Stage::new(RARELY).await else { return };
    let asked = stage.ask("web", json!({})).await;
    stage.status("web", "it has begun", |status| status.started_at.is_some()).await;
    let held = json!({ "metadata": { "name": "held", "finalizers": ["example.org/hold"] } });
    let maps = stage.children::<ConfigMap>(&asked);
    maps.create(&PostParams::default(), &serde_json::from_value(held).unwrap()).await.unwrap();
    stage.delete("web").await;
    stage
        .status("web", "it is told what holds on", |status| {
            status.left.iter().any(|left| left.contains("example.org/hold"))
        })
        .await;
    let free = Patch::Merge(json!({ "metadata": { "finalizers": null } }));
    maps.patch("held", &PatchParams::default(), &free).await.unwrap();
    stage.gone("web").await;
}

#[tokio::test]
async fn every_state_can_be_left() {
    let Some(mut stage) = Stage::new(RARELY).await else { return };
    stage.ask("invalid", json!({ "container": { "ports": { "extra": 2222 } } })).await;
    stage.phase("invalid", Phase::Failed).await;
    stage.delete("invalid").await;
    stage.gone("invalid").await;
    // While it is being made.
    let early = stage.ask("early", json!({})).await;
    stage.delete("early").await;
    stage.gone("early").await;
    let namespaces = Api::<Namespace>::all(stage.client());
    assert!(namespaces.get_opt(&names::namespace(&early)).await.unwrap().is_none());
    // While nobody looks after it.
    let late = stage.ask("late", json!({})).await;
    stage.status("late", "it has begun", |status| status.started_at.is_some()).await;
    stage.stop().await;
    stage.delete("late").await;
    assert!(namespaces.get_opt(&names::namespace(&late)).await.unwrap().is_some());
    stage.start();
    stage.gone("late").await;
    assert!(namespaces.get_opt(&names::namespace(&late)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_namespace_of_somebody_else_is_left_alone() {
    let Some(mut stage) = Stage::without_controller(RARELY).await else { return };
    let asked = stage.ask("web", json!({})).await;
    let (api, name) = (Api::<Namespace>::all(stage.client()), names::namespace(&asked));
    let theirs = namespace(&name, json!({ "labels": { "team": "other" } }));
    let theirs = api.create(&PostParams::default(), &theirs).await.unwrap();
    stage.start();
    let refused = stage.phase("web", Phase::Failed).await;
    assert!(refused.message.unwrap().contains("was not made for this environment"));
    stage.delete("web").await;
    stage.gone("web").await;
    let after = api.get(&name).await.unwrap();
    assert_eq!((after.uid(), after.labels()), (theirs.uid(), theirs.labels()));
    assert!(after.metadata.deletion_timestamp.is_none());
}

#[tokio::test]
async fn orphans_are_found_and_counted_and_not_deleted() {
    // This test runs in one thread, so that what it counts is its own.
    let recorder = PrometheusBuilder::new().build_recorder();
    let counted = recorder.handle();
    let _counting = metrics::set_default_local_recorder(&recorder);
    let Some(mut stage) = Stage::without_controller(Duration::from_secs(1)).await else { return };
    let name = format!("orphan-{}", stage.home());
    let labels = json!({ names::MANAGED_BY: names::MANAGER, names::ENVIRONMENT: "nobody" });
    let orphan = namespace(&name, json!({ "labels": labels, "annotations": { names::HOME: stage.home() } }));
    let api = Api::<Namespace>::all(stage.client());
    api.create(&PostParams::default(), &orphan).await.unwrap();
    let elsewhere = json!({ "labels": labels, "annotations": { names::HOME: "elsewhere" } });
    let elsewhere = namespace(&format!("else-{}", stage.home()), elsewhere);
    api.create(&PostParams::default(), &elsewhere).await.unwrap();
    stage.start();
    until("one orphan is counted", async || {
        let text = counted.render();
        if text.contains("sublet_orphans 1\n") { Ok(()) } else { Err(text) }
    })
    .await;
    assert!(api.get(&name).await.unwrap().metadata.deletion_timestamp.is_none());
    api.delete(&name, &DeleteParams::default()).await.unwrap();
    until("none is counted", async || {
        let text = counted.render();
        if text.contains("sublet_orphans 0\n") { Ok(()) } else { Err(text) }
    })
    .await;
}
