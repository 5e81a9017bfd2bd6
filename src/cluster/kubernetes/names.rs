//! Names and labels of what belongs to an environment: they tell the owner, the lease and the template, and never
//! collide.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::resource::{Environment, Spec};

/// The field manager of everything that the controller writes, and the value of `app.kubernetes.io/managed-by`.
pub const MANAGER: &str = "sublet";
/// Label: who made it.
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// Label: what it is part of.
pub const PART: &str = "app.kubernetes.io/name";
/// The value of [`PART`] on everything of an environment.
pub const ENVIRONMENT_PART: &str = "environment";
/// The value of [`PART`] on the pods of Sublet itself.
pub const SUBLET_PART: &str = "sublet";
/// Label: the lease.
pub const LEASE: &str = "sublet.dev/lease";
/// Label: the template.
pub const TEMPLATE: &str = "sublet.dev/template";
/// Label: the name of the `Environment`.
pub const ENVIRONMENT: &str = "sublet.dev/environment";
/// Label: the owner, as far as a label can tell it.
pub const OWNER: &str = "sublet.dev/owner";
/// Annotation: the owner's e-mail address.
pub const OWNER_EMAIL: &str = "sublet.dev/owner-email";
/// Annotation: the namespace of the `Environment`.
pub const HOME: &str = "sublet.dev/home";
/// Annotation of the pod: which try it is.
pub const ATTEMPT: &str = "sublet.dev/attempt";

/// The name of the binding, the quota and the limit range of every environment.
pub const RULES: &str = "sublet";
/// The name of the Secret with the host key and the authorised keys.
pub const SECRET: &str = "ssh";
/// The name of the container.
pub const CONTAINER: &str = "environment";
/// The name of the port on which the SSH server is reached.
pub const SSH_PORT: &str = "ssh";
/// The ClusterRole that the controller gets in the namespaces that it made.
pub const CLUSTER_ROLE: &str = "sublet-environment";
/// The file of the private host key in the Secret.
pub const HOST_KEY_FILE: &str = "ssh_host_ed25519_key";

/// The most that a label's value or a namespace's name may have.
const LONGEST: usize = 63;
/// A hyphen and eight digits.
const MARK: usize = 9;

/// The longest name of an `Environment`: the name of its namespace begins with it.
pub const LONGEST_NAME: usize = LONGEST - MARK;

/// The namespace of an environment, valid or not: its name, and digits made of its lease.
pub fn namespace(environment: &Environment) -> String {
    marked(environment.metadata.name.as_deref().unwrap_or_default(), &environment.spec.lease)
}

/// Labels of everything that belongs to an environment.
pub fn labels(name: &str, spec: &Spec) -> BTreeMap<String, String> {
    [
        (MANAGED_BY, MANAGER),
        (PART, ENVIRONMENT_PART),
        (LEASE, &spec.lease),
        (TEMPLATE, &spec.template),
        (ENVIRONMENT, name),
        (OWNER, &owner(&spec.owner)),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into()
}

/// Annotations of everything that belongs to an environment.
pub fn annotations(home: &str, spec: &Spec) -> BTreeMap<String, String> {
    [(OWNER_EMAIL, spec.owner.as_str()), (HOME, home)]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

/// An e-mail address as the value of a label. What a label cannot hold becomes a hyphen; the digits at the end tell
/// apart what then looks the same.
pub fn owner(email: &str) -> String {
    let kept = |letter: char| letter.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&letter);
    let readable: String =
        email.chars().map(|letter| if kept(letter) { letter } else { '-' }).collect::<String>();
    marked(&readable, email)
}

/// A name, cut so that it fits, with eight digits made of what it stands for.
fn marked(readable: &str, of: &str) -> String {
    let digest = Sha256::digest(of.as_bytes());
    let mark: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let start = readable.trim_start_matches(|letter: char| !letter.is_ascii_alphanumeric());
    let cut: String = start.chars().take(LONGEST_NAME).collect();
    let cut = cut.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
    if cut.is_empty() { mark } else { format!("{cut}-{mark}") }
}
