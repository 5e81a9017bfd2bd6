//! Signatures that were seen, so that a request which somebody recorded cannot be sent once more.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use crate::domain::Instant;

/// How many signatures are remembered: more than 400 a second over the five minutes for which one is good.
/// Only what the platform signed is remembered, so that strangers cannot fill this; and what is done once is done
/// once for its id as well.
const MOST: usize = 131_072;

/// A signature that was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signed {
    /// Until when it is good, in seconds since 1970.
    pub until: i64,
    /// The signature itself, or what stands for it.
    pub bytes: [u8; 32],
}

/// The signatures that are still good.
pub struct Replay {
    seen: Mutex<BTreeSet<Signed>>,
    most: usize,
}

impl Default for Replay {
    fn default() -> Self {
        Self { seen: Mutex::default(), most: MOST }
    }
}

impl Replay {
    /// Notes a signature. `false` when it was seen before.
    pub fn first_time(&self, signed: Signed, now: Instant) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // Ordered by the end of their time, so those which are no good any more stand first.
        while seen.first().is_some_and(|first| first.until < now.timestamp()) {
            seen.pop_first();
        }
        if !seen.insert(signed) {
            return false;
        }
        while seen.len() > self.most {
            seen.pop_first();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_timestamp(seconds, 0).expect("a moment")
    }

    fn signed(until: i64, byte: u8) -> Signed {
        Signed { until, bytes: [byte; 32] }
    }

    #[test]
    fn a_signature_is_good_once() {
        let replay = Replay::default();
        assert!(replay.first_time(signed(300, 1), at(0)));
        assert!(replay.first_time(signed(300, 2), at(1)), "another one");
        assert!(!replay.first_time(signed(300, 1), at(1)));
        assert!(!replay.first_time(signed(300, 1), at(300)), "to the last second of its time");
        assert!(!replay.first_time(signed(300, 2), at(300)));
    }

    #[test]
    fn what_is_no_good_any_more_is_forgotten() {
        let replay = Replay::default();
        for second in 0..10_000 {
            assert!(replay.first_time(signed(second + 300, 1), at(second)));
            assert!(replay.seen.lock().expect("a lock").len() <= 301);
        }
    }

    #[test]
    fn memory_is_bounded() {
        let replay = Replay { most: 3, ..Replay::default() };
        for byte in 0..200 {
            assert!(replay.first_time(signed(300 + i64::from(byte), byte), at(0)));
        }
        assert_eq!(replay.seen.lock().expect("a lock").len(), 3);
        assert!(!replay.first_time(signed(499, 199), at(0)), "the latest are kept");
    }
}
