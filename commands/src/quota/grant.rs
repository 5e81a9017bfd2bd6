//! `/quota grant`: give more for a while.

use chrono::{DateTime, Utc};

use super::{amounts, beginning, with_amounts};
use crate::spec::{Access, Arg, Kind, Spec};
use crate::units::exact;
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// More for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaGrant {
    /// Whose: a person, `everybody`, `team:NAME` or `template:NAME`.
    pub who: String,
    /// How much more by resource, in thousandths of a processor, bytes, hours, or their number; at least one.
    pub amounts: Vec<(&'static str, u64)>,
    /// From when on; at once when `None`.
    pub from: Option<DateTime<Utc>>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Why.
    pub reason: Option<String>,
}

impl Command for QuotaGrant {
    const SPEC: Spec = Spec {
        path: &["quota", "grant"],
        summary: "Give more quota for a while, on top of the limit",
        about: "When it ends nothing is deleted: new requests are refused as long as more is held than the limit. \
                Times are in your own time zone.",
        examples: &[
            "/quota grant @kim cpu=8 until=2026-12-01 for the load test",
            "/quota grant team:shop environments=5 hours=500 from=2026-12-01 until=2026-12-24",
        ],
        access: Access::Approver,
        args: &[
            Arg::required("who", Kind::Person, "@kim, everybody, team:NAME or template:NAME")
                .positional()
                .label("Whose"),
            Arg::optional("environments", Kind::Number, "How many environments more").label("Environments"),
            Arg::optional("cpu", Kind::Cpu, "How many processors more").label("Processors"),
            Arg::optional("memory", Kind::Bytes, "How much memory more").label("Memory"),
            Arg::optional("storage", Kind::Bytes, "How much storage more").label("Storage"),
            Arg::optional("hours", Kind::Number, "How many hours of leases more").label("Hours of leases"),
            Arg::required("until", Kind::When, "Until when, in your time zone").label("Until"),
            Arg::optional("from", Kind::When, "From when on; a day without a time begins at midnight")
                .label("From"),
            Arg::optional("reason", Kind::Text, "Why; it is kept in the audit log").rest().label("Reason"),
        ],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self {
            who: from.need("who")?,
            until: from.need("until")?,
            from: from.maybe_by("from", beginning)?,
            reason: from.maybe("reason")?,
            amounts: amounts(from)?,
        })
    }

    fn pairs(&self) -> Pairs {
        with_amounts(Pairs::default().with("who", &self.who), &self.amounts)
            .with("until", exact(self.until))
            .maybe("from", self.from.map(exact))
            .maybe("reason", self.reason.as_ref())
    }

    fn into_invocation(self) -> Invocation {
        Invocation::QuotaGrant(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = QuotaGrant {
            who: "@kim".to_owned(),
            amounts: vec![("cpu", 8000), ("memory", 4 << 30)],
            from: None,
            until: "2026-12-01T17:00:00Z".parse().expect("a moment"),
            reason: Some("load test".to_owned()),
        };
        assert_eq!(
            parse("/quota grant @kim cpu=8 memory=4Gi until=\"2026-12-01 18:00\" load test", &context()),
            Ok(command.into_invocation())
        );
    }

    #[test]
    fn a_day_begins_and_ends_where_one_thinks() {
        let line = "/quota grant @kim cpu=8 from=2026-12-01 until=2026-12-01";
        let written = parse(line, &context()).map(|command| command.to_line());
        let exact = "/quota grant @kim cpu=8 until=2026-12-01T23:00Z from=2026-11-30T23:00Z";
        assert_eq!(written, Ok(exact.to_owned()));
    }
}
