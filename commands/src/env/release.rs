//! `/env release`: give an environment back before its end.

use crate::spec::{Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A wish to give an environment back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvRelease {
    /// The environment.
    pub name: String,
}

impl Command for EnvRelease {
    const SPEC: Spec = Spec {
        path: &["env", "release"],
        summary: "Give an environment back; everything in it is deleted",
        examples: &["/env release web-1"],
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
        Invocation::EnvRelease(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = EnvRelease { name: "web-1".to_owned() };
        assert_eq!(parse("/env release web-1", &context()), Ok(command.into_invocation()));
    }
}
