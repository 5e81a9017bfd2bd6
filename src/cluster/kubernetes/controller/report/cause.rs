//! Why an environment does not get on, in words: those of Kubernetes, behind what they mean here.

use k8s_openapi::api::core::v1::{ContainerStateTerminated, ContainerStatus, PersistentVolumeClaim, Pod};

use super::progress::{PULLING, condition, container, current, has_ended, is_being_replaced, waits};
use crate::cluster::kubernetes::{
    controller::{
        gathered::{Banner, Gathered},
        plan::Plan,
    },
    settings::ServiceKind,
};

/// Why it does not get on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cause {
    /// In one word, for programs.
    pub reason: &'static str,
    /// In words.
    pub words: String,
}

impl Cause {
    fn new(reason: &'static str, words: String) -> Self {
        Self { reason, words }
    }
}

/// Why it does not get on; `None` while there is nothing but to wait.
pub(super) fn of(plan: &Plan, gathered: &Gathered, address: Option<&(String, u16)>) -> Option<Cause> {
    if let Some(words) = &gathered.refused {
        return Some(Cause::new("Refused", words.clone()));
    }
    let Some(pod) = current(plan, gathered) else { return no_pod(plan, gathered) };
    if let Some(("False", "Unschedulable", words)) = condition(pod, "PodScheduled") {
        return unbound(plan, gathered, words).or_else(|| Some(no_node(words)));
    }
    match container(pod) {
        Some(container) => {
            stopped(plan, gathered, container).or_else(|| silent(plan, gathered, pod, address))
        }
        None => None,
    }
}

/// There is no pod: it was refused, or ended and did not come back, or its volume is missing.
fn no_pod(plan: &Plan, gathered: &Gathered) -> Option<Cause> {
    if is_being_replaced(gathered) {
        return None;
    }
    let deployment = gathered.deployment.as_ref().and_then(|deployment| deployment.status.as_ref());
    let conditions = deployment.and_then(|status| status.conditions.as_ref());
    let failure = conditions
        .into_iter()
        .flatten()
        .find(|condition| condition.type_ == "ReplicaFailure" && condition.status == "True");
    if let Some(words) = failure.and_then(|failure| failure.message.as_deref()) {
        let quota = words.contains("exceeded quota");
        let reason = if quota { "QuotaExceeded" } else { "PodRefused" };
        let what = if quota { "a quota of the cluster is used up" } else { "the cluster refuses its pod" };
        return Some(Cause::new(reason, format!("{what}: {words}")));
    }
    let ended = gathered.pods.iter().filter(|pod| has_ended(pod));
    let last = ended.max_by_key(|pod| (&pod.metadata.creation_timestamp, &pod.metadata.name));
    last.and_then(evicted).or_else(|| unbound(plan, gathered, ""))
}

/// A pod that its node ended: it was evicted, or not taken.
fn evicted(pod: &Pod) -> Option<Cause> {
    let status = pod.status.as_ref()?;
    let (reason, words) = (status.reason.as_deref()?, status.message.as_deref().unwrap_or_default());
    Some(if reason == "Evicted" {
        Cause::new("Evicted", format!("its node had to end it: {words}"))
    } else {
        Cause::new("EndedByNode", format!("its node ended it ({reason}): {words}"))
    })
}

/// The volume is not there, and something says why.
fn unbound(plan: &Plan, gathered: &Gathered, scheduler: &str) -> Option<Cause> {
    let volume = plan.volume.as_ref()?;
    let phase = |claim: &PersistentVolumeClaim| claim.status.as_ref()?.phase.clone();
    match gathered.claim.as_ref().and_then(phase).as_deref() {
        Some("Bound") => return None,
        Some("Lost") => {
            return Some(Cause::new("VolumeLost", "its volume is gone from the cluster".to_owned()));
        }
        _ => {}
    }
    let about_volumes = ["PersistentVolumeClaim", "persistentvolumeclaim", "volume"];
    let scheduler = Some(scheduler).filter(|words| about_volumes.iter().any(|word| words.contains(word)));
    let words = gathered.warnings.first().map(String::as_str).or(scheduler)?;
    let class = gathered.claim.as_ref().and_then(|claim| claim.spec.as_ref()?.storage_class_name.clone());
    let class = class.or_else(|| volume.class.clone()).filter(|class| !class.is_empty());
    let which = class.map_or_else(|| "no storage class".to_owned(), |class| format!("storage class {class}"));
    Some(Cause::new("VolumeNotBound", format!("there is no volume for it ({which}): {words}")))
}

