//! Refusals of keys.

use super::{Said, list};
use crate::domain::refusal::{KeyProblem, Refusal};

/// What is said about keys; `None` for a refusal of another kind.
pub(super) fn about(refusal: &Refusal) -> Option<Said> {
    Some(match refusal {
        Refusal::NoKey => Said::new(
            "You have no SSH key here, so nobody could log in.",
            "Add the public one first: `/key add ssh-ed25519 AAAA… you@laptop` (the line in ~/.ssh/id_ed25519.pub).",
        )
        .field("key"),
        Refusal::WhichKey { names } => {
            Said::new("You have several keys.", format!("Say which one: `key=` one of {}.", list(names))).field("key")
        }
        Refusal::NoSuchKey { name, known } if known.is_empty() => {
            Said::new(format!("You have no key `{name}`."), "You have none at all yet; `/key add` adds one.").field("key")
        }
        Refusal::NoSuchKey { name, known } => {
            Said::new(format!("You have no key `{name}`."), format!("You have: {}.", list(known))).field("key")
        }
        Refusal::KeyExists { name } => {
            Said::new(format!("You have that key, or one named `{name}`, already."), "`/key list` shows them.").field("name")
        }
        Refusal::BadKey { problem } => {
            let (what, hint) = key(problem);
            Said::new(what, hint).field("public_key")
        }
        _ => return None,
    })
}

fn key(problem: &KeyProblem) -> (String, &'static str) {
    let one_line = "Paste the one line of the .pub file, such as `ssh-ed25519 AAAA… you@laptop`.";
    let better = "Make one with `ssh-keygen -t ed25519` and paste its .pub file.";
    match problem {
        KeyProblem::Empty => ("There is no key.".to_owned(), one_line),
        KeyProblem::SeveralLines => ("A key is one line.".to_owned(), one_line),
        KeyProblem::Private => (
            "That is a private key. Never send it to anybody; since it was in a chat now, make a new one."
                .to_owned(),
            better,
        ),
        KeyProblem::Options => {
            ("There is something in front of the key; options are not accepted.".to_owned(), one_line)
        }
        KeyProblem::Unreadable => ("That cannot be read as an OpenSSH public key.".to_owned(), one_line),
        KeyProblem::Type { found } => (format!("Keys of type {found} are not accepted."), better),
        KeyProblem::Weak { bits, needed } => {
            (format!("The key has {bits} bits; at least {needed} are needed."), better)
        }
        KeyProblem::TooLong => ("That is longer than any key.".to_owned(), one_line),
    }
}
