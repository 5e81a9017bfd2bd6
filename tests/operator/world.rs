//! A namespace of one's own in the test cluster, and what tests do in it.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use kube::{
    Api, Client, Resource,
    api::{Patch, PatchParams},
};
use sublet::{
    clock::{SystemClock, UuidIds},
    cluster::kubernetes::{
        bot::KubernetesCluster,
        client, install,
        resource::{Environment, Status},
        settings::Access,
    },
    domain::{
        environment::EnvironmentSpec,
        ids::{EnvName, LeaseId},
        template::Value,
        workload::{Container, Workload},
    },
    ports::clock::Ids,
};
use uuid::Uuid;

/// How long anything may take that is waited for.
pub const PATIENCE: Duration = Duration::from_secs(30);

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBRyAp5yGZcyRsNoZkREkJ1TbUeJXAGrpgqmsVWPDGlM one";

/// A namespace of one's own.
pub struct Place {
    /// A client that may do everything.
    pub client: Client,
    /// How the cluster is reached.
    pub access: Access,
}

impl Place {
    /// A new namespace, in a cluster that knows Environments.
    pub async fn new() -> Option<Self> {
        let kubeconfig = PathBuf::from(crate::support::required("SUBLET_TEST_KUBECONFIG")?);
        // A second start in one process finds the first one's provider.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let namespace = format!("place-{}", unlike_others());
        let access = Access { kubeconfig: Some(kubeconfig), context: None, namespace: namespace.clone() };
        let client = client::connect(&access).await.unwrap();
        install::definition(&client).await.unwrap();
        install::namespace(&client, &namespace).await.unwrap();
        Some(Self { client, access })
    }

    /// The resources of the namespace.
    pub fn environments(&self) -> Api<Environment> {
        Api::namespaced(self.client.clone(), &self.access.namespace)
    }

    /// The bot's side of it.
    pub fn bot(&self) -> Arc<KubernetesCluster> {
        KubernetesCluster::open(self.client.clone(), &self.access, Arc::new(SystemClock))
    }

    /// Writes a status, as the controller would.
    pub async fn report(&self, name: &EnvName, status: Status) -> Environment {
        let patch = Patch::Merge(serde_json::json!({ "status": status }));
        self.environments().patch_status(name.as_str(), &PatchParams::default(), &patch).await.unwrap()
    }

    /// Puts a finalizer on a resource, or takes all away.
    pub async fn finalizers(&self, name: &EnvName, finalizers: &[&str]) {
        let patch = Patch::Merge(serde_json::json!({ "metadata": { "finalizers": finalizers } }));
        self.environments().patch(name.as_str(), &PatchParams::default(), &patch).await.unwrap();
    }

    /// One resource as it is now.
    pub async fn look(&self, name: &EnvName) -> Environment {
        self.environments().get(name.as_str()).await.unwrap()
    }
}

/// A word that was never used before.
pub fn unlike_others() -> String {
    UuidIds.next().simple().to_string().split_off(22)
}

/// What a lease asks for; `number` tells several apart.
pub fn spec(number: u64) -> EnvironmentSpec {
    EnvironmentSpec {
        lease: LeaseId::new(Uuid::from_u64_pair(u64::from(std::process::id()), number)),
        name: EnvName::parse(&format!("web-{number:04}")).unwrap(),
        owner: "dana@example.org".to_owned(),
        template: "web".to_owned(),
        workload: Some(Workload::Container(Container {
            image: "registry.local/sublet-ssh:1".to_owned(),
            user: "dev".to_owned(),
            ssh_port: 2222,
            ports: BTreeMap::from([("http".to_owned(), 8080)]),
            volume: Some("/home/dev/work".to_owned()),
            env: BTreeMap::from([("LANG".to_owned(), "C.UTF-8".to_owned())]),
        })),
        ready_within: chrono::TimeDelta::minutes(2).into(),
        parameters: BTreeMap::from([
            ("cpu".to_owned(), Value::Cpu(1500)),
            ("memory".to_owned(), Value::Bytes(512 << 20)),
            ("storage".to_owned(), Value::Bytes(1 << 30)),
            ("engine".to_owned(), Value::Text("postgres".to_owned())),
            ("debug".to_owned(), Value::Switch(true)),
        ]),
        keys: vec![KEY.to_owned()],
        ends_at: None,
    }
}

/// The generation of a resource.
pub fn generation(environment: &Environment) -> Option<i64> {
    environment.meta().generation
}
