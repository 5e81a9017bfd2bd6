//! The main job as people do it when things go wrong: they look, and try again until it is done.

use chrono::TimeDelta;
use sublet::domain::lease::Lease;

use super::hands;
use crate::world::World;

/// How often somebody tries before they give up, which fails the test.
const TRIES: u32 = 40;
/// In how many tries of a step there is trouble.
const TROUBLED: u32 = 4;

/// What is done, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Asks,
    Approves,
    IsReady,
    IsWarned,
    WantsMore,
    Extends,
    Ends,
}

/// Every step, in order.
pub const STEPS: [Step; 7] =
    [Step::Asks, Step::Approves, Step::IsReady, Step::IsWarned, Step::WantsMore, Step::Extends, Step::Ends];

/// Does the whole job; `trouble` is told before each try of each step.
pub async fn done(world: &World, mut trouble: impl FnMut(Step)) {
    for step in STEPS {
        until(world, step, &mut trouble).await;
    }
}

/// Tries a step until it is done.
pub async fn until(world: &World, step: Step, mut trouble: impl FnMut(Step)) {
    let mut tries = 0;
    while !is_done(world, step).await {
        assert!(tries < TRIES, "{step:?} was not done after {TRIES} tries");
        tries += 1;
        // Trouble that never ends would be no test of what comes after it.
        if tries <= TROUBLED {
            trouble(step);
        }
        tries_to(world, step).await;
        world.settles().await;
    }
}

async fn lease(world: &World) -> Option<Lease> {
    world.store().await.live_leases(None).await.expect("leases").pop()
}

async fn is_done(world: &World, step: Step) -> bool {
    let lease = lease(world).await;
    match step {
        Step::Asks => {
            lease.is_some() || !world.store().await.open_requests(None).await.expect("requests").is_empty()
        }
        Step::Approves => lease.is_some(),
        Step::IsReady => lease.is_some_and(|lease| lease.phase.word() == "active"),
        Step::IsWarned => lease.is_some_and(|lease| lease.term.is_some_and(|term| term.warned.is_some())),
        Step::WantsMore => lease.is_some_and(|lease| lease.asked.is_some() || lease.extended),
        Step::Extends => lease.is_some_and(|lease| lease.extended),
        Step::Ends => lease.is_none(),
    }
}

async fn tries_to(world: &World, step: Step) {
    match step {
        Step::Asks => hands::asks(world, "dana", "/env request web for=2d").await,
        Step::Approves => hands::presses(world, "ada", None, "Approve").await,
        Step::Extends => hands::presses(world, "bob", None, "Approve").await,
        Step::WantsMore => {
            hands::dismisses(world, "dana");
            hands::presses(world, "dana", Some("dana"), "Extend").await;
            hands::fills(world, "dana", &[("for", "1d"), ("reason", "the demo was moved")]).await;
        }
        Step::IsReady | Step::IsWarned | Step::Ends => world.passes(TimeDelta::hours(6)).await,
    }
}
