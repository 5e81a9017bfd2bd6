//! `/env offer`: offer less than was asked for.

use chrono::TimeDelta;

use crate::spec::{Access, Arg, Kind, Parameters, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError, units};

/// An offer of less, which the requester may take at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvOffer {
    /// A request's id, or an environment's name.
    pub subject: String,
    /// The parameters that are lowered, as written, each name once.
    pub parameters: Vec<(String, String)>,
    /// For how long instead; as asked for when `None`.
    pub span: Option<TimeDelta>,
    /// The state that the presser saw, so that a late press is told; not compared when `None`.
    pub version: Option<u64>,
}

impl Command for EnvOffer {
    const SPEC: Spec = Spec {
        path: &["env", "offer"],
        summary: "Offer less than a request asks for",
        about: "The requester takes it with one press, and it then counts as your approval. \
                Further name=value words are the sizes that you lower; what you leave out stays as it was asked for.",
        examples: &["/env offer web-1 cpu=1 for=1d", "/env offer req_01hq3z 2Gi"],
        access: Access::Approver,
        args: &[
            Arg::required("subject", Kind::Subject, "Which request or environment")
                .positional()
                .label("Subject"),
            Arg::optional("for", Kind::Span, "For how long instead, such as 8h or 1d")
                .bare()
                .label("For how long"),
            Arg::optional("version", Kind::Number, "The state you saw; a button fills it in")
                .by_button()
                .label("Version"),
        ],
        parameters: Parameters::OfSubject("subject"),
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        let (subject, version) = (from.need("subject")?, from.maybe("version")?);
        let parameters = from.parameters();
        // Something must be less: a form asks what.
        let span = if parameters.is_empty() { Some(from.need("for")?) } else { from.maybe("for")? };
        Ok(Self { subject, parameters, span, version })
    }

    fn pairs(&self) -> Pairs {
        let mut pairs = Pairs::default().with("subject", &self.subject);
        pairs.0.extend(self.parameters.iter().cloned());
        pairs.maybe("for", self.span.map(units::print_span)).maybe("version", self.version)
    }

    fn into_invocation(self) -> Invocation {
        Invocation::EnvOffer(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = EnvOffer {
            subject: "web-1".to_owned(),
            parameters: vec![("cpu".to_owned(), "1".to_owned())],
            span: Some(TimeDelta::days(1)),
            version: Some(3),
        };
        let read = parse("/env offer web-1 cpu=1 for=1d version=3", &context());
        assert_eq!(read, Ok(command.into_invocation()));
    }

    #[test]
    fn nothing_less_asks_for_more() {
        assert!(parse("/env offer web-1", &context()).is_err_and(|error| error.missing));
    }
}
