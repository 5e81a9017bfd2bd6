//! What exists outside because of a lease, as far as the rules care.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Instant,
    ids::{EnvName, LeaseId},
    notice::Offset,
    template::Value,
    workload::Workload,
};

/// What should exist for a lease. Applying the same spec again changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnvironmentSpec {
    /// The lease it exists for; also its identity in the provisioner.
    pub lease: LeaseId,
    /// Its name for people.
    pub name: EnvName,
    /// E-mail address of the owner.
    pub owner: String,
    /// Name of the template it was made from.
    pub template: String,
    /// The asked size and options, by parameter name.
    pub parameters: BTreeMap<String, Value>,
    /// What it is made of, where the provisioner needs to be told.
    pub workload: Option<Workload>,
    /// How long making it may take.
    pub ready_within: Offset,
    /// Public keys that may log in, one OpenSSH line each, without options.
    pub keys: Vec<String>,
    /// End of the lease.
    pub ends_at: Option<Instant>,
}

/// How to reach an environment by SSH. Nothing in it is secret; it is still told in private only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SshAccess {
    /// Host name or address as the person types it.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// User to log in as.
    pub user: String,
    /// The host's public key, one OpenSSH line, to be pinned by the client.
    pub host_key: String,
    /// Its SHA-256 fingerprint, as OpenSSH prints it.
    pub fingerprint: String,
    /// How it is kept apart, in words, when there is something to say about it.
    pub isolation: Option<String>,
}

impl SshAccess {
    /// The command line that logs in.
    pub fn command(&self) -> String {
        format!("ssh -p {} {}@{}", self.port, self.user, self.host)
    }

    /// The line for `known_hosts` that pins the host key.
    pub fn known_host(&self) -> String {
        let mut parts = self.host_key.split_whitespace();
        let (kind, key) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        format!("[{}]:{} {kind} {key}", self.host, self.port)
    }
}

/// How far provisioning has come.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Steps that are done.
    pub done: u8,
    /// Steps in all.
    pub total: u8,
    /// The step now under way, in words such as "waiting for the SSH banner".
    pub step: String,
}
