//! `/env break-glass`: approve alone, in an emergency, with the reason.

use crate::spec::{Access, Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// An approval in an emergency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvBreakGlass {
    /// A request's or extension's id, or an environment's name.
    pub subject: String,
    /// Why it cannot wait, for everybody who approves.
    pub reason: String,
}

impl Command for EnvBreakGlass {
    const SPEC: Spec = Spec {
        path: &["env", "break-glass"],
        summary: "Approve alone in an emergency, with a reason",
        about: "For the people whom the rule names for it, also for what they asked for themselves. \
                Every approver is told at once, and it is on record.",
        examples: &["/env break-glass web-1 the shop is down and nobody else is awake"],
        access: Access::Approver,
        args: &[
            Arg::required("subject", Kind::Subject, "Which request, extension or environment")
                .positional()
                .label("Subject"),
            Arg::required("reason", Kind::Text, "Why it cannot wait; every approver reads it")
                .rest()
                .label("Reason"),
        ],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { subject: from.need("subject")?, reason: from.need("reason")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default().with("subject", &self.subject).with("reason", &self.reason)
    }

    fn into_invocation(self) -> Invocation {
        Invocation::EnvBreakGlass(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = EnvBreakGlass { subject: "web-1".to_owned(), reason: "the shop is down".to_owned() };
        let read = parse("/env break-glass web-1 the shop is down", &context());
        assert_eq!(read, Ok(command.into_invocation()));
    }
}
