//! A number with a unit behind it, read exactly: `1.5Gi` is 15 tenths of `Gi`, never a floating-point number.

/// Digits with at most three decimals, and the letters behind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Amount<'a> {
    /// The number times 1,000.
    pub(super) thousandths: u128,
    /// The text after the number, without the spaces around it.
    pub(super) unit: &'a str,
}

impl<'a> Amount<'a> {
    /// Reads `12`, `1.5`, `12Gi`, `3 days`. At most 15 digits and 3 decimals.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let (whole, rest) = digits(text);
        let (decimals, rest) = match rest.strip_prefix('.') {
            Some(rest) => {
                let (decimals, rest) = digits(rest);
                if decimals.is_empty() {
                    return None;
                }
                (decimals, rest)
            }
            None => ("", rest),
        };
        if whole.is_empty() || whole.len() > 15 || decimals.len() > 3 {
            return None;
        }
        let scaled: u128 = format!("{whole}{decimals:0<3}").parse().ok()?;
        Some(Self { thousandths: scaled, unit: rest.trim() })
    }

    /// The number times `factor`, when that is a whole number.
    pub(super) fn times(self, factor: u64) -> Option<u64> {
        let product = self.thousandths.checked_mul(u128::from(factor))?;
        if product % 1000 != 0 {
            return None;
        }
        u64::try_from(product / 1000).ok()
    }
}

/// The leading ASCII digits of a text, and what follows them.
pub(super) fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}
