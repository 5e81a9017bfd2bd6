//! `/env delegate`: let somebody review while one is away.

use chrono::{DateTime, Utc};

use crate::spec::{Access, Arg, Kind, Spec};
use crate::units::exact;
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// The word that ends a delegation.
const OFF: &str = "off";

/// Who reviews in the speaker's stead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvDelegate {
    /// Who, and until when; `None` to review oneself again.
    pub to: Option<(String, DateTime<Utc>)>,
}

impl Command for EnvDelegate {
    const SPEC: Spec = Spec {
        path: &["env", "delegate"],
        summary: "Let somebody review in your stead while you are away",
        about: "They count for the groups that you are in until the end that you give, but never for what you or \
                they asked for. Cards show for whom they reviewed. `off` ends it.",
        examples: &["/env delegate @kim until=2026-12-01", "/env delegate off"],
        access: Access::Approver,
        args: &[
            Arg::required("who", Kind::Person, "Who reviews for you, or off").positional().label("Who"),
            Arg::optional("until", Kind::When, "Until when, in your time zone").label("Until when"),
        ],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        let who: String = from.need("who")?;
        if who.eq_ignore_ascii_case(OFF) {
            from.maybe::<DateTime<Utc>>("until")?;
            return Ok(Self { to: None });
        }
        Ok(Self { to: Some((who, from.need("until")?)) })
    }

    fn pairs(&self) -> Pairs {
        match &self.to {
            Some((who, until)) => Pairs::default().with("who", who).with("until", exact(*until)),
            None => Pairs::default().with("who", OFF),
        }
    }

    fn into_invocation(self) -> Invocation {
        Invocation::EnvDelegate(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let read = |line: &str| parse(line, &context());
        assert_eq!(read("/env delegate off"), Ok(EnvDelegate { to: None }.into_invocation()));
        let until = DateTime::from_timestamp(1_796_137_200, 0).map(|until| ("@kim".to_owned(), until));
        let command = EnvDelegate { to: until };
        assert_eq!(read("/env delegate @kim until=\"2026-12-01 16:00\""), Ok(command.into_invocation()));
    }

    #[test]
    fn an_end_is_asked_for() {
        assert!(parse("/env delegate @kim", &context()).is_err_and(|error| error.missing));
    }
}
