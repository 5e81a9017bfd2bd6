//! The stores of one controller: which kinds are followed, what is kept of them, and whom a change concerns.

use std::{
    collections::{BTreeSet, HashMap},
    net::IpAddr,
    sync::Arc,
};

use ipnet::IpNet;
use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{
        LimitRange, Namespace, Node, NodeSpec, NodeStatus, PersistentVolume, PersistentVolumeClaim,
        PersistentVolumeSpec, Pod, PodSpec, ResourceQuota, Service,
    },
    networking::v1::NetworkPolicy,
    rbac::v1::RoleBinding,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::{Api, Client, Resource, ResourceExt, runtime::reflector::Store};
use tokio::{sync::watch, task::JoinSet};

use super::{
    bell::Bell,
    watch::{Seen, follow},
};
use crate::cluster::kubernetes::{names, resource::Environment};

/// Everything that is followed.
pub(super) struct Stores {
    pub(super) environments: Store<Environment>,
    pub(super) namespaces: Store<Namespace>,
    pub(super) bindings: Store<RoleBinding>,
    pub(super) quotas: Store<ResourceQuota>,
    pub(super) limits: Store<LimitRange>,
    pub(super) claims: Store<PersistentVolumeClaim>,
    pub(super) policies: Store<NetworkPolicy>,
    pub(super) services: Store<Service>,
    pub(super) deployments: Store<Deployment>,
    pub(super) pods: Store<Pod>,
    pub(super) volumes: Store<PersistentVolume>,
    pub(super) nodes: Store<Node>,
    unread: watch::Receiver<usize>,
}

impl Stores {
    /// Begins to follow; the bell rings for every environment that something may have changed for.
    pub(super) fn open(client: &Client, home: &str, bell: &Arc<Bell>, tasks: &mut JoinSet<()>) -> Self {
        let labels = format!("{}={}", names::MANAGED_BY, names::MANAGER);
        let (reading, unread) = watch::channel(0);
        macro_rules! ours {
            ($trim:expr) => {
                follow(tasks, Api::all(client.clone()), Some(&labels), $trim, &reading, child(home, bell))
            };
        }
        Self {
            environments: follow(
                tasks,
                Api::namespaced(client.clone(), home),
                None,
                lean,
                &reading,
                asked(bell),
            ),
            namespaces: ours!(lean),
            bindings: ours!(lean),
            quotas: ours!(lean_quota),
            limits: ours!(lean),
            claims: ours!(lean),
            policies: ours!(lean),
            services: ours!(lean),
            deployments: ours!(lean),
            pods: ours!(lean_pod),
            volumes: follow(tasks, Api::all(client.clone()), None, lean_volume, &reading, volume(bell)),
            nodes: follow(tasks, Api::all(client.clone()), None, lean_node, &reading, node(bell)),
            unread,
        }
    }

    /// Waits until every kind was read once: what is not in a store is not there only from then on. The stores' own
    /// `wait_until_ready` will not do: each wakes only one of those that wait, and kube's queue is one of them.
    pub(super) async fn are_whole(&self) -> bool {
        self.unread.clone().wait_for(|kinds| *kinds == 0).await.is_ok()
    }

    /// Addresses of nodes that are ready: external ones before internal ones.
    pub(super) fn addresses(&self) -> Vec<String> {
        let mut found: Vec<(u8, String)> = self
            .nodes
            .state()
            .iter()
            .filter(|node| is_ready(node))
            .flat_map(|node| addresses(node))
            .collect();
        found.sort();
        found.dedup();
        found.into_iter().map(|(_, address)| address).collect()
    }

    /// Ranges of pods that the nodes name.
    pub(super) fn ranges(&self) -> Vec<IpNet> {
        let ranges: BTreeSet<IpNet> = self.nodes.state().iter().flat_map(|node| ranges(node)).collect();
        ranges.into_iter().collect()
    }
}

/// An environment itself has changed. Its status is ours, so that changes of it are no news.
fn asked(bell: &Arc<Bell>) -> impl FnMut(Seen<'_, Environment>) + Send + 'static {
    let bell = bell.clone();
    let mut known = HashMap::new();
    move |seen| match seen {
        Seen::One(environment) => {
            let meta = &environment.metadata;
            let face = (
                meta.uid.clone(),
                meta.generation,
                meta.finalizers.clone(),
                meta.deletion_timestamp.is_some(),
                meta.labels.clone(),
                meta.annotations.clone(),
            );
            let name = environment.name_any();
            if known.get(&name) != Some(&face) {
                known.insert(name.clone(), face);
                bell.ring(&name);
            }
        }
        Seen::Gone(environment) => {
            known.remove(&environment.name_any());
            bell.ring(&environment.name_any());
        }
        Seen::All => bell.ring_all(),
    }
}

/// Something of an environment has changed.
fn child<K: Resource<DynamicType = ()>>(
    home: &str,
    bell: &Arc<Bell>,
) -> impl FnMut(Seen<'_, K>) + Send + 'static {
    let (home, bell) = (home.to_owned(), bell.clone());
    move |seen| match seen {
        Seen::One(child) | Seen::Gone(child) => {
            if let Some(name) = environment_of(&home, child.meta()) {
                bell.ring(name);
            }
        }
        Seen::All => bell.ring_all(),
    }
}

/// The name of the environment that this belongs to, if that is one of this home.
pub(super) fn environment_of<'a>(home: &str, meta: &'a ObjectMeta) -> Option<&'a str> {
    let from = meta.annotations.as_ref().and_then(|all| all.get(names::HOME))?;
    let name = meta.labels.as_ref().and_then(|all| all.get(names::ENVIRONMENT))?;
    (from == home).then_some(name.as_str())
}

