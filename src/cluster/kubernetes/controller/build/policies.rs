//! Who reaches the environment and what it reaches: nothing, save what these policies name.

use k8s_openapi::{
    api::networking::v1::{
        IPBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer,
        NetworkPolicyPort, NetworkPolicySpec,
    },
    apimachinery::pkg::apis::meta::v1::LabelSelector,
};

use super::port;
use crate::cluster::kubernetes::{
    controller::{plan::Plan, ranges::Block},
    names,
};

/// The label that Kubernetes puts on every namespace: its name.
const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

pub(super) fn build(plan: &Plan) -> Vec<NetworkPolicy> {
    vec![nothing(plan), reached(plan), names_resolved(plan), reaches(plan)]
}

/// No pod of the namespace is reached or reaches anything, whatever its labels.
fn nothing(plan: &Plan) -> NetworkPolicy {
    NetworkPolicy {
        metadata: plan.named("default-deny"),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(LabelSelector::default()),
            policy_types: Some(vec!["Ingress".to_owned(), "Egress".to_owned()]),
            ..NetworkPolicySpec::default()
        }),
    }
}

/// The SSH port and the template's ports, from where people are; and from Sublet's own pods, which look whether the
/// SSH server answers.
fn reached(plan: &Plan) -> NetworkPolicy {
    let ours =
        plan.account.as_ref().map(|account| pods(&account.namespace, (names::PART, names::SUBLET_PART)));
    let from: Vec<NetworkPolicyPeer> = plan.reached_from.iter().map(block).chain(ours).collect();
    let ports = [plan.ssh_port].into_iter().chain(plan.ports.values().copied());
    // A rule without peers would let everybody in.
    let rule = (!from.is_empty()).then(|| NetworkPolicyIngressRule {
        from: Some(from),
        ports: Some(ports.map(|number| on("TCP", number)).collect()),
    });
    NetworkPolicy {
        metadata: plan.named("ssh"),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(plan.pods()),
            policy_types: Some(vec!["Ingress".to_owned()]),
            ingress: rule.map(|rule| vec![rule]),
            ..NetworkPolicySpec::default()
        }),
    }
}

/// The DNS of the cluster, and the name servers outside it that were named.
fn names_resolved(plan: &Plan) -> NetworkPolicy {
    let servers = plan.name_servers.iter().map(|range| block(&Block { range: *range, except: Vec::new() }));
    let to = [pods("kube-system", ("k8s-app", "kube-dns"))].into_iter().chain(servers);
    egress(
        plan,
        "dns",
        Some(NetworkPolicyEgressRule {
            to: Some(to.collect()),
            ports: Some(vec![on("UDP", 53), on("TCP", 53)]),
        }),
    )
}

/// Where the operator lets environments connect to.
fn reaches(plan: &Plan) -> NetworkPolicy {
    let to: Vec<NetworkPolicyPeer> = plan.may_reach.iter().map(block).collect();
    // A rule without peers would let it go everywhere.
    let rule = (!to.is_empty()).then_some(NetworkPolicyEgressRule { to: Some(to), ports: None });
    egress(plan, "egress", rule)
}

fn egress(plan: &Plan, name: &str, rule: Option<NetworkPolicyEgressRule>) -> NetworkPolicy {
    NetworkPolicy {
        metadata: plan.named(name),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(plan.pods()),
            policy_types: Some(vec!["Egress".to_owned()]),
            egress: rule.map(|rule| vec![rule]),
            ..NetworkPolicySpec::default()
        }),
    }
}

fn block(block: &Block) -> NetworkPolicyPeer {
    let except: Vec<String> = block.except.iter().map(ToString::to_string).collect();
    NetworkPolicyPeer {
        ip_block: Some(IPBlock {
            cidr: block.range.to_string(),
            except: (!except.is_empty()).then_some(except),
        }),
        ..NetworkPolicyPeer::default()
    }
}

fn pods(namespace: &str, (key, value): (&str, &str)) -> NetworkPolicyPeer {
    let labelled = |key: &str, value: &str| LabelSelector {
        match_labels: Some([(key.to_owned(), value.to_owned())].into()),
        ..LabelSelector::default()
    };
    NetworkPolicyPeer {
        namespace_selector: Some(labelled(NAMESPACE_NAME, namespace)),
        pod_selector: Some(labelled(key, value)),
        ..NetworkPolicyPeer::default()
    }
}

fn on(protocol: &str, number: u16) -> NetworkPolicyPort {
    NetworkPolicyPort {
        protocol: Some(protocol.to_owned()),
        port: Some(port(number)),
        ..NetworkPolicyPort::default()
    }
}
