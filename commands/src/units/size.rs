//! Processors in thousandths, and bytes.

use super::UnitError;
use super::amount::Amount;
use crate::values::clip;

const CPU_HINT: &str = "Write `2`, `1.5` or `500m` (half a processor).";
const BYTES_HINT: &str = "Write a number and a unit, such as `512Mi` or `4Gi`.";

/// Thousandths of a processor: `500m` is 500, `2` is 2000, `1.5` is 1500.
pub fn cpu(text: &str) -> Result<u32, UnitError> {
    let wrong = || UnitError::new(format!("`{}` is not a number of processors.", clip(text)), CPU_HINT);
    let amount = Amount::read(text).ok_or_else(wrong)?;
    let factor = match amount.unit.to_lowercase().as_str() {
        "m" => 1,
        "" | "cpu" | "cpus" | "vcpu" | "vcpus" | "core" | "cores" => 1000,
        _ => return Err(wrong()),
    };
    let millis = amount.times(factor).ok_or_else(|| {
        UnitError::new(format!("`{}` is too fine.", clip(text)), "The finest step is `1m`, a thousandth.")
    })?;
    u32::try_from(millis)
        .map_err(|_| UnitError::new(format!("`{}` is more than any machine has.", clip(text)), CPU_HINT))
}

/// The shortest text that [`cpu`] reads back: `500m`, `2`, `1.5`.
pub fn print_cpu(millis: u32) -> String {
    match (millis / 1000, millis % 1000) {
        (whole, 0) => whole.to_string(),
        (0, part) => format!("{part}m"),
        (whole, part) => format!("{whole}.{}", format!("{part:03}").trim_end_matches('0')),
    }
}

/// Units of bytes as they are printed, the largest first within each family.
const UNITS: [(&str, u64); 12] = [
    ("Ei", 1 << 60),
    ("Pi", 1 << 50),
    ("Ti", 1 << 40),
    ("Gi", 1 << 30),
    ("Mi", 1 << 20),
    ("Ki", 1 << 10),
    ("E", 1_000_000_000_000_000_000),
    ("P", 1_000_000_000_000_000),
    ("T", 1_000_000_000_000),
    ("G", 1_000_000_000),
    ("M", 1_000_000),
    ("k", 1_000),
];

/// Bytes: `4Gi`, `4G`, `512Mi`, `1.5Gi`; letters may be small, and a `B` may follow (`4GB`, `4GiB`).
pub fn bytes(text: &str) -> Result<u64, UnitError> {
    let wrong = || UnitError::new(format!("`{}` is not a size.", clip(text)), BYTES_HINT);
    let amount = Amount::read(text).ok_or_else(wrong)?;
    if amount.unit == "m" {
        let meant = format!("{}i", text.trim().replace('m', "M"));
        let what = format!("`{}` would be thousandths of a byte.", clip(text));
        return Err(UnitError::new(what, "`M` and `Mi` stand for millions of bytes.").suggest(meant));
    }
    let unit = amount.unit.to_lowercase();
    let unit = unit.strip_suffix('b').unwrap_or(&unit);
    let factor = match UNITS.iter().find(|(name, _)| name.to_lowercase() == unit) {
        Some((_, factor)) => *factor,
        None if unit.is_empty() => 1,
        None => return Err(wrong()),
    };
    amount.times(factor).ok_or_else(|| {
        let what = format!("`{}` is not a number of whole bytes below 16Ei.", clip(text));
        UnitError::new(what, BYTES_HINT)
    })
}

/// The shortest text that [`bytes`] reads back: `4Gi`, `4G`, `512Mi`; plain digits when no unit fits exactly.
pub fn print_bytes(bytes: u64) -> String {
    let exact = UNITS.iter().filter(|(_, factor)| bytes != 0 && bytes.is_multiple_of(*factor));
    exact
        .map(|(name, factor)| format!("{}{name}", bytes / factor))
        .min_by_key(String::len)
        .unwrap_or_else(|| bytes.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn people_write_processors_in_several_ways() {
        for (text, millis) in
            [("500m", 500), ("2", 2000), ("1.5", 1500), ("0.25", 250), ("2cpu", 2000), ("4 cores", 4000)]
        {
            assert_eq!(cpu(text), Ok(millis), "{text}");
        }
    }

    #[test]
    fn people_write_sizes_in_several_ways() {
        for (text, size) in [
            ("4Gi", 4 << 30),
            ("4gi", 4 << 30),
            ("4GiB", 4 << 30),
            ("4G", 4_000_000_000),
            ("4 GB", 4_000_000_000),
            ("1.5Gi", 3 << 29),
            ("512Mi", 512 << 20),
            ("10k", 10_000),
            ("7", 7),
            ("7B", 7),
        ] {
            assert_eq!(bytes(text), Ok(size), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused_with_what_would_be_right() {
        for text in ["", "x", "-1", "1.", ".5", "1.0001", "2m2", "4294968", "1e3", "٣"] {
            assert!(cpu(text).is_err(), "{text}");
        }
        for text in ["", "Gi", "-4Gi", "4Xi", "4Gii", "0.001", "16Ei", "99999999999999999999", "4Gi 2Gi"] {
            assert!(bytes(text).is_err(), "{text}");
        }
        assert_eq!(bytes("512m").map_err(|error| error.suggestion), Err(Some("512Mi".to_owned())));
    }

    #[test]
    fn printing_prefers_the_short_form() {
        let printed: Vec<String> =
            [4 << 30, 4_000_000_000, 512 << 20, 1536 << 20, 1000, 1001, 0].map(print_bytes).into();
        assert_eq!(printed, ["4Gi", "4G", "512Mi", "1536Mi", "1k", "1001", "0"]);
        assert_eq!([500, 2000, 1500, 1050, 1].map(print_cpu), ["500m", "2", "1.5", "1.05", "1m"]);
    }

    proptest! {
        #[test]
        fn processors_round_trip(millis: u32) {
            prop_assert_eq!(cpu(&print_cpu(millis)), Ok(millis));
        }

        #[test]
        fn sizes_round_trip(number in 0u64..1 << 30, shift in 0u32..34) {
            let size = number << shift;
            prop_assert_eq!(bytes(&print_bytes(size)), Ok(size));
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            let _ = (cpu(&text), bytes(&text));
        }
    }
}
