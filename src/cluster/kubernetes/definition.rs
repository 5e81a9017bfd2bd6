//! The definition of the custom resource as the file that goes into a cluster.

use kube::CustomResourceExt;

use super::resource::Environment;

/// The `CustomResourceDefinition` of `Environment`, as YAML.
///
/// # Errors
/// When it cannot be written as YAML.
pub fn yaml() -> Result<String, serde_saphyr::ser::Error> {
    let text = serde_saphyr::to_string(&Environment::crd())?;
    Ok(format!("# Made by `sublet generate crd`; do not edit.\n{text}"))
}
