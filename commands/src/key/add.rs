//! `/key add`: store an SSH public key.

use crate::spec::{Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A key to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyAdd {
    /// What to call it; made from the key's comment when `None`.
    pub name: Option<String>,
    /// The key as pasted, on one line, unchecked.
    pub public_key: String,
}

impl Command for KeyAdd {
    const SPEC: Spec = Spec {
        path: &["key", "add"],
        summary: "Store your SSH public key, so that you can log in",
        about: "Paste the one line of your .pub file. Keys may be ed25519, ECDSA or RSA of enough strength, without options. Never paste a private key.",
        examples: &[
            "/key add ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1n0VPr7XqZ2cVnLr0eWm3xkWj0g2wSpb4Yd6dG3hZk kim@laptop",
            "/key add name=desk ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1n0VPr7XqZ2cVnLr0eWm3xkWj0g2wSpb4Yd6dG3hZk",
        ],
        args: &[
            Arg::optional("name", Kind::KeyName, "What to call it; left out, its comment").label("Name"),
            Arg::required("public_key", Kind::Key, "One line of your .pub file").rest().label("Public key"),
        ],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { name: from.maybe("name")?, public_key: from.need("public_key")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default().maybe("name", self.name.as_ref()).with("public_key", &self.public_key)
    }

    fn into_invocation(self) -> Invocation {
        Invocation::KeyAdd(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command =
            KeyAdd { name: Some("desk".to_owned()), public_key: "ssh-ed25519 AAAA== kim@pc".to_owned() };
        assert_eq!(
            parse("/key add ssh-ed25519 AAAA== kim@pc name=desk", &context()),
            Ok(command.into_invocation())
        );
    }
}
