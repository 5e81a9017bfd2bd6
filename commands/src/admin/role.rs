//! `/admin role`: give somebody a role, or take one that was given.

use crate::spec::{Access, Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// The roles as they are written.
pub const ROLES: &[&str] = &["developer", "instructor", "auditor", "approver", "devops", "admin"];

/// A role that somebody gets or loses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminRole {
    /// Whose.
    pub who: String,
    /// `give` or `take`.
    pub way: String,
    /// Which role.
    pub role: String,
}

impl Command for AdminRole {
    const SPEC: Spec = Spec {
        path: &["admin", "role"],
        summary: "Give somebody a role, or take it back",
        about: "A role that is given here stays when Sublet starts again. What the configuration gives is taken there.",
        examples: &["/admin role @kim give approver", "/admin role @kim take approver"],
        access: Access::Admin,
        args: &[
            Arg::required("who", Kind::Person, "Whose role").positional().label("Who"),
            Arg::required("way", Kind::Choice(&["give", "take"]), "Whether they get it or lose it")
                .positional()
                .label("Give or take"),
            Arg::required("role", Kind::Choice(ROLES), "Which role; devops is another word for approver")
                .positional()
                .label("Role"),
        ],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { who: from.need("who")?, way: from.need("way")?, role: from.need("role")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default().with("who", &self.who).with("way", &self.way).with("role", &self.role)
    }

    fn into_invocation(self) -> Invocation {
        Invocation::AdminRole(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command =
            AdminRole { who: "@kim".to_owned(), way: "give".to_owned(), role: "approver".to_owned() };
        assert_eq!(parse("/admin role @kim give approver", &context()), Ok(command.into_invocation()));
    }
}
