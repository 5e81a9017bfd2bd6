//! Cron expressions as everybody writes them, handed to a library that writes them otherwise.
//!
//! The usual form has five fields, counts weekdays from Sunday = 0 (7 is Sunday too), and runs on *either*
//! day when both a day of the month and a weekday are given. The `cron` crate wants seconds in front,
//! counts from Sunday = 1, and asks for *both* days. This file is the translation.

use std::str::FromStr;

use crate::{document::Wrong, domain::Instant};

const RIGHT: &str = "Write five fields: minute, hour, day, month, weekday; such as `* * * * *` (every minute) \
                     or `*/5 * * * *` (every five).";
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// Moments that come again and again, in UTC.
#[derive(Debug, Clone)]
pub struct Schedule {
    written: String,
    /// One, or two when either of two kinds of days will do.
    parts: Vec<cron::Schedule>,
}

impl Schedule {
    /// Reads a cron expression: five fields, or six with seconds in front; also `@hourly` and `@daily`.
    ///
    /// # Errors
    /// What is wrong, and how it is written right.
    pub fn read(text: &str) -> Result<Self, Wrong> {
        let expanded = match text {
            "@hourly" => "0 * * * *",
            "@daily" | "@midnight" => "0 0 * * *",
            other => other,
        };
        let fields: Vec<&str> = expanded.split_whitespace().collect();
        let (seconds, rest) = match fields.as_slice() {
            [seconds, rest @ ..] if rest.len() == 5 => (*seconds, rest),
            rest if rest.len() == 5 => ("0", rest),
            _ => return Err(Wrong::new(format!("“{text}” has {} fields.", fields.len()), RIGHT)),
        };
        let weekday = weekdays(rest[4])?;
        let times = format!("{seconds} {} {}", rest[0], rest[1]);
        let (day, month) = (rest[2], rest[3]);
        let either = !day.starts_with('*') && !rest[4].starts_with('*');
        let expressions = if either {
            vec![format!("{times} {day} {month} *"), format!("{times} * {month} {weekday}")]
        } else {
            vec![format!("{times} {day} {month} {weekday}")]
        };
        let parts: Result<Vec<_>, _> = expressions.iter().map(|one| cron::Schedule::from_str(one)).collect();
        let parts = parts.map_err(|_| Wrong::new(format!("“{text}” is not a cron expression."), RIGHT))?;
        Ok(Self { written: text.to_owned(), parts })
    }

    /// Every minute.
    pub fn every_minute() -> Self {
        Self {
            written: "* * * * *".to_owned(),
            parts: cron::Schedule::from_str("0 * * * * *").into_iter().collect(),
        }
    }

    /// The first moment after this one; `None` when there is none any more (the 30th of February).
    pub fn after(&self, now: Instant) -> Option<Instant> {
        self.parts.iter().filter_map(|part| part.after(&now).next()).min()
    }

    /// The expression as it was written.
    pub fn written(&self) -> &str {
        &self.written
    }
}

/// The weekday field in the library's numbers: `1-5` (Monday to Friday) becomes `2,3,4,5,6`.
fn weekdays(field: &str) -> Result<String, Wrong> {
    if field == "*" {
        return Ok(field.to_owned());
    }
    let mut days: Vec<u32> = Vec::new();
    for part in field.split(',') {
        let (range, step) = part.split_once('/').unwrap_or((part, "1"));
        let step: usize =
            step.parse().ok().filter(|step| (1..=7).contains(step)).ok_or_else(|| not_weekdays(part))?;
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (0, 6),
            Some((first, last)) => (weekday(first, part)? % 7, last_weekday(last, part)?),
            None if part.contains('/') => (weekday(range, part)? % 7, 6),
            None => (weekday(range, part)? % 7, weekday(range, part)? % 7),
        };
        if first > last {
            let right = "Write the days one by one, such as `fri,sat,sun,mon`.";
            return Err(Wrong::new(format!("The weekdays “{part}” run over the end of the week."), right));
        }
        days.extend((first..=last).step_by(step).map(|day| day % 7 + 1));
    }
    days.sort_unstable();
    days.dedup();
    Ok(days.iter().map(u32::to_string).collect::<Vec<_>>().join(","))
}

fn weekday(text: &str, part: &str) -> Result<u32, Wrong> {
    let lower = text.to_lowercase();
    let named = WEEKDAYS.iter().zip(0..).find(|(name, _)| lower.starts_with(**name)).map(|(_, day)| day);
    match named {
        Some(day) if lower.len() == 3 || lower.ends_with("day") => Ok(day),
        _ => lower.parse().ok().filter(|day| *day <= 7).ok_or_else(|| not_weekdays(part)),
    }
}

