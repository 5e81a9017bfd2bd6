//! What is there of an environment, as it was gathered for one look.

use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{
        LimitRange, Namespace, PersistentVolume, PersistentVolumeClaim, Pod, ResourceQuota, Secret, Service,
    },
    networking::v1::NetworkPolicy,
    rbac::v1::RoleBinding,
};

use crate::domain::Instant;

/// Everything that is there of one environment.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    /// When it was gathered.
    pub now: Instant,
    /// Its namespace.
    pub namespace: Option<Namespace>,
    /// What lets the controller write into the namespace.
    pub binding: Option<RoleBinding>,
    /// The most that may be in the namespace.
    pub quota: Option<ResourceQuota>,
    /// The most that one container may have.
    pub limits: Option<LimitRange>,
    /// The host key and the authorised keys.
    pub secret: Option<Secret>,
    /// The claim of its volume.
    pub claim: Option<PersistentVolumeClaim>,
    /// The volumes that claims of its namespace are, or were, bound to.
    pub volumes: Vec<PersistentVolume>,
    /// Who reaches it, and what it reaches.
    pub policies: Vec<NetworkPolicy>,
    /// How it is reached.
    pub service: Option<Service>,
    /// What runs in it.
    pub deployment: Option<Deployment>,
    /// The pods of that.
    pub pods: Vec<Pod>,
    /// Addresses of nodes that are ready, best first: external before internal ones.
    pub nodes: Vec<String>,
    /// What was found at its address; `None` when nobody looked yet.
    pub banner: Option<Banner>,
    /// The last line that the container printed, if it keeps crashing.
    pub last_line: Option<String>,
    /// Warnings of Kubernetes about its claim that say why it is not bound, the newest first.
    pub warnings: Vec<String>,
    /// What the API server refused to store, or somebody did to it; in words.
    pub refused: Option<String>,
}

/// What was found at the address of an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Banner {
    /// An SSH server told its version.
    Answers,
    /// Something else, or nothing; in words.
    Silent(String),
}
