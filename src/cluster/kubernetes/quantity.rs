//! Kubernetes quantities: read exactly, and written in the one form that the API server keeps.

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

const DECIMAL: [&str; 7] = ["", "k", "M", "G", "T", "P", "E"];
const BINARY: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/// Processor time, from thousandths of a core.
pub fn cpu(thousandths: u64) -> Quantity {
    if thousandths.is_multiple_of(1000) {
        Quantity(short(thousandths / 1000, 1000, DECIMAL))
    } else {
        Quantity(format!("{thousandths}m"))
    }
}

/// Memory or storage, from bytes: in the shorter of both ways to write it.
pub fn bytes(count: u64) -> Quantity {
    let (binary, decimal) = (short(count, 1024, BINARY), short(count, 1000, DECIMAL));
    Quantity(if binary.len() <= decimal.len() { binary } else { decimal })
}

/// A number of things.
pub fn count(number: usize) -> Quantity {
    Quantity(number.to_string())
}

/// Reads thousandths of a core; `None` when it is no quantity, or finer, or none at all.
pub fn read_cpu(text: &str) -> Option<u64> {
    read(text, 1000)
}

/// Reads bytes; `None` when it is no quantity, or finer, or none at all.
pub fn read_bytes(text: &str) -> Option<u64> {
    read(text, 1)
}

/// Counts thousandths of a core as the scheduler does: a part of one is one. `None` when it is no quantity.
pub fn count_cpu(text: &str) -> Option<u64> {
    counted(text, 1000)
}

/// Counts bytes, or things, as the scheduler does: a part of one is one. `None` when it is no quantity.
pub fn count_bytes(text: &str) -> Option<u64> {
    counted(text, 1)
}

/// The number with the largest unit that divides it.
fn short(mut number: u64, step: u64, units: [&str; 7]) -> String {
    let mut unit = units[0];
    for next in &units[1..] {
        if number == 0 || !number.is_multiple_of(step) {
            break;
        }
        number /= step;
        unit = next;
    }
    format!("{number}{unit}")
}

/// How many parts there are in it, if it is a whole number of them and not zero.
fn read(text: &str, parts: u128) -> Option<u64> {
    let (all, over) = divided(text, parts)?;
    let exact = all.is_multiple_of(over).then_some(all / over)?;
    u64::try_from(exact).ok().filter(|number| *number > 0)
}

/// How many parts there are in it, rounded up.
fn counted(text: &str, parts: u128) -> Option<u64> {
    let (all, over) = divided(text, parts)?;
    u64::try_from(all.div_ceil(over)).ok()
}

/// How many parts there are in it, as a number and what it is to be divided by.
fn divided(text: &str, parts: u128) -> Option<(u128, u128)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let (times, by) = factor(unit)?;
    let over = 10_u128.checked_pow(fraction.len().try_into().ok()?)?.checked_mul(by)?;
    let all = digits.checked_mul(times)?.checked_mul(parts)?;
    Some((all, over))
}

/// What a unit multiplies by, and divides by.
fn factor(unit: &str) -> Option<(u128, u128)> {
    let power = |units: [&str; 7], step: u128| {
        units.iter().position(|known| *known == unit).map(|at| (step.pow(u32::try_from(at).unwrap_or(0)), 1))
    };
    power(DECIMAL, 1000).or_else(|| power(BINARY, 1024)).or_else(|| match unit {
        "m" => Some((1, 1000)),
        "u" => Some((1, 1_000_000)),
        "n" => Some((1, 1_000_000_000)),
        _ => {
            let power: i32 = unit.strip_prefix(['e', 'E'])?.parse().ok()?;
            let ten = 10_u128.checked_pow(power.unsigned_abs())?;
            Some(if power < 0 { (1, ten) } else { (ten, 1) })
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_write_becomes_the_form_that_is_kept() {
        for (given, kept) in [
            ("1", "1"),
            ("0.5", "500m"),
            ("1500m", "1500m"),
            ("2000m", "2"),
            ("2e0", "2"),
            ("2k", "2k"),
            ("1.50", "1500m"),
            ("500000u", "500m"),
        ] {
            assert_eq!(cpu(read_cpu(given).unwrap()).0, kept, "{given}");
        }
        for (given, kept) in [
            ("1024Mi", "1Gi"),
            ("1.5Gi", "1536Mi"),
            ("1G", "1G"),
            ("1000M", "1G"),
            ("500000000", "500M"),
            ("1E", "1E"),
            ("1e9", "1G"),
            ("1E9", "1G"),
            ("4096", "4Ki"),
            ("1001", "1001"),
        ] {
            assert_eq!(bytes(read_bytes(given).unwrap()).0, kept, "{given}");
        }
    }

    #[test]
    fn what_is_too_fine_or_no_quantity_is_not_read() {
        for wrong in ["", "m", "1.2.3", "0.0001", "100u", "-1", "0", "1 Gi", "1gi", "1e", "e3", "9999999999E"]
        {
            assert_eq!(read_cpu(wrong), None, "{wrong}");
        }
        assert_eq!(read_bytes("1500m"), None);
    }

    #[test]
    fn what_is_counted_is_rounded_up_in_every_unit() {
        for (text, thousandths) in [
            ("0", 0),
            ("1", 1000),
            ("1.5", 1500),
            ("250m", 250),
            ("1500u", 2),
            ("1n", 1),
            ("2k", 2_000_000),
            ("12e-1", 1200),
        ] {
            assert_eq!(count_cpu(text), Some(thousandths), "{text}");
        }
        let units = [("k", 1_000), ("M", 1_000_000), ("G", 10_u64.pow(9)), ("T", 10_u64.pow(12))];
        let more = [("P", 10_u64.pow(15)), ("E", 10_u64.pow(18)), ("e3", 1_000), ("E3", 1_000)];
        let binary = [("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40), ("Pi", 50), ("Ei", 60)];
        let binary = binary.map(|(unit, power)| (unit, 1_u64 << power));
        for (unit, worth) in units.into_iter().chain(more).chain(binary).chain([("", 1)]) {
            assert_eq!(count_bytes(&format!("3{unit}")), Some(3 * worth), "{unit}");
        }
        for (text, bytes) in
            [("0", 0), ("0.5", 1), ("128974848000m", 128_974_848), ("1m", 1), ("1.5Gi", 3 << 29)]
        {
            assert_eq!(count_bytes(text), Some(bytes), "{text}");
        }
        for wrong in ["", "Gi", "-1", "1gi", "1 Gi", "99E"] {
            assert_eq!((count_bytes(wrong), count_cpu(wrong)), (None, None), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(number in 1..u64::MAX / 1000) {
            prop_assert_eq!(read_bytes(&bytes(number).0), Some(number));
            prop_assert_eq!(read_cpu(&cpu(number).0), Some(number));
        }

        #[test]
        fn nothing_ends_the_program(text in "\\PC{0,20}") {
            let _ = (read_cpu(&text), read_bytes(&text), count_cpu(&text), count_bytes(&text));
        }
    }
}
