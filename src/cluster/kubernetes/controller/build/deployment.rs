//! What runs: one pod with one container, which has no more rights than a user of the machine would.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::{
        apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy},
        core::v1::{
            Capabilities, Container, ContainerPort, EmptyDirVolumeSource, EnvVar,
            PersistentVolumeClaimVolumeSource, PodSecurityContext, PodSpec, PodTemplateSpec, Probe,
            ResourceRequirements, SeccompProfile, SecretVolumeSource, SecurityContext, TCPSocketAction,
            Volume, VolumeMount,
        },
    },
    apimachinery::pkg::{api::resource::Quantity, apis::meta::v1::ObjectMeta},
};

use super::{
    limits::{SCRATCH, most, requests},
    port,
};
use crate::{
    cluster::kubernetes::{controller::plan::Plan, names},
    domain::workload,
};

/// Where the container finds its host key and the authorised keys.
const KEYS: &str = "/etc/sublet/ssh";
/// The keys are read by the group of the container's user, and by nobody else: 0440.
const KEYS_MODE: i32 = 0o440;
/// How long the SSH server may take to end, in seconds. Whoever is logged in was told long before.
const ENDS_WITHIN: i64 = 10;
/// How many former versions are kept.
const FORMER: i32 = 2;
const USER: i64 = workload::Container::USER_ID;

pub(super) fn build(plan: &Plan) -> Deployment {
    Deployment {
        metadata: plan.named(&plan.name),
        spec: Some(DeploymentSpec {
            replicas: Some(1),
            selector: plan.pods(),
            // Its volume is mounted by one pod at a time.
            strategy: Some(DeploymentStrategy { type_: Some("Recreate".to_owned()), rolling_update: None }),
            revision_history_limit: Some(FORMER),
            progress_deadline_seconds: Some(i32::try_from(plan.deadline).unwrap_or(i32::MAX)),
            template: PodTemplateSpec { metadata: Some(pod_metadata(plan)), spec: Some(pod(plan)) },
            ..DeploymentSpec::default()
        }),
        ..Deployment::default()
    }
}

/// The number of the try is part of it, so that a retry makes a new pod.
fn pod_metadata(plan: &Plan) -> ObjectMeta {
    let mut annotations = plan.annotations.clone();
    annotations.insert(names::ATTEMPT.to_owned(), plan.attempt.to_string());
    ObjectMeta { labels: Some(plan.labels.clone()), annotations: Some(annotations), ..ObjectMeta::default() }
}

fn pod(plan: &Plan) -> PodSpec {
    PodSpec {
        containers: vec![container(plan)],
        volumes: Some(mounts(plan).into_iter().map(|(_, volume)| volume).collect()),
        hostname: Some(plan.name.clone()),
        automount_service_account_token: Some(false),
        enable_service_links: Some(false),
        restart_policy: Some("Always".to_owned()),
        dns_policy: Some("ClusterFirst".to_owned()),
        termination_grace_period_seconds: Some(ENDS_WITHIN),
        security_context: Some(PodSecurityContext {
            run_as_non_root: Some(true),
            run_as_user: Some(USER),
            run_as_group: Some(USER),
            fs_group: Some(USER),
            fs_group_change_policy: Some("OnRootMismatch".to_owned()),
            seccomp_profile: Some(SeccompProfile {
                type_: "RuntimeDefault".to_owned(),
                ..SeccompProfile::default()
            }),
            ..PodSecurityContext::default()
        }),
        ..PodSpec::default()
    }
}

fn container(plan: &Plan) -> Container {
    Container {
        name: names::CONTAINER.to_owned(),
        image: Some(plan.image.clone()),
        image_pull_policy: Some("IfNotPresent".to_owned()),
        ports: Some(ports(plan)),
        env: environment(&plan.env),
        resources: Some(ResourceRequirements {
            limits: Some(most(plan)),
            requests: Some(requests(plan)),
            ..ResourceRequirements::default()
        }),
        volume_mounts: Some(mounts(plan).into_iter().map(|(mount, _)| mount).collect()),
        readiness_probe: Some(Probe {
            tcp_socket: Some(TCPSocketAction { port: port(plan.ssh_port), host: None }),
            period_seconds: Some(2),
            timeout_seconds: Some(2),
            success_threshold: Some(1),
            failure_threshold: Some(3),
            ..Probe::default()
        }),
        security_context: Some(SecurityContext {
            allow_privilege_escalation: Some(false),
            privileged: Some(false),
            run_as_non_root: Some(true),
            // People install things into their home, which is the image's unless it is the volume.
            read_only_root_filesystem: Some(false),
            capabilities: Some(Capabilities { add: None, drop: Some(vec!["ALL".to_owned()]) }),
            ..SecurityContext::default()
        }),
        // What the program printed last tells why it ended.
        termination_message_policy: Some("FallbackToLogsOnError".to_owned()),
        ..Container::default()
    }
}

fn ports(plan: &Plan) -> Vec<ContainerPort> {
    let one = |name: &str, number: u16| ContainerPort {
        name: Some(name.to_owned()),
        container_port: number.into(),
        protocol: Some("TCP".to_owned()),
        ..ContainerPort::default()
    };
    let others = plan.ports.iter().map(|(name, number)| one(name, *number));
    [one(names::SSH_PORT, plan.ssh_port)].into_iter().chain(others).collect()
}

/// Values arrive as they were written: Kubernetes would replace `$(NAME)`, and takes `$$` for a dollar sign.
fn environment(variables: &BTreeMap<String, String>) -> Option<Vec<EnvVar>> {
    let one = |(name, value): (&String, &String)| EnvVar {
        name: name.clone(),
        value: (!value.is_empty()).then(|| value.replace('$', "$$")),
        value_from: None,
    };
    (!variables.is_empty()).then(|| variables.iter().map(one).collect())
}

/// What is mounted, and what it is: the keys, a place for temporary files, and the volume.
fn mounts(plan: &Plan) -> Vec<(VolumeMount, Volume)> {
    let keys = Volume {
        secret: Some(SecretVolumeSource {
            secret_name: Some(names::SECRET.to_owned()),
            default_mode: Some(KEYS_MODE),
            ..SecretVolumeSource::default()
        }),
        ..Volume::default()
    };
    let temporary = Volume {
        empty_dir: Some(EmptyDirVolumeSource {
            size_limit: Some(Quantity(SCRATCH.to_owned())),
            ..EmptyDirVolumeSource::default()
        }),
        ..Volume::default()
    };
    let claim = plan.volume.as_ref().map(|volume| {
        let source = PersistentVolumeClaimVolumeSource { claim_name: plan.name.clone(), read_only: None };
        let claimed = Volume { persistent_volume_claim: Some(source), ..Volume::default() };
        ("volume", volume.path.as_str(), None, claimed)
    });
    [("keys", KEYS, Some(true), keys), ("tmp", "/tmp", None, temporary)]
        .into_iter()
        .chain(claim)
        .map(|(name, path, read_only, volume)| {
            let mount = VolumeMount {
                name: name.to_owned(),
                mount_path: path.to_owned(),
                read_only,
                ..VolumeMount::default()
            };
            (mount, Volume { name: name.to_owned(), ..volume })
        })
        .collect()
}
