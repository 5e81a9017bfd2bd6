//! What is left in the cluster: counted from its nodes and pods, told by one ConfigMap, and read by the bot.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use futures_util::{StreamExt, stream};
use k8s_openapi::api::core::v1::{ConfigMap, Node, Pod, ResourceQuota};
use kube::{
    Api, ResourceExt,
    api::{DeleteParams, Patch, PatchParams, PostParams},
};
use serde_json::{Value, json};
use sublet::{
    clock::WarpClock,
    cluster::kubernetes::{bot::KubernetesCluster, headroom::NAME, resource::Phase},
    domain::{headroom::Headroom, quota::Amounts},
    ports::cluster::Cluster,
};

use super::{
    proxy::Trouble,
    stage::{Stage, until},
};
use crate::world::unlike_others;

/// How often it is counted here.
const OFTEN: Duration = Duration::from_millis(300);

async fn stage() -> Option<Stage> {
    let mut stage = Stage::without_controller(Duration::from_secs(600)).await?;
    stage.options.headroom = OFTEN;
    Some(stage)
}

fn some(environments: u64, cpu: u64, memory: u64) -> Amounts {
    Amounts { environments, cpu, memory, storage: u64::MAX, lease_time: u64::MAX }
}

/// A node that has less than any environment of the other tests asks for, so that only ours are on it. New ones are
/// tainted until something says that they are ready.
async fn node(stage: &Stage, (pods, cpu, memory): (&str, &str, &str)) -> String {
    let (api, name) = (Api::<Node>::all(stage.client()), format!("room-{}", unlike_others()));
    let node = json!({ "apiVersion": "v1", "kind": "Node", "metadata": { "name": name } });
    api.create(&PostParams::default(), &serde_json::from_value(node).unwrap()).await.unwrap();
    let room = json!({ "pods": pods, "cpu": cpu, "memory": memory });
    let status = json!({ "status": { "capacity": room, "allocatable": room,
        "conditions": [{ "type": "Ready", "status": "True" }] } });
    api.patch_status(&name, &PatchParams::default(), &Patch::Merge(status)).await.unwrap();
    change(stage, &name, json!({ "taints": null })).await;
    name
}

async fn change(stage: &Stage, node: &str, spec: Value) {
    let patch = Patch::Merge(json!({ "spec": spec }));
    Api::<Node>::all(stage.client()).patch(node, &PatchParams::default(), &patch).await.unwrap();
}

/// A pod on that node that asks for this.
async fn pod(stage: &Stage, node: &str, mut spec: Value) -> String {
    let api = Api::<Pod>::namespaced(stage.client(), stage.home());
    let name = format!("pod-{}", unlike_others());
    spec["nodeName"] = json!(node);
    spec["automountServiceAccountToken"] = json!(false);
    let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name }, "spec": spec });
    let pod: Pod = serde_json::from_value(pod).unwrap();
    until("the namespace takes pods", async || {
        api.create(&PostParams::default(), &pod).await.map_err(|error| error.to_string())
    })
    .await;
    name
}

/// A container, a sidecar, and something before them that needs more memory than both.
fn several() -> Value {
    let container = |name: &str, cpu: &str, memory: &str| {
        let requests = json!({ "cpu": cpu, "memory": memory });
        json!({ "name": name, "image": "x", "resources": { "requests": requests } })
    };
    let mut sidecar = container("beside", "1m", "2Mi");
    sidecar["restartPolicy"] = json!("Always");
    json!({ "containers": [container("main", "2m", "4Mi")],
        "initContainers": [container("before", "1m", "16Mi"), sidecar] })
}

/// What the bot reads, once it is this.
async fn reads(bot: &KubernetesCluster, what: &str, wanted: impl Fn(&Headroom) -> bool) -> Headroom {
    until(what, async || match bot.headroom().await {
        Some(left) if wanted(&left) => Ok(left),
        other => Err(format!("{other:?}")),
    })
    .await
}

