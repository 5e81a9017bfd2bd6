//! `/help`: explain commands.

use crate::spec::{Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A wish to have a command explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Help {
    /// A group or a command, as in `env` or `env request`; everything when `None`.
    pub topic: Option<String>,
}

impl Command for Help {
    const SPEC: Spec = Spec {
        path: &["help"],
        summary: "Explain the commands",
        about: "Without a name it lists all of them.",
        examples: &["/help", "/help env", "/help env request"],
        args: &[Arg::optional("command", Kind::Command, "Which command").rest().label("Command")],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { topic: from.maybe("command")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default().maybe("command", self.topic.as_ref())
    }

    fn into_invocation(self) -> Invocation {
        Invocation::Help(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = Help { topic: Some("env request".to_owned()) };
        assert_eq!(parse("/help env create", &context()), Ok(command.into_invocation()));
    }
}
