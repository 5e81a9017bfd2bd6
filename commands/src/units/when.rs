//! Moments as people write them, in their own zone: `2026-12-01 18:00`, `18:00`, `tomorrow`, `friday 17:00`.

use chrono::{
    DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone,
};
use chrono::{FixedOffset, SecondsFormat, Timelike, Utc, Weekday};
use chrono_tz::Tz;

use super::UnitError;
use crate::Context;
use crate::values::clip;

const HINT: &str =
    "Write a date and a time, such as `\"2026-12-01 18:00\"`, `\"tomorrow 18:00\"` or `18:00` alone.";
/// How far ahead a moment may lie: ten years, in days.
const MAX_DAYS: i64 = 3653;

/// What was written, before anything is known about the person's zone or the present moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    Exact(DateTime<FixedOffset>),
    At(Option<Day>, Option<NaiveTime>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Day {
    Date(NaiveDate),
    Ahead(u64),
    Week(Weekday),
}

/// A moment after now, in the zone of the context.
///
/// A time alone is the next such time. A date alone means the end of that day. When the clocks go back and a
/// time happens twice, the earlier one is meant; a time that is skipped when they go forward is refused.
pub fn when(text: &str, context: &Context) -> Result<DateTime<Utc>, UnitError> {
    let written =
        read(text).ok_or_else(|| UnitError::new(format!("`{}` is not a date or time.", clip(text)), HINT))?;
    let moment = resolve(written, context).map_err(|local| skipped(text, local, context.zone))?;
    if moment <= context.now {
        let what = format!("`{}` is already past.", clip(text));
        let now = print_when(context.now, context.zone);
        return Err(UnitError::new(what, format!("It is now {now} ({}).", context.zone.name())));
    }
    if moment - context.now > TimeDelta::days(MAX_DAYS) {
        return Err(UnitError::new(format!("`{}` is more than ten years ahead.", clip(text)), HINT));
    }
    Ok(moment)
}

/// Whether the text has the form of a moment, be it past or not.
pub(crate) fn reads_as_when(text: &str) -> bool {
    read(text).is_some()
}

/// A moment that reads the same in every zone, so that a line means the same to whoever sends it.
pub fn exact(moment: DateTime<Utc>) -> String {
    if moment.second() == 0 && moment.nanosecond() == 0 {
        return moment.format("%Y-%m-%dT%H:%MZ").to_string();
    }
    moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// The moment in a person's zone, to the minute: `2026-12-01 18:00`. Only in the hour that happens twice
/// when clocks go back, the offset is written as well, so that [`when`] reads the same minute back.
pub fn print_when(moment: DateTime<Utc>, zone: Tz) -> String {
    let local = moment.with_timezone(&zone);
    let twice = matches!(zone.from_local_datetime(&local.naive_local()), LocalResult::Ambiguous(..));
    local.format(if twice { "%Y-%m-%d %H:%M%:z" } else { "%Y-%m-%d %H:%M" }).to_string()
}

fn read(text: &str) -> Option<Written> {
    let text = text.trim();
    if let Some(exact) = read_exact(text) {
        return Some(Written::Exact(exact));
    }
    let lower = text.to_lowercase();
    let mut words = lower.split_whitespace().filter(|word| !matches!(*word, "at" | "on"));
    let (first, second, third) = (words.next()?, words.next(), words.next());
    match (first, second, third) {
        (_, _, Some(_)) => None,
        (day, Some(time), None) => Some(Written::At(Some(read_day(day)?), Some(read_time(time)?))),
        (word, None, None) => match (read_day(word), read_time(word), word.split_once('t')) {
            (Some(day), ..) => Some(Written::At(Some(day), None)),
            (_, Some(time), _) => Some(Written::At(None, Some(time))),
            (.., Some((date, time))) => {
                Some(Written::At(Some(Day::Date(read_date(date)?)), Some(read_time(time)?)))
            }
            _ => None,
        },
    }
}

/// `2026-12-01T17:00Z`, with or without seconds, with a `Z` or an offset.
fn read_exact(text: &str) -> Option<DateTime<FixedOffset>> {
    let text = text.strip_suffix(['Z', 'z']).map_or_else(|| text.to_owned(), |rest| format!("{rest}+00:00"));
    let formats =
        ["%Y-%m-%dT%H:%M%:z", "%Y-%m-%dT%H:%M:%S%.f%:z", "%Y-%m-%d %H:%M%:z", "%Y-%m-%d %H:%M:%S%.f%:z"];
    formats.iter().find_map(|format| DateTime::parse_from_str(&text, format).ok())
}

fn read_day(word: &str) -> Option<Day> {
    match word {
        "today" | "tonight" => Some(Day::Ahead(0)),
        "tomorrow" => Some(Day::Ahead(1)),
        _ if word.starts_with(|c: char| c.is_ascii_digit()) => read_date(word).map(Day::Date),
        _ if word.len() >= 3 && word.is_ascii() => word.parse().ok().map(Day::Week),
        _ => None,
    }
}

fn read_date(word: &str) -> Option<NaiveDate> {
    (word.len() == 10).then(|| NaiveDate::parse_from_str(word, "%Y-%m-%d").ok()).flatten()
}

fn read_time(word: &str) -> Option<NaiveTime> {
    if word == "noon" {
        return NaiveTime::from_hms_opt(12, 0, 0);
    }
    if !word.starts_with(|c: char| c.is_ascii_digit()) || !word.is_ascii() {
        return None;
    }
    if let Some((clock, half)) = word.split_at_checked(word.len().saturating_sub(2))
        && matches!(half, "am" | "pm")
    {
        let clock = if clock.contains(':') { clock.to_owned() } else { format!("{clock}:00") };
        return NaiveTime::parse_from_str(&format!("{clock}{half}"), "%I:%M%p").ok();
    }
    let formats = ["%H:%M", "%H:%M:%S"];
    formats.iter().find_map(|format| NaiveTime::parse_from_str(word, format).ok())
}

/// The moment that is meant, or the local time that does not exist.
fn resolve(written: Written, context: &Context) -> Result<DateTime<Utc>, NaiveDateTime> {
    let (day, time) = match written {
        Written::Exact(moment) => return Ok(moment.with_timezone(&Utc)),
        Written::At(day, time) => (day, time),
    };
    let today = context.now.with_timezone(&context.zone).date_naive();
    let ahead = |days: u64| today.checked_add_days(Days::new(days)).unwrap_or(today);
    let on = |date: NaiveDate| match time {
        Some(time) => local(date.and_time(time), context.zone),
        None => end_of_day(date, context.zone),
    };
    let next = |step: u64, first: u64| {
        let mut tries = (0..3).map(|turn| on(ahead(first + turn * step)));
        let found = tries.find(|moment| moment.is_ok_and(|moment| moment > context.now));
        found.unwrap_or_else(|| on(ahead(first + step)))
    };
    match day {
        Some(Day::Date(date)) => on(date),
        Some(Day::Ahead(days)) => on(ahead(days)),
        Some(Day::Week(weekday)) => next(7, u64::from(weekday.days_since(today.weekday()))),
        None => next(1, 0),
    }
}

fn local(local: NaiveDateTime, zone: Tz) -> Result<DateTime<Utc>, NaiveDateTime> {
    zone.from_local_datetime(&local).earliest().map(|moment| moment.with_timezone(&Utc)).ok_or(local)
}

/// Midnight after the date; where the clocks skip midnight, the first moment of the next day.
fn end_of_day(date: NaiveDate, zone: Tz) -> Result<DateTime<Utc>, NaiveDateTime> {
    let midnight = date.checked_add_days(Days::new(1)).unwrap_or(date).and_time(NaiveTime::MIN);
    after_gap(midnight, zone).ok_or(midnight).map(|moment| moment.with_timezone(&Utc))
}

/// The first local time from here on that exists, looking a day ahead.
fn after_gap(from: NaiveDateTime, zone: Tz) -> Option<DateTime<Tz>> {
    let quarters = (0..96).filter_map(|quarter| from.checked_add_signed(TimeDelta::minutes(15 * quarter)));
    quarters.into_iter().find_map(|local| zone.from_local_datetime(&local).earliest())
}

fn skipped(text: &str, local: NaiveDateTime, zone: Tz) -> UnitError {
    let what = format!(
        "`{}` does not exist: on {} the clocks in {} skip that time.",
        clip(text),
        local.format("%Y-%m-%d"),
        zone.name()
    );
    match after_gap(local, zone) {
        Some(next) => {
            let next = next.format("%Y-%m-%d %H:%M").to_string();
            UnitError::new(what, "Choose a time before or after.").suggest(format!("\"{next}\""))
        }
        None => UnitError::new(what, HINT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::{America::Santiago, Asia::Kathmandu, Europe::Berlin};
    use proptest::prelude::*;

    /// A Saturday, nine in the morning in Berlin.
    fn context(zone: Tz) -> Context {
        Context { now: Utc.with_ymd_and_hms(2026, 11, 21, 8, 0, 0).unwrap(), zone }
    }

    fn utc(text: &str, zone: Tz) -> Result<String, UnitError> {
        when(text, &context(zone)).map(|moment| moment.format("%Y-%m-%d %H:%M").to_string())
    }

    #[test]
    fn people_write_moments_in_several_ways() {
        for (text, moment) in [
            ("2026-12-01 18:00", "2026-12-01 17:00"),
            ("2026-12-01T18:00", "2026-12-01 17:00"),
            ("2026-12-01 18:00Z", "2026-12-01 18:00"),
            ("2026-12-01T18:00:00+05:45", "2026-12-01 12:15"),
            ("2026-12-01", "2026-12-01 23:00"),
            ("18:00", "2026-11-21 17:00"),
            ("9:00", "2026-11-22 08:00"),
            ("9:01", "2026-11-21 08:01"),
            ("6pm", "2026-11-21 17:00"),
            ("6:30 PM", ""),
            ("6:30pm", "2026-11-21 17:30"),
            ("today", "2026-11-21 23:00"),
            ("tonight 22:00", "2026-11-21 21:00"),
            ("tomorrow noon", "2026-11-22 11:00"),
            ("on Friday at 17:00", "2026-11-27 16:00"),
            ("Sat 8:00", "2026-11-28 07:00"),
            ("saturday", "2026-11-21 23:00"),
        ] {
            assert_eq!(utc(text, Berlin).unwrap_or_default(), moment, "{text}");
        }
        assert_eq!(utc("18:00", Kathmandu).unwrap(), "2026-11-21 12:15");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "soon",
            "25:00",
            "2026-13-01",
            "2026-02-30",
            "26-12-01",
            "+12026-12-01",
            "2040-01-01",
            "2026-12-01 18:00 x",
            "18",
            "fr",
        ] {
            assert!(when(text, &context(Berlin)).is_err(), "{text}");
        }
        assert!(when("today 8:00", &context(Berlin)).unwrap_err().what.contains("already past"));
    }

    #[test]
    fn a_time_that_the_clocks_skip_is_refused_with_the_next_one() {
        let error = when("2027-03-28 02:30", &context(Berlin)).unwrap_err();
        assert_eq!(error.suggestion.as_deref(), Some("\"2027-03-28 03:00\""));
        assert!(when("2027-03-28 03:00", &context(Berlin)).is_ok());
    }

    #[test]
    fn of_a_time_that_happens_twice_the_earlier_is_meant_and_the_offset_can_say_which() {
        assert_eq!(utc("2027-10-31 02:30", Berlin).unwrap(), "2027-10-31 00:30");
        assert_eq!(utc("2027-10-31 02:30+01:00", Berlin).unwrap(), "2027-10-31 01:30");
        let later = Utc.with_ymd_and_hms(2027, 10, 31, 1, 30, 0).unwrap();
        assert_eq!(print_when(later, Berlin), "2027-10-31 02:30+01:00");
    }

    #[test]
    fn where_midnight_is_skipped_a_day_ends_at_the_first_moment_of_the_next() {
        // In Chile the clocks go from 24:00 straight to 01:00 on 5 September 2027.
        assert_eq!(utc("2027-09-04", Santiago).unwrap(), "2027-09-05 04:00");
    }

    proptest! {
        #[test]
        fn moments_round_trip_in_every_zone(minutes in 1i64..5_000_000, zone in proptest::sample::select(chrono_tz::TZ_VARIANTS.to_vec())) {
            let context = context(zone);
            let moment = context.now + TimeDelta::minutes(minutes);
            prop_assert_eq!(when(&print_when(moment, zone), &context), Ok(moment));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,20}|[0-9:T+ -]{0,20}|(today|friday|at|on|noon| |[0-9]{1,2}(am|pm)?){1,4}") {
            let _ = when(&text, &context(Berlin));
        }
    }
}
