//! The pace, by a clock that is put forward.

use chrono::TimeDelta;

use super::{Fed, OTHER, TEAM};
use crate::chat::slack::{pace::Pace, trouble::Method};

const SECOND: TimeDelta = TimeDelta::seconds(1);

fn post(pace: &Pace, channel: &str) -> Result<(), TimeDelta> {
    pace.turn(TEAM, Method::Post, Some(channel))
}

#[test]
fn a_few_messages_at_once_and_then_one_a_second() {
    let clock = Fed::new();
    let pace = Pace::new(clock.clone());
    let begun = (0..5).filter(|_| post(&pace, "C1").is_ok()).count();
    assert_eq!(begun, 3);
    let mut posted = begun;
    for _ in 0..600 {
        clock.passes(TimeDelta::milliseconds(100));
        posted += usize::from(post(&pace, "C1").is_ok());
    }
    assert!((60..=63).contains(&posted), "{posted} in a minute");
}

#[test]
fn those_who_wait_are_told_different_moments_and_may_then_go() {
    let clock = Fed::new();
    let pace = Pace::new(clock.clone());
    let told: Vec<TimeDelta> = (0..8).filter_map(|_| post(&pace, "C1").err()).collect();
    assert_eq!(told.len(), 5);
    for (place, after) in told.iter().enumerate() {
        let at = SECOND * i32::try_from(place + 1).expect("few");
        assert!((*after - at).abs() <= TimeDelta::milliseconds(2), "{place}: {after}");
    }
    for pair in told.windows(2) {
        clock.passes(pair[1] - pair[0]);
    }
    clock.passes(told[0]);
    assert_eq!(post(&pace, "C1"), Ok(()), "the last one's moment");
}

#[test]
fn at_the_moment_that_was_told_it_is_their_turn() {
    let clock = Fed::new();
    let pace = Pace::new(clock.clone());
    let after = (0..4).find_map(|_| post(&pace, "C1").err()).expect("one is too early");
    clock.passes(after);
    assert_eq!(post(&pace, "C1"), Ok(()));
}

#[test]
fn channels_and_workspaces_do_not_wait_for_each_other() {
    let pace = Pace::new(Fed::new());
    while post(&pace, "C1").is_ok() {}
    assert_eq!(post(&pace, "C2"), Ok(()));
    assert_eq!(pace.turn(OTHER, Method::Post, Some("C1")), Ok(()));
    assert_eq!(pace.turn(TEAM, Method::OpenView, None), Ok(()));
}

#[test]
fn rewrites_keep_to_fifty_a_minute() {
    let clock = Fed::new();
    let pace = Pace::new(clock.clone());
    let rewrite = || pace.turn(TEAM, Method::Update, None).is_ok();
    let begun = (0..30).filter(|_| rewrite()).count();
    assert_eq!(begun, 20);
    let mut later = 0;
    for _ in 0..60 {
        clock.passes(SECOND);
        later += usize::from(rewrite());
    }
    assert!((48..=50).contains(&later), "{later} in a minute");
}

#[test]
fn nothing_is_called_before_the_moment_that_slack_named() {
    let clock = Fed::new();
    let pace = Pace::new(clock.clone());
    pace.hold(TEAM, Method::Update, SECOND * 30);
    pace.hold(TEAM, Method::Update, SECOND * 10);
    assert_eq!(pace.turn(TEAM, Method::Update, None), Err(SECOND * 30), "the later moment stands");
    assert_eq!(post(&pace, "C1"), Ok(()), "another method");
    assert_eq!(pace.turn(OTHER, Method::Update, None), Ok(()), "another workspace");
    clock.passes(SECOND * 30);
    assert_eq!(pace.turn(TEAM, Method::Update, None), Ok(()));
}
