//! The environments that are asked for, and the objects that come of them.

use std::{io::Write, time::Duration};

use futures_util::{StreamExt, stream};
use kube::{
    Api, Client,
    api::{ApiResource, DynamicObject, GroupVersionKind, ListParams, Patch, PatchParams, PostParams},
};
use serde_json::json;
use sublet::cluster::kubernetes::resource::Environment;
use tempfile::NamedTempFile;

/// The namespace of the environments.
pub const HOME: &str = "sublet";
/// How many requests of ours are under way at once.
const AT_ONCE: usize = 16;
/// Environments that are listed at once.
const PAGE: u32 = 500;
const OURS: &str = "app.kubernetes.io/managed-by=sublet";
const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBRyAp5yGZcyRsNoZkREkJ1TbUeJXAGrpgqmsVWPDGlM one";

/// The kinds of children, in an order in which they can be made.
const KINDS: [(&str, &str, &str); 9] = [
    ("", "v1", "Namespace"),
    ("rbac.authorization.k8s.io", "v1", "RoleBinding"),
    ("", "v1", "ResourceQuota"),
    ("", "v1", "LimitRange"),
    ("", "v1", "Secret"),
    ("", "v1", "PersistentVolumeClaim"),
    ("networking.k8s.io", "v1", "NetworkPolicy"),
    ("", "v1", "Service"),
    ("apps", "v1", "Deployment"),
];

fn environments(client: &Client) -> Api<Environment> {
    Api::namespaced(client.clone(), HOME)
}

fn environment(name: &str) -> Environment {
    let spec = json!({
        "lease": format!("lea-{name}"), "owner": "ada@example.org", "template": "web",
        "size": { "cpu": "100m", "memory": "128Mi" }, "authorizedKeys": [KEY],
        "endsAt": "2030-01-01T00:00:00Z", "deadlineSeconds": 86400,
        "container": { "image": "registry.local/sublet-ssh:1" },
    });
    Environment::new(name, serde_json::from_value(spec).expect("a spec"))
}

/// Asks for one and waits until the controller has looked at it.
pub async fn first(client: &Client) {
    let api = environments(client);
    api.create(&PostParams::default(), &environment("first")).await.expect("an environment");
    until(async || {
        let seen = api.get("first").await.expect("an environment");
        seen.status.and_then(|status| status.observed_generation).is_some()
    })
    .await;
}

/// Asks for so many.
pub async fn ask(client: &Client, many: usize) {
    each(many, async |number| {
        let made = environments(client).create(&PostParams::default(), &environment(&name(number))).await;
        made.expect("an environment");
    })
    .await;
}

/// Moves the end of each.
pub async fn extend(client: &Client, many: usize) {
    let patch = Patch::Merge(json!({ "spec": { "endsAt": "2030-01-02T00:00:00Z" } }));
    each(many, async |number| {
        let moved = environments(client).patch(&name(number), &PatchParams::default(), &patch).await;
        moved.expect("an environment");
    })
    .await;
}

/// Returns when the controller has done for all of them, at that generation, what it can do without nodes.
pub async fn converged(client: &Client, many: usize, generation: i64) {
    let mut left = many;
    until(async || {
        left = 0;
        let mut page = ListParams::default().limit(PAGE);
        loop {
            let list = environments(client).list(&page).await.expect("the environments");
            left += list.items.iter().filter(|environment| !done(environment, generation)).count();
            match list.metadata.continue_.filter(|token| !token.is_empty()) {
                Some(token) => page.continue_token = Some(token),
                None => break,
            }
        }
        left == 0
    })
    .await;
}

/// Its children are there as the last spec says: all that is missing is a node for the pod.
fn done(environment: &Environment, generation: i64) -> bool {
    let Some(status) = &environment.status else { return false };
    let name = environment.metadata.name.as_deref().unwrap_or_default();
    name == "first"
        || (status.observed_generation == environment.metadata.generation
            && status.observed_generation >= Some(generation)
            && status.address.is_some() == status.ssh.is_some()
            && status.progress.as_ref().is_some_and(|progress| progress.done >= 1))
}

/// Objects of one kind, as a file for kubectl.
pub struct List {
    pub objects: usize,
    pub file: NamedTempFile,
}

/// What the controller made, without what the API server added.
pub async fn lists(client: &Client) -> Vec<List> {
    let mut lists = Vec::new();
    for (group, version, kind) in KINDS {
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        let api: Api<DynamicObject> = Api::all_with(client.clone(), &resource);
        let found = api.list(&ListParams::default().labels(OURS)).await.expect("the objects");
        let mut file = NamedTempFile::with_suffix(".json").expect("a file");
        if found.items.is_empty() {
            continue;
        }
        let items: Vec<_> = found.items.into_iter().map(|object| bare(object, &resource)).collect();
        let list = json!({ "apiVersion": "v1", "kind": "List", "items": items });
        file.write_all(list.to_string().as_bytes()).expect("a file");
        lists.push(List { objects: items.len(), file });
    }
    lists
}

fn bare(object: DynamicObject, resource: &ApiResource) -> serde_json::Value {
    let mut object = serde_json::to_value(object).expect("an object");
    object["apiVersion"] = resource.api_version.clone().into();
    object["kind"] = resource.kind.clone().into();
    let metadata = json!({
        "name": object["metadata"]["name"], "namespace": object["metadata"]["namespace"],
        "labels": object["metadata"]["labels"], "annotations": object["metadata"]["annotations"],
    });
    object["metadata"] = metadata;
    let parts = object.as_object_mut().expect("an object");
    parts.remove("status");
    if let Some(spec) = parts.get_mut("spec").and_then(serde_json::Value::as_object_mut) {
        // Addresses and ports are given out anew in another cluster.
        for given in ["clusterIP", "clusterIPs", "finalizers", "volumeName"] {
            spec.remove(given);
        }
        for port in spec.get_mut("ports").and_then(serde_json::Value::as_array_mut).into_iter().flatten() {
            port.as_object_mut().expect("a port").remove("nodePort");
        }
    }
    object
}

fn name(number: usize) -> String {
    format!("web-{number:04}")
}

async fn each(many: usize, work: impl AsyncFn(usize)) {
    stream::iter(0..many).map(|number| work(number)).buffer_unordered(AT_ONCE).collect::<()>().await;
}

async fn until(mut met: impl AsyncFnMut() -> bool) {
    while !met().await {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
