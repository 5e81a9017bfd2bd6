//! What should be there for an environment: one file for each kind of child.

mod binding;
mod claim;
mod deployment;
mod limits;
mod namespace;
mod policies;
mod quota;
pub mod secret;
mod service;

use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{LimitRange, Namespace, PersistentVolumeClaim, ResourceQuota, Secret, Service},
    networking::v1::NetworkPolicy,
    rbac::v1::RoleBinding,
};

use super::plan::Plan;
use crate::cluster::host_key::HostKey;

/// Everything that should be there for one environment, in the order in which it is made.
#[derive(Debug, Clone, PartialEq)]
pub struct Children {
    /// Its namespace.
    pub namespace: Namespace,
    /// What lets the controller write into the namespace; `None` when it has the rights of a user.
    pub binding: Option<RoleBinding>,
    /// The most that may be in the namespace.
    pub quota: ResourceQuota,
    /// The most that one container may have.
    pub limits: LimitRange,
    /// The host key and the authorised keys.
    pub secret: Secret,
    /// The claim of its volume.
    pub claim: Option<PersistentVolumeClaim>,
    /// Who reaches it, and what it reaches.
    pub policies: Vec<NetworkPolicy>,
    /// How it is reached.
    pub service: Service,
    /// What runs in it.
    pub deployment: Deployment,
}

/// What should be there. The same plan and key always give the same.
pub fn children(plan: &Plan, key: &HostKey) -> Children {
    Children {
        namespace: namespace::build(plan),
        binding: binding::build(plan),
        quota: quota::build(plan),
        limits: limits::build(plan),
        secret: secret::build(plan, key),
        claim: claim::build(plan),
        policies: policies::build(plan),
        service: service::build(plan),
        deployment: deployment::build(plan),
    }
}

/// A port as Kubernetes counts them.
fn port(number: u16) -> k8s_openapi::apimachinery::pkg::util::intstr::IntOrString {
    k8s_openapi::apimachinery::pkg::util::intstr::IntOrString::Int(number.into())
}
