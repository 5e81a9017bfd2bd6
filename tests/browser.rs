//! The console in a real Chromium: how it looks, that the keyboard alone is enough, that it is accessible, and
//! the main job from request to purge.
//!
//! Pictures are kept in `$SUBLET_ARTEFACTS`, or `artefacts/`.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]

#[path = "browser/driver.rs"]
mod driver;
#[path = "browser/job.rs"]
mod job;
#[path = "browser/looks.rs"]
mod looks;
#[path = "browser/page.rs"]
mod page;
#[path = "support/mod.rs"]
mod support;
#[path = "browser/world.rs"]
mod world;
