//! A controller at work in a place of its own, and what stands in for nodes: pods become what tests say they are.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use k8s_openapi::{
    NamespaceResourceScope,
    api::core::v1::{Node, Pod, Service},
};
use kube::{
    Api, Client, Config, Resource, ResourceExt,
    api::{DeleteParams, ListParams, Patch, PatchParams, PostParams},
    config::{KubeConfigOptions, Kubeconfig},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sublet::{
    clock::WarpClock,
    cluster::kubernetes::{
        controller::{
            run::{Options, run},
            standing::Standing,
        },
        names,
        resource::{Environment, Phase, Status},
        settings::{Account, Making, ServiceKind},
    },
};
use tokio::{io::AsyncWriteExt, net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::proxy::Proxy;
use crate::world::{PATIENCE, Place};

/// How often a condition is looked at that is waited for.
const BEAT: Duration = Duration::from_millis(100);

/// A place with a controller.
pub struct Stage {
    pub place: Place,
    pub clock: Arc<WarpClock>,
    pub proxy: Proxy,
    pub options: Options,
    running: Option<Running>,
}

/// A controller that runs.
pub struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    /// Ends it as an init system would.
    pub async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.task.abort();
        }
    }
}

impl Stage {
    /// A place whose controller looks at everything so often.
    pub async fn new(resync: Duration) -> Option<Self> {
        let mut stage = Self::without_controller(resync).await?;
        stage.start();
        Some(stage)
    }

    /// The same, before the controller starts.
    pub async fn without_controller(resync: Duration) -> Option<Self> {
        let place = Place::new().await?;
        let file = Kubeconfig::read_from(place.access.kubeconfig.as_ref().unwrap()).unwrap();
        let config = Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await.unwrap();
        let proxy = Proxy::open(config).await;
        let options = Options { resync, probe: Duration::from_millis(200), ..Options::default() };
        Some(Self { place, clock: Arc::new(WarpClock::new()), proxy, options, running: None })
    }

    pub fn home(&self) -> &str {
        &self.place.access.namespace
    }

    pub fn client(&self) -> Client {
        self.place.client.clone()
    }

    /// Starts the controller of this stage.
    pub fn start(&mut self) {
        self.running = Some(self.another());
    }

    /// Stops it, and waits until it has ended.
    pub async fn stop(&mut self) {
        self.running.take().unwrap().stop().await;
    }

    /// A controller beside the one of this stage.
    pub fn another(&self) -> Running {
        let stop = CancellationToken::new();
        let work = run(
            self.proxy.client(),
            self.home().to_owned(),
            self.making(),
            self.clock.clone(),
            stop.clone(),
            self.options.clone(),
            Standing::default(),
        );
        Running { stop, task: tokio::spawn(work) }
    }

    fn making(&self) -> Making {
        Making {
            service: ServiceKind::NodePort,
            host: Some("127.0.0.1".to_owned()),
            account: Some(Account { namespace: self.home().to_owned(), name: "controller".to_owned() }),
            storage_class: None,
            storage_classes: BTreeMap::new(),
            reached_from: vec!["0.0.0.0/0".parse().unwrap()],
            may_reach: Vec::new(),
            cluster_ranges: vec!["10.0.0.0/8".parse().unwrap()],
            name_servers: Vec::new(),
        }
    }

    /// Asks for an environment; `more` is merged into its spec.
    pub async fn ask(&self, name: &str, more: Value) -> Environment {
        let mut spec = json!({
            "lease": format!("{}-{name}", self.home()),
            "owner": "dana@example.org",
            "template": "web",
            "size": { "cpu": "500m", "memory": "256Mi", "storage": "1Gi" },
            "authorizedKeys": [KEY],
            "container": { "image": "registry.local/sublet-ssh:1", "volume": "/home/dev/work" },
        });
        merge(&mut spec, &more);
        let environment = json!({ "apiVersion": "sublet.dev/v1alpha1", "kind": "Environment",
            "metadata": { "name": name }, "spec": spec });
        let environment: Environment = serde_json::from_value(environment).unwrap();
        self.place.environments().create(&PostParams::default(), &environment).await.unwrap()
    }

    /// Changes the spec.
    pub async fn change(&self, name: &str, spec: Value) {
        let patch = Patch::Merge(json!({ "spec": spec }));
        self.place.environments().patch(name, &PatchParams::default(), &patch).await.unwrap();
    }

    /// Makes the controller look, without a change of the spec.
    pub async fn touch(&self, name: &str) {
        let patch = Patch::Merge(
            json!({ "metadata": { "annotations": { "touched": self.clock.ahead().to_string() } } }),
        );
        self.place.environments().patch(name, &PatchParams::default(), &patch).await.unwrap();
    }

    pub async fn delete(&self, name: &str) {
        self.place.environments().delete(name, &DeleteParams::default()).await.unwrap();
    }

    /// Waits for a status.
    pub async fn status(&self, name: &str, what: &str, is: impl Fn(&Status) -> bool) -> Status {
        let api = self.place.environments();
        until(what, async || {
            let status = api.get(name).await.unwrap().status.unwrap_or_default();
            if is(&status) { Ok(status) } else { Err(format!("{status:?}")) }
        })
        .await
    }

