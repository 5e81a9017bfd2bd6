//! A lease under arbitrary calls at arbitrary times keeps what it promises; and the promises one by one.

use chrono::TimeDelta;
use proptest::prelude::*;
use sublet::domain::{
    lease::{Lease, Phase},
    refusal::Refusal,
};

use super::{
    lease_model::{Call, Life},
    some::{any_terms, at, gap, granted, person, terms},
};

const BORN: &str = "2026-10-23T07:30:00.417Z";

/// How long until the next call: any time, or around the moment at which it wants to be woken.
#[derive(Debug, Clone)]
enum Pause {
    For(TimeDelta),
    ToAlarm(i64),
}

fn pause() -> impl Strategy<Value = Pause> {
    prop_oneof![gap(6).prop_map(Pause::For), (-2i64..3).prop_map(Pause::ToAlarm), Just(Pause::ToAlarm(0))]
}

fn call() -> impl Strategy<Value = Call> {
    let by = prop_oneof![(-3600i64..864_000).prop_map(TimeDelta::seconds), Just(TimeDelta::zero())];
    prop_oneof![
        8 => Just(Call::Wake),
        3 => (1u16..4).prop_map(Call::Ready),
        1 => Just(Call::Failed),
        1 => (0u8..3).prop_map(Call::Progress),
        1 => Just(Call::TakenOn),
        1 => Just(Call::Retry),
        4 => (0usize..9).prop_map(Call::Delivered),
        1 => any::<bool>().prop_map(Call::Forged),
        1 => (0usize..9).prop_map(Call::Undelivered),
        1 => by.clone().prop_map(Call::Ask),
        2 => by.prop_map(Call::Extend),
        1 => Just(Call::Reject),
        1 => Just(Call::Lapse),
        1 => Just(Call::Release),
        1 => Just(Call::PurgeFailed),
        1 => Just(Call::Gone),
    ]
}

fn wait(life: &mut Life, pause: &Pause) {
    let next = match pause {
        Pause::For(gap) => life.now + *gap,
        Pause::ToAlarm(off) => life.lease.wakes_at().unwrap_or(life.now) + TimeDelta::milliseconds(*off),
    };
    life.now = next.max(life.now);
}

/// Follows the alarm alone, delivering the final warning when it was sent, until the purge begins.
fn follow_the_alarm(life: &mut Life) {
    let most = 10;
    for _ in 0..most {
        match life.lease.phase {
            Phase::Active | Phase::Grace { .. } => {}
            _ => return,
        }
        life.deliver_final();
        let alarm = life.lease.wakes_at().expect("an active lease has an alarm");
        life.now = alarm.max(life.now);
        life.call(&Call::Wake);
    }
    panic!("after {most} alarms it is still {:?}", life.lease);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_calls_and_times_breaks_a_promise(
        terms in any_terms(at(BORN)),
        calls in proptest::collection::vec((pause(), call()), 1..40),
    ) {
        let mut life = Life::begin(terms, at(BORN));
        for (pause, call) in &calls {
            wait(&mut life, pause);
            life.call(call);
        }
        follow_the_alarm(&mut life);
    }

    #[test]
    fn with_every_delivery_confirmed_it_is_deleted_exactly_when_it_may_be(
        terms in any_terms(at(BORN)),
        until_ready in gap(1),
    ) {
        let mut life = Life::begin(terms, at(BORN));
        life.now += until_ready;
        life.call(&Call::Ready(1));
        follow_the_alarm(&mut life);
        prop_assert_eq!(Some(life.now), life.may_be_deleted_at());
    }

    #[test]
    fn a_lease_whose_warning_nobody_confirms_is_kept_and_devops_hears_of_it_ever_less_often(
        terms in any_terms(at(BORN)),
        wakes in proptest::collection::vec(pause(), 1..30),
    ) {
        let mut life = Life::begin(terms, at(BORN));
        life.call(&Call::Ready(1));
        for pause in &wakes {
            wait(&mut life, pause);
            life.call(&Call::Wake);
            let kept = matches!(life.lease.phase, Phase::Active | Phase::Grace { until: None, .. });
            prop_assert!(kept);
        }
        if let Phase::Grace { nag, .. } = &life.lease.phase {
            prop_assert_eq!(nag.count, life.pages());
        }
    }
}

fn ready_lease(span: TimeDelta, warnings: &[TimeDelta]) -> Life {
    let mut life = Life::begin(terms(span, warnings), at(BORN));
    life.call(&Call::Ready(1));
    life
}

fn wake_after(life: &mut Life, gap: TimeDelta) {
    life.now += gap;
    life.call(&Call::Wake);
}

#[test]
fn the_final_warning_is_told_when_half_of_an_odd_term_lies_less_than_a_second_before_it() {
    let offsets = [TimeDelta::seconds(40), TimeDelta::seconds(30)];
    let mut life = ready_lease(TimeDelta::seconds(61), &offsets);
    wake_after(&mut life, TimeDelta::milliseconds(30_500));
    wake_after(&mut life, TimeDelta::milliseconds(500));
    assert!(life.lease.finally_warned(), "told {:?}", life.offsets_told());
}

