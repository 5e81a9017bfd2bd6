//! What an operator sets about environments on Kubernetes.

use std::{collections::BTreeMap, net::IpAddr, path::PathBuf, time::Duration};

use ipnet::IpNet;

/// How the cluster is reached, and where the custom resources are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The kubeconfig; `None` takes what kubectl would take, or the service account of the pod.
    pub kubeconfig: Option<PathBuf>,
    /// The context in it; `None` takes its current one.
    pub context: Option<String>,
    /// The namespace of the `Environment` resources.
    pub namespace: String,
}

/// How the controller makes environments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Making {
    /// How people reach them.
    pub service: ServiceKind,
    /// Host name or address that people are told with a node port; `None` takes the address of a node.
    pub host: Option<String>,
    /// The service account that the controller runs under; `None` asks the API server who it is.
    pub account: Option<Account>,
    /// The storage class of volumes; `None` takes the cluster's default.
    pub storage_class: Option<String>,
    /// The storage class that stands instead for a template, by its name.
    pub storage_classes: BTreeMap<String, String>,
    /// Who may connect to the SSH port, and to the other ports of a template.
    pub reached_from: Vec<IpNet>,
    /// Where environments may connect to, besides the DNS of the cluster. Cloud metadata is never reached.
    pub may_reach: Vec<IpNet>,
    /// Ranges of pods and services of the cluster: left out of both lists, so that environments do not reach
    /// each other. Ranges that the nodes name are added.
    pub cluster_ranges: Vec<IpNet>,
    /// Addresses of a DNS server outside the cluster, if pods use one; the cluster's own is always allowed.
    pub name_servers: Vec<IpAddr>,
}

/// How people reach an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceKind {
    /// A port on every node.
    NodePort,
    /// An address inside the cluster, for what stands in front.
    ClusterIp,
}

/// A service account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// How one controller of several is chosen: by a Kubernetes `Lease` beside the custom resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leading {
    /// The name of that `Lease`.
    pub lease: String,
    /// How long a leader that is silent keeps the others waiting.
    pub duration: Duration,
}
