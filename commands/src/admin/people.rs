//! `/admin people`: who is known, and what they may do.

use crate::spec::{Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A wish to see who is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminPeople {
    /// Of whom; everybody when `None`.
    pub who: Option<String>,
}

impl Command for AdminPeople {
    const SPEC: Spec = Spec {
        path: &["admin", "people"],
        summary: "Show who is known, and what they may do",
        about: "Without a name it lists everybody, as far as you may see them. With one it tells roles, teams and accounts.",
        examples: &["/admin people", "/admin people @kim"],
        args: &[Arg::optional("who", Kind::Person, "A person; left out, everybody")
            .positional()
            .label("Who")],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { who: from.maybe("who")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default().maybe("who", self.who.as_ref())
    }

    fn into_invocation(self) -> Invocation {
        Invocation::AdminPeople(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = AdminPeople { who: Some("@kim".to_owned()) };
        assert_eq!(parse("/admin people @kim", &context()), Ok(command.into_invocation()));
    }
}
