//! Whatever somebody deletes or edits in an environment comes back as it was.

use std::time::Duration;

use k8s_openapi::{
    NamespaceResourceScope,
    api::{
        apps::v1::Deployment,
        core::v1::{LimitRange, Namespace, PersistentVolumeClaim, ResourceQuota, Secret, Service},
        networking::v1::NetworkPolicy,
        rbac::v1::RoleBinding,
    },
};
use kube::{
    Api, Resource, ResourceExt,
    api::{DeleteParams, Patch, PatchParams},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use sublet::cluster::kubernetes::{
    names,
    resource::{Environment, Phase},
};

use super::stage::{Stage, until};

/// The Secret is not followed, so that its drift is found when everything is looked at.
const OFTEN: Duration = Duration::from_secs(2);

/// What of a child must come back.
const PARTS: [&str; 6] = ["spec", "data", "roleRef", "subjects", "labels", "annotations"];

fn essence(child: &impl Serialize) -> Value {
    let mut child = serde_json::to_value(child).unwrap();
    let meta = child["metadata"].take();
    child["labels"] = meta["labels"].clone();
    child["annotations"] = meta["annotations"].clone();
    for allotted in ["clusterIP", "clusterIPs", "volumeName", "replicas"] {
        if let Some(spec) = child["spec"].as_object_mut() {
            spec.remove(allotted);
        }
    }
    // Which revision a Deployment is at is counted by Kubernetes; so are node ports.
    if let Some(annotations) = child["annotations"].as_object_mut() {
        annotations.retain(|key, _| key.starts_with("sublet.dev/"));
    }
    for port in child["spec"]["ports"].as_array_mut().into_iter().flatten() {
        port["nodePort"].take();
    }
    PARTS.iter().map(|part| (*part).to_owned()).zip(PARTS.iter().map(|part| child[part].take())).collect()
}

/// Deletes a child, edits it in this way, and sees it come back both times.
async fn comes_back<K>(stage: &Stage, of: &Environment, name: &str, edit: Value)
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
        + Clone
        + DeserializeOwned
        + Serialize
        + std::fmt::Debug,
{
    let (api, kind) = (stage.children::<K>(of), K::kind(&()));
    let before: K = stage.child(of, name).await;
    let is_back = async || {
        let there = api.get_opt(name).await.unwrap().ok_or_else(String::new)?;
        if there.meta().deletion_timestamp.is_some() {
            return Err("it is still going".to_owned());
        }
        let (wanted, is) = (essence(&before), essence(&there));
        if wanted == is { Ok(there) } else { Err(format!("wanted {wanted}\nis {is}")) }
    };
    api.patch(name, &PatchParams::default(), &Patch::Merge(&edit)).await.unwrap();
    until(&format!("the edited {kind} {name} is as it was"), is_back).await;
    api.delete(name, &DeleteParams::default()).await.unwrap();
    until(&format!("the deleted {kind} {name} is back"), async || {
        let there = is_back().await?;
        if there.uid() == before.uid() { Err("it is the old one".to_owned()) } else { Ok(()) }
    })
    .await;
}

#[tokio::test]
async fn every_kind_of_child_comes_back() {
    let Some(stage) = Stage::new(OFTEN).await else { return };
    let of = stage.ask("web", json!({ "container": { "ports": { "http": 8080 } } })).await;
    let _last: Deployment = stage.child(&of, "web").await;
    let other = json!([{ "kind": "ServiceAccount", "name": "other", "namespace": "default" }]);
    comes_back::<RoleBinding>(&stage, &of, names::RULES, json!({ "subjects": other })).await;
    comes_back::<ResourceQuota>(
        &stage,
        &of,
        names::RULES,
        json!({ "spec": { "hard": { "pods": "5", "secrets": "9" } } }),
    )
    .await;
    comes_back::<LimitRange>(&stage, &of, names::RULES, json!({ "spec": { "limits": [] } })).await;
    let open = json!({ "spec": { "ingress": [{}], "egress": [{}] } });
    comes_back::<NetworkPolicy>(&stage, &of, "default-deny", open.clone()).await;
    comes_back::<NetworkPolicy>(&stage, &of, "ssh", open).await;
    comes_back::<Service>(&stage, &of, "web", json!({ "spec": { "selector": { "app": "other" } } })).await;
    let replicas = json!({ "spec": { "template": { "spec": { "terminationGracePeriodSeconds": 3600 } } } });
    comes_back::<Deployment>(&stage, &of, "web", replicas).await;
    comes_back::<Secret>(
        &stage,
        &of,
        names::SECRET,
        json!({ "data": { "authorized_keys": "eA==", "more": "eA==" } }),
    )
    .await;
    let label = json!({ "metadata": { "labels": { "app.kubernetes.io/managed-by": null } } });
    comes_back::<PersistentVolumeClaim>(&stage, &of, "web", label).await;
}

#[tokio::test]
async fn the_namespace_keeps_its_rules_and_comes_back_when_somebody_deletes_it() {
    let Some(stage) = Stage::new(Duration::from_secs(600)).await else { return };
    let of = stage.ask("web", json!({})).await;
    let _last: Deployment = stage.child(&of, "web").await;
    let (api, name) = (Api::<Namespace>::all(stage.client()), names::namespace(&of));
    let level = "pod-security.kubernetes.io/enforce";
    let looser = json!({ "metadata": { "labels": { level: "privileged" } } });
    api.patch(&name, &PatchParams::default(), &Patch::Merge(looser)).await.unwrap();
    let restricted = async || match api.get_opt(&name).await.unwrap() {
        Some(there) if there.labels()[level] == "restricted" => Ok(there),
        other => Err(format!("{other:?}")),
    };
    let before = until("the namespace is restricted again", restricted).await;
    api.delete(&name, &DeleteParams::default()).await.unwrap();
    until("another namespace is there", async || {
        let there = restricted().await?;
        if there.uid() == before.uid() { Err("it is the old one".to_owned()) } else { Ok(()) }
    })
    .await;
    let _last: Deployment = stage.child(&of, "web").await;
}

#[tokio::test]
async fn a_service_that_was_deleted_comes_back_at_the_port_that_people_know() {
    let Some(stage) = Stage::new(Duration::from_secs(600)).await else { return };
    let of = stage.ask("web", json!({})).await;
    let _greeter = stage.bring_up(&of).await;
    let port = stage.phase("web", Phase::Ready).await.ssh.unwrap().port;
    let services = stage.children::<Service>(&of);
    services.delete("web", &DeleteParams::default()).await.unwrap();
    let back: Service = stage.child(&of, "web").await;
    assert_eq!(back.spec.unwrap().ports.unwrap()[0].node_port, Some(port.into()));
    assert_eq!(stage.phase("web", Phase::Ready).await.ssh.unwrap().port, port);
}
