//! What is to be built for one environment: checked, and in the form that the API server keeps.

use std::collections::BTreeMap;

use ipnet::IpNet;
use k8s_openapi::apimachinery::pkg::{
    api::resource::Quantity,
    apis::meta::v1::{LabelSelector, ObjectMeta},
};

use super::ranges::Block;
use crate::cluster::kubernetes::{
    names,
    settings::{Account, ServiceKind},
};

/// Everything that [`super::build`] needs. Only [`super::validate`] makes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The name of the environment.
    pub name: String,
    /// The namespace that it gets.
    pub namespace: String,
    /// Labels of everything that belongs to it.
    pub labels: BTreeMap<String, String>,
    /// Annotations of everything that belongs to it.
    pub annotations: BTreeMap<String, String>,
    /// Who gets the right to write into the namespace.
    pub account: Option<Account>,
    /// Processors.
    pub cpu: Quantity,
    /// Memory.
    pub memory: Quantity,
    /// Its volume, if it has one.
    pub volume: Option<Volume>,
    /// The image.
    pub image: String,
    /// The user people log in as.
    pub user: String,
    /// The port inside on which its SSH server listens.
    pub ssh_port: u16,
    /// Other ports to be reached from outside, by name.
    pub ports: BTreeMap<String, u16>,
    /// Variables, by name.
    pub env: BTreeMap<String, String>,
    /// The keys that may log in, one OpenSSH line each.
    pub keys: Vec<String>,
    /// How people reach it.
    pub service: ServiceKind,
    /// From where.
    pub reached_from: Vec<Block>,
    /// Where it may connect to.
    pub may_reach: Vec<Block>,
    /// DNS servers outside the cluster.
    pub name_servers: Vec<IpNet>,
    /// How long making it may take, in seconds.
    pub deadline: u32,
    /// Which try this is.
    pub attempt: u32,
}

/// The volume of an environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Volume {
    /// Where it is mounted.
    pub path: String,
    /// How big it is.
    pub size: Quantity,
    /// Its storage class; `None` takes the cluster's default.
    pub class: Option<String>,
}

impl Plan {
    /// The metadata of something in the namespace.
    pub(super) fn named(&self, name: &str) -> ObjectMeta {
        ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some(self.namespace.clone()),
            labels: Some(self.labels.clone()),
            annotations: Some(self.annotations.clone()),
            ..ObjectMeta::default()
        }
    }

    /// The label that the pod of this environment has, and no other pod.
    pub(super) fn selector(&self) -> BTreeMap<String, String> {
        self.labels
            .iter()
            .filter(|(key, _)| *key == names::LEASE)
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect()
    }

    /// The same as a selector of policies and workloads.
    pub(super) fn pods(&self) -> LabelSelector {
        LabelSelector { match_labels: Some(self.selector()), ..LabelSelector::default() }
    }
}
