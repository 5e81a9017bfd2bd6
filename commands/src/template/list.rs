//! `/template list`: what can be requested.

use crate::spec::Spec;
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A wish to see the templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateList;

impl Command for TemplateList {
    const SPEC: Spec = Spec {
        path: &["template", "list"],
        summary: "List what can be requested",
        examples: &["/template list"],
        ..Spec::BASE
    };

    fn read(_: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self)
    }

    fn pairs(&self) -> Pairs {
        Pairs::default()
    }

    fn into_invocation(self) -> Invocation {
        Invocation::TemplateList(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = TemplateList;
        assert_eq!(parse("/template list", &context()), Ok(command.into_invocation()));
    }
}