/// Sunday ends a week as well as it begins one: `fri-sun`, `5-7`.
fn last_weekday(text: &str, part: &str) -> Result<u32, Wrong> {
    let day = weekday(text, part)?;
    Ok(if day == 0 { 7 } else { day })
}

fn not_weekdays(part: &str) -> Wrong {
    let right = "Write 0 to 7 (0 and 7 are Sunday) or `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`.";
    Wrong::new(format!("“{part}” is not a weekday."), right)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The next `count` moments after Sunday, 1 November 2026, 00:00 UTC.
    fn next(expression: &str, count: usize) -> Vec<String> {
        let schedule = Schedule::read(expression).expect("a schedule");
        let mut now: Instant = "2026-11-01T00:00:00Z".parse().expect("a moment");
        let mut moments = Vec::new();
        while moments.len() < count {
            now = schedule.after(now).expect("a next moment");
            moments.push(now.format("%a %d %b %H:%M:%S").to_string());
        }
        moments
    }

    #[test]
    fn weekdays_are_those_of_every_other_cron() {
        assert_eq!(next("0 9 * * 1", 1), ["Mon 02 Nov 09:00:00"]);
        assert_eq!(next("0 9 * * 0", 2), ["Sun 01 Nov 09:00:00", "Sun 08 Nov 09:00:00"]);
        assert_eq!(next("0 9 * * 7", 1), next("0 9 * * sun", 1));
        assert_eq!(next("0 9 * * Monday", 1), next("0 9 * * 1", 1));
        assert_eq!(next("0 9 * * 6", 1), ["Sat 07 Nov 09:00:00"]);
        let week = ["Mon 02", "Tue 03", "Wed 04", "Thu 05", "Fri 06", "Mon 09"]
            .map(|day| format!("{day} Nov 09:00:00"));
        assert_eq!(next("0 9 * * 1-5", 6), week);
        assert_eq!(next("0 9 * * mon-fri", 6), week);
        assert_eq!(
            next("0 9 * * 5-7", 3),
            ["Sun 01 Nov 09:00:00", "Fri 06 Nov 09:00:00", "Sat 07 Nov 09:00:00"]
        );
        assert_eq!(next("0 9 * * fri-sun", 3), next("0 9 * * 5,6,0", 3));
        assert_eq!(next("0 9 * * */2", 2), ["Sun 01 Nov 09:00:00", "Tue 03 Nov 09:00:00"]);
        assert_eq!(next("0 9 * * 1-5/2", 3), next("0 9 * * mon,wed,fri", 3));
    }

    #[test]
    fn a_day_and_a_weekday_mean_either() {
        assert_eq!(
            next("0 0 13 * 5", 3),
            ["Fri 06 Nov 00:00:00", "Fri 13 Nov 00:00:00", "Fri 20 Nov 00:00:00"]
        );
        assert_eq!(next("0 0 3 * 5", 2), ["Tue 03 Nov 00:00:00", "Fri 06 Nov 00:00:00"]);
    }

    #[test]
    fn seconds_may_stand_in_front() {
        assert_eq!(next("*/30 * * * * *", 2), ["Sun 01 Nov 00:00:30", "Sun 01 Nov 00:01:00"]);
        assert_eq!(next("0 0 9 * * 1", 1), ["Mon 02 Nov 09:00:00"]);
        assert_eq!(next("* * * * *", 2), ["Sun 01 Nov 00:01:00", "Sun 01 Nov 00:02:00"]);
        assert_eq!(next("@daily", 1), ["Mon 02 Nov 00:00:00"]);
    }

    #[test]
    fn every_minute_is_what_it_says() {
        let moment: Instant = "2026-11-01T00:00:59Z".parse().expect("a moment");
        let next = Schedule::every_minute().after(moment);
        assert_eq!(next, "2026-11-01T00:01:00Z".parse().ok());
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "* * * *",
            "60 * * * *",
            "* * * * 8",
            "* * * * fri-mon",
            "* * * * *x",
            "* * * * 1/0",
            "* * * * sunny",
        ] {
            assert!(Schedule::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_day_that_never_comes_is_never() {
        let schedule = Schedule::read("0 0 30 2 *").expect("well formed");
        assert_eq!(schedule.after("2026-11-01T00:00:00Z".parse().expect("a moment")), None);
    }
}
