//! Gathers what is there of an environment: from the stores, and the little that is not followed from the API server.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use k8s_openapi::api::core::v1::{ContainerStatus, Event, PersistentVolume, Pod, Secret};
use kube::{
    Api, ResourceExt,
    api::{ListParams, LogParams},
};
use tokio::time::Instant;

use super::{
    context::Context,
    faults::{Doing, Fault, code},
    gathered::Gathered,
    memory::{Fetched, Memory},
    plan::Plan,
    stores::claimed_in,
    watch::at,
};
use crate::{
    cluster::{host_key::HostKey, kubernetes::names},
    domain::Instant as Moment,
};

/// How long warnings about a claim are good for.
const WARNINGS: Duration = Duration::from_secs(10);
/// The most of a container's last words that is fetched.
const LINE: i64 = 2048;

/// What the stores have.
pub(super) fn stored(context: &Context, plan: &Plan, now: Moment) -> Gathered {
    let (stores, namespace) = (&context.stores, plan.namespace.as_str());
    macro_rules! one {
        ($store:ident, $name:expr) => {
            stores.$store.get(&at(Some(namespace), $name)).map(Arc::unwrap_or_clone)
        };
    }
    Gathered {
        now,
        namespace: stores.namespaces.get(&at(None, namespace)).map(Arc::unwrap_or_clone),
        binding: one!(bindings, names::RULES),
        quota: one!(quotas, names::RULES),
        limits: one!(limits, names::RULES),
        claim: one!(claims, &plan.name),
        volumes: volumes(context, namespace),
        policies: within(&stores.policies, namespace),
        service: one!(services, &plan.name),
        deployment: one!(deployments, &plan.name),
        pods: within(&stores.pods, namespace),
        nodes: stores.addresses(),
        ..Gathered::default()
    }
}

/// Volumes that claims of this namespace are, or were, bound to.
pub(super) fn volumes(context: &Context, namespace: &str) -> Vec<PersistentVolume> {
    let bound = context.stores.volumes.state_filter(|volume| claimed_in(volume) == Some(namespace));
    bound.into_iter().map(Arc::unwrap_or_clone).collect()
}

/// All of a kind in a namespace, by name.
fn within<K>(store: &kube::runtime::reflector::Store<K>, namespace: &str) -> Vec<K>
where
    K: kube::Resource<DynamicType = ()> + Clone,
{
    let found = store.state_filter(|one| one.meta().namespace.as_deref() == Some(namespace));
    let by_name: BTreeMap<String, Arc<K>> = found.into_iter().map(|one| (one.name_any(), one)).collect();
    by_name.into_values().map(Arc::unwrap_or_clone).collect()
}

/// The host key, and the Secret that holds it. A key that was seen once is kept, whatever becomes of the Secret.
pub(super) async fn key(
    context: &Context,
    memory: &mut Memory,
    plan: &Plan,
    gathered: &Gathered,
) -> Result<(HostKey, Option<Secret>), Fault> {
    let allowed = plan.account.is_none() || gathered.binding.is_some();
    let secret = match &gathered.namespace {
        Some(namespace) if allowed => secret(context, memory, plan, namespace.uid()).await?,
        _ => None,
    };
    let stored = secret.as_ref().map(read).transpose();
    let key = match (stored, &memory.key) {
        (Ok(Some(key)), _) => key,
        (Ok(None) | Err(_), Some(known)) => known.clone(),
        (Ok(None), None) => HostKey::generate()
            .map_err(|error| Fault::Unreadable(format!("no host key can be made: {error}")))?,
        (Err(fault), None) => return Err(fault),
    };
    if secret.is_some() {
        memory.key = Some(key.clone());
    }
    Ok((key, secret))
}

/// The Secret, fetched at most once between two looks at everything.
async fn secret(
    context: &Context,
    memory: &mut Memory,
    plan: &Plan,
    namespace: Option<String>,
) -> Result<Option<Secret>, Fault> {
    if let Some(fetched) = &memory.secret
        && fetched.namespace == namespace
        && fetched.secret.is_some()
        && fetched.at.elapsed() < context.options.resync.mul_f32(0.8)
    {
        return Ok(fetched.secret.clone());
    }
    let api = Api::<Secret>::namespaced(context.client.clone(), &plan.namespace);
    let mut secret = api.get_opt(names::SECRET).await.doing("the Secret cannot be read")?;
    if let Some(secret) = &mut secret {
        secret.metadata.managed_fields = None;
    }
    memory.secret = Some(Fetched { namespace, at: Instant::now(), secret: secret.clone() });
    Ok(secret)
}

