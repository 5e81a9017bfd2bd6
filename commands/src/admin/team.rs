//! `/admin team`: put somebody into a team, or take them out again.

use crate::spec::{Access, Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A team that somebody joins or leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminTeam {
    /// Who.
    pub who: String,
    /// `join` or `leave`.
    pub way: String,
    /// Which team.
    pub team: String,
}

impl Command for AdminTeam {
    const SPEC: Spec = Spec {
        path: &["admin", "team"],
        summary: "Put somebody into a team, or take them out",
        about: "A team that is joined here stays when Sublet starts again. What the configuration says is changed there.",
        examples: &["/admin team @kim join shop", "/admin team @kim leave shop"],
        access: Access::Admin,
        args: &[
            Arg::required("who", Kind::Person, "Who joins or leaves").positional().label("Who"),
            Arg::required("way", Kind::Choice(&["join", "leave"]), "Whether they join it or leave it")
                .positional()
                .label("Join or leave"),
            Arg::required("team", Kind::Team, "Which team").positional().label("Team"),
        ],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { who: from.need("who")?, way: from.need("way")?, team: from.need("team")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default().with("who", &self.who).with("way", &self.way).with("team", &self.team)
    }

    fn into_invocation(self) -> Invocation {
        Invocation::AdminTeam(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = AdminTeam { who: "@kim".to_owned(), way: "join".to_owned(), team: "shop".to_owned() };
        assert_eq!(parse("/admin team @kim join shop", &context()), Ok(command.into_invocation()));
    }
}