fn no_node(words: &str) -> Cause {
    // What follows says only that no other pod can make room.
    let words = words.split(" preemption:").next().unwrap_or(words).trim_end_matches('.');
    Cause::new("DoesNotFit", format!("it does not fit on any node: {words}"))
}

/// The container does not run, or did not run for long.
fn stopped(plan: &Plan, gathered: &Gathered, container: &ContainerStatus) -> Option<Cause> {
    let state = container.state.as_ref();
    let message = state.and_then(|state| state.waiting.as_ref()?.message.as_deref()).unwrap_or_default();
    match waits(container) {
        Some(reason) if PULLING.contains(&reason) => return Some(no_image(plan, reason, message)),
        Some("CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" | "StartError") => {
            let words = format!("its container cannot be started: {message}");
            return Some(Cause::new("ContainerRefused", words));
        }
        _ => {}
    }
    if container.ready {
        return None;
    }
    let ended = state.and_then(|state| state.terminated.as_ref());
    let before = container.last_state.as_ref().and_then(|state| state.terminated.as_ref());
    ended.or(before).map(|ended| crashed(plan, gathered, ended))
}

/// The words of the registry, without what the kubelet puts before them in turn.
fn no_image(plan: &Plan, reason: &str, message: &str) -> Cause {
    let starts = [format!("Back-off pulling image \"{}\"", plan.image), "ErrImagePull".to_owned()];
    let mut words = message;
    for start in &starts {
        words = words.strip_prefix(start.as_str()).unwrap_or(words).trim_start_matches([':', ' ']);
    }
    let words = if words.is_empty() { reason } else { words };
    Cause::new("ImageNotPulled", format!("its image {} cannot be pulled: {words}", plan.image))
}

fn crashed(plan: &Plan, gathered: &Gathered, ended: &ContainerStateTerminated) -> Cause {
    if ended.reason.as_deref() == Some("OOMKilled") {
        let words =
            format!("it needs more memory than its {} and was ended for it (OOMKilled)", plan.memory.0);
        return Cause::new("OutOfMemory", words);
    }
    let printed =
        ended.message.as_deref().and_then(|text| text.lines().map(str::trim).rfind(|l| !l.is_empty()));
    let last = gathered.last_line.as_deref().or(printed).filter(|line| !line.is_empty());
    let code = ended.exit_code;
    let words = match last {
        Some(line) => format!("its container ends by itself (code {code}); the last that it printed: {line}"),
        None => format!("its container ends by itself (code {code}) and printed nothing"),
    };
    Cause::new("CrashLoop", words)
}

/// It runs, and whoever is told the address would not get in.
fn silent(plan: &Plan, gathered: &Gathered, pod: &Pod, address: Option<&(String, u16)>) -> Option<Cause> {
    if !matches!(condition(pod, "Ready"), Some(("True", ..))) {
        return None;
    }
    match (address, &gathered.banner) {
        (None, _) if plan.service == ServiceKind::NodePort && gathered.nodes.is_empty() => Some(Cause::new(
            "NoAddress",
            "there is no node with an address to tell; set the host under which nodes are reached".to_owned(),
        )),
        (Some((host, port)), Some(Banner::Silent(words))) => Some(Cause::new(
            "NotAnswering",
            format!("no SSH server answers at {}: {words}", super::written(host, *port)),
        )),
        _ => None,
    }
}
