//! `[container]`: the image and what goes with it, of a template whose provisioner runs containers.

use std::collections::BTreeMap;

use super::read::short;
use crate::{
    document::{Section, Wrong},
    domain::{
        template::{Parameter, ParameterKind},
        workload::{Container, KUBERNETES, Workload},
    },
};

/// Where the host key and the authorised keys are mounted.
const OURS: &str = "/etc/sublet";
/// Ports of a container without rights begin here.
const LEAST_PORT: i64 = 1024;
/// The most ports beside SSH.
const MOST_PORTS: usize = 16;
/// The most variables.
const MOST_VARIABLES: usize = 64;

/// The workload of a template, if its provisioner takes one.
pub(super) fn workload(
    root: &Section<'_>,
    provisioner: Option<&str>,
    parameters: &[Parameter],
) -> Option<Workload> {
    if provisioner.is_none_or(|name| name == KUBERNETES) {
        let written = root.has("container");
        if !written && provisioner.is_some() {
            let right = "Write a section [container] with image = \"…\".";
            root.fault("container", Wrong::new("Nothing says what runs in it.", right));
        }
        let container = root.named("container", |section| container(section, parameters)).flatten();
        if written && provisioner.is_some() {
            sizes(root, parameters);
        }
        return container.map(Workload::Container);
    }
    if root.has("container") {
        root.named("container", |section| container(section, parameters));
        let wrong = format!("The provisioner “{}” makes no containers.", provisioner.unwrap_or_default());
        let right = format!("Leave it out, or write provisioner = \"{KUBERNETES}\".");
        root.fault("container", Wrong::new(wrong, right));
    }
    None
}

/// A container has limits only if people say how big it is.
fn sizes(root: &Section<'_>, parameters: &[Parameter]) {
    for (name, kind, word) in [("cpu", ParameterKind::Cpu, "cpu"), ("memory", ParameterKind::Bytes, "bytes")]
    {
        if !parameters.iter().any(|parameter| parameter.name == name && parameter.kind == kind) {
            let wrong = format!("No parameter says how much {name} it gets.");
            let right = format!("Write a section [parameters.{name}] with kind = \"{word}\".");
            root.fault("parameters", Wrong::new(wrong, right));
        }
    }
}

fn container(section: &Section<'_>, parameters: &[Parameter]) -> Option<Container> {
    let image = section.parse("image", image);
    let image = section.require("image", image, "Write the image, such as \"registry.example.org/ssh:1\".");
    let storage = parameters.iter().any(|p| p.name == "storage" && p.kind == ParameterKind::Bytes);
    let volume = section.parse("volume", volume);
    if storage && !section.has("volume") {
        let right = "Write where the volume is mounted, such as volume = \"/home/dev/work\".";
        section.fault("volume", Wrong::new("People choose a storage, but nothing mounts it.", right));
    }
    if section.has("volume") && !storage {
        let right = "Write a section [parameters.storage] with kind = \"bytes\".";
        section.fault("volume", Wrong::new("No parameter says how big the volume is.", right));
    }
    Some(Container {
        user: section.parse("user", user).unwrap_or_else(|| "dev".to_owned()),
        ssh_port: section
            .number("ssh_port", LEAST_PORT..=65535)
            .and_then(|n| n.try_into().ok())
            .unwrap_or(2222),
        ports: section.section("ports", ports),
        env: section.section("env", variables),
        volume,
        image: image?,
    })
}

fn ports(section: &Section<'_>) -> BTreeMap<String, u16> {
    let right = format!("Write a name of small letters and a number from {LEAST_PORT}, such as http = 8080.");
    let keys = section.keys();
    if let Some(key) = keys.get(MOST_PORTS) {
        let wrong = format!("{} ports are more than one environment gets.", keys.len());
        section.fault_at(&key.place, &key.value, Wrong::new(wrong, format!("Keep {MOST_PORTS} at most.")));
    }
    let mut ports = BTreeMap::new();
    for key in keys {
        if !is_port_name(&key.value) {
            let wrong = format!("“{}” cannot be the name of a port.", key.value);
            section.fault_at(&key.place, &key.value, Wrong::new(wrong, &right));
        }
        let port = section.scalar(&key.value, |text| match text.parse::<u16>() {
            Ok(port) if i64::from(port) >= LEAST_PORT => Ok(port),
            _ => Err(Wrong::new(format!("“{text}” is not a port for it."), &right)),
        });
        ports.extend(port.map(|port| (key.value, port)));
    }
    ports
}

fn variables(section: &Section<'_>) -> BTreeMap<String, String> {
    let right = "Write a name of capital letters, digits and `_`, such as LANG = \"C.UTF-8\".";
    let keys = section.keys();
    if let Some(key) = keys.get(MOST_VARIABLES) {
        let wrong = format!("{} variables are too many.", keys.len());
        section.fault_at(
            &key.place,
            &key.value,
            Wrong::new(wrong, format!("Keep {MOST_VARIABLES} at most.")),
        );
    }
    let mut variables = BTreeMap::new();
    for key in keys {
        if !is_variable_name(&key.value) {
            let wrong = format!("“{}” cannot be the name of a variable.", key.value);
            section.fault_at(&key.place, &key.value, Wrong::new(wrong, right));
        } else if key.value.starts_with("SUBLET_") {
            let right = "Name it otherwise: these are the template's parameters.";
            section.fault_at(&key.place, &key.value, Wrong::new("This name is taken.", right));
        }
        let value = section.scalar(&key.value, |text| short(text, 4096));
        variables.extend(value.map(|value| (key.value, value)));
    }
    variables
}

fn is_port_name(name: &str) -> bool {
    (1..=15).contains(&name.len())
        && name != "ssh"
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('-')
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_variable_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

fn image(text: &str) -> Result<String, Wrong> {
    if text.len() <= 512 && !text.contains(char::is_whitespace) {
        return Ok(text.to_owned());
    }
    Err(Wrong::new(format!("“{text}” is not an image."), "Write its name without spaces."))
}

fn user(text: &str) -> Result<String, Wrong> {
    let fits = (1..=32).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
    if fits && text != "root" {
        return Ok(text.to_owned());
    }
    let right = "Write the image's user with the id 1000, such as `dev`.";
    Err(Wrong::new(format!("“{text}” is not a user to log in as."), right))
}

fn volume(text: &str) -> Result<String, Wrong> {
    let right = "Write an absolute path of the image, such as `/home/dev/work`.";
    if text.len() > 255
        || !text.starts_with('/')
        || text.len() < 2
        || text.contains(|c: char| c == ':' || c.is_whitespace())
    {
        return Err(Wrong::new(format!("“{text}” is not a path for a volume."), right));
    }
    if text.starts_with(OURS) {
        return Err(Wrong::new(format!("{OURS} holds the keys of the SSH server."), right));
    }
    Ok(text.to_owned())
}
