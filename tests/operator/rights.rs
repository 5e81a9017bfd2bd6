//! What each of the two service accounts may do, with their real tokens: all that it needs, and nothing more.

use std::{path::Path, process::Command, sync::Arc};

use axum::http::{Method, Request};
use k8s_openapi::api::{
    authentication::v1::{TokenRequest, TokenRequestSpec},
    core::v1::ServiceAccount,
};
use kube::{
    Api, Client, Config,
    api::PostParams,
    client::ClientBuilder,
    config::{AuthInfo, Kubeconfig},
};
use serde_json::{Value, json};
use sublet::{
    clock::{SystemClock, UuidIds},
    cluster::kubernetes::{bot::KubernetesCluster, settings::Access},
    domain::{
        environment::EnvironmentSpec,
        ids::{EnvName, LeaseId},
    },
    ports::{
        clock::Ids,
        cluster::{Cluster, Observed},
    },
};
use tokio::{sync::OnceCell, time::timeout};

use crate::world::{PATIENCE, Place, spec, unlike_others};

/// The namespace of the manifests.
const HOME: &str = "sublet";
const MANIFESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/charts/sublet/manifests");
/// What the API server says when the policy refuses.
const POLICY: &str = "ValidatingAdmissionPolicy 'sublet-controller'";

/// Applies the manifests, as an operator does, and waits until the API server goes by the policy.
async fn manifests(place: &Place) {
    static APPLIED: OnceCell<()> = OnceCell::const_new();
    APPLIED
        .get_or_init(|| async {
            let kubectl = crate::support::required("SUBLET_TEST_KUBECTL").unwrap();
            let kubeconfig = place.access.kubeconfig.as_ref().unwrap();
            let mut apply = Command::new(kubectl);
            apply.arg("--kubeconfig").arg(kubeconfig).args(["apply", "-f"]).arg(Path::new(MANIFESTS));
            let output = apply.output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let controller = account(place, "sublet-controller").await;
            let stray = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "stray" } });
            let refused = async {
                while ask(&controller, Method::POST, "/api/v1/namespaces?dryRun=All", Some(&stray))
                    .await
                    .is_ok()
                {
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
            };
            timeout(PATIENCE, refused).await.expect("the policy is not gone by");
        })
        .await;
}

/// A client with a real token of a service account of the manifests.
async fn account(place: &Place, name: &str) -> Client {
    let accounts: Api<ServiceAccount> = Api::namespaced(place.client.clone(), HOME);
    let spec = TokenRequestSpec { audiences: Vec::new(), ..TokenRequestSpec::default() };
    let request = TokenRequest { spec, ..TokenRequest::default() };
    let answer = accounts.create_token_request(name, &PostParams::default(), &request).await.unwrap();
    let kubeconfig = Kubeconfig::read_from(place.access.kubeconfig.as_ref().unwrap()).unwrap();
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &Default::default()).await.unwrap();
    config.auth_info = AuthInfo { token: Some(answer.status.unwrap().token.into()), ..AuthInfo::default() };
    ClientBuilder::try_from(config).unwrap().build()
}

/// One request. `Err` is what the API server said, with its number in front.
async fn ask(client: &Client, method: Method, path: &str, body: Option<&Value>) -> Result<Value, String> {
    let kind = if method == Method::PATCH { "application/apply-patch+yaml" } else { "application/json" };
    let bytes = body.map(|body| serde_json::to_vec(body).unwrap()).unwrap_or_default();
    let request =
        Request::builder().method(method).uri(path).header("Content-Type", kind).body(bytes).unwrap();
    match client.request::<Value>(request).await {
        Ok(value) => Ok(value),
        Err(kube::Error::Api(status)) => Err(format!("{} {}", status.code, status.message)),
        Err(kube::Error::SerdeError(_)) => Ok(Value::Null),
        Err(error) => panic!("{path}: {error}"),
    }
}

/// A request: method, path and body.
type Ask = (Method, String, Option<Value>);

