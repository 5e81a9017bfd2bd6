//! What an environment costs: whole numbers only, rounded once, at the end.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{quota::Amounts, template::Value};

/// Thousandths of a core in a core.
const CORE: u128 = 1000;
/// Bytes in a GiB.
const GIB: u128 = 1 << 30;
/// Seconds in an hour.
const HOUR: u128 = 3600;

/// A price list. Prices are millionths of the currency.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prices {
    /// The currency's name, such as `EUR`.
    pub currency: String,
    /// A core for an hour.
    pub cpu: u64,
    /// A GiB of memory for an hour.
    pub memory: u64,
    /// A GiB of storage for an hour.
    pub storage: u64,
    /// An environment for an hour, whatever its size.
    pub environment: u64,
    /// What an environment of a template costs an hour besides.
    pub templates: BTreeMap<String, u64>,
}

/// What something costs, in millionths of the currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// The currency's name.
    pub currency: String,
    /// For an hour.
    pub hour: u64,
    /// Until the end.
    pub whole: u64,
}

impl Prices {
    /// What these amounts of a template cost for so long. Half a millionth is rounded up.
    pub fn of(&self, template: &str, amounts: &Amounts, span: TimeDelta) -> Cost {
        let fixed = u128::from(self.environment)
            + u128::from(self.templates.get(template).copied().unwrap_or_default());
        // Everything over one denominator, so that only the sum is rounded.
        let part = |price: u64, amount: u64, scale: u128| {
            u128::from(price).saturating_mul(u128::from(amount)).saturating_mul(scale)
        };
        let hour = part(self.cpu, amounts.cpu, GIB)
            .saturating_add(part(self.memory, amounts.memory, CORE))
            .saturating_add(part(self.storage, amounts.storage, CORE))
            .saturating_add(fixed * CORE * GIB);
        let seconds = u128::try_from(span.num_seconds()).unwrap_or_default();
        Cost {
            currency: self.currency.clone(),
            hour: rounded(hour, CORE * GIB),
            whole: rounded(hour.saturating_mul(seconds), CORE * GIB * HOUR),
        }
    }
}

fn rounded(amount: u128, of: u128) -> u64 {
    u64::try_from(amount.saturating_add(of / 2) / of).unwrap_or(u64::MAX)
}

/// The amounts of parameters: `cpu`, `memory` and `storage`, by their kinds.
pub fn sizes(parameters: &BTreeMap<String, Value>) -> Amounts {
    let bytes = |name: &str| match parameters.get(name) {
        Some(Value::Bytes(bytes)) => *bytes,
        _ => 0,
    };
    let cpu = match parameters.get("cpu") {
        Some(Value::Cpu(thousandths)) => u64::from(*thousandths),
        _ => 0,
    };
    Amounts { environments: 1, cpu, memory: bytes("memory"), storage: bytes("storage"), lease_time: 0 }
}

/// An amount of money in words, with two digits behind the point at least and `most` at the most.
pub fn money(millionths: u64, most: u32, currency: &str) -> String {
    let step = 10_u64.pow(6 - most.clamp(2, 6));
    let rounded = millionths.saturating_add(step / 2) / step * step;
    let (whole, rest) = (rounded / 1_000_000, format!("{:06}", rounded % 1_000_000));
    let digits = rest.trim_end_matches('0').len().max(2);
    format!("{whole}.{} {currency}", &rest[..digits])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sum_is_rounded() {
        let prices = Prices {
            currency: "EUR".to_owned(),
            cpu: 30_000,
            memory: 4_000,
            storage: 100,
            environment: 1,
            templates: BTreeMap::from([("web".to_owned(), 500_000)]),
        };
        let amounts = Amounts { cpu: 1500, memory: 3 << 29, storage: 10 << 30, ..Amounts::default() };
        let cost = prices.of("web", &amounts, TimeDelta::days(3));
        assert_eq!(cost.hour, 45_000 + 6_000 + 1_000 + 1 + 500_000);
        assert_eq!(cost.whole, cost.hour * 72);
        assert_eq!(prices.of("box", &amounts, TimeDelta::zero()).hour, 52_001);
    }

    #[test]
    fn a_third_of_a_millionth_is_not_lost_a_million_times() {
        let prices = Prices { cpu: 1, ..Prices::default() };
        let amounts = Amounts { cpu: 333, ..Amounts::default() };
        let cost = prices.of("web", &amounts, TimeDelta::hours(1_000_000));
        assert_eq!((cost.hour, cost.whole), (0, 333_000));
        let huge = Amounts { cpu: u64::MAX, memory: u64::MAX, ..Amounts::default() };
        let dear = Prices { cpu: u64::MAX, memory: u64::MAX, ..Prices::default() };
        assert_eq!(dear.of("web", &huge, TimeDelta::MAX).whole, u64::MAX, "it does not overflow");
    }

    #[test]
    fn money_is_said_to_the_cent_or_finer() {
        assert_eq!(money(52_001, 4, "EUR"), "0.052 EUR");
        assert_eq!(money(1_999_999, 2, "EUR"), "2.00 EUR");
        assert_eq!(money(0, 2, "EUR"), "0.00 EUR");
        assert_eq!(money(12, 4, "EUR"), "0.00 EUR");
    }
}
