//! `/env offer`: offer less than was asked for.

use chrono::TimeDelta;

use crate::spec::{Access, Arg, Kind, Parameters, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError, units};

/// The sizes alone are lowered.
pub const SMALLER: &str = "smaller";
/// The time alone is lowered.
pub const SHORTER: &str = "shorter";

/// An offer of less, which the requester may take at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvOffer {
    /// A request's id, or an environment's name.
    pub subject: String,
    /// The parameters that are lowered, as written, each name once.
    pub parameters: Vec<(String, String)>,
    /// For how long instead; as asked for when `None`.
    pub span: Option<TimeDelta>,
    /// What the form of a button asks for: [`SMALLER`] or [`SHORTER`]; both when `None`.
    pub less: Option<String>,
    /// The state that the presser saw, so that a late press is told; not compared when `None`.
    pub seen: Option<u64>,
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
            Arg::optional("less", Kind::Choice(&[SMALLER, SHORTER]), "What to lower; a button fills it in")
                .by_button()
                .label("What to lower"),
            // Not `version`, which parameters of templates are often called.
            Arg::optional("seen", Kind::Number, "The state you saw; a button fills it in")
                .by_button()
                .label("Version"),
        ],
        parameters: Parameters::OfSubject("subject"),
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        let (subject, less, seen) =
            (from.need("subject")?, from.maybe::<String>("less")?, from.maybe("seen")?);
        let (parameters, span) = (from.parameters(), from.maybe("for")?);
        if parameters.is_empty() && span.is_none() {
            let sizes = less.as_deref() == Some(SMALLER);
            let what = if sizes { "No size is lowered." } else { "Nothing is less than was asked for." };
            return Err(UsageError::lacking(what, "Lower something, or approve it as it is."));
        }
        Ok(Self { subject, parameters, span, less, seen })
    }

    fn pairs(&self) -> Pairs {
        let mut pairs = Pairs::default().with("subject", &self.subject);
        pairs.0.extend(self.parameters.iter().cloned());
        let pairs = pairs.maybe("for", self.span.map(units::print_span));
        pairs.maybe("less", self.less.as_ref()).maybe("seen", self.seen)
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
            less: None,
            seen: Some(3),
        };
        let read = parse("/env offer web-1 cpu=1 for=1d seen=3", &context());
        assert_eq!(read, Ok(command.into_invocation()));
    }

    #[test]
    fn nothing_less_asks_for_more() {
        for line in ["/env offer web-1", "/env offer web-1 less=smaller seen=3"] {
            assert!(parse(line, &context()).is_err_and(|error| error.missing), "{line}");
        }
    }

    #[test]
    fn a_template_may_have_a_parameter_called_version() {
        let read = parse("/env offer web-1 version=15", &context());
        let parameters = vec![("version".to_owned(), "15".to_owned())];
        let command =
            EnvOffer { subject: "web-1".to_owned(), parameters, span: None, less: None, seen: None };
        assert_eq!(read, Ok(command.into_invocation()));
    }
}
