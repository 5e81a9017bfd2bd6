//! The most that may be in the namespace: one pod of the asked size, and what it needs.
//!
//! One pod, although a pod that is replaced counts until it has ended: its successor then waits these seconds, and
//! never do two pods write to one volume, or hold twice what was granted.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{ResourceQuota, ResourceQuotaSpec},
    apimachinery::pkg::api::resource::Quantity,
};

use super::limits::{SCRATCH, SCRATCH_REQUEST};
use crate::cluster::kubernetes::{controller::plan::Plan, names, quantity::count, settings::ServiceKind};

pub(super) fn build(plan: &Plan) -> ResourceQuota {
    let volume = plan.volume.as_ref();
    let node_ports = match plan.service {
        ServiceKind::NodePort => 1 + plan.ports.len(),
        ServiceKind::ClusterIp => 0,
    };
    let hard = [
        ("pods", count(1)),
        ("requests.cpu", plan.cpu.clone()),
        ("limits.cpu", plan.cpu.clone()),
        ("requests.memory", plan.memory.clone()),
        ("limits.memory", plan.memory.clone()),
        ("requests.ephemeral-storage", Quantity(SCRATCH_REQUEST.to_owned())),
        ("limits.ephemeral-storage", Quantity(SCRATCH.to_owned())),
        ("persistentvolumeclaims", count(volume.iter().len())),
        ("requests.storage", volume.map_or_else(|| count(0), |volume| volume.size.clone())),
        ("services", count(1)),
        ("services.nodeports", count(node_ports)),
        ("services.loadbalancers", count(0)),
    ];
    let hard: BTreeMap<String, Quantity> = hard.map(|(what, most)| (what.to_owned(), most)).into();
    ResourceQuota {
        metadata: plan.named(names::RULES),
        spec: Some(ResourceQuotaSpec { hard: Some(hard), ..ResourceQuotaSpec::default() }),
        ..ResourceQuota::default()
    }
}
