//! Counts what is left on the nodes of a cluster, as its scheduler would: what they have to give, without what the
//! pods on them have asked for. Pods may use more or less than that.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{Container, Node, Pod, PodSpec},
    apimachinery::pkg::api::resource::Quantity,
};
use kube::ResourceExt;

use super::stores::is_ready;
use crate::{
    cluster::kubernetes::quantity,
    domain::{headroom::Headroom, quota::Amounts},
};

/// Taints of these effects keep environments away: they tolerate none.
const KEEPS_AWAY: [&str; 2] = ["NoSchedule", "NoExecute"];
/// How a pod's phase is called when it has ended.
const ENDED: [&str; 2] = ["Succeeded", "Failed"];

/// What each node that takes environments has left.
#[derive(Debug, Default)]
pub(super) struct Room(BTreeMap<String, Amounts>);

impl Room {
    /// Adds a node without pods, if it takes environments.
    pub(super) fn offer(&mut self, node: &Node) {
        let spec = node.spec.as_ref();
        let cordoned = spec.and_then(|spec| spec.unschedulable).unwrap_or_default();
        let mut taints = spec.and_then(|spec| spec.taints.as_ref()).into_iter().flatten();
        if !is_ready(node) || cordoned || taints.any(|taint| KEEPS_AWAY.contains(&taint.effect.as_str())) {
            return;
        }
        let allocatable = node.status.as_ref().and_then(|status| status.allocatable.as_ref());
        self.0.insert(node.name_any(), amounts(allocatable, 0));
    }

    /// Takes away what a pod has asked of its node, if it is on one and has not ended.
    pub(super) fn take(&mut self, pod: &Pod) {
        let ended = pod.status.as_ref().and_then(|status| status.phase.as_deref());
        let Some(spec) = pod.spec.as_ref().filter(|_| !ended.is_some_and(|phase| ENDED.contains(&phase)))
        else {
            return;
        };
        if let Some(node) = spec.node_name.as_ref().and_then(|name| self.0.get_mut(name)) {
            *node = node.minus(&asked(spec));
        }
    }

    /// What is left. A node on which one thing has run out is full.
    pub(super) fn left(&self) -> Headroom {
        let free = |node: &&Amounts| node.environments > 0 && node.cpu > 0 && node.memory > 0;
        let nodes: Vec<Amounts> = self.0.values().filter(free).copied().collect();
        // Nothing tells about storage.
        let none = Amounts { storage: u64::MAX, lease_time: u64::MAX, ..Amounts::default() };
        let all = nodes.iter().fold(none, |sum, node| sum.plus(node));
        // The one that has the most of what it has least of, measured by what all have.
        let share = |node: &&Amounts| {
            let of = |part: u64, other: u64| u128::from(part) * u128::from(other);
            of(node.cpu, all.memory).min(of(node.memory, all.cpu))
        };
        let roomiest = nodes.iter().max_by_key(share).filter(|_| nodes.len() > 1);
        Headroom { all, roomiest: roomiest.map(|node| none.plus(node)) }
    }
}

/// What a pod has asked for: all containers that run at once, or what is needed before them, if that is more.
fn asked(spec: &PodSpec) -> Amounts {
    let of = |container: &Container| requests(container.resources.as_ref().and_then(|r| r.requests.as_ref()));
    let mut running = spec.containers.iter().fold(Amounts::default(), |sum, one| sum.plus(&of(one)));
    // Sidecars begin in their turn and stay; whatever else comes before the containers ends before the next.
    let (mut sidecars, mut before) = (Amounts::default(), Amounts::default());
    for container in spec.init_containers.iter().flatten() {
        let own = of(container);
        let now = sidecars.plus(&own);
        if container.restart_policy.as_deref() == Some("Always") {
            running = running.plus(&own);
            sidecars = now;
        }
        before = larger(&before, &now);
    }
    let mut all = larger(&running, &before);
    // What is asked for the pod as a whole stands instead.
    let whole = spec.resources.as_ref().and_then(|resources| resources.requests.as_ref());
    if whole.is_some_and(|list| list.contains_key("cpu")) {
        all.cpu = requests(whole).cpu;
    }
    if whole.is_some_and(|list| list.contains_key("memory")) {
        all.memory = requests(whole).memory;
    }
    all.plus(&requests(spec.overhead.as_ref())).plus(&Amounts { environments: 1, ..Amounts::default() })
}

