//! `/env accept`: take what is offered instead of what was asked for.

use crate::spec::{Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A wish to take an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvAccept {
    /// The environment.
    pub name: String,
    /// The state that the presser saw, so that a late press is told; not compared when `None`.
    pub version: Option<u64>,
}

impl Command for EnvAccept {
    const SPEC: Spec = Spec {
        path: &["env", "accept"],
        summary: "Take what an approver offers instead of what you asked for",
        examples: &["/env accept web-1"],
        args: &[
            Arg::required("name", Kind::Name, "Which environment").positional().label("Environment"),
            Arg::optional("version", Kind::Number, "The state you saw; a button fills it in")
                .by_button()
                .label("Version"),
        ],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { name: from.need("name")?, version: from.maybe("version")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default().with("name", &self.name).maybe("version", self.version)
    }

    fn into_invocation(self) -> Invocation {
        Invocation::EnvAccept(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = EnvAccept { name: "web-1".to_owned(), version: Some(4) };
        assert_eq!(parse("/env accept web-1 version=4", &context()), Ok(command.into_invocation()));
    }
}
