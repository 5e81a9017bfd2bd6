//! `/env withdraw`: take a request back before it is decided.

use crate::spec::{Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A wish to take a request back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvWithdraw {
    /// The environment.
    pub name: String,
}

impl Command for EnvWithdraw {
    const SPEC: Spec = Spec {
        path: &["env", "withdraw"],
        summary: "Take a request back before it is decided",
        examples: &["/env withdraw web-1"],
        args: &[Arg::required("name", Kind::Name, "Which environment").positional().label("Environment")],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { name: from.need("name")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default().with("name", &self.name)
    }

    fn into_invocation(self) -> Invocation {
        Invocation::EnvWithdraw(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = EnvWithdraw { name: "web-1".to_owned() };
        assert_eq!(parse("/env withdraw web-1", &context()), Ok(command.into_invocation()));
    }
}
