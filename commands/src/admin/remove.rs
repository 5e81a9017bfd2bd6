//! `/admin remove`: somebody leaves.

use crate::spec::{Access, Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// Somebody who leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminRemove {
    /// Who.
    pub who: String,
    /// Why, for the record.
    pub reason: String,
}

impl Command for AdminRemove {
    const SPEC: Spec = Spec {
        path: &["admin", "remove"],
        summary: "Remove somebody: their requests, access and tokens end",
        about: "Their undecided requests are withdrawn, their keys open nothing any more, their tokens and accounts are gone, and their environments go to an approver of their team.",
        examples: &["/admin remove @kim left the company"],
        access: Access::Admin,
        args: &[
            Arg::required("who", Kind::Person, "Who leaves").positional().label("Who"),
            Arg::required("reason", Kind::Text, "Why, for the record").rest().label("Reason"),
        ],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { who: from.need("who")?, reason: from.need("reason")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default().with("who", &self.who).with("reason", &self.reason)
    }

    fn into_invocation(self) -> Invocation {
        Invocation::AdminRemove(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = AdminRemove { who: "@kim".to_owned(), reason: "left the company".to_owned() };
        assert_eq!(parse("/admin remove @kim left the company", &context()), Ok(command.into_invocation()));
    }
}
