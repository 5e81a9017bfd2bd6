//! `/admin restore`: somebody who was removed comes back.

use crate::spec::{Access, Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// Somebody who comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminRestore {
    /// Who.
    pub who: String,
}

impl Command for AdminRestore {
    const SPEC: Spec = Spec {
        path: &["admin", "restore"],
        summary: "Let somebody come back who was removed",
        about: "Their roles and keys are as before. Environments that were handed over, tokens and linked accounts do not come back.",
        examples: &["/admin restore @kim"],
        access: Access::Admin,
        args: &[Arg::required("who", Kind::Person, "Who comes back").positional().label("Who")],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { who: from.need("who")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default().with("who", &self.who)
    }

    fn into_invocation(self) -> Invocation {
        Invocation::AdminRestore(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = AdminRestore { who: "@kim".to_owned() };
        assert_eq!(parse("/admin restore @kim", &context()), Ok(command.into_invocation()));
    }
}
