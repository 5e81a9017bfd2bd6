//! Environments on Kubernetes against a real API server, without nodes: what the bot asks for, what the controller
//! makes, and what each of them may do.
//!
//! The cluster is the one at `SUBLET_TEST_KUBECONFIG` (tests/run starts one); each test has a namespace of its own.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should stop where it stands"
)]

mod bot;
mod check;
mod children;
mod control;
#[path = "../support/program.rs"]
mod program;
mod rights;
mod schema;
#[path = "../support/mod.rs"]
mod support;
mod world;
