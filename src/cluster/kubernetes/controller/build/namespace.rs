//! The namespace: everything of an environment lives in it, and nothing else.

use k8s_openapi::{api::core::v1::Namespace, apimachinery::pkg::apis::meta::v1::ObjectMeta};

use crate::cluster::kubernetes::controller::plan::Plan;

/// What the API server lets into the namespace, by the Pod Security standard.
const LEVEL: &str = "restricted";

pub(super) fn build(plan: &Plan) -> Namespace {
    let mut labels = plan.labels.clone();
    for mode in ["enforce", "audit", "warn"] {
        labels.insert(format!("pod-security.kubernetes.io/{mode}"), LEVEL.to_owned());
    }
    Namespace {
        metadata: ObjectMeta {
            name: Some(plan.namespace.clone()),
            labels: Some(labels),
            annotations: Some(plan.annotations.clone()),
            ..ObjectMeta::default()
        },
        ..Namespace::default()
    }
}
