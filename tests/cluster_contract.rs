//! What every provisioner promises, whatever it makes environments of.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should stop where it stands"
)]

#[path = "support/mod.rs"]
mod support;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use sublet::{
    clock::{SystemClock, UuidIds},
    cluster::{
        kubernetes::{
            bot::KubernetesCluster,
            client,
            controller::{run, standing::Standing},
            install,
            settings::{Access, Making, ServiceKind},
        },
        local::{LocalCluster, LocalConfig},
    },
    domain::{
        environment::{EnvironmentSpec, SshAccess},
        ids::{EnvName, LeaseId},
        template::Value,
        workload::{Container, Workload},
    },
    ports::{
        clock::{Clock, Ids},
        cluster::{Cluster, Observed},
    },
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const DEADLINE: Duration = Duration::from_secs(120);
const KEYS: [&str; 2] = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBRyAp5yGZcyRsNoZkREkJ1TbUeJXAGrpgqmsVWPDGlM one",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0wmN/Cr3JXqmLW7u+g9pTh+wyqDHpSQEIQczXkVx9q two",
];

/// One promise after the other; the provisioner must be empty.
async fn contract(cluster: &dyn Cluster, spec: fn(u64) -> EnvironmentSpec) {
    assert_eq!(cluster.leases().await.unwrap(), [], "it must be empty at the start");
    let (one, two) = (spec(1), spec(2));

    // Nothing is there before it is applied, and removing nothing is no fault.
    assert_eq!(cluster.observe(&one.lease).await.unwrap(), Observed::Absent);
    assert_eq!(cluster.remove(&one.lease).await.unwrap(), Observed::Absent);

    // Applying makes it; until it is ready its progress is told and never goes back.
    cluster.apply(&one).await.unwrap();
    let access = ready(cluster, &one.lease).await;
    assert!(!access.host.is_empty() && access.port > 0 && !access.user.is_empty());
    assert!(access.host_key.starts_with("ssh-") && access.fingerprint.starts_with("SHA256:"));

    // Applying the same again changes nothing, at once or later.
    cluster.apply(&one).await.unwrap();
    cluster.apply(&one).await.unwrap();
    assert_eq!(cluster.observe(&one.lease).await.unwrap(), Observed::Ready(access.clone()));

    // A changed spec keeps the address and the host key.
    let mut changed = one.clone();
    changed.keys = KEYS.map(str::to_owned).to_vec();
    changed.ends_at = chrono::DateTime::from_timestamp_millis(1_900_000_000_000);
    cluster.apply(&changed).await.unwrap();
    assert_eq!(ready(cluster, &one.lease).await, access);

    // Two do not collide, and both are listed.
    cluster.apply(&two).await.unwrap();
    let other = ready(cluster, &two.lease).await;
    assert_ne!((&other.host, other.port), (&access.host, access.port));
    assert_ne!(other.host_key, access.host_key);
    let mut listed = cluster.leases().await.unwrap();
    listed.sort();
    assert_eq!(listed, [one.lease.clone(), two.lease.clone()]);

    // Removing one leaves the other; removed is absent and stays so.
    gone(cluster, &one.lease).await;
    assert_eq!(cluster.observe(&one.lease).await.unwrap(), Observed::Absent);
    assert_eq!(cluster.remove(&one.lease).await.unwrap(), Observed::Absent);
    assert_eq!(cluster.leases().await.unwrap(), std::slice::from_ref(&two.lease));
    assert_eq!(cluster.observe(&two.lease).await.unwrap(), Observed::Ready(other));

    // What was removed can be made again, as something new.
    cluster.apply(&one).await.unwrap();
    assert_ne!(ready(cluster, &one.lease).await.host_key, access.host_key);

    // Removing while it is being made leaves nothing either.
    let three = spec(3);
    cluster.apply(&three).await.unwrap();
    for lease in [&three.lease, &one.lease, &two.lease] {
        gone(cluster, lease).await;
    }
    assert_eq!(cluster.leases().await.unwrap(), []);
}

