//! Environments, settings and what is there of them, as the tests need them.

use std::{collections::BTreeMap, sync::LazyLock};

use ipnet::IpNet;
use kube::api::ObjectMeta;
use sublet::{
    cluster::{
        host_key::HostKey,
        kubernetes::{
            controller::{plan::Plan, validate},
            resource::{ContainerSpec, Environment, Size, Spec},
            settings::{Account, Making, ServiceKind},
        },
    },
    domain::Instant,
};

pub const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBRyAp5yGZcyRsNoZkREkJ1TbUeJXAGrpgqmsVWPDGlM one";

/// One key for all tests of a run.
pub fn host_key() -> HostKey {
    static ONE: LazyLock<HostKey> = LazyLock::new(|| HostKey::generate().unwrap());
    ONE.clone()
}

/// So many seconds after noon of 21 November 2026.
pub fn at(seconds: i64) -> Instant {
    chrono::DateTime::from_timestamp(1_795_262_400 + seconds, 0).unwrap()
}

pub fn ranges(texts: &[&str]) -> Vec<IpNet> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn words<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

/// One with everything.
pub fn environment() -> Environment {
    let spec = Spec {
        lease: "lea_01994f2a".to_owned(),
        owner: "dana@example.org".to_owned(),
        template: "web".to_owned(),
        size: Size { cpu: "1.5".to_owned(), memory: "1024Mi".to_owned(), storage: Some("5Gi".to_owned()) },
        parameters: words([("engine", "postgres"), ("start-page", "costs $(HOME)")]),
        authorized_keys: vec![KEY.to_owned()],
        ends_at: None,
        deadline_seconds: 600,
        attempt: 1,
        container: Some(ContainerSpec {
            image: "registry.example/web:1".to_owned(),
            user: "dev".to_owned(),
            ssh_port: 2222,
            ports: [("http".to_owned(), 8080)].into(),
            volume: Some("/home/dev/work".to_owned()),
            env: words([("LANG", "C.UTF-8")]),
        }),
    };
    let metadata = ObjectMeta {
        name: Some("web-7k3f2".to_owned()),
        namespace: Some("sublet".to_owned()),
        generation: Some(3),
        ..ObjectMeta::default()
    };
    Environment { metadata, spec, status: None }
}

/// One with nothing that can be left out.
pub fn bare() -> Environment {
    let mut bare = environment();
    bare.spec.size.storage = None;
    bare.spec.parameters.clear();
    let container = bare.spec.container.as_mut().unwrap();
    container.volume = None;
    container.ports.clear();
    container.env.clear();
    bare
}

pub fn making() -> Making {
    Making {
        service: ServiceKind::NodePort,
        host: None,
        account: Some(Account { namespace: "sublet".to_owned(), name: "sublet-controller".to_owned() }),
        storage_class: Some("standard".to_owned()),
        storage_classes: words([("lab", "fast")]),
        reached_from: ranges(&["0.0.0.0/0", "::/0"]),
        may_reach: ranges(&["0.0.0.0/0"]),
        cluster_ranges: ranges(&["10.96.0.0/16"]),
        name_servers: vec!["9.9.9.9".parse().unwrap()],
    }
}

pub fn plan(environment: &Environment, making: &Making) -> Plan {
    validate::plan(environment, making, &ranges(&["10.244.0.0/24"])).unwrap()
}
