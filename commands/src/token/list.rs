//! `/token list`: the tokens that are still good.

use crate::spec::Spec;
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A wish to see one's tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenList;

impl Command for TokenList {
    const SPEC: Spec = Spec {
        path: &["token", "list"],
        summary: "List your tokens, without what is secret in them",
        examples: &["/token list"],
        ..Spec::BASE
    };

    fn read(_: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self)
    }

    fn pairs(&self) -> Pairs {
        Pairs::default()
    }

    fn into_invocation(self) -> Invocation {
        Invocation::TokenList(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        assert_eq!(parse("/token list", &context()), Ok(TokenList.into_invocation()));
    }
}
