//! Commands about quotas, one file each.

mod grant;
mod request;
mod revoke;
mod set;
mod show;

pub use grant::QuotaGrant;
pub use request::QuotaRequest;
pub use revoke::QuotaRevoke;
pub use set::QuotaSet;
pub use show::QuotaShow;

use chrono::{DateTime, Utc};

use crate::spec::Kind;
use crate::values::Wrong;
use crate::{Context, Pairs, Reader, UsageError, units};

/// What there are quotas on, as it is named, and how amounts of it are written.
const RESOURCES: [(&str, Kind); 5] = [
    ("environments", Kind::Number),
    ("cpu", Kind::Cpu),
    ("memory", Kind::Bytes),
    ("storage", Kind::Bytes),
    ("hours", Kind::Number),
];

/// An amount as it is written.
fn written(kind: Kind, amount: u64) -> String {
    match kind {
        Kind::Cpu => u32::try_from(amount).map_or_else(|_| (amount / 1000).to_string(), units::print_cpu),
        Kind::Bytes => units::print_bytes(amount),
        _ => amount.to_string(),
    }
}

/// The amounts that were given, of one resource at least.
fn amounts(from: &mut Reader<'_>) -> Result<Vec<(&'static str, u64)>, UsageError> {
    let mut amounts = Vec::new();
    for (name, _) in RESOURCES {
        if let Some(amount) = from.maybe(name)? {
            amounts.push((name, amount));
        }
    }
    if amounts.is_empty() {
        return Err(nothing_given("cpu=8"));
    }
    Ok(amounts)
}

/// The beginning of something: a day without a time means its first minute, where an end would mean its last.
fn beginning(text: &str, context: &Context) -> Result<DateTime<Utc>, Wrong> {
    let day = !text.contains(':');
    if day && let Ok(midnight) = units::when(&format!("{text} 00:00"), context) {
        return Ok(midnight);
    }
    Ok(units::when(text, context)?)
}

fn nothing_given(example: &str) -> UsageError {
    let what = "It does not say how much of what.";
    UsageError::new(what, format!("Add at least one amount, such as `{example}`."))
}

fn with_amounts(pairs: Pairs, amounts: &[(&'static str, u64)]) -> Pairs {
    RESOURCES.iter().fold(pairs, |pairs, (name, kind)| {
        let given = amounts.iter().find(|(known, _)| known == name);
        pairs.maybe(name, given.map(|(_, amount)| written(*kind, *amount)))
    })
}
