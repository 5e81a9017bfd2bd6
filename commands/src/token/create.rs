//! `/token create`: make a token for programs.

use chrono::TimeDelta;

use crate::spec::{Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError, units};

/// A token to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenCreate {
    /// What to call it.
    pub name: String,
    /// What it may be used for, words separated by commas, unchecked; the usual scopes when `None`.
    pub scopes: Option<String>,
    /// How long it is good; the usual time when `None`.
    pub lasts: Option<TimeDelta>,
}

impl Command for TokenCreate {
    const SPEC: Spec = Spec {
        path: &["token", "create"],
        summary: "Make a token with which a program uses the API for you",
        about: "The token is shown once, to you alone, and kept nowhere. Scopes bound what it is good for: \
                `read`, `use`, `review` and `admin`; it never may more than you. Revoke it when you need it no more.",
        examples: &["/token create laptop", "/token create deploy scopes=read,use for=30d"],
        args: &[
            Arg::required("name", Kind::Token, "What to call it").positional().label("Name"),
            Arg::optional("scopes", Kind::Text, "What it may be used for: read, use, review, admin")
                .label("Scopes"),
            Arg::optional("for", Kind::Span, "How long it is good, such as 30d").bare().label("Good for"),
        ],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { name: from.need("name")?, scopes: from.maybe("scopes")?, lasts: from.maybe("for")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default()
            .with("name", &self.name)
            .maybe("scopes", self.scopes.as_ref())
            .maybe("for", self.lasts.map(units::print_span))
    }

    fn into_invocation(self) -> Invocation {
        Invocation::TokenCreate(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = TokenCreate {
            name: "deploy".to_owned(),
            scopes: Some("read,use".to_owned()),
            lasts: Some(TimeDelta::days(30)),
        };
        let line = "/token create deploy scopes=read,use for=30d";
        assert_eq!(parse(line, &context()), Ok(command.into_invocation()));
    }
}
