//! What an environment is made of, where its provisioner needs to be told: the template's manifest part.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The name of the provisioner that makes environments on Kubernetes: it needs a workload.
pub const KUBERNETES: &str = "kubernetes";

/// What runs in an environment. One variant for each kind of template that provisioners on a cluster know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Workload {
    /// One container that brings an SSH server.
    Container(Container),
}

/// One container that brings an SSH server, which reads its host key and the authorised keys from
/// `/etc/sublet/ssh`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// The image.
    pub image: String,
    /// The user people log in as; it runs under the user id [`Container::USER_ID`].
    pub user: String,
    /// The port inside on which its SSH server listens; above 1023.
    pub ssh_port: u16,
    /// Other ports to be reached from outside, by name; above 1023.
    pub ports: BTreeMap<String, u16>,
    /// Where the volume is mounted, if the template has one: its size is the parameter `storage`.
    pub volume: Option<String>,
    /// Variables, by name. The parameters that are no sizes are added to them.
    pub env: BTreeMap<String, String>,
}

impl Container {
    /// The user and group id under which everything in the container runs.
    pub const USER_ID: i64 = 1000;
}
