//! What would be asked of a cluster and made there for an environment, without making it: for `sublet template check`.

use kube::{
    Api, Client, ResourceExt,
    api::{ApiResource, DynamicObject, GroupVersionKind, ObjectMeta, Patch, PatchParams},
};
use serde::Serialize;
use serde_json::Value;

use super::{
    bot::asked::asked,
    controller::{
        build::{Children, children},
        validate,
    },
    faults,
    resource::Environment,
    settings::Making,
};
use crate::{cluster::host_key::HostKey, domain::environment::EnvironmentSpec};

/// The field manager of what is only tried.
const MANAGER: &str = "sublet-check";

/// Everything that there would be for one environment.
#[derive(Debug)]
pub struct Rendered {
    /// What the bot would ask for.
    pub environment: Environment,
    /// What the controller would make of it.
    pub children: Children,
}

/// Renders an environment as it would be asked for in that namespace.
///
/// # Errors
/// Everything that is wrong with it, each a sentence.
pub fn render(spec: &EnvironmentSpec, namespace: &str, making: &Making) -> Result<Rendered, Vec<String>> {
    let asked = asked(spec, 1).map_err(|why| vec![format!("This cannot be asked for: {why}.")])?;
    let metadata = ObjectMeta {
        name: Some(spec.name.as_str().to_owned()),
        namespace: Some(namespace.to_owned()),
        ..ObjectMeta::default()
    };
    let environment = Environment { metadata, spec: asked, status: None };
    let plan = validate::plan(&environment, making, &[])?;
    let key = HostKey::generate().map_err(|error| vec![format!("No host key could be made: {error}.")])?;
    Ok(Rendered { children: children(&plan, &key), environment })
}

impl Rendered {
    /// All objects as the API server would get them, in the order in which they would be made.
    ///
    /// # Errors
    /// When one cannot be written as JSON.
    pub fn objects(&self) -> serde_json::Result<Vec<Value>> {
        let Children { namespace, binding, quota, limits, secret, claim, policies, service, deployment } =
            &self.children;
        let mut objects = vec![json(&self.environment)?, json(namespace)?];
        objects.extend(binding.as_ref().map(json).transpose()?);
        objects.extend([json(quota)?, json(limits)?, json(secret)?]);
        for policy in policies {
            objects.push(json(policy)?);
        }
        objects.extend(claim.as_ref().map(json).transpose()?);
        objects.extend([json(service)?, json(deployment)?]);
        Ok(objects)
    }
}

fn json<T: Serialize>(object: &T) -> serde_json::Result<Value> {
    serde_json::to_value(object)
}

/// An object as YAML, for reading: what is secret in it is left out.
///
/// # Errors
/// When it cannot be written as YAML.
pub fn yaml(object: &Value) -> anyhow::Result<String> {
    let mut object = object.clone();
    if object["kind"] == "Secret"
        && let Some(data) = object.get_mut("data").and_then(Value::as_object_mut)
    {
        data.values_mut().for_each(|value| *value = "…".into());
    }
    Ok(serde_saphyr::to_string(&object)?)
}

/// What an object is called, such as `Deployment web-7k3f2`.
pub fn title(object: &Value) -> String {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    format!("{} {}", word(&object["kind"]), word(&object["metadata"]["name"]))
}

/// Asks the API server whether it would take the objects, each by itself: a server-side apply that changes nothing.
/// The namespace of the environment is not there, so what lies in it is tried in `namespace`. Answers with what the
/// server refused, in words.
///
/// # Errors
/// When the API server cannot be asked.
pub async fn dry_run(client: &Client, namespace: &str, objects: &[Value]) -> anyhow::Result<Vec<String>> {
    let mut refused = Vec::new();
    for object in objects {
        let mut object: DynamicObject = serde_json::from_value(object.clone())?;
        let types = object.types.clone().unwrap_or_default();
        let resource = ApiResource::from_gvk(&GroupVersionKind::try_from(&types)?);
        let api: Api<DynamicObject> = if object.metadata.namespace.is_some() {
            object.metadata.namespace = Some(namespace.to_owned());
            Api::namespaced_with(client.clone(), namespace, &resource)
        } else {
            Api::all_with(client.clone(), &resource)
        };
        let name = object.name_any();
        let how = PatchParams { dry_run: true, ..PatchParams::apply(MANAGER).force() };
        match api.patch(&name, &how, &Patch::Apply(&object)).await {
            Ok(_) => {}
            Err(kube::Error::Api(status)) => {
                refused.push(format!("{} {name}: {}", types.kind, status.message));
            }
            Err(error) => anyhow::bail!("the API server cannot be asked: {}", faults::words(&error)),
        }
    }
    Ok(refused)
}