async fn ready(cluster: &dyn Cluster, lease: &LeaseId) -> SshAccess {
    let mut most = 0;
    let waiting = async {
        loop {
            match cluster.observe(lease).await.unwrap() {
                Observed::Ready(access) => return access,
                Observed::Working(progress) => {
                    assert!(progress.done >= most, "progress went back to {progress:?}");
                    assert!(progress.done <= progress.total && !progress.step.is_empty(), "{progress:?}");
                    most = progress.done;
                }
                other => panic!("{lease} became {other:?}"),
            }
            cluster.changed().await;
        }
    };
    tokio::time::timeout(DEADLINE, waiting).await.expect("it was never ready")
}

async fn gone(cluster: &dyn Cluster, lease: &LeaseId) {
    let removing = async {
        while let Observed::Leaving(left) = cluster.remove(lease).await.unwrap() {
            assert!(!left.is_empty(), "leaving, but nothing is left");
            cluster.changed().await;
        }
    };
    tokio::time::timeout(DEADLINE, removing).await.expect("it never left");
    assert_eq!(cluster.observe(lease).await.unwrap(), Observed::Absent);
}

fn spec(number: u64) -> EnvironmentSpec {
    let lease = u128::from(std::process::id()) << 96 | u128::from(number);
    EnvironmentSpec {
        lease: LeaseId::new(Uuid::from_u128(lease)),
        name: EnvName::parse(&format!("lab-{number:04}")).unwrap(),
        owner: "ada@example.org".to_owned(),
        template: "lab".to_owned(),
        workload: None,
        ready_within: chrono::TimeDelta::minutes(10).into(),
        parameters: BTreeMap::from([("memory".to_owned(), Value::Bytes(1 << 30))]),
        keys: vec![KEYS[0].to_owned()],
        ends_at: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_local_provisioner_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = LocalCluster::open(LocalConfig::new(folder.path())).await.unwrap();
    contract(cluster.as_ref(), spec).await;
    cluster.close().await;
}

/// The same as a container.
fn container(number: u64) -> EnvironmentSpec {
    let container = Container {
        image: "registry.local/sublet-ssh:1".to_owned(),
        user: "dev".to_owned(),
        ssh_port: 2222,
        ports: BTreeMap::new(),
        volume: Some("/home/dev/work".to_owned()),
        env: BTreeMap::new(),
    };
    EnvironmentSpec {
        workload: Some(Workload::Container(container)),
        parameters: BTreeMap::from([
            ("cpu".to_owned(), Value::Cpu(50)),
            ("memory".to_owned(), Value::Bytes(64 << 20)),
            ("storage".to_owned(), Value::Bytes(16 << 20)),
        ]),
        ..spec(number)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kubernetes_keeps_the_contract() {
    let Some(kubeconfig) = support::required("SUBLET_TEST_NODE_KUBECONFIG") else { return };
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let namespace = format!("contract-{}", UuidIds.next().simple().to_string().split_off(22));
    let access = Access { kubeconfig: Some(kubeconfig.into()), context: None, namespace: namespace.clone() };
    let client = client::connect(&access).await.unwrap();
    install::definition(&client).await.unwrap();
    install::namespace(&client, &namespace).await.unwrap();
    let making = Making {
        service: ServiceKind::NodePort,
        host: None,
        account: None,
        storage_class: None,
        storage_classes: BTreeMap::new(),
        reached_from: vec!["0.0.0.0/0".parse().unwrap()],
        may_reach: Vec::new(),
        cluster_ranges: Vec::new(),
        name_servers: Vec::new(),
    };
    let (clock, stop): (Arc<dyn Clock>, _) = (Arc::new(SystemClock), CancellationToken::new());
    let (options, standing) = (run::Options::default(), Standing::default());
    let controller =
        run::run(client.clone(), namespace, making, clock.clone(), stop.clone(), options, standing);
    let controller = tokio::spawn(controller);
    let cluster = KubernetesCluster::open(client, &access, clock);
    contract(cluster.as_ref(), container).await;
    stop.cancel();
    controller.await.unwrap();
}
