//! `/template show`: one template with its parameters and limits.

use crate::spec::{Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A wish to see one template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateShow {
    /// The template.
    pub name: String,
    /// Which version of it; the one in force when `None`.
    pub version: Option<u64>,
}

impl Command for TemplateShow {
    const SPEC: Spec = Spec {
        path: &["template", "show"],
        summary: "Show one template: parameters, limits, approval",
        about: "A template that was changed keeps its earlier versions, which `version=` shows.",
        examples: &["/template show web", "/template show web version=1"],
        args: &[
            Arg::required("name", Kind::Template, "Which template").positional().label("Template"),
            Arg::optional("version", Kind::Number, "Which version; the one in force when left out")
                .label("Version"),
        ],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { name: from.need("name")?, version: from.maybe("version")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default().with("name", &self.name).maybe("version", self.version)
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
        let command = TemplateShow { name: "web".to_owned(), version: Some(2) };
        assert_eq!(parse("/template show web version=2", &context()), Ok(command.into_invocation()));
    }
}
