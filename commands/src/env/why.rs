//! `/env why`: the story of an environment, from the audit.

use crate::spec::{Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A wish to know what happened and who decided it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvWhy {
    /// The environment.
    pub name: String,
}

impl Command for EnvWhy {
    const SPEC: Spec = Spec {
        path: &["env", "why"],
        summary: "Tell the story of an environment, even when it is gone",
        examples: &["/env why web-1"],
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
        Invocation::EnvWhy(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = EnvWhy { name: "web-1".to_owned() };
        assert_eq!(parse("/env why web-1", &context()), Ok(command.into_invocation()));
    }
}
