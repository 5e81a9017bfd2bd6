//! Whether what an `Environment` asks for can be built: all faults at once, each a sentence that says what would work.
//!
//! The API server has checked the shape by the schema; here is what a schema cannot see, and what the settings add.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::{
    plan::{Plan, Volume},
    ranges::{Block, blocks, credentials, never, only},
};
use crate::{
    cluster::kubernetes::{
        names, quantity,
        resource::{ContainerSpec, Environment, Spec},
        settings::Making,
    },
    domain::{key::PublicKey, refusal::KeyProblem},
};

/// Folders that a volume must not hide.
const NOT_FOR_VOLUMES: [&str; 7] =
    ["/dev", "/etc", "/proc", "/run/secrets", "/sys", "/tmp", "/var/run/secrets"];

/// What is to be built for an environment. `ranges` are those of the pods, as the nodes name them.
///
/// # Errors
/// Everything that is wrong with it, or with the settings.
pub fn plan(environment: &Environment, making: &Making, ranges: &[IpNet]) -> Result<Plan, Vec<String>> {
    let mut faults = Vec::new();
    let spec = &environment.spec;
    let name = environment.metadata.name.clone().unwrap_or_default();
    let home = environment.metadata.namespace.clone().unwrap_or_default();
    faults.extend(longer_than_a_name(&name));
    let cpu = amount(&mut faults, "cpu", &spec.size.cpu, quantity::read_cpu, quantity::cpu);
    let memory = amount(&mut faults, "memory", &spec.size.memory, quantity::read_bytes, quantity::bytes);
    let keys = keys(&mut faults, &spec.authorized_keys);
    let Some(container) = spec.container.clone() else {
        return Err(vec!["spec: there is no workload; set spec.container.".to_owned()]);
    };
    let volume = volume(&mut faults, spec, &container, making);
    ports(&mut faults, &container);
    let env = variables(&mut faults, spec, &container);
    let (reached_from, may_reach) = reach(&mut faults, making, ranges);
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Plan {
        namespace: names::namespace(environment),
        labels: names::labels(&name, spec),
        annotations: names::annotations(&home, spec),
        name,
        account: making.account.clone(),
        cpu,
        memory,
        volume,
        image: container.image,
        user: container.user,
        ssh_port: container.ssh_port,
        ports: container.ports,
        env,
        keys,
        service: making.service,
        reached_from,
        may_reach,
        name_servers: making.name_servers.iter().copied().map(only).collect(),
        deadline: spec.deadline_seconds,
        attempt: spec.attempt,
    })
}

/// What is wrong with the settings, whatever the environment.
pub fn settings(making: &Making, ranges: &[IpNet]) -> Vec<String> {
    let mut faults = Vec::new();
    reach(&mut faults, making, ranges);
    faults
}

fn longer_than_a_name(name: &str) -> Option<String> {
    (name.len() > names::LONGEST_NAME).then(|| {
        format!(
            "metadata.name: {} characters are too many; {} are the most, because the name of its namespace begins \
             with it.",
            name.len(),
            names::LONGEST_NAME
        )
    })
}

fn amount(
    faults: &mut Vec<String>,
    what: &str,
    text: &str,
    read: fn(&str) -> Option<u64>,
    write: fn(u64) -> Quantity,
) -> Quantity {
    if let Some(number) = read(text) {
        return write(number);
    }
    let right = if what == "cpu" { "`500m` or `2`" } else { "`512Mi` or `4Gi`" };
    faults.push(format!("spec.size.{what}: “{text}” is no amount of it; write one such as {right}."));
    Quantity::default()
}

/// The keys in one form, each once. Two lines of one key would say nothing more.
fn keys(faults: &mut Vec<String>, lines: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut keys = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        match PublicKey::parse(line) {
            Ok(key) if seen.insert(key.fingerprint.clone()) => keys.push(key.line),
            Ok(_) => {}
            Err(problem) => faults.push(format!("spec.authorizedKeys[{at}]: {}", why(&problem))),
        }
    }
    keys
}

