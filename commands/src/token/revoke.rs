//! `/token revoke`: a token is no good any more.

use crate::spec::{Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A token to be revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRevoke {
    /// The token's name.
    pub name: String,
}

impl Command for TokenRevoke {
    const SPEC: Spec = Spec {
        path: &["token", "revoke"],
        summary: "Revoke one of your tokens at once",
        about: "Whoever holds it can do nothing with it any more; what they listen to ends.",
        examples: &["/token revoke laptop"],
        args: &[Arg::required("name", Kind::Token, "Which token").positional().label("Token")],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { name: from.need("name")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default().with("name", &self.name)
    }

    fn into_invocation(self) -> Invocation {
        Invocation::TokenRevoke(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = TokenRevoke { name: "laptop".to_owned() };
        assert_eq!(parse("/token revoke laptop", &context()), Ok(command.into_invocation()));
    }
}
