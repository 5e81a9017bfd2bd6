//! `/template show`: one template with its parameters and limits.

use crate::spec::{Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A wish to see one template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateShow {
    /// The template.
    pub name: String,
}

impl Command for TemplateShow {
    const SPEC: Spec = Spec {
        path: &["template", "show"],
        summary: "Show one template: parameters, limits, approval",
        examples: &["/template show web"],
        args: &[Arg::required("name", Kind::Template, "Which template").positional().label("Template")],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { name: from.need("name")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default().with("name", &self.name)
    }

    fn into_invocation(self) -> Invocation {
        Invocation::TemplateShow(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = TemplateShow { name: "web".to_owned() };
        assert_eq!(parse("/template show web", &context()), Ok(command.into_invocation()));
    }
}