/// A volume belongs to whoever's namespace its claim is, or was, in.
fn volume(bell: &Arc<Bell>) -> impl FnMut(Seen<'_, PersistentVolume>) + Send + 'static {
    let bell = bell.clone();
    move |seen| match seen {
        Seen::One(volume) | Seen::Gone(volume) => {
            if let Some(namespace) = claimed_in(volume) {
                bell.ring_for_namespace(namespace);
            }
        }
        Seen::All => bell.ring_all(),
    }
}

/// The namespace of the claim that a volume is, or was, bound to.
pub(super) fn claimed_in(volume: &PersistentVolume) -> Option<&str> {
    volume.spec.as_ref()?.claim_ref.as_ref()?.namespace.as_deref()
}

/// Nodes tell something every few minutes; only what concerns environments is news, and then for all of them.
fn node(bell: &Arc<Bell>) -> impl FnMut(Seen<'_, Node>) + Send + 'static {
    let bell = bell.clone();
    let mut known = HashMap::new();
    move |seen| match seen {
        Seen::One(node) => {
            let face = (is_ready(node), addresses(node), ranges(node));
            let name = node.name_any();
            if known.get(&name) != Some(&face) {
                known.insert(name, face);
                bell.ring_all();
            }
        }
        Seen::Gone(node) => {
            known.remove(&node.name_any());
            bell.ring_all();
        }
        Seen::All => bell.ring_all(),
    }
}

pub(super) fn is_ready(node: &Node) -> bool {
    let conditions = node.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    conditions.iter().any(|condition| condition.type_ == "Ready" && condition.status == "True")
}

/// Addresses of a node by which people may reach it, with their rank.
fn addresses(node: &Node) -> Vec<(u8, String)> {
    let all = node.status.as_ref().and_then(|status| status.addresses.as_deref()).unwrap_or_default();
    let rank = |kind: &str| match kind {
        "ExternalIP" => Some(0),
        "InternalIP" => Some(1),
        _ => None,
    };
    let usable = |address: &str| address.parse::<IpAddr>().is_ok();
    all.iter()
        .filter(|one| usable(&one.address))
        .filter_map(|one| Some((rank(&one.type_)?, one.address.clone())))
        .collect()
}

fn ranges(node: &Node) -> Vec<IpNet> {
    let spec = node.spec.as_ref();
    let several = spec.and_then(|spec| spec.pod_cidrs.clone()).unwrap_or_default();
    let one = spec.and_then(|spec| spec.pod_cidr.clone());
    several.iter().chain(&one).filter_map(|range| range.parse().ok()).collect()
}

/// Who wrote which field is half of an object, and of no use here.
fn lean<K: Resource>(object: &mut K) {
    object.meta_mut().managed_fields = None;
}

/// What is used of a quota changes with every pod, and concerns nobody here.
fn lean_quota(quota: &mut ResourceQuota) {
    lean(quota);
    quota.status = None;
}

/// Of a pod, what happens to it is of interest, not what it is made of.
fn lean_pod(pod: &mut Pod) {
    lean(pod);
    let node_name = pod.spec.take().and_then(|spec| spec.node_name);
    pod.spec = Some(PodSpec { node_name, ..PodSpec::default() });
}

/// Of a volume, whose it is and what becomes of it. Most are not ours.
fn lean_volume(volume: &mut PersistentVolume) {
    lean(volume);
    volume.metadata.annotations = None;
    volume.spec = volume.spec.take().map(|spec| PersistentVolumeSpec {
        claim_ref: spec.claim_ref,
        persistent_volume_reclaim_policy: spec.persistent_volume_reclaim_policy,
        storage_class_name: spec.storage_class_name,
        ..PersistentVolumeSpec::default()
    });
}

/// Of a node, its addresses, its ranges, whether it is ready and what it has to give: images and labels are many.
fn lean_node(node: &mut Node) {
    lean(node);
    node.metadata.annotations = None;
    node.metadata.labels = None;
    node.spec = node.spec.take().map(|spec| NodeSpec {
        pod_cidr: spec.pod_cidr,
        pod_cidrs: spec.pod_cidrs,
        taints: spec.taints,
        unschedulable: spec.unschedulable,
        ..NodeSpec::default()
    });
    node.status = node.status.take().map(|status| NodeStatus {
        addresses: status.addresses,
        allocatable: status.allocatable,
        conditions: status.conditions,
        ..NodeStatus::default()
    });
}