#[tokio::test]
async fn what_is_left_follows_nodes_and_pods_and_reaches_the_bot() {
    let Some(mut stage) = stage().await else { return };
    let clock = Arc::new(WarpClock::new());
    let bot = KubernetesCluster::open(stage.client(), &stage.place.access, clock.clone());
    assert_eq!(bot.headroom().await, None, "nobody has counted");
    stage.start();
    let is =
        |all: Amounts, roomiest: Option<Amounts>| move |left: &Headroom| *left == Headroom { all, roomiest };
    reads(&bot, "nothing takes environments", is(some(0, 0, 0), None)).await;

    // More pods than are listed at once.
    let wide = node(&stage, ("300", "9m", "64Mi")).await;
    let idle = || pod(&stage, &wide, json!({ "containers": [{ "name": "main", "image": "x" }] }));
    stream::iter(0..260).map(|_| idle()).buffer_unordered(16).for_each(async |_| {}).await;
    reads(&bot, "every pod counts", is(some(40, 9, 64 << 20), None)).await;
    let nodes = Api::<Node>::all(stage.client());
    nodes.delete(&wide, &DeleteParams::default()).await.unwrap();

    let first = node(&stage, ("3", "8m", "64Mi")).await;
    reads(&bot, "the first node counts", is(some(3, 8, 64 << 20), None)).await;
    let ends = pod(&stage, &first, several()).await;
    reads(&bot, "a pod takes room", is(some(2, 5, 48 << 20), None)).await;
    let second = node(&stage, ("2", "6m", "32Mi")).await;
    let both = some(4, 11, 80 << 20);
    reads(&bot, "the second node counts", is(both, Some(some(2, 5, 48 << 20)))).await;
    let goes = pod(&stage, &second, several()).await;
    let full = some(3, 8, 64 << 20);
    reads(&bot, "a pod of the second takes room", is(full, Some(some(2, 5, 48 << 20)))).await;

    let pods = Api::<Pod>::namespaced(stage.client(), stage.home());
    let ended = Patch::Merge(json!({ "status": { "phase": "Succeeded" } }));
    pods.patch_status(&ends, &PatchParams::default(), &ended).await.unwrap();
    reads(&bot, "what has ended gives it back", |left| left.all == some(4, 11, 80 << 20)).await;
    change(&stage, &second, json!({ "unschedulable": true })).await;
    reads(&bot, "a cordoned node does not count", is(some(3, 8, 64 << 20), None)).await;
    change(&stage, &second, json!({ "unschedulable": null, "taints": null })).await;
    pods.delete(&goes, &DeleteParams::default().grace_period(0)).await.unwrap();
    reads(&bot, "it counts again, without the pod", |left| left.all == some(5, 14, 96 << 20)).await;
    change(&stage, &first, json!({ "taints": [{ "key": "k", "effect": "NoSchedule" }] })).await;
    reads(&bot, "a tainted node does not count", is(some(2, 6, 32 << 20), None)).await;

    // Whoever stops counting is believed for a while.
    stage.stop().await;
    clock.advance(TimeDelta::minutes(4));
    assert!(bot.headroom().await.is_some());
    clock.advance(TimeDelta::minutes(2));
    assert_eq!(bot.headroom().await, None);
    for node in [first, second] {
        nodes.delete(&node, &DeleteParams::default()).await.unwrap();
    }
}

/// Other tests may change what is left at any time, so that only a window in which nothing changed says something.
#[tokio::test]
async fn what_has_not_changed_is_written_only_before_it_is_old() {
    let Some(mut stage) = stage().await else { return };
    stage.start();
    let maps = Api::<ConfigMap>::namespaced(stage.client(), stage.home());
    let now = async || maps.get_opt(NAME).await.unwrap();
    let first = until("it is told", async || now().await.ok_or_else(String::new)).await;
    let figures = |map: &ConfigMap| {
        let mut data = map.data.clone().unwrap();
        data.remove("counted").map(|_| data)
    };
    let before = until("nothing changes for a while", async || {
        let before = now().await.unwrap();
        stage.proxy.came();
        tokio::time::sleep(OFTEN * 6).await;
        let after = now().await.unwrap();
        let came = stage.proxy.came();
        let counted = came.iter().filter(|came| came.counts_headroom() && !came.writes()).count();
        let writes = came.iter().filter(|came| came.counts_headroom() && came.writes()).count();
        if figures(&after) != figures(&before) || writes > 0 {
            return Err(format!("{writes} writes"));
        }
        assert!(counted >= 2, "{came:?}");
        assert_eq!(after.resource_version(), before.resource_version());
        Ok(before)
    })
    .await;
    assert_eq!(first.uid(), before.uid());
    stage.clock.advance(TimeDelta::minutes(2));
    let after = until("it is written again", async || {
        now().await.filter(|map| map.resource_version() != before.resource_version()).ok_or_else(String::new)
    })
    .await;
    assert_ne!(after.data.unwrap()["counted"], before.data.unwrap()["counted"]);
}

/// A server that asks for half a minute of quiet gets it, and the card does not wait for it.
#[tokio::test]
async fn a_card_does_not_wait_for_an_api_server_that_does_not_answer() {
    let Some(stage) = stage().await else { return };
    let bot = KubernetesCluster::open(stage.proxy.client(), &stage.place.access, stage.clock.clone());
    stage.proxy.begin(Trouble::TooMany(30));
    for _ in 0..2 {
        let asked = Instant::now();
        assert_eq!(bot.headroom().await, None);
        assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    }
}

/// Everything else goes on.
#[tokio::test]
async fn an_environment_is_made_also_when_nothing_can_be_told() {
    let Some(mut stage) = stage().await else { return };
    let quotas = Api::<ResourceQuota>::namespaced(stage.client(), stage.home());
    let none = json!({ "apiVersion": "v1", "kind": "ResourceQuota", "metadata": { "name": "none" },
        "spec": { "hard": { "configmaps": "0" } } });
    quotas.create(&PostParams::default(), &serde_json::from_value(none).unwrap()).await.unwrap();
    until("no ConfigMap can be made", async || {
        let quota = quotas.get("none").await.unwrap();
        quota.status.and_then(|status| status.hard).map(drop).ok_or_else(String::new)
    })
    .await;
    stage.start();
    let asked = stage.ask("web", json!({})).await;
    let _greeter = stage.bring_up(&asked).await;
    stage.phase("web", Phase::Ready).await;
    let tries = stage.proxy.came().into_iter().filter(|came| came.counts_headroom() && came.writes()).count();
    let maps = Api::<ConfigMap>::namespaced(stage.client(), stage.home());
    assert!(tries > 1 && maps.get_opt(NAME).await.unwrap().is_none(), "{tries}");
    quotas.delete("none", &DeleteParams::default()).await.unwrap();
    until("it is told", async || maps.get_opt(NAME).await.unwrap().ok_or_else(String::new)).await;
}