    pub async fn phase(&self, name: &str, phase: Phase) -> Status {
        self.status(name, &format!("{name} is {phase:?}"), |status| status.phase == Some(phase)).await
    }

    /// Waits until the resource itself is gone.
    pub async fn gone(&self, name: &str) {
        let api = self.place.environments();
        until("the environment is gone", async || match api.get_opt(name).await.unwrap() {
            None => Ok(()),
            Some(there) => Err(format!("{:?}", there.status)),
        })
        .await;
    }

    /// Waits for something in the namespace of an environment.
    pub async fn child<K>(&self, environment: &Environment, name: &str) -> K
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
            + Clone
            + DeserializeOwned
            + std::fmt::Debug,
    {
        let api = self.children::<K>(environment);
        let what = format!("{} {name} is there", K::kind(&()));
        until(&what, async || api.get_opt(name).await.unwrap().ok_or_else(String::new)).await
    }

    pub fn children<K>(&self, environment: &Environment) -> Api<K>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    {
        Api::namespaced(self.client(), &names::namespace(environment))
    }

    /// What a node would do: the pod runs, and an SSH server answers. It answers until the guard is dropped.
    pub async fn bring_up(&self, environment: &Environment) -> Greeter {
        let greeter = self.greet(environment).await;
        self.run_pod(environment).await;
        greeter
    }

    /// An SSH server at the port that was allotted.
    pub async fn greet(&self, environment: &Environment) -> Greeter {
        let service: Service = self.child(environment, &environment.name_any()).await;
        let ports = service.spec.unwrap().ports.unwrap();
        let port = u16::try_from(ports[0].node_port.unwrap()).unwrap();
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        Greeter(tokio::spawn(async move {
            while let Ok((mut guest, _)) = listener.accept().await {
                let _gone = guest.write_all(b"SSH-2.0-test\r\n").await;
            }
        }))
    }

    /// The pod as it is when it runs well.
    pub async fn run_pod(&self, environment: &Environment) {
        let node = self.node().await;
        let api = self.children::<Pod>(environment);
        let attempt = environment.spec.attempt.to_string();
        let pod = until("there is a pod", async || {
            let pods = api.list(&ListParams::default()).await.unwrap().items;
            let current = |pod: &Pod| pod.annotations().get(names::ATTEMPT) == Some(&attempt);
            pods.into_iter()
                .find(|pod| pod.metadata.deletion_timestamp.is_none() && current(pod))
                .ok_or_else(String::new)
        })
        .await;
        let name = pod.name_any();
        let binding = json!({ "apiVersion": "v1", "kind": "Binding", "metadata": { "name": name },
            "target": { "apiVersion": "v1", "kind": "Node", "name": node } });
        api.create_subresource::<Value, Value>("binding", &name, &PostParams::default(), &binding)
            .await
            .unwrap();
        let since = "2026-01-01T00:00:00Z";
        let condition = |kind: &str| json!({ "type": kind, "status": "True", "lastTransitionTime": since, "reason": "Test" });
        let conditions = ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map(condition);
        let status = json!({ "phase": "Running", "startTime": since, "conditions": conditions,
            "containerStatuses": [{ "name": names::CONTAINER, "ready": true, "started": true, "restartCount": 0,
                "image": "x", "imageID": "x", "state": { "running": { "startedAt": since } } }] });
        let patch = Patch::Merge(json!({ "status": status }));
        api.patch_status(&name, &PatchParams::default(), &patch).await.unwrap();
    }

    /// A node of this place that takes no pods by itself.
    async fn node(&self) -> String {
        let (api, name) = (Api::<Node>::all(self.client()), format!("node-{}", self.home()));
        let node = json!({ "apiVersion": "v1", "kind": "Node", "metadata": { "name": name },
            "spec": { "unschedulable": true } });
        if api.get_opt(&name).await.unwrap().is_none() {
            api.create(&PostParams::default(), &serde_json::from_value(node).unwrap()).await.unwrap();
            let ready = json!({ "status": { "conditions": [{ "type": "Ready", "status": "True" }] } });
            api.patch_status(&name, &PatchParams::default(), &Patch::Merge(ready)).await.unwrap();
        }
        name
    }
}

/// An SSH server that greets. It falls silent when this is dropped.
pub struct Greeter(JoinHandle<()>);

impl Drop for Greeter {
    fn drop(&mut self) {
        self.0.abort();
    }
}

pub const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBRyAp5yGZcyRsNoZkREkJ1TbUeJXAGrpgqmsVWPDGlM one";

/// Waits until something holds, and gives what was found then.
pub async fn until<T>(what: &str, look: impl AsyncFn() -> Result<T, String>) -> T {
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        match look().await {
            Ok(found) => return found,
            Err(last) if tokio::time::Instant::now() > end => {
                panic!("waited in vain until {what}; last: {last}")
            }
            Err(_) => tokio::time::sleep(BEAT).await,
        }
    }
}

fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}
