//! `/quota set`: set limits, or take them away.

use super::{RESOURCES, nothing_given, written};
use crate::spec::{Access, Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};
use crate::{units, values::Wrong};

/// Limits to be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaSet {
    /// Whose: `me`, a person, `everybody`, `team:NAME` or `template:NAME`.
    pub who: String,
    /// The limits by resource, in thousandths of a processor, bytes, hours, or their number; `None` takes one away.
    pub limits: Vec<(&'static str, Option<u64>)>,
    /// The limits that the setter saw, so that a late change is told; not compared when `None`.
    pub version: Option<String>,
}

impl Command for QuotaSet {
    const SPEC: Spec = Spec {
        path: &["quota", "set"],
        summary: "Set how much somebody, a team, a template or everybody may hold",
        about: "`none` takes a limit away; then the configuration's holds. \
                Nothing is deleted when more is held than the new limit: new requests are refused.",
        examples: &[
            "/quota set @kim cpu=8 memory=16Gi",
            "/quota set team:shop environments=10 hours=2000",
            "/quota set @kim cpu=none",
        ],
        access: Access::Admin,
        args: &[
            Arg::required("who", Kind::Person, "@kim, everybody, team:NAME or template:NAME")
                .positional()
                .label("Whose"),
            Arg::optional("environments", Kind::Text, "How many environments at once, or none")
                .label("Environments"),
            Arg::optional("cpu", Kind::Text, "How many processors, such as 8 or 500m, or none")
                .label("Processors"),
            Arg::optional("memory", Kind::Text, "How much memory, such as 16Gi, or none").label("Memory"),
            Arg::optional("storage", Kind::Text, "How much storage, such as 100Gi, or none").label("Storage"),
            Arg::optional("hours", Kind::Text, "How many hours of leases at once, or none")
                .label("Hours of leases"),
            Arg::optional("version", Kind::Text, "The limits you saw; a program fills it in")
                .by_button()
                .label("Version"),
        ],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        let (who, version) = (from.need("who")?, from.maybe("version")?);
        let mut limits = Vec::new();
        let given = RESOURCES.map(|(name, kind)| (name, from.maybe_by(name, |text, _| limit(kind, text))));
        for (name, limit) in given {
            limits.extend(limit?.map(|limit| (name, limit)));
        }
        if limits.is_empty() {
            return Err(nothing_given("cpu=8"));
        }
        Ok(Self { who, limits, version })
    }

    fn pairs(&self) -> Pairs {
        let shown = |kind, limit: &Option<u64>| limit.map_or("none".to_owned(), |limit| written(kind, limit));
        let pairs = RESOURCES.iter().fold(Pairs::default().with("who", &self.who), |pairs, (name, kind)| {
            let given = self.limits.iter().find(|(known, _)| known == name);
            pairs.maybe(name, given.map(|(_, limit)| shown(*kind, limit)))
        });
        pairs.maybe("version", self.version.as_ref())
    }

    fn into_invocation(self) -> Invocation {
        Invocation::QuotaSet(self)
    }
}

fn limit(kind: Kind, text: &str) -> Result<Option<u64>, Wrong> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    let amount = match kind {
        Kind::Cpu => units::cpu(text)?.into(),
        Kind::Bytes => units::bytes(text)?,
        _ => text.parse().ok().filter(|number| *number <= i64::MAX as u64).ok_or_else(|| {
            let what = format!("`{}` is neither a whole number nor `none`.", crate::values::clip(text));
            Wrong::new(what, "Write digits only, such as `3`, or `none`.")
        })?,
    };
    Ok(Some(amount))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let limits = vec![("cpu", Some(8000)), ("memory", None), ("hours", Some(100))];
        let command = QuotaSet { who: "@kim".to_owned(), limits, version: None };
        assert_eq!(
            parse("/quota set @kim cpu=8 memory=none hours=100", &context()),
            Ok(command.into_invocation())
        );
    }

    #[test]
    fn a_wrong_amount_is_marked_and_some_amount_is_needed() {
        let wrong = parse("/quota set @kim cpu=many", &context()).expect_err("no amount");
        assert_eq!(wrong.at, Some(20..24), "{wrong:?}");
        let none = parse("/quota set @kim", &context()).expect_err("nothing");
        assert!(none.what.contains("how much"), "{none:?}");
    }
}
