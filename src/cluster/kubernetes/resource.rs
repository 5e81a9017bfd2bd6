//! The `Environment` custom resource: what is asked of the cluster, and what the controller reports.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What should exist for a lease, as the bot writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, CustomResource, KubeSchema)]
#[kube(
    group = "sublet.dev",
    version = "v1alpha1",
    kind = "Environment",
    namespaced,
    shortname = "env",
    status = "Status",
    derive = "PartialEq",
    doc = "An environment that somebody borrows: one per lease.",
    selectable = ".spec.lease",
    printcolumn(name = "Owner", type_ = "string", json_path = ".spec.owner"),
    printcolumn(name = "Template", type_ = "string", json_path = ".spec.template"),
    printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
    printcolumn(name = "Address", type_ = "string", json_path = ".status.address"),
    printcolumn(name = "Ends", type_ = "string", json_path = ".spec.endsAt"),
    printcolumn(name = "Lease", type_ = "string", json_path = ".spec.lease", priority = 1),
    printcolumn(name = "Message", type_ = "string", json_path = ".status.message", priority = 1),
    validation = Rule::new("self.metadata.name.matches('^[a-z]([a-z0-9-]{0,52}[a-z0-9])?$')")
        .message("metadata.name is a lower-case label of at most 54 characters: the name of its namespace begins with it"),
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("has(self.container)")
        .message("exactly one kind of workload must be set: container"),
    validation = Rule::new("has(self.container) == has(oldSelf.container)")
        .message("the kind of workload cannot be changed"),
    validation = Rule::new("has(self.size.storage) == (has(self.container) && has(self.container.volume))")
        .message("size.storage and container.volume belong together: set both or neither"),
)]
pub struct Spec {
    /// The lease it exists for.
    #[schemars(length(min = 1, max = 63), regex(pattern = r"^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$"))]
    #[x_kube(validation = Rule::new("self == oldSelf").message("lease cannot be changed"))]
    pub lease: String,
    /// E-mail address of the owner.
    #[schemars(length(min = 3, max = 254), regex(pattern = r"^[^@\s]+@[^@\s]+$"))]
    #[x_kube(validation = Rule::new("self == oldSelf").message("owner cannot be changed"))]
    pub owner: String,
    /// Name of the template it was made from.
    #[schemars(length(min = 1, max = 40), regex(pattern = r"^[a-z]([a-z0-9-]*[a-z0-9])?$"))]
    #[x_kube(validation = Rule::new("self == oldSelf").message("template cannot be changed"))]
    pub template: String,
    /// How big it is.
    pub size: Size,
    /// The template's other parameters, as words; the workload sees them as variables.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 32))]
    pub parameters: BTreeMap<String, String>,
    /// Public keys that may log in, one OpenSSH line each, without options.
    #[schemars(
        length(min = 1, max = 32),
        inner(length(min = 16, max = 4096), regex(pattern = r"^(ssh|ecdsa|sk)-[^\n\r]+$"))
    )]
    pub authorized_keys: Vec<String>,
    /// End of the lease, once it is known. What is decided is in the database; a restored one may know an earlier end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<DateTime<Utc>>,
    /// How long making it may take before it counts as failed, in seconds.
    #[serde(default = "Spec::default_deadline")]
    #[schemars(range(min = 5, max = 86400))]
    pub deadline_seconds: u32,
    /// Which try this is: a larger one starts again after a failure.
    #[serde(default = "Spec::first_attempt")]
    #[schemars(range(min = 1, max = 1_000_000))]
    #[x_kube(validation = Rule::new("self >= oldSelf").message("attempt can only grow"))]
    pub attempt: u32,
    /// One container that brings an SSH server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<ContainerSpec>,
}

impl Spec {
    fn default_deadline() -> u32 {
        600
    }

    fn first_attempt() -> u32 {
        1
    }
}

/// How big an environment is, in Kubernetes quantities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("has(self.storage) == has(oldSelf.storage)")
        .message("storage cannot be added or taken away later"),
    validation = Rule::new("!has(self.storage) || !has(oldSelf.storage) || !isQuantity(self.storage) || !isQuantity(oldSelf.storage) || quantity(self.storage).compareTo(quantity(oldSelf.storage)) >= 0")
        .message("storage cannot shrink"),
)]
pub struct Size {
    /// Processors.
    #[schemars(length(min = 1, max = 20))]
    #[x_kube(validation = Rule::new("isQuantity(self) && quantity(self).compareTo(quantity('10m')) >= 0 && quantity(self).compareTo(quantity('256')) <= 0")
        .message("cpu must be a quantity from 10m to 256"))]
    pub cpu: String,
    /// Memory.
    #[schemars(length(min = 1, max = 20))]
    #[x_kube(validation = Rule::new("isQuantity(self) && quantity(self).compareTo(quantity('16Mi')) >= 0 && quantity(self).compareTo(quantity('16Ti')) <= 0")
        .message("memory must be a quantity from 16Mi to 16Ti"))]
    pub memory: String,
    /// The volume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 20))]
    #[x_kube(validation = Rule::new("isQuantity(self) && quantity(self).compareTo(quantity('1Mi')) >= 0 && quantity(self).compareTo(quantity('64Ti')) <= 0")
        .message("storage must be a quantity from 1Mi to 64Ti"))]
    pub storage: Option<String>,
}

