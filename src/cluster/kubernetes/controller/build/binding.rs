//! The controller's right to write into the namespace. Outside such namespaces it has no right to any Secret.

use k8s_openapi::api::rbac::v1::{RoleBinding, RoleRef, Subject};

use crate::cluster::kubernetes::{controller::plan::Plan, names};

pub(super) fn build(plan: &Plan) -> Option<RoleBinding> {
    let account = plan.account.as_ref()?;
    Some(RoleBinding {
        metadata: plan.named(names::RULES),
        role_ref: RoleRef {
            api_group: "rbac.authorization.k8s.io".to_owned(),
            kind: "ClusterRole".to_owned(),
            name: names::CLUSTER_ROLE.to_owned(),
        },
        subjects: Some(vec![Subject {
            kind: "ServiceAccount".to_owned(),
            name: account.name.clone(),
            namespace: Some(account.namespace.clone()),
            ..Subject::default()
        }]),
    })
}