/// The larger one of each.
fn larger(one: &Amounts, other: &Amounts) -> Amounts {
    one.plus(&other.minus(one))
}

/// What is larger than can be read is more than any node has.
fn requests(list: Option<&BTreeMap<String, Quantity>>) -> Amounts {
    Amounts { environments: 0, ..amounts(list, u64::MAX) }
}

fn amounts(list: Option<&BTreeMap<String, Quantity>>, unreadable: u64) -> Amounts {
    let count = |name: &str, read: fn(&str) -> Option<u64>| {
        list.and_then(|list| list.get(name)).map_or(0, |amount| read(&amount.0).unwrap_or(unreadable))
    };
    Amounts {
        environments: count("pods", quantity::count_bytes),
        cpu: count("cpu", quantity::count_cpu),
        memory: count("memory", quantity::count_bytes),
        ..Amounts::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn node(name: &str, more: Value, (pods, cpu, memory): (&str, &str, &str)) -> Node {
        let status = json!({ "conditions": [{ "type": "Ready", "status": "True" }],
            "allocatable": { "pods": pods, "cpu": cpu, "memory": memory, "ephemeral-storage": "9Gi" } });
        let node = json!({ "metadata": { "name": name }, "spec": more, "status": status });
        serde_json::from_value(node).expect("a node")
    }

    fn pod(spec: Value) -> Pod {
        let mut pod = json!({ "metadata": { "name": "x" }, "spec": { "nodeName": "a", "containers": [] } });
        for (key, value) in spec.as_object().expect("an object") {
            pod["spec"][key] = value.clone();
        }
        serde_json::from_value(pod).expect("a pod")
    }

    /// A container, or something before it.
    fn container(cpu: &str, memory: &str) -> Value {
        json!({ "name": "c", "resources": { "requests": { "cpu": cpu, "memory": memory } } })
    }

    fn sidecar(cpu: &str, memory: &str) -> Value {
        let mut sidecar = container(cpu, memory);
        sidecar["restartPolicy"] = json!("Always");
        sidecar
    }

    fn room(nodes: &[Node], pods: &[Pod]) -> Headroom {
        let mut room = Room::default();
        nodes.iter().for_each(|node| room.offer(node));
        pods.iter().for_each(|pod| room.take(pod));
        room.left()
    }

    fn some(environments: u64, cpu: u64, memory: u64) -> Amounts {
        Amounts { environments, cpu, memory, storage: u64::MAX, lease_time: u64::MAX }
    }

    /// What a pod takes of a large node: thousandths of a core, and bytes.
    fn takes(spec: Value) -> (u64, u64) {
        let left = room(&[node("a", json!({}), ("110", "100", "1T"))], &[pod(spec)]).all;
        assert_eq!(left.environments, 109);
        (100_000 - left.cpu, 10_u64.pow(12) - left.memory)
    }

    #[test]
    fn only_nodes_that_take_environments_are_counted() {
        let size = ("10", "2", "4Gi");
        let taint = |effect: &str| json!({ "taints": [{ "key": "k", "effect": effect }] });
        let mut away = node("away", json!({}), size);
        away.status.as_mut().unwrap().conditions.as_mut().unwrap()[0].status = "Unknown".to_owned();
        let mut silent = node("silent", json!({}), size);
        silent.status = None;
        let nodes = [
            node("a", json!({}), size),
            node("b", taint("PreferNoSchedule"), ("10", "1900m", "4194304Ki")),
            node("cordoned", json!({ "unschedulable": true }), size),
            node("control-plane", taint("NoSchedule"), size),
            node("drained", taint("NoExecute"), size),
            away,
            silent,
        ];
        let left = room(&nodes, &[]);
        assert_eq!(left.all, some(20, 3900, 8 << 30));
        assert_eq!(left.roomiest, Some(some(10, 2000, 4 << 30)));
        assert_eq!(room(&nodes[2..], &[]), Headroom { all: some(0, 0, 0), roomiest: None });
    }

    #[test]
    fn only_pods_that_are_on_a_node_and_have_not_ended_take_room() {
        let spec = json!({ "containers": [container("500m", "1Gi")] });
        let mut waits = pod(spec.clone());
        waits.spec.as_mut().unwrap().node_name = None;
        let mut elsewhere = pod(spec.clone());
        elsewhere.spec.as_mut().unwrap().node_name = Some("cordoned".to_owned());
        let in_phase = |phase: &str| {
            let mut pod = pod(spec.clone());
            pod.status = serde_json::from_value(json!({ "phase": phase })).unwrap();
            pod
        };
        let pods = [waits, elsewhere, in_phase("Succeeded"), in_phase("Failed"), in_phase("Pending")];
        let left = room(&[node("a", json!({}), ("10", "2", "4Gi"))], &pods);
        assert_eq!(left.all, some(9, 1500, 3 << 30));
        let left = room(&[node("a", json!({}), ("10", "2", "4Gi"))], &[in_phase("Running"), pod(spec)]);
        assert_eq!(left, Headroom { all: some(8, 1000, 2 << 30), roomiest: None });
    }

    #[test]
    fn a_pod_takes_what_its_containers_ask_for_together() {
        let nothing = json!({ "name": "c", "resources": { "limits": { "cpu": "4" } } });
        let several = json!([container("250m", "64Mi"), container("1", "1e6"), nothing]);
        assert_eq!(takes(json!({ "containers": several })), (1250, (64 << 20) + 1_000_000));
        assert_eq!(takes(json!({})), (0, 0));
        let fine = json!([container("1500u", "1500m")]);
        assert_eq!(takes(json!({ "containers": fine })), (2, 2), "parts of the smallest unit count whole");
    }

    #[test]
    fn what_runs_before_the_containers_counts_where_it_is_more() {
        let containers = json!([container("1", "100")]);
        let with = |before: Value| takes(json!({ "containers": containers, "initContainers": before }));
        assert_eq!(with(json!([container("500m", "70"), container("700m", "300")])), (1000, 300));
        assert_eq!(with(json!([container("3", "10"), container("2", "10")])), (3000, 100));
    }

    #[test]
    fn sidecars_stay_beside_what_comes_after_them() {
        let containers = json!([container("1", "100")]);
        let with = |before: Value| takes(json!({ "containers": containers, "initContainers": before }));
        assert_eq!(with(json!([sidecar("200m", "10"), sidecar("300m", "20")])), (1500, 130));
        // What comes after a sidecar runs beside it, what comes before does not.
        assert_eq!(with(json!([sidecar("1", "10"), container("2", "200")])), (3000, 210));
        assert_eq!(with(json!([container("2", "200"), sidecar("1", "10")])), (2000, 200));
    }

    #[test]
    fn a_sum_for_the_whole_pod_stands_instead_and_overhead_comes_on_top() {
        let containers = json!([container("1", "100")]);
        let overhead = json!({ "cpu": "250m", "memory": "7" });
        let spec = json!({ "containers": containers, "overhead": overhead });
        assert_eq!(takes(spec.clone()), (1250, 107));
        let mut whole = spec;
        whole["resources"] = json!({ "requests": { "cpu": "2" } });
        assert_eq!(takes(whole), (2250, 107));
    }

    #[test]
    fn a_node_on_which_one_thing_has_run_out_is_full() {
        let nodes = [node("a", json!({}), ("1", "2", "4Gi")), node("b", json!({}), ("10", "1", "1Gi"))];
        let left = room(&nodes, &[pod(json!({}))]);
        assert_eq!(left, Headroom { all: some(10, 1000, 1 << 30), roomiest: None });
        let greedy = pod(json!({ "containers": [container("3", "99E")] }));
        assert_eq!(room(&nodes, &[greedy]).all, some(10, 1000, 1 << 30), "never less than nothing");
    }

    #[test]
    fn the_roomiest_node_is_one_that_has_all_that_is_told_of_it() {
        let (fast, large) = (("10", "16", "1Gi"), ("10", "1", "64Gi"));
        let (fast, large) = (node("fast", json!({}), fast), node("large", json!({}), large));
        let even = node("even", json!({}), ("10", "4", "8Gi"));
        let left = room(&[fast, large, even], &[]);
        assert_eq!(left.all, some(30, 21_000, 73 << 30));
        assert_eq!(left.roomiest, Some(some(10, 4000, 8 << 30)));
    }
}
