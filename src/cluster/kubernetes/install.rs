//! Brings into a cluster what environments need: the definition of the custom resource, and a namespace for them.

use std::time::Duration;

use k8s_openapi::{
    api::core::v1::Namespace, apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
};
use kube::{
    Api, Client, ResourceExt,
    api::{ObjectMeta, Patch, PatchParams},
    runtime::{conditions::is_crd_established, wait::await_condition},
};
use tokio::time::timeout;

use super::{
    definition::crd,
    faults::{Doing, Fault},
};

/// The field manager of what an operator would write.
const MANAGER: &str = "sublet-install";
/// How long the API server may take to know a definition.
const PATIENCE: Duration = Duration::from_secs(20);

/// Tells the cluster what an Environment is, or tells it anew.
///
/// # Errors
/// What the API server said.
pub async fn definition(client: &Client) -> Result<(), Fault> {
    let definitions: Api<CustomResourceDefinition> = Api::all(client.clone());
    let definition = crd();
    let name = definition.name_any();
    let how = PatchParams::apply(MANAGER).force();
    let written = definitions.patch(&name, &how, &Patch::Apply(&definition)).await;
    written.doing("the definition of Environment cannot be written")?;
    let known = timeout(PATIENCE, await_condition(definitions, &name, is_crd_established())).await;
    match known {
        Ok(Ok(_)) => Ok(()),
        _ => Err(Fault::Slow(PATIENCE)),
    }
}

/// Makes the namespace, unless it is there.
///
/// # Errors
/// What the API server said.
pub async fn namespace(client: &Client, name: &str) -> Result<(), Fault> {
    let metadata = ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() };
    let namespace = Namespace { metadata, ..Namespace::default() };
    let namespaces: Api<Namespace> = Api::all(client.clone());
    let written = namespaces.patch(name, &PatchParams::apply(MANAGER), &Patch::Apply(&namespace)).await;
    written.map(drop).doing(format!("the namespace {name} cannot be made"))
}
