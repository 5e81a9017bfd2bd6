//! Writes what should be there and is not, or is there otherwise. What is right already is not written.

use std::{collections::BTreeMap, fmt::Debug};

use k8s_openapi::api::core::v1::{Namespace, PersistentVolumeClaim, Secret, Service};
use kube::{
    Api, Client, Resource, ResourceExt,
    api::{Patch, PatchParams, PostParams},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{
    build::Children,
    differs::{Besides, differs},
    faults::{Doing, Fault},
    gathered::Gathered,
    stores::environment_of,
};
use crate::cluster::kubernetes::quantity;

/// Who the API server says wrote it.
pub(super) const MANAGER: &str = "sublet-controller";
/// Annotation: a digest of what was wanted, so that what is no longer wanted is taken away.
const MADE: &str = "sublet.dev/made";

/// What came of it.
pub(super) enum Applied {
    /// All is there. What the API server refused to store, in words.
    There(Vec<String>),
    /// A namespace of that name is there, and it is not ours.
    Foreign,
}

/// Makes it so that all children are there. `gathered` then holds what the API server gave back. `told` are the ports
/// that people know, by name.
pub(super) async fn all(
    client: &Client,
    home: &str,
    children: &Children,
    told: &BTreeMap<String, u16>,
    gathered: &mut Gathered,
) -> Result<Applied, Fault> {
    let Children { namespace, binding, quota, limits, secret, claim, policies, service, deployment } =
        children;
    match made(client, home, namespace, gathered.namespace.as_ref()).await? {
        None => return Ok(Applied::Foreign),
        Some(namespace) => gathered.namespace = Some(namespace),
    }
    let mut hand = Hand { client, namespace: namespace.name_any(), refused: Vec::new() };
    if let Some(binding) = binding {
        hand.keep(binding, &mut gathered.binding, &["subjects"]).await?;
    }
    hand.keep(quota, &mut gathered.quota, &["spec"]).await?;
    hand.keep(limits, &mut gathered.limits, &["spec"]).await?;
    hand.secret(secret, &mut gathered.secret).await?;
    for policy in policies {
        let at = gathered.policies.iter().position(|there| there.name_any() == policy.name_any());
        let mut there = at.map(|at| gathered.policies.swap_remove(at));
        hand.keep(policy, &mut there, &["spec"]).await?;
        gathered.policies.extend(there);
    }
    if let Some(claim) = claim {
        hand.claim(claim, &mut gathered.claim).await?;
    }
    hand.service(service, told, &mut gathered.service).await?;
    hand.keep(deployment, &mut gathered.deployment, &[]).await?;
    Ok(Applied::There(hand.refused))
}

/// The namespace as it is now; `None` when it is not ours.
async fn made(
    client: &Client,
    home: &str,
    wanted: &Namespace,
    there: Option<&Namespace>,
) -> Result<Option<Namespace>, Fault> {
    let (api, name) = (Api::<Namespace>::all(client.clone()), wanted.name_any());
    let there = match there {
        Some(there) => there.clone(),
        // An apply would take what it finds. Only a create tells whether there was something.
        None => match create(&api, wanted).await {
            Ok(made) => return Ok(Some(made)),
            Err(fault) if fault.code() == Some(409) => {
                api.get(&name).await.doing("the namespace cannot be read")?
            }
            Err(fault) => return Err(fault),
        },
    };
    if environment_of(home, &there.metadata) != environment_of(home, &wanted.metadata) {
        return Ok(None);
    }
    if there.metadata.deletion_timestamp.is_some() {
        return Ok(Some(there));
    }
    Ok(Some(keep(&api, wanted, Some(&there), &[]).await?.unwrap_or(there)))
}

/// Writes into one namespace.
struct Hand<'a> {
    client: &'a Client,
    namespace: String,
    refused: Vec<String>,
}