fn get(path: impl Into<String>) -> Ask {
    (Method::GET, path.into(), None)
}

fn delete(path: impl Into<String>) -> Ask {
    (Method::DELETE, path.into(), None)
}

fn post(path: impl Into<String>, object: Value) -> Ask {
    (Method::POST, path.into(), Some(object))
}

/// A server-side apply, as the controller does it.
fn patch(path: impl std::fmt::Display, object: Value) -> Ask {
    (Method::PATCH, format!("{path}?fieldManager=sublet-controller&force=true"), Some(object))
}

/// Every request must be refused with 403, and with these words.
async fn refused(client: &Client, words: &str, requests: &[Ask]) {
    for (method, path, body) in requests {
        let answer = ask(client, method.clone(), path, body.as_ref()).await;
        let Err(told) = answer else { panic!("{method} {path} is allowed") };
        assert!(told.starts_with("403 ") && told.contains(words), "{method} {path}: {told}");
    }
}

async fn allowed(client: &Client, requests: &[Ask]) {
    for (method, path, body) in requests {
        let answer = ask(client, method.clone(), path, body.as_ref()).await;
        assert!(answer.is_ok(), "{method} {path}: {answer:?}");
    }
}

fn named(api: &str, kind: &str, name: &str, rest: Value) -> Value {
    let mut object = json!({ "apiVersion": api, "kind": kind, "metadata": { "name": name } });
    object.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    object
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bot_asks_for_environments_and_for_nothing_else() {
    let Some(place) = Place::new().await else { return };
    manifests(&place).await;
    let client = account(&place, "sublet-bot").await;
    let access = Access { namespace: HOME.to_owned(), ..place.access.clone() };
    let bot = KubernetesCluster::open(client.clone(), &access, Arc::new(SystemClock));
    let spec = one();
    bot.apply(&spec).await.unwrap();
    assert!(matches!(bot.observe(&spec.lease).await.unwrap(), Observed::Working(_)));
    assert!(bot.leases().await.unwrap().contains(&spec.lease));
    let maps = format!("/api/v1/namespaces/{HOME}/configmaps");
    let map = format!("{maps}/sublet-headroom");
    let there = named("v1", "ConfigMap", "sublet-headroom", json!({}));
    allowed(&place.client, &[patch(&map, there.clone())]).await;
    allowed(&client, &[get(map.as_str())]).await;

    let environment = format!("/apis/sublet.dev/v1alpha1/namespaces/{HOME}/environments/{}", spec.name);
    let status = named(
        "sublet.dev/v1alpha1",
        "Environment",
        spec.name.as_str(),
        json!({ "status": { "phase": "Ready" } }),
    );
    let elsewhere = format!("/apis/sublet.dev/v1alpha1/namespaces/{}/environments", place.access.namespace);
    let pod = named("v1", "Pod", "x", json!({ "spec": { "containers": [{ "name": "x", "image": "x" }] } }));
    let namespace = named("v1", "Namespace", "x", json!({}));
    refused(
        &client,
        "sublet-bot",
        &[
            patch(format!("{environment}/status"), status),
            get(elsewhere),
            get("/apis/sublet.dev/v1alpha1/environments"),
            delete(format!("/apis/sublet.dev/v1alpha1/namespaces/{HOME}/environments")),
            patch(&map, there),
            delete(map.as_str()),
            get(maps.as_str()),
            get(format!("{maps}?watch=true&fieldSelector=metadata.name%3Dsublet-other")),
            get(format!("{maps}/kube-root-ca.crt")),
            get("/api/v1/namespaces/kube-system/configmaps/sublet-headroom"),
            get("/api/v1/pods"),
            get(format!("/api/v1/namespaces/{HOME}/pods")),
            post(format!("/api/v1/namespaces/{HOME}/pods"), pod),
            get(format!("/api/v1/namespaces/{HOME}/secrets")),
            get("/api/v1/namespaces/kube-system/secrets"),
            get("/api/v1/namespaces"),
            post("/api/v1/namespaces", namespace),
            get("/api/v1/nodes"),
            get(format!("/apis/coordination.k8s.io/v1/namespaces/{HOME}/leases")),
            get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions"),
            get("/apis/rbac.authorization.k8s.io/v1/clusterroles"),
        ],
    )
    .await;
    while !matches!(bot.remove(&spec.lease).await.unwrap(), Observed::Absent) {
        bot.changed().await;
    }
}

/// What nobody else asks for in this namespace, which several tests share.
fn one() -> EnvironmentSpec {
    let (id, spec) = (UuidIds.next(), spec(1));
    EnvironmentSpec { lease: LeaseId::new(id), name: EnvName::new("web", id), ..spec }
}

/// The namespace of an environment, as the controller makes it.
fn namespace(name: &str) -> Value {
    let labels = json!({ "app.kubernetes.io/managed-by": "sublet", "pod-security.kubernetes.io/enforce": "restricted" });
    json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name, "labels": labels } })
}

