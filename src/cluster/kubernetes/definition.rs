//! The definition of the custom resource as the file that goes into a cluster.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, JSONSchemaProps, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool,
};
use kube::CustomResourceExt;
use serde_json::Value;

use super::resource::Environment;

/// The `CustomResourceDefinition` of `Environment`.
pub fn crd() -> CustomResourceDefinition {
    let mut definition = Environment::crd();
    for version in &mut definition.spec.versions {
        if let Some(schema) = version.schema.as_mut().and_then(|schema| schema.open_api_v3_schema.as_mut()) {
            settle(schema);
        }
    }
    definition
}

/// The same as YAML.
///
/// # Errors
/// When it cannot be written as YAML.
pub fn yaml() -> anyhow::Result<String> {
    let mut document = serde_json::to_value(crd())?;
    round(&mut document);
    let text = serde_saphyr::to_string(&document)?;
    Ok(format!("# Made by `sublet generate crd`; do not edit.\n{text}"))
}

/// Kubernetes has no name for unsigned numbers and warns of one that it does not know.
fn settle(schema: &mut JSONSchemaProps) {
    if matches!(schema.format.as_deref(), Some("uint8" | "uint16" | "uint32")) {
        schema.format = Some("int32".to_owned());
    }
    schema.properties.iter_mut().flat_map(|properties| properties.values_mut()).for_each(settle);
    if let Some(JSONSchemaPropsOrBool::Schema(values)) = &mut schema.additional_properties {
        settle(values);
    }
    if let Some(JSONSchemaPropsOrArray::Schema(items)) = &mut schema.items {
        settle(items);
    }
}

/// Bounds of whole numbers are written as whole numbers.
fn round(part: &mut Value) {
    match part {
        Value::Object(parts) => parts.values_mut().for_each(round),
        Value::Array(parts) => parts.iter_mut().for_each(round),
        Value::Number(number) => {
            // Every bound of ours is far below the number where a float would skip some.
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
    }
}
