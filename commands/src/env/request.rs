//! `/env request`: ask for an environment.

use chrono::{DateTime, TimeDelta, Utc};

use crate::spec::{Arg, Kind, Parameters, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError, units};

/// Somebody's wish for an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvRequest {
    /// The template to start from.
    pub template: String,
    /// The template's size whose values stand where none is given.
    pub size: Option<String>,
    /// The template's parameters as written, unchecked, each name once.
    pub parameters: Vec<(String, String)>,
    /// How long it is wanted; the template's default when `None`.
    pub lasts: Option<Lasts>,
    /// The name of the stored key that shall log in; the person's only or default key when `None`.
    pub key: Option<String>,
    /// For which of the person's teams it is; the only one when `None`.
    pub team: Option<String>,
    /// Why it is wanted, for the approver.
    pub reason: Option<String>,
}

/// How long something is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasts {
    /// This long, from when it is ready.
    For(TimeDelta),
    /// Until this moment.
    Until(DateTime<Utc>),
}

impl Command for EnvRequest {
    const SPEC: Spec = Spec {
        path: &["env", "request"],
        aliases: &[&["env", "create"]],
        summary: "Request an environment",
        about: "An approver decides, unless the template lets small requests pass by themselves. \
                Further name=value words are the template's parameters; `/template show <name>` lists them. \
                `size=` takes one of the template's presets; what you give beside it counts instead. \
                Sizes may be written bare: `2cpu 4Gi` means `cpu=2 memory=4Gi`, and a second size is the storage. \
                A time without a date is the next one, a date without a time means the end of that day, \
                and both are in your own time zone.",
        examples: &[
            "/env request web",
            "/env request web cpu=2 memory=4Gi for=3d",
            "/env request web size=small for=1d",
            "/env request web until=\"2026-12-01 18:00\" to show the new checkout",
            "/env create web 2cpu 4Gi 3d",
        ],
        args: &[
            Arg::required("template", Kind::Template, "Which template to start from")
                .positional()
                .label("Template"),
            Arg::optional("size", Kind::Size, "A preset of the template, such as small").label("Size"),
            Arg::optional("for", Kind::Span, "How long you need it, such as 8h, 3d or 2w")
                .bare()
                .excludes("until")
                .label("For how long"),
            Arg::optional("until", Kind::When, "When you will be done, in your time zone")
                .label("Or until when"),
            Arg::optional("key", Kind::KeyName, "Which of your SSH keys may log in").label("SSH key"),
            Arg::optional("team", Kind::Team, "Which of your teams it is for, if you are in several")
                .label("Team"),
            Arg::optional("reason", Kind::Text, "What it is for; the approver reads it")
                .rest()
                .label("Reason"),
        ],
        parameters: Parameters::OfTemplate("template"),
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        let span = from.maybe("for")?.map(Lasts::For);
        let moment = from.maybe("until")?.map(Lasts::Until);
        Ok(Self {
            template: from.need("template")?,
            size: from.maybe("size")?,
            parameters: from.parameters(),
            lasts: span.or(moment),
            key: from.maybe("key")?,
            team: from.maybe("team")?,
            reason: from.maybe("reason")?,
        })
    }

    fn pairs(&self) -> Pairs {
        let mut pairs = Pairs::default().with("template", &self.template).maybe("size", self.size.as_ref());
        pairs.0.extend(self.parameters.iter().cloned());
        let pairs = match self.lasts {
            Some(Lasts::For(span)) => pairs.with("for", units::print_span(span)),
            Some(Lasts::Until(moment)) => pairs.with("until", units::exact(moment)),
            None => pairs,
        };
        pairs
            .maybe("key", self.key.as_ref())
            .maybe("team", self.team.as_ref())
            .maybe("reason", self.reason.as_ref())
    }

    fn into_invocation(self) -> Invocation {
        Invocation::EnvRequest(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = EnvRequest {
            template: "web".to_owned(),
            size: None,
            parameters: vec![("cpu".to_owned(), "2".to_owned())],
            lasts: Some(Lasts::For(TimeDelta::days(3))),
            key: Some("pc".to_owned()),
            team: None,
            reason: Some("to test".to_owned()),
        };
        assert_eq!(
            parse("/env request web cpu=2 for=3d key=pc to test", &context()),
            Ok(command.into_invocation())
        );
    }

    #[test]
    fn a_moment_is_written_so_that_every_zone_reads_the_same() {
        let command = parse("/env request web until=\"2026-12-01 18:00\"", &context());
        assert_eq!(
            command.map(|command| command.to_line()),
            Ok("/env request web until=2026-12-01T17:00Z".to_owned())
        );
    }
}
