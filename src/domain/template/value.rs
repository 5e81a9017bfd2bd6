//! Values of parameters: every basic type of JSON Schema, and amounts with their units.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A value of a template's parameter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum Value {
    /// Processor time, in thousandths of a core.
    Cpu(u32),
    /// Memory or storage, in bytes.
    Bytes(u64),
    /// A whole number.
    Number(i64),
    /// Words, or one of the choices.
    Text(String),
    /// On or off.
    Switch(bool),
    /// A number with a fraction, exactly as it was written.
    Decimal(Decimal),
    /// Several texts, or several whole numbers.
    List(Vec<Value>),
    /// Texts by name.
    Map(BTreeMap<String, String>),
}

impl Value {
    /// Whether there is more of it and less.
    pub fn is_size(&self) -> bool {
        matches!(self, Self::Cpu(_) | Self::Bytes(_) | Self::Number(_) | Self::Decimal(_))
    }
}

/// A number with at most nine digits behind the point and eighteen before it. It is compared and printed exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Decimal(
    /// In thousand-millionths.
    i128,
);

/// Digits behind the point.
const FRACTION: usize = 9;
/// Digits before the point.
const WHOLE: usize = 18;
/// One, in thousand-millionths.
const ONE: i128 = 1_000_000_000;

/// The text is no decimal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotDecimal;

impl fmt::Display for NotDecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a number with at most 18 digits before the point and 9 behind it")
    }
}

impl FromStr for Decimal {
    type Err = NotDecimal;

    fn from_str(text: &str) -> Result<Self, NotDecimal> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return Err(NotDecimal),
            Some(parts) => parts,
            None => (digits, ""),
        };
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = (1..=WHOLE).contains(&whole.len()) && fraction.len() <= FRACTION;
        if !fits || !plain(whole) || !plain(fraction) {
            return Err(NotDecimal);
        }
        let all: i128 = format!("{whole}{fraction:0<FRACTION$}").parse().map_err(|_| NotDecimal)?;
        Ok(Self(if negative { -all } else { all }))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, fraction) = (self.0.abs() / ONE, self.0.abs() % ONE);
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        let digits = format!("{fraction:0FRACTION$}");
        write!(f, "{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

impl TryFrom<String> for Decimal {
    type Error = NotDecimal;

    fn try_from(text: String) -> Result<Self, NotDecimal> {
        text.parse()
    }
}

impl From<Decimal> for String {
    fn from(decimal: Decimal) -> Self {
        decimal.to_string()
    }
}

impl From<i64> for Decimal {
    fn from(whole: i64) -> Self {
        Self(i128::from(whole) * ONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        let read = |text: &str| text.parse::<Decimal>().unwrap();
        for (text, shown) in [
            ("0.1", "0.1"),
            ("-0.5", "-0.5"),
            ("007.500", "7.5"),
            ("-0", "0"),
            ("0.000000001", "0.000000001"),
            ("999999999999999999.999999999", "999999999999999999.999999999"),
        ] {
            assert_eq!(read(text).to_string(), shown);
        }
        assert!(read("0.3") == read("0.30") && read("0.1") < read("0.10000001"));
        assert!(read("-2") < read("-1.9") && read("9007199254740993") > read("9007199254740992"));
        for bad in ["", "-", ".5", "1.", "1e3", "+1", "1,5", "0x1", "NaN", "--1", "0.1234567891", "1 "] {
            assert_eq!(bad.parse::<Decimal>(), Err(NotDecimal), "{bad}");
        }
    }
}
