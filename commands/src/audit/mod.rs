//! `/audit`: who did what, from the audit log.

use chrono::{DateTime, Utc};

use crate::spec::{Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A wish to read the audit log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audit {
    /// Only entries about this: an environment's name, or somebody's handle with `@`.
    pub about: Option<String>,
    /// Only what this person did.
    pub who: Option<String>,
    /// Only this kind of entry, such as `approved`.
    pub what: Option<String>,
    /// Only entries from then on.
    pub since: Option<DateTime<Utc>>,
    /// Only entries before then.
    pub until: Option<DateTime<Utc>>,
    /// Only entries before this number: the next page.
    pub before: Option<u64>,
}

impl Command for Audit {
    const SPEC: Spec = Spec {
        path: &["audit"],
        summary: "Read the audit log: who did what, and when",
        about: "The newest entries come first. Auditors and admins see all; everybody else sees what they did, and \
                what happened to what is theirs.",
        examples: &["/audit", "/audit web-1", "/audit who=@kim what=approved since=\"2026-12-01 18:00\""],
        args: &[
            Arg::optional("about", Kind::Text, "An environment, or a person with @")
                .positional()
                .label("About"),
            Arg::optional("who", Kind::Person, "Who did it").label("Who"),
            Arg::optional("what", Kind::Text, "What happened, such as approved or refused").label("What"),
            Arg::optional("since", Kind::When, "From when on").label("Since"),
            Arg::optional("until", Kind::When, "Before when").label("Until"),
            Arg::optional("before", Kind::Number, "Before which entry; a button fills it in")
                .by_button()
                .label("Before"),
        ],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self {
            about: from.maybe("about")?,
            who: from.maybe("who")?,
            what: from.maybe("what")?,
            since: from.maybe("since")?,
            until: from.maybe("until")?,
            before: from.maybe("before")?,
        })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default()
            .maybe("about", self.about.as_ref())
            .maybe("who", self.who.as_ref())
            .maybe("what", self.what.as_ref())
            .maybe("since", self.since.map(crate::units::exact))
            .maybe("until", self.until.map(crate::units::exact))
            .maybe("before", self.before)
    }

    fn into_invocation(self) -> Invocation {
        Invocation::Audit(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = Audit {
            about: Some("web-1".to_owned()),
            who: Some("@kim".to_owned()),
            before: Some(40),
            ..Audit::default()
        };
        assert_eq!(parse("/audit web-1 who=@kim before=40", &context()), Ok(command.into_invocation()));
    }
}
