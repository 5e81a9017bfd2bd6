//! The main job in a Slack that others wrote, through the real program, by both ways in: that not only our own
//! stand-in understands us.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should stop where it stands"
)]

use std::{
    fmt::Debug,
    time::{Duration, Instant},
};

#[path = "../support/mod.rs"]
mod support;

#[path = "../support/program.rs"]
mod program;

mod cards;
mod peer;
mod story;
mod world;

/// How long anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);

/// Waits until something is so.
fn until<T>(what: &str, seen: impl Fn() -> Result<T, String>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        match seen() {
            Ok(found) => return found,
            Err(instead) if Instant::now() > end => panic!("{what}: not so, but {instead}"),
            Err(_) => std::thread::sleep(LOOK),
        }
    }
}

/// The first that fits, or all of them, to be told what was there instead.
fn first<T: Debug + Clone>(all: &[T], fits: impl Fn(&T) -> bool) -> Result<T, String> {
    all.iter().find(|one| fits(one)).cloned().ok_or_else(|| format!("{all:#?}"))
}