fn read(secret: &Secret) -> Result<HostKey, Fault> {
    let bytes = secret.data.as_ref().and_then(|data| data.get(names::HOST_KEY_FILE));
    let text = bytes.and_then(|bytes| str::from_utf8(&bytes.0).ok());
    text.and_then(|text| HostKey::read(text).ok()).ok_or_else(|| {
        Fault::Unreadable(format!(
            "the Secret {} in {} holds no host key that can be read; delete the Secret, and a new key is made",
            names::SECRET,
            secret.namespace().unwrap_or_default()
        ))
    })
}

/// The container of a pod that ended and was started again, or will be.
fn ended(pod: &Pod) -> Option<&ContainerStatus> {
    let containers = pod.status.as_ref()?.container_statuses.as_deref()?;
    containers.iter().find(|container| {
        let before = container.last_state.as_ref().is_some_and(|state| state.terminated.is_some());
        let running = container.ready;
        before && !running
    })
}

/// What a node says, as if the container had printed it, when it does not have what the container printed.
const NO_LOGS: &str = "unable to retrieve container logs for ";

/// The last line of what a container printed; `None` when the node does not have it.
fn last_of(printed: &str) -> Option<Option<String>> {
    let line = printed.lines().rev().map(str::trim).find(|line| !line.is_empty());
    if line.is_some_and(|line| line.starts_with(NO_LOGS)) { None } else { Some(line.map(str::to_owned)) }
}

/// The last line that the container printed before its last end, if it keeps ending.
pub(super) async fn last_line(context: &Context, memory: &mut Memory, gathered: &Gathered) -> Option<String> {
    let (pod, container) = gathered.pods.iter().find_map(|pod| Some((pod, ended(pod)?)))?;
    let which = format!("{}/{}", pod.uid().unwrap_or_default(), container.restart_count);
    if let Some((known, line)) = &memory.last_line
        && *known == which
    {
        return line.clone();
    }
    let api = Api::<Pod>::namespaced(context.client.clone(), &pod.namespace()?);
    let how = LogParams {
        container: Some(container.name.clone()),
        previous: true,
        tail_lines: Some(1),
        limit_bytes: Some(LINE),
        ..LogParams::default()
    };
    // Logs are kept by the node, which may be away; the cause is told without them.
    let line = match api.logs(&pod.name_any(), &how).await {
        Ok(text) => match last_of(&text) {
            Some(line) => line,
            // It ended again in this moment. What it printed before the end before that is likely the same.
            None => return memory.last_line.clone().and_then(|(_, line)| line),
        },
        Err(error) if code(&error).is_some_and(|code| code < 500) => None,
        Err(_) => return None,
    };
    memory.last_line = Some((which, line.clone()));
    line
}

/// Warnings of Kubernetes about the claim, if it is not bound: the newest first.
pub(super) async fn warnings(context: &Context, memory: &mut Memory, gathered: &Gathered) -> Vec<String> {
    let Some(claim) = &gathered.claim else { return Vec::new() };
    if claim.status.as_ref().and_then(|status| status.phase.as_deref()) == Some("Bound") {
        memory.warnings = None;
        return Vec::new();
    }
    if let Some((at, known)) = &memory.warnings
        && at.elapsed() < WARNINGS
    {
        return known.clone();
    }
    let Some(namespace) = claim.namespace() else { return Vec::new() };
    let api = Api::<Event>::namespaced(context.client.clone(), &namespace);
    let about = format!(
        "involvedObject.kind=PersistentVolumeClaim,involvedObject.name={},type=Warning",
        claim.name_any()
    );
    // Without them, only the cause is less exact.
    let Ok(events) = api.list(&ListParams::default().fields(&about).limit(50)).await else {
        return Vec::new();
    };
    let mut events = events.items;
    let last = |event: &Event| {
        let series =
            event.series.as_ref().and_then(|series| series.last_observed_time.as_ref()).map(|at| at.0);
        let when =
            [series, event.event_time.as_ref().map(|at| at.0), event.last_timestamp.as_ref().map(|at| at.0)];
        (when.into_iter().flatten().max(), event.resource_version())
    };
    events.sort_by_key(|event| std::cmp::Reverse(last(event)));
    let mut words: Vec<String> = events.into_iter().filter_map(|event| event.message).collect();
    words.dedup();
    memory.warnings = Some((Instant::now(), words.clone()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_node_says_is_not_what_the_container_printed() {
        assert_eq!(last_of("one\ntwo \n\n"), Some(Some("two".to_owned())));
        assert_eq!(last_of("\n"), Some(None));
        assert_eq!(last_of("unable to retrieve container logs for containerd://9fac"), None);
    }
}
