//! The pure middle of the controller: what is refused, what is built, and what is reported, without a cluster.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod build;
mod causes;
mod injection;
mod names;
mod policies;
mod report;
mod some;
mod validate;
mod world;