fn binding(role: &str, kind: &str, subject: &str) -> Value {
    let subject = json!({ "kind": "ServiceAccount", "name": subject, "namespace": HOME });
    let role = json!({ "apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role });
    named(
        "rbac.authorization.k8s.io/v1",
        "RoleBinding",
        "sublet",
        json!({ "roleRef": role, "subjects": [subject] }),
    )
}

fn bindings(namespace: &str) -> String {
    format!("/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings")
}

/// Makes a namespace with the controller's own right to write into it.
async fn made(controller: &Client) -> String {
    let name = format!("web-{}", unlike_others());
    allowed(
        controller,
        &[
            post("/api/v1/namespaces", namespace(&name)),
            patch(
                format!("{}/sublet", bindings(&name)),
                binding("sublet-environment", "ClusterRole", "sublet-controller"),
            ),
        ],
    )
    .await;
    // The authoriser learns of a binding a moment later.
    let secrets = format!("/api/v1/namespaces/{name}/secrets/none");
    let bound = async {
        while !ask(controller, Method::GET, &secrets, None).await.is_err_and(|told| told.starts_with("404")) {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, bound).await.expect("the binding has no effect");
    name
}

#[tokio::test(flavor = "multi_thread")]
async fn the_controller_writes_into_what_it_made() {
    let Some(place) = Place::new().await else { return };
    manifests(&place).await;
    let controller = account(&place, "sublet-controller").await;
    let name = made(&controller).await;
    let core = format!("/api/v1/namespaces/{name}");
    let labels = json!({ "app": "x" });
    let pod = json!({ "metadata": { "labels": labels }, "spec": { "containers": [{ "name": "x", "image": "x" }] } });
    let deployment = json!({ "spec": { "selector": { "matchLabels": labels }, "template": pod } });
    let claim = json!({ "spec": { "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": "1Mi" } } } });
    let limits = json!({ "spec": { "limits": [{ "type": "Container", "max": { "cpu": "1" } }] } });
    let service = json!({ "spec": { "type": "NodePort", "ports": [{ "port": 22 }] } });
    let policy = json!({ "spec": { "podSelector": {} } });
    let net = format!("/apis/networking.k8s.io/v1/namespaces/{name}/networkpolicies/x");
    allowed(
        &controller,
        &[
            patch(format!("{core}/secrets/ssh"), named("v1", "Secret", "ssh", json!({}))),
            get(format!("{core}/secrets/ssh")),
            patch(
                format!("{core}/persistentvolumeclaims/work"),
                named("v1", "PersistentVolumeClaim", "work", claim),
            ),
            patch(format!("{core}/services/ssh"), named("v1", "Service", "ssh", service)),
            patch(
                format!("{core}/resourcequotas/sublet"),
                named("v1", "ResourceQuota", "sublet", json!({ "spec": { "hard": { "pods": "1" } } })),
            ),
            patch(format!("{core}/limitranges/sublet"), named("v1", "LimitRange", "sublet", limits)),
            patch(
                format!("/apis/apps/v1/namespaces/{name}/deployments/x"),
                named("apps/v1", "Deployment", "x", deployment),
            ),
            patch(&net, named("networking.k8s.io/v1", "NetworkPolicy", "x", policy)),
            delete(net),
            get(format!("{core}/events")),
            get("/api/v1/pods"),
            get("/api/v1/nodes"),
            get("/api/v1/persistentvolumes"),
            get("/apis/apps/v1/deployments"),
            get(format!("/apis/sublet.dev/v1alpha1/namespaces/{HOME}/environments")),
            patch(format!("/api/v1/namespaces/{name}"), namespace(&name)),
            delete(core),
        ],
    )
    .await;
    let lease =
        named("coordination.k8s.io/v1", "Lease", "test", json!({ "spec": { "holderIdentity": "x" } }));
    let leases = format!("/apis/coordination.k8s.io/v1/namespaces/{HOME}/leases/test");
    let maps = format!("/api/v1/namespaces/{HOME}/configmaps");
    let headroom = named("v1", "ConfigMap", "sublet-headroom", json!({ "data": { "cpu": "1" } }));
    // Whether it is there already or not.
    let _first = ask(&place.client, Method::DELETE, &format!("{maps}/sublet-headroom"), None).await;
    let tell = || patch(format!("{maps}/sublet-headroom"), headroom.clone());
    allowed(&controller, &[patch(leases, lease), tell(), tell()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_controller_reports_but_does_not_ask() {
    let Some(place) = Place::new().await else { return };
    manifests(&place).await;
    let controller = account(&place, "sublet-controller").await;
    let access = Access { namespace: HOME.to_owned(), ..place.access.clone() };
    let bot = KubernetesCluster::open(place.client.clone(), &access, Arc::new(SystemClock));
    let spec = one();
    bot.apply(&spec).await.unwrap();
    let path = format!("/apis/sublet.dev/v1alpha1/namespaces/{HOME}/environments/{}", spec.name);
    let environment = |rest: Value| named("sublet.dev/v1alpha1", "Environment", spec.name.as_str(), rest);
    let report = environment(json!({ "status": { "phase": "Provisioning" } }));
    let mut finalizer = environment(json!({}));
    finalizer["metadata"]["finalizers"] = json!(["sublet.dev/purge"]);
    allowed(
        &controller,
        &[
            patch(format!("{path}/status"), report),
            patch(&path, finalizer),
            patch(&path, environment(json!({}))),
        ],
    )
    .await;
    let bigger = environment(json!({ "spec": { "size": { "cpu": "8" } } }));
    refused(&controller, "does not change what is asked", &[patch(&path, bigger)]).await;
    let mut another = ask(&place.client, Method::GET, &path, None).await.unwrap();
    another["metadata"] = json!({ "name": "another" });
    refused(
        &controller,
        "cannot",
        &[delete(path.as_str()), post(path.trim_end_matches(&format!("/{}", spec.name)), another)],
    )
    .await;
    bot.remove(&spec.lease).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_controller_touches_nothing_that_it_did_not_make() {
    let Some(place) = Place::new().await else { return };
    manifests(&place).await;
    let controller = account(&place, "sublet-controller").await;
    let made = made(&controller).await;
    let foreign = &place.access.namespace;

    let map = |name: &str| named("v1", "ConfigMap", name, json!({ "data": { "cpu": "1" } }));
    // Never granted.
    refused(
        &controller,
        "cannot",
        &[
            get("/api/v1/namespaces/kube-system/secrets"),
            get(format!("/api/v1/namespaces/{HOME}/secrets")),
            get(format!("/api/v1/namespaces/{foreign}/secrets/x")),
            post(format!("/api/v1/namespaces/{foreign}/secrets"), named("v1", "Secret", "x", json!({}))),
            post(format!("/api/v1/namespaces/{foreign}/services"), named("v1", "Service", "x", json!({}))),
            delete("/api/v1/nodes/x"),
            delete("/api/v1/persistentvolumes/x"),
            delete(format!("{}/sublet-bot", bindings(HOME))),
            post(format!("/api/v1/namespaces/{HOME}/serviceaccounts/sublet-bot/token"), json!({})),
            get(format!("/api/v1/namespaces/{made}/configmaps")),
            get(format!("/api/v1/namespaces/{HOME}/configmaps")),
            get(format!("/api/v1/namespaces/{HOME}/configmaps/sublet-headroom")),
            get(format!("/api/v1/namespaces/{HOME}/configmaps/kube-root-ca.crt")),
            patch(format!("/api/v1/namespaces/{HOME}/configmaps/other"), map("other")),
            patch(format!("/api/v1/namespaces/{HOME}/configmaps/kube-root-ca.crt"), map("kube-root-ca.crt")),
            patch(format!("/api/v1/namespaces/{foreign}/configmaps/sublet-headroom"), map("sublet-headroom")),
            patch(format!("/api/v1/namespaces/{made}/configmaps/sublet-headroom"), map("sublet-headroom")),
            post(format!("/api/v1/namespaces/{HOME}/configmaps"), map("other")),
            delete(format!("/api/v1/namespaces/{HOME}/configmaps/sublet-headroom")),
            patch("/api/v1/nodes/x", named("v1", "Node", "x", json!({}))),
            post(format!("/api/v1/namespaces/{foreign}/pods/x/eviction"), json!({})),
        ],
    )
    .await;

    // A role that it does not have itself cannot be given, also where it may write.
    let words = "attempting to grant RBAC permissions";
    let admin = binding("cluster-admin", "ClusterRole", "sublet-controller");
    refused(&controller, words, &[post(bindings(&made), admin)]).await;

    allowed(&controller, &[delete(format!("/api/v1/namespaces/{made}"))]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rbac_cannot_say_the_policy_refuses() {
    let Some(place) = Place::new().await else { return };
    manifests(&place).await;
    let controller = account(&place, "sublet-controller").await;
    let made = made(&controller).await;
    let foreign = &place.access.namespace;
    let admin = binding("cluster-admin", "ClusterRole", "sublet-controller");
    let mut unlabelled = namespace("x");
    unlabelled["metadata"]["labels"] = json!({ "pod-security.kubernetes.io/enforce": "restricted" });
    let mut open = namespace("x");
    open["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] = json!("privileged");
    let mut opened = open.clone();
    opened["metadata"]["name"] = json!(made);
    let own = binding("sublet-environment", "ClusterRole", "sublet-controller");
    let other = binding("sublet-environment", "ClusterRole", "sublet-bot");
    let lease = named("coordination.k8s.io/v1", "Lease", "x", json!({ "spec": {} }));
    refused(
        &controller,
        POLICY,
        &[
            delete(format!("/api/v1/namespaces/{foreign}")),
            patch("/api/v1/namespaces/kube-system", namespace("kube-system")),
            patch(format!("/api/v1/namespaces/{foreign}"), namespace(foreign)),
            patch(format!("/api/v1/namespaces/{HOME}"), namespace(HOME)),
            post("/api/v1/namespaces", unlabelled),
            post("/api/v1/namespaces", open),
            patch(format!("/api/v1/namespaces/{made}"), opened),
            post(bindings(foreign), own.clone()),
            post(bindings("kube-system"), own.clone()),
            post(bindings(HOME), own),
            patch(format!("{}/sublet", bindings(&made)), other),
        ],
    )
    .await;
    refused(
        &controller,
        "sublet-controller",
        &[
            post(bindings("kube-system"), admin),
            post(format!("/apis/coordination.k8s.io/v1/namespaces/{foreign}/leases"), lease),
            post("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", json!({})),
        ],
    )
    .await;
    let there = place.client.clone();
    let still = ask(&there, Method::GET, &format!("/api/v1/namespaces/{foreign}"), None).await.unwrap();
    assert!(still["metadata"]["deletionTimestamp"].is_null());
    allowed(&controller, &[delete(format!("/api/v1/namespaces/{made}"))]).await;
}