#[test]
fn a_warning_for_after_the_end_is_told_at_the_end() {
    let mut life = ready_lease(TimeDelta::hours(2), &[TimeDelta::seconds(-30)]);
    wake_after(&mut life, TimeDelta::hours(2));
    assert_eq!(life.offsets_told(), [0]);
}

#[test]
fn warnings_that_were_missed_are_told_as_one() {
    let mut life = ready_lease(TimeDelta::days(3), &[TimeDelta::days(1), TimeDelta::hours(1)]);
    wake_after(&mut life, TimeDelta::hours(71));
    assert_eq!(life.offsets_told(), [3600]);
}

#[test]
fn a_receipt_for_an_end_that_was_moved_does_not_count() {
    let mut life = ready_lease(TimeDelta::days(1), &[TimeDelta::hours(1)]);
    wake_after(&mut life, TimeDelta::hours(23));
    life.call(&Call::Extend(TimeDelta::days(1)));
    life.call(&Call::Delivered(0));
    assert_eq!(life.may_be_deleted_at(), None);
    wake_after(&mut life, TimeDelta::days(30));
    assert_eq!(life.lease.phase.word(), "grace");
}

#[test]
fn the_grace_counts_from_the_first_receipt() {
    let mut life = ready_lease(TimeDelta::days(1), &[TimeDelta::minutes(10)]);
    wake_after(&mut life, TimeDelta::minutes(1430));
    life.now += TimeDelta::minutes(5);
    life.call(&Call::Delivered(0));
    life.now += TimeDelta::minutes(1);
    life.call(&Call::Delivered(0));
    assert_eq!(life.may_be_deleted_at(), Some(life.now + TimeDelta::minutes(59)));
    follow_the_alarm(&mut life);
    assert_eq!(life.lease.phase.word(), "deleting");
}

#[test]
fn an_extension_must_add_time() {
    for by in [TimeDelta::zero(), TimeDelta::hours(-1)] {
        let life = ready_lease(TimeDelta::days(1), &[]);
        let refusal = life.lease.check_extension(by, life.now).unwrap_err();
        assert!(matches!(refusal, Refusal::TooShort { .. }), "{refusal:?}");
    }
}

#[test]
fn a_second_extension_is_refused_and_one_beyond_the_maximum_says_what_is_possible() {
    let mut life = ready_lease(TimeDelta::days(1), &[]);
    let refusal = life.lease.check_extension(TimeDelta::days(4), life.now).unwrap_err();
    let latest = at(BORN) + TimeDelta::days(4);
    assert_eq!(refusal, Refusal::BeyondMaximum { latest, possible: TimeDelta::days(3).into() });
    life.call(&Call::Extend(TimeDelta::days(3)));
    assert_eq!(life.lease.ends_at(), Some(latest));
    let again = life.lease.clone().extend(TimeDelta::minutes(5), &person("anna"), life.now);
    assert_eq!(again.unwrap_err(), Refusal::AlreadyExtended);
}

#[test]
fn more_time_than_any_calendar_has_is_refused_and_does_not_break() {
    let life = ready_lease(TimeDelta::days(1), &[]);
    for by in [TimeDelta::MAX, TimeDelta::days(400_000_000)] {
        let refusal = life.lease.check_extension(by, life.now).unwrap_err();
        assert!(matches!(refusal, Refusal::BeyondMaximum { .. }), "{refusal:?}");
    }
}

#[test]
fn readiness_long_after_the_deadline_still_counts() {
    let mut life = Life::begin(terms(TimeDelta::days(1), &[]), at(BORN));
    wake_after(&mut life, TimeDelta::minutes(10));
    assert_eq!(life.lease.phase.word(), "stuck");
    life.now += TimeDelta::hours(3);
    life.call(&Call::Ready(1));
    assert_eq!(life.lease.ends_at(), Some(life.now + TimeDelta::days(1)));
}

#[test]
fn a_stuck_purge_is_told_again_with_gaps_that_double_up_to_a_day() {
    let mut life = ready_lease(TimeDelta::days(1), &[]);
    life.call(&Call::Release);
    life.call(&Call::PurgeFailed);
    let mut gaps = Vec::new();
    for _ in 0..7 {
        let alarm = life.lease.wakes_at().unwrap();
        gaps.push((alarm - life.now).num_hours());
        life.now = alarm;
        life.call(&Call::Wake);
    }
    assert_eq!(gaps, [1, 1, 2, 4, 8, 16, 24]);
}

#[test]
fn a_granted_lease_asks_for_its_environment_once() {
    let lease: Lease = granted(terms(TimeDelta::days(1), &[]), at(BORN));
    assert_eq!((lease.attempt, lease.wakes_at()), (1, Some(at(BORN) + TimeDelta::minutes(10))));
}
