//! `/quota show`: how much may be held, how much is, and by what.

use crate::spec::{Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A wish to see quotas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaShow {
    /// Whose: `me`, a person, `everybody`, `team:NAME` or `template:NAME`; the caller when `None`.
    pub who: Option<String>,
}

impl Command for QuotaShow {
    const SPEC: Spec = Spec {
        path: &["quota", "show"],
        summary: "Show quotas, and what uses them",
        about: "Without a name it shows your own, your teams' and everybody's. \
                Approvers and auditors may look at anybody's.",
        examples: &["/quota show", "/quota show @kim", "/quota show team:shop", "/quota show everybody"],
        args: &[Arg::optional(
            "who",
            Kind::Person,
            "@kim, everybody, team:NAME or template:NAME; left out, you",
        )
        .positional()
        .label("Whose")],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { who: from.maybe("who")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default().maybe("who", self.who.as_ref())
    }

    fn into_invocation(self) -> Invocation {
        Invocation::QuotaShow(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = QuotaShow { who: Some("team:shop".to_owned()) };
        assert_eq!(parse("/quota show team:shop", &context()), Ok(command.into_invocation()));
    }
}
