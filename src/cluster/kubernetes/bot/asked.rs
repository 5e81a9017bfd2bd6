//! What the bot asks of the cluster: a lease's spec as the spec of the custom resource.

use chrono::TimeDelta;

use crate::{
    cluster::kubernetes::{
        quantity,
        resource::{ContainerSpec, Size, Spec},
    },
    domain::{
        environment::EnvironmentSpec,
        template::Value,
        workload::{Container, Workload},
    },
};

/// The parameters that are sizes, not options.
const SIZES: [&str; 3] = ["cpu", "memory", "storage"];

/// The spec of the custom resource, as the given try.
///
/// # Errors
/// What is missing, in words.
pub fn asked(spec: &EnvironmentSpec, attempt: u32) -> Result<Spec, String> {
    let Some(Workload::Container(container)) = &spec.workload else {
        return Err(format!(
            "its template “{}” does not say what runs in it: it was requested before the template named a container",
            spec.template
        ));
    };
    let size = |name: &str| match spec.parameters.get(name) {
        Some(Value::Cpu(millis)) => Ok(Some(quantity::cpu(u64::from(*millis)).0)),
        Some(Value::Bytes(bytes)) => Ok(Some(quantity::bytes(*bytes).0)),
        Some(_) => Err(format!("its parameter “{name}” is not an amount")),
        None => Ok(None),
    };
    let required = |name: &str| size(name)?.ok_or_else(|| format!("nothing says how much {name} it gets"));
    let storage = size("storage")?;
    // A volume without a size, or a size without a volume: the request was made of another version of the template.
    if storage.is_some() != container.volume.is_some() {
        return Err("its volume and its parameter “storage” do not belong together".to_owned());
    }
    let options = spec.parameters.iter().filter(|(name, _)| !SIZES.contains(&name.as_str()));
    Ok(Spec {
        lease: spec.lease.to_string(),
        owner: spec.owner.clone(),
        template: spec.template.clone(),
        size: Size { cpu: required("cpu")?, memory: required("memory")?, storage },
        parameters: options.map(|(name, value)| (name.clone(), word(value))).collect(),
        authorized_keys: spec.keys.clone(),
        ends_at: spec.ends_at,
        deadline_seconds: u32::try_from(TimeDelta::from(spec.ready_within).num_seconds()).unwrap_or(u32::MAX),
        attempt,
        container: Some(inside(container)),
    })
}

fn inside(container: &Container) -> ContainerSpec {
    let Container { image, user, ssh_port, ports, volume, env } = container.clone();
    ContainerSpec { image, user, ssh_port, ports, volume, env }
}

/// An option as the text of a variable: lists and maps as JSON, which no comma in them can break.
fn word(value: &Value) -> String {
    match value {
        Value::Cpu(millis) => quantity::cpu(u64::from(*millis)).0,
        Value::Bytes(bytes) => quantity::bytes(*bytes).0,
        Value::Number(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Switch(on) => on.to_string(),
        Value::List(items) => items.iter().map(item).collect::<serde_json::Value>().to_string(),
        Value::Map(entries) => serde_json::json!(entries).to_string(),
    }
}

fn item(value: &Value) -> serde_json::Value {
    match value {
        Value::Number(number) => (*number).into(),
        other => word(other).into(),
    }
}
