//! `/env reject`: reject a request or an extension, with the reason.

use crate::spec::{Access, Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A decision against a request or an extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvReject {
    /// A request's or extension's id, or an environment's name.
    pub subject: String,
    /// The state that the presser saw, so that a late press is told; not compared when `None`.
    pub version: Option<u64>,
    /// Why, for the requester.
    pub reason: String,
}

impl Command for EnvReject {
    const SPEC: Spec = Spec {
        path: &["env", "reject"],
        summary: "Reject a request or an extension, with a reason",
        about: "The requester reads the reason.",
        examples: &[
            "/env reject web-1 please try the small template first",
            "/env reject req_01hq3z version=3 no room before Monday",
        ],
        access: Access::Approver,
        args: &[
            Arg::required("subject", Kind::Subject, "Which request, extension or environment")
                .positional()
                .label("Subject"),
            Arg::optional("version", Kind::Number, "The state you saw; a button fills it in")
                .by_button()
                .label("Version"),
            Arg::required("reason", Kind::Text, "Why; the requester reads it").rest().label("Reason"),
        ],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self {
            subject: from.need("subject")?,
            version: from.maybe("version")?,
            reason: from.need("reason")?,
        })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default()
            .with("subject", &self.subject)
            .maybe("version", self.version)
            .with("reason", &self.reason)
    }

    fn into_invocation(self) -> Invocation {
        Invocation::EnvReject(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command =
            EnvReject { subject: "web-1".to_owned(), version: None, reason: "too large".to_owned() };
        assert_eq!(parse("/env reject web-1 too large", &context()), Ok(command.into_invocation()));
    }
}