/// One container that brings an SSH server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("self.image == oldSelf.image").message("container.image cannot be changed"),
    validation = Rule::new("has(self.volume) == has(oldSelf.volume) && (!has(self.volume) || self.volume == oldSelf.volume)")
        .message("container.volume cannot be changed"),
)]
pub struct ContainerSpec {
    /// The image.
    #[schemars(length(min = 1, max = 512), regex(pattern = r"^\S+$"))]
    pub image: String,
    /// The user people log in as.
    #[serde(default = "ContainerSpec::default_user")]
    #[schemars(length(min = 1, max = 32), regex(pattern = r"^[a-z_][a-z0-9_-]*$"))]
    pub user: String,
    /// The port inside on which its SSH server listens.
    #[serde(default = "ContainerSpec::default_ssh_port")]
    #[schemars(range(min = 1024, max = 65535))]
    pub ssh_port: u16,
    /// Other ports to be reached from outside.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 16))]
    #[x_kube(validation = Rule::new("self.all(name, name.matches('^[a-z](-?[a-z0-9])*$') && size(name) <= 15 && name != 'ssh')")
        .message("a port's name is a lower-case label of at most 15 characters, and not ssh"))]
    #[x_kube(validation = Rule::new("self.all(name, self[name] >= 1024 && self[name] <= 65535)")
        .message("ports lie from 1024 to 65535"))]
    pub ports: BTreeMap<String, u16>,
    /// Where the volume is mounted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 2, max = 255), regex(pattern = r"^/[^\s:]+$"))]
    #[x_kube(validation = Rule::new("!self.startsWith('/etc/sublet')").message("volume must lie outside /etc/sublet"))]
    pub volume: Option<String>,
    /// Variables.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 64))]
    pub env: BTreeMap<String, String>,
}

impl ContainerSpec {
    fn default_user() -> String {
        "dev".to_owned()
    }

    fn default_ssh_port() -> u16 {
        2222
    }
}

/// What the controller reports.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The generation of the spec that this is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Where it stands, in one word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// Why it stands there, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// `Ready`, `Progressing` and `Degraded`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "conditions", extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,
    /// The namespace that holds everything of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Host and port, for `kubectl get`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// How to reach it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh: Option<Ssh>,
    /// The other ports as they are reached from outside, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ports: BTreeMap<String, u16>,
    /// How far making it has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Steps>,
    /// The try that this is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// When that try began: its deadline counts from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<DateTime<Utc>>,
    /// What is still there of it while it is being removed, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<String>,
}

/// Where an environment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Phase {
    /// It is being made.
    Provisioning,
    /// Its SSH server answers.
    Ready,
    /// It was not made within its deadline, or cannot be made as it is.
    Failed,
    /// It is being removed.
    Deleting,
}

/// How to reach an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ssh {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// User.
    pub user: String,
    /// The host's public key, one OpenSSH line.
    pub host_key: String,
    /// Its SHA-256 fingerprint, as OpenSSH prints it.
    pub fingerprint: String,
}

/// How far making it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
pub struct Steps {
    /// Steps that are done.
    pub done: u8,
    /// Steps in all.
    pub total: u8,
    /// The step under way, in words.
    pub step: String,
}

/// The schema of the standard condition, which k8s-openapi does not bring.
fn conditions(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "array",
        "maxItems": 8,
        "items": {
            "type": "object",
            "required": ["type", "status", "lastTransitionTime", "reason", "message"],
            "properties": {
                "type": { "type": "string", "maxLength": 316 },
                "status": { "type": "string", "enum": ["True", "False", "Unknown"] },
                "observedGeneration": { "type": "integer", "format": "int64", "minimum": 0 },
                "lastTransitionTime": { "type": "string", "format": "date-time" },
                "reason": { "type": "string", "minLength": 1, "maxLength": 1024 },
                "message": { "type": "string", "maxLength": 32768 }
            }
        }
    })
}
