//! `/key remove`: remove a stored key.

use crate::spec::{Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A key to be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRemove {
    /// The key's name.
    pub name: String,
}

impl Command for KeyRemove {
    const SPEC: Spec = Spec {
        path: &["key", "remove"],
        summary: "Remove one of your SSH keys",
        about: "Environments that you already have keep the key they were made with.",
        examples: &["/key remove laptop"],
        args: &[Arg::required("name", Kind::KeyName, "Which key").positional().label("Key")],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { name: from.need("name")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default().with("name", &self.name)
    }

    fn into_invocation(self) -> Invocation {
        Invocation::KeyRemove(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = KeyRemove { name: "kim@pc".to_owned() };
        assert_eq!(parse("/key remove kim@pc", &context()), Ok(command.into_invocation()));
    }
}
