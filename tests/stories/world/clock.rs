//! A clock that stands still until it is told to go on, and ids that count.

use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};

use sublet::{
    domain::Instant,
    ports::clock::{Clock, Ids},
};
use uuid::Uuid;

/// A clock that shows what it was set to.
pub struct FrozenClock(Mutex<Instant>);

impl FrozenClock {
    /// A clock that stands at this moment.
    pub fn at(now: Instant) -> Self {
        Self(Mutex::new(now))
    }

    /// Puts it to this moment; never back.
    pub fn set(&self, now: Instant) {
        let mut shown = self.0.lock().expect("the clock");
        *shown = now.max(*shown);
    }

    /// Puts it back to this moment: only before anything happened.
    pub fn back_to(&self, now: Instant) {
        *self.0.lock().expect("the clock") = now;
    }
}

impl Clock for FrozenClock {
    fn now(&self) -> Instant {
        *self.0.lock().expect("the clock")
    }
}

/// Ids in the order in which they are asked for: unique, and the same in every run.
#[derive(Default)]
pub struct CountedIds(AtomicU64);

impl Ids for CountedIds {
    fn next(&self) -> Uuid {
        let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        // Spread over the bytes from which names are made, so that no two names are alike.
        let low = (0..5).fold(0_u128, |low, digit| low << 8 | u128::from(number >> (5 * (4 - digit)) & 31));
        Uuid::from_u128(u128::from(number) << 64 | low)
    }
}
