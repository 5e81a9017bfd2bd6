//! Where environments exist: the local provisioner, later Kubernetes and GitOps.

use async_trait::async_trait;

use super::Failure;
use crate::domain::{
    environment::{EnvironmentSpec, Progress, SshAccess},
    headroom::Headroom,
    ids::LeaseId,
};

/// What can be seen of an environment now.
#[derive(Debug, Clone, PartialEq)]
pub enum Observed {
    /// Nothing of that lease exists.
    Absent,
    /// It is being made.
    Working(Progress),
    /// It answers at this address: an SSH banner was read there.
    Ready(SshAccess),
    /// It cannot be made as it is; the cause in words.
    Failed(String),
    /// It is being removed; what is left, in words.
    Leaving(Vec<String>),
}

/// A provisioner. Every call is idempotent and returns soon; the work goes on behind it.
#[async_trait]
pub trait Cluster: Send + Sync {
    /// Makes it so that an environment of this spec exists. A changed spec changes what exists,
    /// without losing its data. After a failure, applying again tries again.
    async fn apply(&self, spec: &EnvironmentSpec) -> Result<(), Failure>;

    /// Makes it so that nothing of the lease exists: no process, no port, no data.
    /// [`Observed::Absent`] means proven gone; [`Observed::Leaving`] means ask again.
    async fn remove(&self, lease: &LeaseId) -> Result<Observed, Failure>;

    /// What exists of the lease now.
    async fn observe(&self, lease: &LeaseId) -> Result<Observed, Failure>;

    /// Every lease of which something exists: finds orphans and what is missing after a restart.
    async fn leases(&self) -> Result<Vec<LeaseId>, Failure>;

    /// How much more it could hold now, where it can tell within a few seconds.
    async fn headroom(&self) -> Option<Headroom> {
        None
    }

    /// Resolves when something may have changed since the last call. May resolve for nothing.
    async fn changed(&self);
}
