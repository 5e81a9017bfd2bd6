//! How far making an environment has come, step by step, from what is there.

use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{ContainerStatus, Pod},
};

use crate::cluster::kubernetes::{
    controller::{
        gathered::{Banner, Gathered},
        plan::Plan,
    },
    names,
};

/// What waiting containers give as their reason before their image is there.
pub(super) const PULLING: [&str; 6] = [
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "ImageInspectError",
    "RegistryUnavailable",
];

/// One step: the reason of the condition while it is under way, and the same in words.
type Step = (&'static str, &'static str);

const NAMESPACE: Step = ("MakingNamespace", "making its namespace");
const VOLUME: Step = ("BindingVolume", "waiting for its volume");
const NODE: Step = ("Scheduling", "finding a node for it");
const IMAGE: Step = ("PullingImage", "pulling its image");
const START: Step = ("Starting", "starting it");
const ANSWER: Step = ("Connecting", "waiting for its SSH server");
const FORMER: Step = ("Replacing", "waiting for its former pod to end");

/// How far it has come.
#[derive(Debug)]
pub(super) struct Seen {
    /// Steps that are done.
    pub done: u8,
    /// Steps in all.
    pub total: u8,
    /// Why it is not ready, in one word.
    pub reason: &'static str,
    /// The step under way, in words.
    pub step: &'static str,
}

impl Seen {
    /// Whether its SSH server answers.
    pub(super) fn answers(&self) -> bool {
        self.done == self.total
    }
}

/// How far it has come. A later step that is done says that the earlier ones are.
pub(super) fn seen(plan: &Plan, gathered: &Gathered) -> Seen {
    let pod = current(plan, gathered);
    let container = pod.and_then(container);
    let running = container.is_some_and(is_running);
    let answers = running
        && pod.is_some_and(is_ready)
        && gathered.deployment.as_ref().is_some_and(is_rolled_out)
        && gathered.banner == Some(Banner::Answers);
    let bound = gathered.claim.as_ref().and_then(|claim| claim.status.as_ref()?.phase.as_deref());
    let mut steps: Vec<(Step, bool)> = vec![(NAMESPACE, gathered.namespace.is_some())];
    if plan.volume.is_some() {
        steps.push((VOLUME, bound == Some("Bound")));
    }
    steps.extend([
        (NODE, pod.is_some_and(is_scheduled)),
        (IMAGE, container.is_some_and(has_image)),
        (START, running),
        (ANSWER, answers),
    ]);
    let total = u8::try_from(steps.len()).unwrap_or(u8::MAX);
    let done = steps.iter().rposition(|(_, done)| *done).map_or(0, |last| last + 1);
    let (reason, step) = match steps.get(done) {
        _ if pod.is_none() && is_being_replaced(gathered) => FORMER,
        Some((step, _)) => *step,
        None => ANSWER,
    };
    Seen { done: u8::try_from(done).unwrap_or(u8::MAX), total, reason, step }
}

/// The pod of the present try that lives; the newest, if several do.
pub(super) fn current<'a>(plan: &Plan, gathered: &'a Gathered) -> Option<&'a Pod> {
    let attempt = plan.attempt.to_string();
    let ours = |pod: &&Pod| {
        let annotations = pod.metadata.annotations.as_ref();
        annotations.and_then(|all| all.get(names::ATTEMPT)) == Some(&attempt)
    };
    gathered
        .pods
        .iter()
        .filter(|pod| pod.metadata.deletion_timestamp.is_none() && !has_ended(pod))
        .filter(ours)
        .max_by_key(|pod| (&pod.metadata.creation_timestamp, &pod.metadata.name))
}

/// Whether a pod that ends is still there.
pub(super) fn is_being_replaced(gathered: &Gathered) -> bool {
    gathered.pods.iter().any(|pod| pod.metadata.deletion_timestamp.is_some() && !has_ended(pod))
}

/// Whether nothing of a pod runs, nor will.
pub(super) fn has_ended(pod: &Pod) -> bool {
    let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
    matches!(phase, Some("Failed" | "Succeeded"))
}

/// What is known of our container.
pub(super) fn container(pod: &Pod) -> Option<&ContainerStatus> {
    let all = pod.status.as_ref()?.container_statuses.as_ref()?;
    all.iter().find(|container| container.name == names::CONTAINER)
}

/// Why a container waits, in one word.
pub(super) fn waits(container: &ContainerStatus) -> Option<&str> {
    container.state.as_ref()?.waiting.as_ref()?.reason.as_deref()
}

/// The status of a condition of a pod, with its reason and message.
pub(super) fn condition<'a>(pod: &'a Pod, name: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let all = pod.status.as_ref()?.conditions.as_ref()?;
    let found = all.iter().find(|condition| condition.type_ == name)?;
    let text = |text: &'a Option<String>| text.as_deref().unwrap_or_default();
    Some((&found.status, text(&found.reason), text(&found.message)))
}

fn is_scheduled(pod: &Pod) -> bool {
    matches!(condition(pod, "PodScheduled"), Some(("True", ..)))
}

fn is_ready(pod: &Pod) -> bool {
    matches!(condition(pod, "Ready"), Some(("True", ..)))
}

fn is_running(container: &ContainerStatus) -> bool {
    container.state.as_ref().is_some_and(|state| state.running.is_some())
}

fn has_image(container: &ContainerStatus) -> bool {
    let before = ["ContainerCreating", "PodInitializing"];
    match waits(container) {
        Some(reason) => {
            !container.image_id.is_empty() || !(before.contains(&reason) || PULLING.contains(&reason))
        }
        None => container.state.is_some(),
    }
}

/// Whether the pod is of the present spec.
fn is_rolled_out(deployment: &Deployment) -> bool {
    let Some(status) = &deployment.status else { return false };
    status.observed_generation >= deployment.metadata.generation && status.updated_replicas >= Some(1)
}
