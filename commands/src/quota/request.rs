//! `/quota request`: ask for more for a while.

use chrono::{DateTime, Utc};

use super::{amounts, beginning, with_amounts};
use crate::spec::{Arg, Kind, Spec};
use crate::units::exact;
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// Somebody's wish for more, for themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaRequest {
    /// How much more by resource, in thousandths of a processor, bytes, hours, or their number; at least one.
    pub amounts: Vec<(&'static str, u64)>,
    /// From when on; from the decision on when `None`.
    pub from: Option<DateTime<Utc>>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Why, for the approver.
    pub reason: String,
}

impl Command for QuotaRequest {
    const SPEC: Spec = Spec {
        path: &["quota", "request"],
        summary: "Ask for more quota for a while, with a reason",
        about: "An approver decides. When it ends nothing is deleted: \
                new requests are refused as long as more is held than the limit.",
        examples: &["/quota request cpu=8 until=2026-12-01 the load test needs it"],
        args: &[
            Arg::optional("environments", Kind::Number, "How many environments more").label("Environments"),
            Arg::optional("cpu", Kind::Cpu, "How many processors more").label("Processors"),
            Arg::optional("memory", Kind::Bytes, "How much memory more").label("Memory"),
            Arg::optional("storage", Kind::Bytes, "How much storage more").label("Storage"),
            Arg::optional("hours", Kind::Number, "How many hours of leases more").label("Hours of leases"),
            Arg::required("until", Kind::When, "Until when, in your time zone").label("Until"),
            Arg::optional("from", Kind::When, "From when on; a day without a time begins at midnight")
                .label("From"),
            Arg::required("reason", Kind::Text, "Why; the approver reads it").rest().label("Reason"),
        ],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self {
            until: from.need("until")?,
            from: from.maybe_by("from", beginning)?,
            reason: from.need("reason")?,
            amounts: amounts(from)?,
        })
    }

    fn pairs(&self) -> Pairs {
        with_amounts(Pairs::default(), &self.amounts)
            .with("until", exact(self.until))
            .maybe("from", self.from.map(exact))
            .with("reason", &self.reason)
    }

    fn into_invocation(self) -> Invocation {
        Invocation::QuotaRequest(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = QuotaRequest {
            amounts: vec![("hours", 100)],
            from: None,
            until: "2026-12-01T17:00:00Z".parse().expect("a moment"),
            reason: "load test".to_owned(),
        };
        assert_eq!(
            parse("/quota request hours=100 until=\"2026-12-01 18:00\" load test", &context()),
            Ok(command.into_invocation())
        );
    }
}
