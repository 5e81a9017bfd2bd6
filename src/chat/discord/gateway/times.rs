//! How long everything at the gateway may take, in one place, so that tests need not wait as long.

use std::time::Duration;

use chrono::TimeDelta;
use uuid::Uuid;

/// Spans of real time, except for the lease, which is counted by the injected clock as well.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    /// For how long the post is taken. A leader that died is replaced within this and one more [`Self::look`].
    pub lease: Duration,
    /// How often it is renewed.
    pub renew: Duration,
    /// How long before its end a lease that could not be renewed counts as lost.
    pub margin: Duration,
    /// How often a process without the post asks for it.
    pub look: Duration,
    /// How far apart sessions begin that share a turn. Discord wants five seconds.
    pub turn: Duration,
    /// How long a connection may take.
    pub connect: Duration,
    /// How long a session may take to begin.
    pub ready: Duration,
    /// How often a connection says that its thread runs.
    pub pulse: Duration,
    /// How long it may fail to say so.
    pub deaf: Duration,
    /// How long Discord may answer no heartbeat; it asks for one every 41 seconds.
    pub silent: Duration,
    /// A session that lived this long was a good one.
    pub good: Duration,
    /// The first pause after one that was not, and the longest. Discord wants the first to be 1 to 5 seconds.
    pub pauses: (Duration, Duration),
    /// The first pause between two interruptions of a session, and the longest: nobody is heard meanwhile.
    pub resumes: (Duration, Duration),
    /// A session that went on for so long without an interruption goes on at once the next time.
    pub settled: Duration,
    /// The pause after what only an operator can repair.
    pub long: Duration,
    /// How long the end waits for the last words of a connection, and for what is being dealt with.
    pub farewell: Duration,
}

impl Times {
    /// As they are outside of tests.
    pub(super) const USUAL: Self = Self {
        lease: Duration::from_secs(12),
        renew: Duration::from_secs(4),
        margin: Duration::from_secs(2),
        look: Duration::from_secs(2),
        turn: Duration::from_millis(5_500),
        connect: Duration::from_secs(15),
        ready: Duration::from_secs(60),
        pulse: Duration::from_secs(1),
        deaf: Duration::from_secs(5),
        silent: Duration::from_secs(150),
        good: Duration::from_secs(60),
        pauses: (Duration::from_millis(1_500), Duration::from_secs(120)),
        resumes: (Duration::from_millis(500), Duration::from_secs(5)),
        settled: Duration::from_secs(10),
        long: Duration::from_secs(600),
        farewell: Duration::from_secs(3),
    };

    /// The lease as the clock counts it.
    pub(super) fn lease(&self) -> TimeDelta {
        TimeDelta::from_std(self.lease).unwrap_or_default()
    }
}

/// Pauses that grow.
pub(super) struct Pauses {
    next: Duration,
    bounds: (Duration, Duration),
}

impl Pauses {
    /// Pauses from the first to the longest.
    pub(super) fn new(bounds: (Duration, Duration)) -> Self {
        Self { next: bounds.0, bounds }
    }

    /// All is well again: the next pause is the first one.
    pub(super) fn reset(&mut self) {
        self.next = self.bounds.0;
    }

    /// The next pause, by a quarter longer or shorter as chance has it, so that not all come at the same moment.
    pub(super) fn next(&mut self, chance: Uuid) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(self.bounds.1);
        pause.mul_f64(0.75 + f64::from(chance.as_bytes()[15]) / 512.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound_and_begin_anew_when_all_is_well() {
        let mut pauses = Pauses::new(Times::USUAL.pauses);
        let chance = |byte: u8| Uuid::from_bytes([byte; 16]);
        let of = |pauses: &mut Pauses| pauses.next(chance(128));
        let grown: Vec<u64> = (0..9).map(|_| of(&mut pauses).as_millis() as u64).collect();
        assert_eq!(grown, [1_500, 3_000, 6_000, 12_000, 24_000, 48_000, 96_000, 120_000, 120_000]);
        pauses.reset();
        // Discord: one to five seconds after an invalid session, at random.
        assert_eq!(pauses.next(chance(0)), Duration::from_millis(1_125));
        pauses.reset();
        assert!(pauses.next(chance(255)) < Duration::from_millis(1_880));
    }

    #[test]
    fn a_dead_leader_is_replaced_within_fifteen_seconds_and_two_failures_do_not_lose_the_post() {
        let Times { lease, renew, margin, look, .. } = Times::USUAL;
        assert!(lease + look < Duration::from_secs(15));
        assert!(renew * 2 < lease - margin);
    }
}