fn why(problem: &KeyProblem) -> String {
    let better = "add an ssh-ed25519 key (ssh-keygen -t ed25519).";
    match problem {
        KeyProblem::Private => format!("this looks like a private key. Throw it away and {better}"),
        KeyProblem::Options => "options stand in front of the key; leave them out.".to_owned(),
        KeyProblem::Type { found } => format!("keys of type {found} are not accepted; {better}"),
        KeyProblem::Weak { bits, needed } => {
            format!("an RSA key of {bits} bits is too weak, {needed} are needed; {better}")
        }
        KeyProblem::Empty | KeyProblem::SeveralLines | KeyProblem::Unreadable | KeyProblem::TooLong => {
            "this cannot be read as an OpenSSH public key; write the one line of a .pub file.".to_owned()
        }
    }
}

fn volume(
    faults: &mut Vec<String>,
    spec: &Spec,
    container: &ContainerSpec,
    making: &Making,
) -> Option<Volume> {
    let (path, size) = match (&container.volume, &spec.size.storage) {
        (None, None) => return None,
        (Some(path), Some(size)) => (path.clone(), size),
        _ => {
            faults.push(
                "spec.size.storage and spec.container.volume belong together; set both or neither."
                    .to_owned(),
            );
            return None;
        }
    };
    let size = amount(faults, "storage", size, quantity::read_bytes, quantity::bytes);
    let plain = path.split('/').skip(1).all(|part| !["", ".", ".."].contains(&part));
    let hides = NOT_FOR_VOLUMES.iter().find(|folder| within(&path, folder));
    if !path.starts_with('/') || !plain {
        faults.push(format!(
            "spec.container.volume: “{path}” is no plain path; write one such as `/home/dev/work`."
        ));
    } else if let Some(folder) = hides {
        faults.push(format!(
            "spec.container.volume: “{path}” would hide what the system needs in {folder}; choose a folder such as \
             `/home/dev/work`."
        ));
    }
    let class = making.storage_classes.get(&spec.template).or(making.storage_class.as_ref());
    Some(Volume { path, size, class: class.cloned() })
}

/// Whether a path is this folder or lies in it.
fn within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn ports(faults: &mut Vec<String>, container: &ContainerSpec) {
    let mut taken = BTreeMap::from([(container.ssh_port, names::SSH_PORT)]);
    for (name, port) in &container.ports {
        if name.contains("--") {
            faults.push(format!("spec.container.ports: “{name}” has two hyphens in a row; leave one out."));
        }
        if let Some(other) = taken.insert(*port, name) {
            faults.push(format!(
                "spec.container.ports: {port} is both {other} and {name}; give each a port of its own."
            ));
        }
    }
}

/// The template's variables, and the parameters.
fn variables(faults: &mut Vec<String>, spec: &Spec, container: &ContainerSpec) -> BTreeMap<String, String> {
    let mut env = container.env.clone();
    for (parameter, value) in &spec.parameters {
        let variable = format!("SUBLET_{}", parameter.to_ascii_uppercase().replace('-', "_"));
        if env.insert(variable.clone(), value.clone()).is_some() {
            faults.push(format!(
                "spec.parameters: {parameter} becomes the variable {variable}, which is there already; rename one."
            ));
        }
    }
    let fits = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    faults.extend(env.keys().filter(|name| !fits(name)).map(|name| {
        format!("“{name}” is no name of a variable; use letters, digits and _, such as `MY_COLOUR`.")
    }));
    env
}

/// Who reaches environments, and what they reach.
fn reach(faults: &mut Vec<String>, making: &Making, ranges: &[IpNet]) -> (Vec<Block>, Vec<Block>) {
    let cluster = [&making.cluster_ranges, ranges].concat();
    let mut left = |what: &str, allowed: &[IpNet], forbidden: &[IpNet]| {
        blocks(allowed, forbidden).unwrap_or_else(|lost| {
            faults.extend(lost.iter().map(|(range, never)| {
                format!(
                    "The setting {what}: {range} lies inside {never}, which environments never get; leave it out \
                     or name a wider range."
                )
            }));
            Vec::new()
        })
    };
    let reached_from = left("reached_from", &making.reached_from, &cluster);
    let never = [cluster, never()].concat();
    let may_reach = left("may_reach", &making.may_reach, &never);
    // A DNS cache on each node has a link-local address; what hands out credentials is refused.
    let asked = making.name_servers.iter().filter(|server| credentials().contains(server));
    faults.extend(asked.map(|server| {
        format!("The setting name_servers: {server} hands out a cloud's credentials; name another server.")
    }));
    (reached_from, may_reach)
}
