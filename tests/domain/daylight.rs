//! Clocks that go back and forward: instants are UTC, spans are absolute, an end in local time is honoured.

use chrono::{TimeDelta, TimeZone, Utc};
use chrono_tz::{America::New_York, Europe::Berlin, Tz};
use commands::{
    Context,
    units::{print_when, when},
};
use proptest::prelude::*;
use sublet::domain::{Instant, lease::Lease};

use super::some::{access, at, granted, terms};

/// The changes: zone, the day of it, the local time that is skipped or happens twice.
const CHANGES: [(Tz, &str, bool); 4] = [
    (Berlin, "2026-10-25 02:30", true),
    (Berlin, "2027-03-28 02:30", false),
    (New_York, "2026-11-01 01:30", true),
    (New_York, "2027-03-14 02:30", false),
];

fn ready(span: TimeDelta, until: Option<Instant>, now: Instant) -> Lease {
    let warnings = [TimeDelta::hours(24), TimeDelta::hours(1)];
    let mut terms = terms(span, &warnings);
    terms.until = until;
    granted(terms, now).ready(access(1), now).0
}

fn midnight_before(zone: Tz, text: &str) -> Instant {
    let date = chrono::NaiveDate::parse_from_str(&text[..10], "%Y-%m-%d").unwrap();
    zone.from_local_datetime(&date.and_hms_opt(0, 0, 0).unwrap()).unwrap().with_timezone(&Utc)
}

#[test]
fn a_span_over_a_change_is_as_long_as_any_other() {
    for (zone, text, back) in CHANGES {
        let noon = midnight_before(zone, text) - TimeDelta::hours(12);
        let ends_at = ready(TimeDelta::days(1), None, noon).ends_at().unwrap();
        assert_eq!(ends_at - noon, TimeDelta::hours(24), "{zone} {text}");
        let shown = print_when(ends_at, zone);
        assert!(shown.ends_with(if back { "11:00" } else { "13:00" }), "{zone}: {shown}");
    }
}

#[test]
fn an_end_in_local_time_on_the_day_of_a_change_stands_to_the_minute() {
    for (zone, text, back) in CHANGES {
        let midnight = midnight_before(zone, text);
        let context = Context { now: midnight - TimeDelta::days(2), zone };
        let written = format!("{} 18:00", &text[..10]);
        let until = when(&written, &context).unwrap();
        let hours = if back { 19 } else { 17 };
        assert_eq!(until - midnight, TimeDelta::hours(hours), "{zone} {written}");
        let lease = ready(TimeDelta::days(3), Some(until), context.now);
        assert_eq!(lease.ends_at(), Some(until));
        assert_eq!(print_when(until, zone), written);
        assert_eq!(lease.wakes_at(), Some(until - TimeDelta::hours(24)), "the first warning is absolute too");
    }
}

#[test]
fn an_end_in_the_hour_that_happens_twice_means_the_earlier_and_one_that_is_skipped_is_refused() {
    for (zone, text, back) in CHANGES {
        let context = Context { now: midnight_before(zone, text) - TimeDelta::days(1), zone };
        let read = when(text, &context);
        assert_eq!(read.is_ok(), back, "{zone} {text}: {read:?}");
        if let Ok(until) = read {
            let local = until.with_timezone(&zone).naive_local();
            let twice = zone.from_local_datetime(&local);
            assert_eq!(twice.earliest().map(|first| first.with_timezone(&Utc)), Some(until));
            assert_eq!(twice.latest().unwrap() - twice.earliest().unwrap(), TimeDelta::hours(1));
        }
    }
}

#[test]
fn the_named_nights_are_these_instants() {
    let context = Context { now: at("2026-10-20T12:00:00Z"), zone: Berlin };
    assert_eq!(when("2026-10-25 04:00", &context).unwrap(), at("2026-10-25T03:00:00Z"));
    assert_eq!(when("2026-10-25 01:59", &context).unwrap(), at("2026-10-24T23:59:00Z"));
    assert_eq!(when("2027-03-28 03:00", &context).unwrap(), at("2027-03-28T01:00:00Z"));
    let context = Context { zone: New_York, ..context };
    assert_eq!(when("2026-10-25 04:00", &context).unwrap(), at("2026-10-25T08:00:00Z"));
    assert_eq!(when("2027-03-28 03:00", &context).unwrap(), at("2027-03-28T07:00:00Z"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// The same lease, hours before or after a change or in midsummer, does the same things after the same time.
    #[test]
    fn nothing_that_a_lease_does_depends_on_the_season(
        which in 0usize..4,
        start in -400_000i64..100_000,
        span in 60i64..600_000,
    ) {
        let (zone, text, _) = CHANGES[which];
        let span = TimeDelta::seconds(span);
        let there = midnight_before(zone, text) + TimeDelta::seconds(start);
        let summer = at("2026-07-01T00:00:00Z");
        prop_assert_eq!(alarms(ready(span, None, there), there), alarms(ready(span, None, summer), summer));
    }

    #[test]
    fn an_end_in_local_time_is_the_end(which in 0usize..4, minutes in 1i64..6_000) {
        let (zone, text, _) = CHANGES[which];
        let now = midnight_before(zone, text) - TimeDelta::days(2);
        let wanted = now + TimeDelta::minutes(minutes);
        let until = when(&print_when(wanted, zone), &Context { now, zone }).unwrap();
        prop_assert_eq!(ready(TimeDelta::days(2), Some(until), now).ends_at(), Some(wanted));
    }
}

/// The seconds after `from` at which something happens, the final warning being confirmed at once.
fn alarms(mut lease: Lease, from: Instant) -> Vec<i64> {
    let mut alarms = Vec::new();
    while let Some(alarm) = lease.wakes_at() {
        alarms.push((alarm - from).num_seconds());
        lease = lease.wake(alarm).0;
        if let Some(ends_at) = lease.ends_at().filter(|_| lease.finally_warned()) {
            lease = lease.warning_delivered(ends_at, true, "dm", alarm).0;
        }
    }
    alarms
}
