//! `/admin link`: say whose account of a chat platform it is.

use crate::spec::{Access, Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// An account that becomes somebody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminLink {
    /// Whose it is.
    pub who: String,
    /// The platform, the workspace and the account: `slack/T0123/U0456`.
    pub account: String,
}

impl Command for AdminLink {
    const SPEC: Spec = Spec {
        path: &["admin", "link"],
        summary: "Link an account of a chat platform to somebody",
        about: "Whoever uses that account is that person from then on. An account that was theirs in the same workspace is theirs no more.",
        examples: &[
            "/admin link @kim slack/T0123ABCD/U0456EFGH",
            "/admin link @kim discord/80351110224678912/90351110224678912",
        ],
        access: Access::Admin,
        args: &[
            Arg::required("who", Kind::Person, "Whose account it is").positional().label("Who"),
            Arg::required(
                "account",
                Kind::Text,
                "Platform/workspace/account, such as slack/T0123ABCD/U0456EFGH",
            )
            .positional()
            .label("Account"),
        ],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { who: from.need("who")?, account: from.need("account")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default().with("who", &self.who).with("account", &self.account)
    }

    fn into_invocation(self) -> Invocation {
        Invocation::AdminLink(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = AdminLink { who: "@kim".to_owned(), account: "slack/T0123ABCD/U0456EFGH".to_owned() };
        assert_eq!(
            parse("/admin link @kim slack/T0123ABCD/U0456EFGH", &context()),
            Ok(command.into_invocation())
        );
    }
}
