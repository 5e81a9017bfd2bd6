//! Removes everything of an environment, and proves that it is gone before the resource may go.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Namespace, PersistentVolume, PersistentVolumeClaim};
use kube::{
    Api, ResourceExt,
    api::{DeleteParams, ListParams, Preconditions, PropagationPolicy},
};

use super::{
    context::Context,
    faults::{Doing, Fault, code},
    gather,
    memory::Memory,
    stores::environment_of,
};
use crate::cluster::kubernetes::{names, resource::Environment};

/// Held until nothing of the environment is left.
pub(super) const FINALIZER: &str = "sublet.dev/purge";

/// Conditions of a namespace that say why it does not go.
const STUCK: [&str; 5] = [
    "NamespaceDeletionDiscoveryFailure",
    "NamespaceDeletionGroupVersionParsingFailure",
    "NamespaceDeletionContentFailure",
    "NamespaceContentRemaining",
    "NamespaceFinalizersRemaining",
];

/// Goes on removing. What is left, in words; nothing left means proven gone.
pub(super) async fn remove(
    context: &Context,
    memory: &mut Memory,
    environment: &Environment,
) -> Result<Vec<String>, Fault> {
    let name = names::namespace(environment);
    let api = Api::<Namespace>::all(context.client.clone());
    // The store may lag; that something is not there is proven by the API server alone.
    let namespace = api.get_opt(&name).await.doing("the namespace cannot be read")?;
    if namespace.as_ref().is_some_and(|there| !is_of(context, environment, there)) {
        // Somebody else's, with volumes of its own.
        return Ok(Vec::new());
    }
    let mut left = Vec::new();
    if let Some(namespace) = &namespace {
        if namespace.metadata.deletion_timestamp.is_none() {
            note_volumes(context, memory, &name).await?;
            delete(&api, namespace).await?;
        }
        left.extend(why_it_stays(namespace));
    }
    left.extend(volumes_left(context, memory, &name).await?);
    if left.is_empty() {
        context.bell.forget(&name);
    }
    Ok(left)
}

fn is_of(context: &Context, environment: &Environment, namespace: &Namespace) -> bool {
    environment_of(&context.home, &namespace.metadata) == Some(environment.name_any().as_str())
}

async fn delete(api: &Api<Namespace>, namespace: &Namespace) -> Result<(), Fault> {
    let preconditions = Preconditions { uid: namespace.uid(), resource_version: None };
    let how = DeleteParams {
        propagation_policy: Some(PropagationPolicy::Foreground),
        preconditions: Some(preconditions),
        ..DeleteParams::default()
    };
    match api.delete(&namespace.name_any(), &how).await {
        Ok(_) => Ok(()),
        Err(error) if code(&error) == Some(404) => Ok(()),
        Err(error) => Err(error).doing("the namespace cannot be deleted"),
    }
}

/// Notes which volumes the claims are bound to, so that each can be seen to be gone.
async fn note_volumes(context: &Context, memory: &mut Memory, namespace: &str) -> Result<(), Fault> {
    let api = Api::<PersistentVolumeClaim>::namespaced(context.client.clone(), namespace);
    let claims = api.list(&ListParams::default()).await.doing("the claims cannot be read")?;
    memory.volumes.extend(claims.items.into_iter().filter_map(|claim| claim.spec?.volume_name));
    Ok(())
}

fn why_it_stays(namespace: &Namespace) -> Vec<String> {
    let conditions =
        namespace.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    let stuck = conditions.iter().filter(|one| one.status == "True" && STUCK.contains(&one.type_.as_str()));
    let words: Vec<String> = stuck.filter_map(|one| one.message.clone()).collect();
    let name = namespace.name_any();
    match words.is_empty() {
        true => vec![format!("namespace {name} is being deleted")],
        false => words.into_iter().map(|why| format!("namespace {name}: {why}")).collect(),
    }
}

/// Volumes of this namespace that are still there.
async fn volumes_left(context: &Context, memory: &mut Memory, namespace: &str) -> Result<Vec<String>, Fault> {
    let known = gather::volumes(context, namespace);
    let mut left: BTreeMap<String, PersistentVolume> =
        known.into_iter().map(|volume| (volume.name_any(), volume)).collect();
    let api = Api::<PersistentVolume>::all(context.client.clone());
    let unseen = memory.volumes.iter().filter(|name| !left.contains_key(*name));
    for name in unseen.cloned().collect::<Vec<_>>() {
        if let Some(volume) = api.get_opt(&name).await.doing("a volume cannot be read")? {
            left.insert(name, volume);
        }
    }
    memory.volumes = left.keys().cloned().collect();
    Ok(left.values().map(why_volume_stays).collect())
}

fn why_volume_stays(volume: &PersistentVolume) -> String {
    let name = volume.name_any();
    let kept = volume.spec.as_ref().and_then(|spec| spec.persistent_volume_reclaim_policy.as_deref());
    let status = volume.status.as_ref();
    let phase = status.and_then(|status| status.phase.as_deref()).unwrap_or_default();
    match (kept, phase) {
        (Some("Retain"), "Released" | "Available") => {
            format!(
                "volume {name} is kept by its class (Retain): delete it by hand when nobody needs its data"
            )
        }
        (_, "Failed") => {
            let why = status.and_then(|status| status.message.as_deref()).unwrap_or("no reason was told");
            format!("volume {name} cannot be removed: {why}")
        }
        _ => format!("volume {name} is being removed"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn volume(policy: &str, status: serde_json::Value) -> PersistentVolume {
        let volume = json!({"metadata": {"name": "pv-1"}, "status": status,
            "spec": {"persistentVolumeReclaimPolicy": policy}});
        serde_json::from_value(volume).expect("a volume")
    }

    #[test]
    fn what_stays_is_told_in_words() {
        let kept = why_volume_stays(&volume("Retain", json!({"phase": "Released"})));
        assert!(kept.starts_with("volume pv-1 is kept by its class (Retain)"), "{kept}");
        assert_eq!(
            why_volume_stays(&volume(
                "Delete",
                json!({"phase": "Failed", "message": "the disk is attached"})
            )),
            "volume pv-1 cannot be removed: the disk is attached"
        );
        assert_eq!(why_volume_stays(&volume("Delete", json!({}))), "volume pv-1 is being removed");
        let namespace = |conditions: serde_json::Value| -> Namespace {
            let namespace = json!({"metadata": {"name": "web-1"}, "status": {"conditions": conditions}});
            serde_json::from_value(namespace).expect("a namespace")
        };
        assert_eq!(why_it_stays(&namespace(json!([]))), ["namespace web-1 is being deleted"]);
        let stuck = json!([
            {"type": "NamespaceFinalizersRemaining", "status": "True", "message": "some hold on: x.example/y in 1 pods"},
            {"type": "NamespaceContentRemaining", "status": "False", "message": "all is gone"},
        ]);
        assert_eq!(why_it_stays(&namespace(stuck)), ["namespace web-1: some hold on: x.example/y in 1 pods"]);
    }
}
