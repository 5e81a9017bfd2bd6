//! `/env ssh`: how to log in.

use crate::spec::{Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A wish to log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvSsh {
    /// The environment.
    pub name: String,
}

impl Command for EnvSsh {
    const SPEC: Spec = Spec {
        path: &["env", "ssh"],
        summary: "Tell how to log in, in a private message",
        examples: &["/env ssh web-1"],
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
        Invocation::EnvSsh(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = EnvSsh { name: "web-1".to_owned() };
        assert_eq!(parse("/env ssh web-1", &context()), Ok(command.into_invocation()));
    }
}
