//! `/key list`: the stored keys.

use crate::spec::Spec;
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A wish to see one's keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyList;

impl Command for KeyList {
    const SPEC: Spec = Spec {
        path: &["key", "list"],
        summary: "List your SSH keys",
        examples: &["/key list"],
        ..Spec::BASE
    };

    fn read(_: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self)
    }

    fn pairs(&self) -> Pairs {
        Pairs::default()
    }

    fn into_invocation(self) -> Invocation {
        Invocation::KeyList(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = KeyList;
        assert_eq!(parse("/key list", &context()), Ok(command.into_invocation()));
    }
}