impl Hand<'_> {
    fn api<K>(&self) -> Api<K>
    where
        K: Resource<DynamicType = (), Scope = k8s_openapi::NamespaceResourceScope>,
    {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// Keeps one child as it should be. What is refused is noted, and does not keep the others from being made.
    async fn keep<K>(&mut self, wanted: &K, there: &mut Option<K>, whole: &[&str]) -> Result<(), Fault>
    where
        K: Resource<DynamicType = (), Scope = k8s_openapi::NamespaceResourceScope>
            + Clone
            + Debug
            + Serialize
            + DeserializeOwned,
    {
        match keep(&self.api::<K>(), wanted, there.as_ref(), whole).await {
            Ok(None) => {}
            Ok(made) => *there = made,
            Err(fault) => self.refused.push(fault.refusal().ok_or(fault)?),
        }
        Ok(())
    }

    /// Keeps the Service. One that was deleted comes back with the node ports that people were told, unless they are
    /// somebody else's by now.
    async fn service(
        &mut self,
        wanted: &Service,
        told: &BTreeMap<String, u16>,
        there: &mut Option<Service>,
    ) -> Result<(), Fault> {
        if there.is_none() && !told.is_empty() {
            match create(&self.api(), &with_node_ports(wanted, told)).await {
                Ok(made) => {
                    *there = Some(made);
                    return Ok(());
                }
                Err(fault) if matches!(fault.code(), Some(409 | 422)) => {}
                Err(fault) => {
                    self.refused.push(fault.refusal().ok_or(fault)?);
                    return Ok(());
                }
            }
        }
        self.keep(wanted, there, &[]).await
    }

    /// Keeps the Secret. One that nobody has seen is made only where there is none: the host key in it may be
    /// another controller's, and people trust it already.
    async fn secret(&mut self, wanted: &Secret, there: &mut Option<Secret>) -> Result<(), Fault> {
        if there.is_some() {
            return self.keep(wanted, there, &["data"]).await;
        }
        *there = Some(create(&self.api(), wanted).await?);
        Ok(())
    }

    /// Keeps the claim. One that is there sets bounds to what can be wanted of it, also when it was not seen.
    async fn claim(
        &mut self,
        wanted: &PersistentVolumeClaim,
        there: &mut Option<PersistentVolumeClaim>,
    ) -> Result<(), Fault> {
        if there.is_none() {
            let api = self.api();
            let refused = match create(&api, wanted).await {
                Ok(made) => {
                    *there = Some(made);
                    return Ok(());
                }
                Err(fault) if fault.code() == Some(409) => None,
                // The quota is full before it is seen that there is one.
                Err(fault) => Some(fault.refusal().ok_or(fault)?),
            };
            *there = api.get_opt(&wanted.name_any()).await.doing("the claim cannot be read")?;
            if there.is_none() {
                self.refused.extend(refused);
                return Ok(());
            }
        }
        let mut settled = there.as_ref().map_or_else(|| wanted.clone(), |there| settled(wanted, there));
        settled.annotations_mut().insert(MADE.to_owned(), digest(&written(wanted)?));
        self.keep(&settled, there, &[]).await
    }
}

/// Makes what was not there.
async fn create<K>(api: &Api<K>, wanted: &K) -> Result<K, Fault>
where
    K: Resource<DynamicType = ()> + Clone + Debug + Serialize + DeserializeOwned,
{
    let how = PostParams { field_manager: Some(MANAGER.to_owned()), ..PostParams::default() };
    let mut body = wanted.clone();
    body.annotations_mut().insert(MADE.to_owned(), digest(&written(wanted)?));
    api.create(&how, &body).await.doing(format!("the {} {} cannot be made", K::kind(&()), wanted.name_any()))
}

/// Writes what is wanted if it is not there. Of the parts named in `whole`, nothing else may be there.
async fn keep<K>(api: &Api<K>, wanted: &K, there: Option<&K>, whole: &[&str]) -> Result<Option<K>, Fault>
where
    K: Resource<DynamicType = ()> + Clone + Debug + Serialize + DeserializeOwned,
{
    let mut body = written(wanted)?;
    mark(&mut body);
    if there.map(written).transpose()?.is_some_and(|there| !lacks(&body, &there, whole)) {
        return Ok(None);
    }
    let name = wanted.name_any();
    let doing = || format!("the {} {name} cannot be written", K::kind(&()));
    let how = PatchParams::apply(MANAGER).force();
    let made = api.patch(&name, &how, &Patch::Apply(&body)).await.doing(doing())?;
    let after = written(&made)?;
    if !lacks(&body, &after, whole) {
        return Ok(Some(made));
    }
    // An apply leaves what others have added to lists and maps.
    let without = undoing(&body, &after, whole);
    let how = PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() };
    Ok(Some(api.patch(&name, &how, &Patch::Merge(&without)).await.doing(doing())?))
}

fn written<K: Resource<DynamicType = ()> + Serialize>(object: &K) -> Result<Value, Fault> {
    serde_json::to_value(object).map_err(|error| {
        Fault::Unreadable(format!("the {} cannot be written as JSON: {error}", K::kind(&())))
    })
}

/// Notes in the object what it was made from.
fn mark(body: &mut Value) {
    let digest = digest(body);
    if let Some(meta) = body.get_mut("metadata").and_then(Value::as_object_mut) {
        let annotations = meta.entry("annotations").or_insert_with(|| Value::Object(Map::new()));
        if let Some(annotations) = annotations.as_object_mut() {
            annotations.entry(MADE).or_insert(Value::String(digest));
        }
    }
}

