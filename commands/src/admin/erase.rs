//! `/admin erase`: forget what is known of somebody who was removed.

use crate::spec::{Access, Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// Somebody who is to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminErase {
    /// Who.
    pub who: String,
}

impl Command for AdminErase {
    const SPEC: Spec = Spec {
        path: &["admin", "erase"],
        summary: "Erase the personal data of somebody who was removed",
        about: "Name, handle, address, keys, accounts and the words they gave as reasons are gone for good. The audit log stays whole.",
        examples: &["/admin erase @kim"],
        access: Access::Admin,
        args: &[Arg::required("who", Kind::Person, "Who is to be forgotten").positional().label("Who")],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { who: from.need("who")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default().with("who", &self.who)
    }

    fn into_invocation(self) -> Invocation {
        Invocation::AdminErase(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = AdminErase { who: "@kim".to_owned() };
        assert_eq!(parse("/admin erase @kim", &context()), Ok(command.into_invocation()));
    }
}
