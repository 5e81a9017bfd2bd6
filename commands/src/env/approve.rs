//! `/env approve`: approve a request or an extension.

use crate::spec::{Access, Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A decision for a request or an extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvApprove {
    /// A request's or extension's id, or an environment's name.
    pub subject: String,
    /// The state that the presser saw, so that a late press is told; not compared when `None`.
    pub version: Option<u64>,
}

impl Command for EnvApprove {
    const SPEC: Spec = Spec {
        path: &["env", "approve"],
        summary: "Approve a request or an extension",
        examples: &["/env approve web-1", "/env approve req_01hq3z version=3"],
        access: Access::Approver,
        args: &[
            Arg::required("subject", Kind::Subject, "Which request, extension or environment")
                .positional()
                .label("Subject"),
            Arg::optional("version", Kind::Number, "The state you saw; a button fills it in")
                .by_button()
                .label("Version"),
        ],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { subject: from.need("subject")?, version: from.maybe("version")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default().with("subject", &self.subject).maybe("version", self.version)
    }

    fn into_invocation(self) -> Invocation {
        Invocation::EnvApprove(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = EnvApprove { subject: "req_01hq3z".to_owned(), version: Some(3) };
        assert_eq!(parse("/env approve req_01hq3z version=3", &context()), Ok(command.into_invocation()));
    }
}
