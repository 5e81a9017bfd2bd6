//! Who reaches environments and what they reach, whatever the settings say.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use k8s_openapi::api::networking::v1::{NetworkPolicy, NetworkPolicyPeer};
use proptest::prelude::*;
use sublet::cluster::kubernetes::{
    controller::{build, validate},
    settings::Making,
};

use crate::some::{bare, environment, host_key, making, plan, ranges};

fn policies(making: &Making, pods: &[IpNet]) -> Option<Vec<NetworkPolicy>> {
    let plan = validate::plan(&environment(), making, pods).ok()?;
    Some(build::children(&plan, &host_key()).policies)
}

fn named<'a>(policies: &'a [NetworkPolicy], name: &str) -> &'a NetworkPolicy {
    policies.iter().find(|policy| policy.metadata.name.as_deref() == Some(name)).unwrap()
}

/// The peers that a policy lets in and out, by address.
fn peers(policy: &NetworkPolicy) -> Vec<&NetworkPolicyPeer> {
    let spec = policy.spec.as_ref().unwrap();
    let ingress = spec.ingress.iter().flatten().flat_map(|rule| rule.from.iter().flatten());
    let egress = spec.egress.iter().flatten().flat_map(|rule| rule.to.iter().flatten());
    ingress.chain(egress).collect()
}

/// Whether an address gets through, as Kubernetes defines blocks.
fn passes(policy: &NetworkPolicy, address: IpAddr) -> bool {
    let inside = |text: &String| text.parse::<IpNet>().unwrap().contains(&address);
    peers(policy)
        .iter()
        .filter_map(|peer| peer.ip_block.as_ref())
        .any(|block| inside(&block.cidr) && !block.except.iter().flatten().any(inside))
}

/// A rule without peers lets everybody in or out: there must be none.
fn names_its_peers(policy: &NetworkPolicy) -> bool {
    let spec = policy.spec.as_ref().unwrap();
    spec.ingress.iter().flatten().all(|rule| rule.from.as_ref().is_some_and(|peers| !peers.is_empty()))
        && spec.egress.iter().flatten().all(|rule| rule.to.as_ref().is_some_and(|peers| !peers.is_empty()))
}

fn range() -> impl Strategy<Value = IpNet> {
    prop_oneof![
        (any::<u32>(), 0..=32u8).prop_map(|(bits, length)| Ipv4Net::new_assert(bits.into(), length).into()),
        (any::<u128>(), 0..=128u8).prop_map(|(bits, length)| Ipv6Net::new_assert(bits.into(), length).into()),
        Just("0.0.0.0/0".parse().unwrap()),
        Just("::/0".parse().unwrap()),
    ]
}

fn some_ranges() -> impl Strategy<Value = Vec<IpNet>> {
    prop::collection::vec(range(), 0..4)
}

proptest! {
    #[test]
    fn no_setting_opens_the_cluster_or_the_metadata_address(
        reached_from in some_ranges(),
        may_reach in some_ranges(),
        cluster_ranges in some_ranges(),
        pods in some_ranges(),
    ) {
        let forbidden = [cluster_ranges.clone(), pods.clone()].concat();
        let making = Making { reached_from, may_reach, cluster_ranges, name_servers: Vec::new(), ..making() };
        let Some(policies) = policies(&making, &pods) else { return Ok(()) };
        let (ssh, egress) = (named(&policies, "ssh"), named(&policies, "egress"));
        for never in &forbidden {
            for address in [never.network(), never.broadcast()] {
                prop_assert!(!passes(ssh, address), "{address} gets in");
                prop_assert!(!passes(egress, address), "{address} is reached");
            }
        }
        for metadata in ["169.254.169.254", "fd00:ec2::254", "fe80::1", "168.63.129.16", "100.100.100.200"] {
            prop_assert!(!passes(egress, metadata.parse().unwrap()), "{metadata} is reached");
        }
        for policy in &policies {
            prop_assert!(names_its_peers(policy));
            for block in peers(policy).iter().filter_map(|peer| peer.ip_block.as_ref()) {
                let range: IpNet = block.cidr.parse().unwrap();
                for never in block.except.iter().flatten() {
                    let never: IpNet = never.parse().unwrap();
                    prop_assert!(range.contains(&never) && range != never, "the API server refuses this");
                }
            }
        }
    }
}

#[test]
fn people_and_nodes_get_in_and_other_environments_do_not() {
    let policies = policies(&making(), &ranges(&["10.244.0.0/24", "10.244.1.0/24"])).unwrap();
    let ssh = named(&policies, "ssh");
    for address in ["203.0.113.7", "10.250.1.2", "2001:db8::7"] {
        assert!(passes(ssh, address.parse().unwrap()), "{address}");
    }
    for address in ["10.244.0.9", "10.244.1.9", "10.96.0.1"] {
        assert!(!passes(ssh, address.parse().unwrap()), "{address}");
    }
}

#[test]
fn nothing_is_open_when_nothing_is_set() {
    let closed = Making {
        reached_from: Vec::new(),
        may_reach: Vec::new(),
        name_servers: Vec::new(),
        account: None,
        ..making()
    };
    let policies = build::children(&plan(&bare(), &closed), &host_key()).policies;
    for policy in &policies {
        assert!(names_its_peers(policy));
    }
    assert!(peers(named(&policies, "ssh")).is_empty() && peers(named(&policies, "egress")).is_empty());
    let deny = named(&policies, "default-deny").spec.as_ref().unwrap();
    assert_eq!(deny.policy_types.as_ref().unwrap(), &["Ingress", "Egress"]);
    assert!(deny.ingress.is_none() && deny.egress.is_none());
}
