//! The most that one container and one claim may have, and what a container gets that says nothing.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{LimitRange, LimitRangeItem, LimitRangeSpec},
    apimachinery::pkg::api::resource::Quantity,
};

use crate::cluster::kubernetes::{controller::plan::Plan, names};

/// What a pod may write outside its volume, on the disk of its node, before it is evicted.
pub(super) const SCRATCH: &str = "4Gi";
/// What of it must be free on a node that takes the pod.
pub(super) const SCRATCH_REQUEST: &str = "128Mi";

/// What the container may have.
pub(super) fn most(plan: &Plan) -> BTreeMap<String, Quantity> {
    with_scratch(plan, SCRATCH)
}

/// What a node must have free for the container: all of it, save the disk.
pub(super) fn requests(plan: &Plan) -> BTreeMap<String, Quantity> {
    with_scratch(plan, SCRATCH_REQUEST)
}

fn with_scratch(plan: &Plan, scratch: &str) -> BTreeMap<String, Quantity> {
    [
        ("cpu", plan.cpu.clone()),
        ("memory", plan.memory.clone()),
        ("ephemeral-storage", Quantity(scratch.to_owned())),
    ]
    .map(|(what, amount)| (what.to_owned(), amount))
    .into()
}

pub(super) fn build(plan: &Plan) -> LimitRange {
    let container = LimitRangeItem {
        type_: "Container".to_owned(),
        max: Some(most(plan)),
        default: Some(most(plan)),
        default_request: Some(requests(plan)),
        ..LimitRangeItem::default()
    };
    let claim = plan.volume.as_ref().map(|volume| LimitRangeItem {
        type_: "PersistentVolumeClaim".to_owned(),
        max: Some([("storage".to_owned(), volume.size.clone())].into()),
        ..LimitRangeItem::default()
    });
    LimitRange {
        metadata: plan.named(names::RULES),
        spec: Some(LimitRangeSpec { limits: [container].into_iter().chain(claim).collect() }),
    }
}
