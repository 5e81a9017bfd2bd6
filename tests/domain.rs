//! The rules, shaken: arbitrary sequences of calls and times beside naive models, and real keys.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop where it stands"
)]

#[path = "domain/ballots.rs"]
mod ballots;
#[path = "domain/chain.rs"]
mod chain;
#[path = "domain/daylight.rs"]
mod daylight;
#[path = "domain/keys.rs"]
mod keys;
#[path = "domain/lease_life.rs"]
mod lease_life;
#[path = "domain/lease_model.rs"]
mod lease_model;
#[path = "domain/parameters.rs"]
mod parameters;
#[path = "domain/quotas.rs"]
mod quotas;
#[path = "domain/reviews.rs"]
mod reviews;
#[path = "domain/some.rs"]
mod some;
#[path = "domain/templates.rs"]
mod templates;
