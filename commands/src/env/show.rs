//! `/env show`: one environment with everything about it.

use crate::spec::{Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A wish to see one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvShow {
    /// The environment.
    pub name: String,
}

impl Command for EnvShow {
    const SPEC: Spec = Spec {
        path: &["env", "show"],
        summary: "Show one environment: state, end, size, owner",
        examples: &["/env show web-1"],
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
        Invocation::EnvShow(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = EnvShow { name: "web-1".to_owned() };
        assert_eq!(parse("/env show web-1", &context()), Ok(command.into_invocation()));
    }
}
