//! `/env list`: environments and requests that are not over.

use crate::spec::{Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A wish to see environments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvList {
    /// Whose: `me`, `all`, or a person as the chat platform writes them; the caller when `None`.
    pub who: Option<String>,
}

impl Command for EnvList {
    const SPEC: Spec = Spec {
        path: &["env", "list"],
        summary: "List environments and open requests",
        about: "Without a name it lists your own. `all` lists everybody's, as far as you may see them.",
        examples: &["/env list", "/env list all", "/env list @kim"],
        args: &[Arg::optional("who", Kind::Person, "A person, or `all`; left out, yourself")
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
        Invocation::EnvList(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = EnvList { who: Some("@kim".to_owned()) };
        assert_eq!(parse("/env list @kim", &context()), Ok(command.into_invocation()));
    }
}
