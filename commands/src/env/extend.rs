//! `/env extend`: ask for more time, once.

use chrono::TimeDelta;

use crate::spec::{Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError, units};

/// Somebody's wish to keep an environment longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvExtend {
    /// The environment.
    pub name: String,
    /// How much longer than now planned.
    pub by: TimeDelta,
    /// Why, for the approver.
    pub reason: String,
}

impl Command for EnvExtend {
    const SPEC: Spec = Spec {
        path: &["env", "extend"],
        summary: "Ask for more time, once, with a reason",
        about: "The time is added to the planned end. An approver decides. \
                No extension goes beyond the template's longest duration, counted from the start.",
        examples: &["/env extend web-1 for=2d the demo was moved to Friday"],
        args: &[
            Arg::required("name", Kind::Name, "Which environment").positional().label("Environment"),
            Arg::required("for", Kind::Span, "How much longer, such as 8h or 2d")
                .bare()
                .label("How much longer"),
            Arg::required("reason", Kind::Text, "Why; the approver reads it").rest().label("Reason"),
        ],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { name: from.need("name")?, by: from.need("for")?, reason: from.need("reason")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default()
            .with("name", &self.name)
            .with("for", units::print_span(self.by))
            .with("reason", &self.reason)
    }

    fn into_invocation(self) -> Invocation {
        Invocation::EnvExtend(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = EnvExtend {
            name: "web-1".to_owned(),
            by: TimeDelta::days(2),
            reason: "the demo was moved".to_owned(),
        };
        assert_eq!(
            parse("/env extend web-1 for=2d the demo was moved", &context()),
            Ok(command.into_invocation())
        );
    }
}
