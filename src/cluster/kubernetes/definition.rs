//! The definition of the custom resource as the file that goes into a cluster.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::CustomResourceExt;
use serde_json::Value;

use super::resource::Environment;

/// The `CustomResourceDefinition` of `Environment`.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn crd() -> Result<CustomResourceDefinition, serde_json::Error> {
    serde_json::from_value(document()?)
}

/// The same as YAML.
///
/// # Errors
/// When it cannot be written as YAML.
pub fn yaml() -> anyhow::Result<String> {
    let text = serde_saphyr::to_string(&document()?)?;
    Ok(format!("# Made by `sublet generate crd`; do not edit.\n{text}"))
}

fn document() -> Result<Value, serde_json::Error> {
    let mut document = serde_json::to_value(Environment::crd())?;
    settle(&mut document);
    Ok(document)
}

/// Kubernetes knows no unsigned numbers, and the bounds of whole ones are whole.
fn settle(part: &mut Value) {
    match part {
        Value::Object(parts) => {
            if let Some(format) = parts.get_mut("format")
                && ["uint8", "uint16", "uint32"].iter().any(|unsigned| format == unsigned)
            {
                *format = Value::from("int32");
            }
            parts.values_mut().for_each(settle);
        }
        Value::Array(parts) => parts.iter_mut().for_each(settle),
        Value::Number(number) => {
            // Every whole bound of ours is far below the number where a float would skip some.
            if let Some(whole) = number.as_f64().filter(|float| float.fract() == 0.0 && number.is_f64()) {
                *part = Value::from(whole as i64);
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "only this test may rewrite what is committed")]
    fn the_committed_definition_is_fresh() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("charts/sublet/crds/environments.yaml");
        let fresh = yaml().unwrap();
        if std::env::var("SUBLET_REGENERATE").is_ok() {
            std::fs::write(&path, &fresh).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == fresh,
            "charts/sublet/crds/environments.yaml is stale: sublet generate crd > charts/sublet/crds/environments.yaml"
        );
    }

    #[test]
    fn kubernetes_knows_every_format() {
        let text = yaml().unwrap();
        assert!(!text.contains("uint") && !text.contains(".0\n"), "{text}");
        assert!(crd().is_ok());
    }
}
