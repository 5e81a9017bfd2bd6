//! When something is tried again, and when another way is taken instead.

use chrono::TimeDelta;

use crate::{
    domain::Instant,
    ports::{Failure, store::Queued},
};

/// The first gap between two tries; each later one is twice as long.
const FIRST_GAP: TimeDelta = TimeDelta::seconds(5);
/// The longest gap between two tries.
pub const LONGEST_GAP: TimeDelta = TimeDelta::minutes(10);
/// How old an effect may become before the waits that the other side asks for count as failed tries.
const WAITS: TimeDelta = TimeDelta::minutes(10);

/// What follows from a failed try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The other side asked us to wait: not a failed try.
    Wait(TimeDelta),
    /// The same again.
    Again(TimeDelta),
    /// Another way.
    Other,
}

/// The gap after that many tries, or what the other side asked for.
pub fn gap(attempts: u32, failure: &Failure) -> TimeDelta {
    let asked = match failure {
        Failure::Later { after, .. } => *after,
        Failure::Closed { .. } | Failure::Unsure { .. } | Failure::Never { .. } => None,
    };
    asked.unwrap_or_else(|| (FIRST_GAP * 2_i32.saturating_pow(attempts.min(16))).min(LONGEST_GAP))
}

/// For how long the other side asks us to wait, if waiting is still no failed try.
pub fn asked(queued: &Queued, failure: &Failure, now: Instant) -> Option<TimeDelta> {
    let Failure::Later { after: Some(after), .. } = failure else { return None };
    (now + *after <= queued.created_at + WAITS).then_some(*after)
}

/// What to do after this failure of a way that may be tried so often.
pub fn next(queued: &Queued, failure: &Failure, tries: u32, now: Instant) -> Next {
    if let Some(after) = asked(queued, failure, now) {
        return Next::Wait(after);
    }
    if failure.may_pass() && queued.attempts + 1 < tries {
        return Next::Again(gap(queued.attempts, failure));
    }
    Next::Other
}

#[cfg(test)]
mod tests {
    //! The figures, at the edges.

    use super::*;
    use crate::domain::{
        effect::Effect,
        ids::{EffectId, Lane, RequestId},
    };

    fn queued(attempts: u32) -> Queued {
        let request = RequestId::parse("req_0198f7a0-0000-7000-8000-000000000001").expect("an id");
        Queued {
            id: EffectId::parse("eff_0198f7a0-0000-7000-8000-000000000002").expect("an id"),
            lane: Lane::from(&request),
            effect: Effect::Analyse { request },
            attempts,
            stage: 0,
            notes: Vec::new(),
            created_at: Instant::UNIX_EPOCH,
        }
    }

    fn after(seconds: i64) -> Failure {
        Failure::Later { why: "busy".to_owned(), after: Some(TimeDelta::seconds(seconds)) }
    }

    #[test]
    fn a_wait_that_was_asked_for_is_no_failed_try_for_ten_minutes() {
        let (late, now) = (TimeDelta::minutes(10), Instant::UNIX_EPOCH);
        assert_eq!(next(&queued(3), &after(30), 4, now), Next::Wait(TimeDelta::seconds(30)));
        assert_eq!(next(&queued(3), &after(600), 4, now), Next::Wait(late));
        assert_eq!(next(&queued(3), &after(601), 4, now), Next::Other, "longer than we wait");
        assert_eq!(next(&queued(0), &after(30), 4, now + late), Next::Again(TimeDelta::seconds(30)));
        assert_eq!(next(&queued(3), &after(1), 4, now + late), Next::Other);
    }

    #[test]
    fn what_may_pass_is_tried_and_what_may_not_is_not() {
        let now = Instant::UNIX_EPOCH;
        for failure in [Failure::later("x"), Failure::closed("x"), Failure::unsure("x")] {
            assert_eq!(next(&queued(0), &failure, 4, now), Next::Again(FIRST_GAP));
            assert_eq!(next(&queued(2), &failure, 4, now), Next::Again(FIRST_GAP * 4));
            assert_eq!(next(&queued(3), &failure, 4, now), Next::Other);
        }
        assert_eq!(next(&queued(0), &Failure::never("x"), 4, now), Next::Other);
        assert_eq!(gap(40, &Failure::later("x")), LONGEST_GAP);
    }
}