fn digest(body: &Value) -> String {
    Sha256::digest(body.to_string()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Whether something of what is wanted is not there, or something else is where nothing else may be.
fn lacks(wanted: &Value, there: &Value, whole: &[&str]) -> bool {
    let Some(parts) = wanted.as_object() else { return true };
    parts.iter().any(|(part, wanted)| {
        let besides = if whole.contains(&part.as_str()) { Besides::Nothing } else { Besides::Anything };
        differs(wanted, there.get(part).unwrap_or(&Value::Null), besides)
    })
}

/// A merge that makes lists what they should be, and takes away what else is in the parts named in `whole`.
fn undoing(wanted: &Value, there: &Value, whole: &[&str]) -> Value {
    let mut merge = wanted.clone();
    for part in whole {
        if let (Some(merge), Some(there)) = (merge.get_mut(part), there.get(part)) {
            take_away(merge, there);
        }
    }
    merge
}

fn take_away(merge: &mut Value, there: &Value) {
    if let (Value::Object(merge), Value::Object(there)) = (merge, there) {
        for (key, there) in there {
            take_away(merge.entry(key.clone()).or_insert(Value::Null), there);
        }
    }
}

fn with_node_ports(service: &Service, told: &BTreeMap<String, u16>) -> Service {
    let mut service = service.clone();
    let spec = service.spec.as_mut().filter(|spec| spec.type_.as_deref() == Some("NodePort"));
    for port in spec.and_then(|spec| spec.ports.as_mut()).into_iter().flatten() {
        port.node_port = port.name.as_ref().and_then(|name| told.get(name)).map(|port| i32::from(*port));
    }
    service
}

/// A claim as it can be asked of one that is there: it may only grow.
fn settled(wanted: &PersistentVolumeClaim, there: &PersistentVolumeClaim) -> PersistentVolumeClaim {
    let mut claim = wanted.clone();
    let (Some(spec), Some(old)) = (claim.spec.as_mut(), there.spec.as_ref()) else { return claim };
    spec.storage_class_name.clone_from(&old.storage_class_name);
    spec.access_modes.clone_from(&old.access_modes);
    spec.volume_mode.clone_from(&old.volume_mode);
    let size = |claim: &k8s_openapi::api::core::v1::PersistentVolumeClaimSpec| {
        claim.resources.as_ref().and_then(|all| all.requests.as_ref()?.get("storage").cloned())
    };
    let worth =
        |size: &k8s_openapi::apimachinery::pkg::api::resource::Quantity| quantity::read_bytes(&size.0);
    if let (Some(new), Some(old)) = (size(spec), size(old))
        && worth(&new) < worth(&old)
    {
        spec.resources
            .get_or_insert_default()
            .requests
            .get_or_insert_default()
            .insert("storage".to_owned(), old);
    }
    claim
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_others_added_where_nothing_else_may_be_is_taken_away() {
        let wanted =
            json!({"kind": "NetworkPolicy", "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}});
        let mut there = wanted.clone();
        there["metadata"] = json!({"uid": "x"});
        assert!(!lacks(&wanted, &there, &["spec"]));
        there["spec"]["ingress"] = json!([{}]);
        assert!(lacks(&wanted, &there, &["spec"]));
        assert!(!lacks(&wanted, &there, &[]));
        assert_eq!(
            undoing(&wanted, &there, &["spec"])["spec"],
            json!({"podSelector": {}, "policyTypes": ["Ingress"], "ingress": null})
        );
    }

    #[test]
    fn what_is_no_longer_wanted_changes_the_mark() {
        let with = |env: Value| {
            let mut body = json!({"metadata": {"name": "a"}, "spec": {"map": env}});
            mark(&mut body);
            body
        };
        let (before, after) = (with(json!({"a": "1", "b": "2"})), with(json!({"a": "1"})));
        assert!(lacks(&after, &before, &[]), "{before}");
        assert!(!lacks(&after, &after, &[]));
    }

    fn claim(size: &str, class: &str) -> PersistentVolumeClaim {
        let claim = json!({"metadata": {"name": "a"}, "spec": {
            "storageClassName": class, "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}},
        }});
        serde_json::from_value(claim).expect("a claim")
    }

    #[test]
    fn a_claim_only_grows_and_stays_where_its_data_is() {
        assert_eq!(settled(&claim("2Gi", "fast"), &claim("1Gi", "slow")), claim("2Gi", "slow"));
        assert_eq!(settled(&claim("1Gi", "slow"), &claim("2Gi", "slow")), claim("2Gi", "slow"));
        assert_eq!(settled(&claim("1Gi", "slow"), &claim("1024Mi", "slow")), claim("1Gi", "slow"));
    }
}
