//! Lengths of time: `90m`, `8h`, `3d`, `2w`, `1d12h`.

use chrono::TimeDelta;

use super::UnitError;
use super::amount::Amount;
use crate::values::clip;

/// The longest span that is taken for meant: ten years, in seconds.
const MAX_SECONDS: u64 = 3653 * 86_400;
const HINT: &str = "Write a number and `m`, `h`, `d` or `w`, such as `90m`, `8h`, `3d` or `2w`.";

/// A length of time. Parts may be joined (`1d12h`), spaced (`2 days`) and have decimals (`1.5h`).
/// Zero, less than a second and more than ten years are refused.
pub fn span(text: &str) -> Result<TimeDelta, UnitError> {
    let seconds = seconds(text)?;
    if seconds == 0 {
        return Err(UnitError::new(format!("`{}` is no time at all.", clip(text)), HINT));
    }
    if seconds > MAX_SECONDS {
        return Err(UnitError::new(format!("`{}` is more than ten years.", clip(text)), HINT));
    }
    Ok(TimeDelta::seconds(seconds as i64))
}

/// Whether the text has the form of a span, be it too long or not.
pub(crate) fn reads_as_span(text: &str) -> bool {
    seconds(text).is_ok()
}

fn seconds(text: &str) -> Result<u64, UnitError> {
    let wrong = || UnitError::new(format!("`{}` is not a length of time.", clip(text)), HINT);
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(wrong());
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let letters = rest[number..].trim_start();
        let unit_length = letters.find(|c: char| !c.is_alphabetic()).unwrap_or(letters.len());
        let end = rest.len() - letters.len() + unit_length;
        let amount = Amount::read(&rest[..end]).ok_or_else(wrong)?;
        if amount.unit.is_empty() {
            let what = format!("`{}` has no unit.", clip(text));
            let meant = format!("{}d", text.trim());
            let error = UnitError::new(what, HINT);
            return Err(if number == text.trim().len() { error.suggest(meant) } else { error });
        }
        let factor = unit_seconds(amount.unit).ok_or_else(|| unknown_unit(text, amount.unit))?;
        total = amount.times(factor).and_then(|part| total.checked_add(part)).ok_or_else(wrong)?;
        rest = rest[end..].trim_start();
    }
    Ok(total)
}

fn unit_seconds(unit: &str) -> Option<u64> {
    Some(match unit.to_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
        "d" | "day" | "days" => 86_400,
        "w" | "wk" | "wks" | "week" | "weeks" => 7 * 86_400,
        _ => return None,
    })
}

fn unknown_unit(text: &str, unit: &str) -> UnitError {
    let what = format!("`{}` is not a length of time.", clip(text));
    match unit.to_lowercase().as_str() {
        "mo" | "mon" | "month" | "months" | "y" | "yr" | "year" | "years" => UnitError::new(
            what,
            "Months and years differ in length: count weeks or days, such as `4w` or `30d`.",
        ),
        _ => UnitError::new(format!("{what} There is no unit `{}`.", clip(unit)), HINT),
    }
}

/// The shortest text that [`span`] reads back: `3d`, `2w`, `90m`, `1d12h30m`. Parts of a second are left out.
pub fn print_span(span: TimeDelta) -> String {
    const UNITS: [(&str, i64); 5] = [("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)];
    let seconds = span.num_seconds().max(0);
    if seconds == 0 {
        return "0s".to_owned();
    }
    let mut rest = seconds;
    let mut joined = String::new();
    // A week counts only when nothing is left over: "9d" says more than "1w2d".
    let skip = usize::from(seconds % 604_800 != 0);
    for (name, length) in UNITS.iter().skip(skip) {
        let count = rest / length;
        if count > 0 {
            joined.push_str(&format!("{count}{name}"));
        }
        rest %= length;
    }
    let single = UNITS.iter().filter(|(_, length)| seconds % length == 0 && seconds / length <= 99);
    let shortest = single.map(|(name, length)| format!("{}{name}", seconds / length)).min_by_key(String::len);
    match shortest {
        Some(shortest) if shortest.len() < joined.len() => shortest,
        _ => joined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn people_write_spans_in_several_ways() {
        for (text, minutes) in [
            ("90m", 90),
            ("8h", 480),
            ("3d", 4320),
            ("2w", 20_160),
            ("1d12h", 2160),
            ("1d 12h", 2160),
            ("1.5h", 90),
            ("2 days", 2880),
            ("1 Week", 10_080),
            ("120s", 2),
        ] {
            assert_eq!(span(text), Ok(TimeDelta::minutes(minutes)), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in
            ["", "0d", "0.0001h", "-3d", "3", "d", "3x", "3mo", "3d4", "11000d", "9999999999999999w", "3d,"]
        {
            assert!(span(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_span_without_a_unit_gets_a_suggestion() {
        assert_eq!(span("3").map_err(|error| error.suggestion), Err(Some("3d".to_owned())));
    }

    #[test]
    fn printing_prefers_the_short_form() {
        let printed: Vec<String> = [90, 480, 4320, 20_160, 2160, 60, 61, 9 * 1440, 1, 43_200]
            .map(|m| print_span(TimeDelta::minutes(m)))
            .into();
        assert_eq!(printed, ["90m", "8h", "3d", "2w", "36h", "1h", "61m", "9d", "1m", "30d"]);
        assert_eq!(print_span(TimeDelta::seconds(90_061)), "1d1h1m1s");
        assert_eq!(print_span(TimeDelta::zero()), "0s");
    }

    proptest! {
        #[test]
        fn spans_round_trip(seconds in 1..=MAX_SECONDS as i64) {
            let length = TimeDelta::seconds(seconds);
            prop_assert_eq!(span(&print_span(length)), Ok(length));
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            let _ = span(&text);
        }
    }
}
