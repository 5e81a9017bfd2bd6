//! The one place that reads the system's clock and draws chance: time and ids for everybody else.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DurationRound, TimeDelta, Utc};
use uuid::Uuid;

use crate::{
    domain::Instant,
    ports::clock::{Clock, Ids},
};

/// The system's clock, cut to whole milliseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the door through which time comes in")]
    fn now(&self) -> Instant {
        whole_milliseconds(Utc::now())
    }
}

/// The system's clock, put forward by hand, so that a tour of days fits into a minute.
///
/// The offset lives in memory only: a new process is back in the present.
#[derive(Debug, Default)]
pub struct WarpClock {
    ahead_ms: AtomicI64,
}

impl WarpClock {
    /// A clock that shows the present.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts the clock forward. Time never runs backwards: a negative span changes nothing.
    pub fn advance(&self, by: TimeDelta) {
        self.ahead_ms.fetch_add(by.num_milliseconds().max(0), Ordering::SeqCst);
    }

    /// Puts the clock forward to a moment; one that is over changes nothing.
    pub fn advance_to(&self, moment: Instant) {
        self.advance(moment - self.now());
    }

    /// How far it is ahead of the system's clock.
    pub fn ahead(&self) -> TimeDelta {
        TimeDelta::milliseconds(self.ahead_ms.load(Ordering::SeqCst))
    }
}

impl Clock for WarpClock {
    fn now(&self) -> Instant {
        SystemClock.now() + self.ahead()
    }
}

/// UUIDs of version 7: unique, and later ones sort after earlier ones of this process.
#[derive(Debug, Clone, Copy, Default)]
pub struct UuidIds;

impl Ids for UuidIds {
    #[expect(clippy::disallowed_methods, reason = "this is the door through which chance comes in")]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Both databases keep exactly milliseconds; anything finer would come back changed.
fn whole_milliseconds(moment: Instant) -> Instant {
    moment.duration_trunc(TimeDelta::milliseconds(1)).unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_keeps_no_more_than_the_databases() {
        let fine = Instant::from_timestamp(1_700_000_000, 123_456_789).expect("a moment");
        assert_eq!(whole_milliseconds(fine).timestamp_subsec_nanos(), 123_000_000);
        assert_eq!(SystemClock.now().timestamp_subsec_nanos() % 1_000_000, 0);
    }

    #[test]
    fn a_warped_clock_only_goes_forward() {
        let clock = WarpClock::new();
        let before = clock.now();
        clock.advance(TimeDelta::days(3));
        assert!(clock.now() - before >= TimeDelta::days(3));
        clock.advance(TimeDelta::days(-9));
        assert_eq!(clock.ahead(), TimeDelta::days(3));
        clock.advance_to(before);
        assert_eq!(clock.ahead(), TimeDelta::days(3));
        clock.advance_to(before + TimeDelta::days(5));
        assert!(clock.now() >= before + TimeDelta::days(5));
    }

    #[test]
    fn ids_differ_and_sort_by_birth() {
        let ids: Vec<Uuid> = (0..1000).map(|_| UuidIds.next()).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
