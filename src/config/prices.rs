//! `[prices]`: what environments cost, for the approver's card.

use std::collections::BTreeMap;

use crate::{
    document::{Section, Wrong},
    domain::cost::Prices,
};

/// The highest price, in units of the currency.
const MOST: u64 = 1_000_000;

/// Reads the price list.
pub(super) fn read(section: &Section<'_>) -> Prices {
    let currency = section.parse("currency", currency);
    let currency = section.require("currency", currency, "Write what is counted in, such as `EUR`.");
    let templates = section.section("templates", |section| {
        let mut templates = BTreeMap::new();
        for key in section.keys() {
            templates.extend(section.scalar(&key.value, price).map(|price| (key.value, price)));
        }
        templates
    });
    Prices {
        currency: currency.unwrap_or_default(),
        cpu: section.scalar("cpu", price).unwrap_or_default(),
        memory: section.scalar("memory", price).unwrap_or_default(),
        storage: section.scalar("storage", price).unwrap_or_default(),
        environment: section.scalar("environment", price).unwrap_or_default(),
        templates,
    }
}

fn currency(text: &str) -> Result<String, Wrong> {
    if (1..=8).contains(&text.chars().count()) && !text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Ok(text.to_owned());
    }
    Err(Wrong::new(format!("“{text}” is no currency."), "Write one short word, such as `EUR`."))
}

/// A price in millionths, from digits with at most six behind the point.
fn price(text: &str) -> Result<u64, Wrong> {
    let wrong = || {
        let right = format!(
            "Write a number such as `0.03`, at most {MOST}, with six digits behind the point at most."
        );
        Wrong::new(format!("“{text}” is no price."), right)
    };
    let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(rest) || rest.len() > 6 {
        return Err(wrong());
    }
    let whole: u64 = whole.parse().ok().filter(|whole| *whole < MOST).ok_or_else(wrong)?;
    let rest: u64 = format!("{rest:0<6}").parse().map_err(|_| wrong())?;
    Ok(whole * 1_000_000 + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_exact() {
        for (text, millionths) in [("0.03", 30_000), ("2", 2_000_000), ("0.000001", 1), ("12.5", 12_500_000)]
        {
            assert_eq!(price(text).ok(), Some(millionths), "{text}");
        }
        for text in ["", ".5", "1.", "-1", "1e3", "0.0000001", "1000000", "0,03", "99999999999999999999"] {
            assert!(price(text).is_err(), "{text}");
        }
    }
}
