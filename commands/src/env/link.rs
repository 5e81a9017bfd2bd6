//! `/env link`: be the same person on another platform.

use crate::spec::{Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A wish to be known on another platform, or the code that proves who is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvLink {
    /// The code that was given elsewhere.
    pub code: Option<String>,
}

impl Command for EnvLink {
    const SPEC: Spec = Spec {
        path: &["env", "link"],
        summary: "Link your account on another platform",
        about: "Without a code it gives you one, for ten minutes. Type it with the code where you are not known yet: \
                from then on you are the same person there.",
        examples: &["/env link", "/env link K7QP-2M9D-XR"],
        args: &[Arg::optional("code", Kind::Text, "The code that you were given elsewhere").positional()],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { code: from.maybe("code")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default().maybe("code", self.code.as_ref())
    }

    fn into_invocation(self) -> Invocation {
        Invocation::EnvLink(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let read = |line: &str| parse(line, &context());
        assert_eq!(read("/env link"), Ok(EnvLink { code: None }.into_invocation()));
        let code = Some("K7QP-2M9D-XR".to_owned());
        assert_eq!(read("/env link K7QP-2M9D-XR"), Ok(EnvLink { code: code.clone() }.into_invocation()));
        assert_eq!(read("/env link code=K7QP-2M9D-XR"), Ok(EnvLink { code }.into_invocation()));
    }
}
