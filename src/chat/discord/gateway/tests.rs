//! The gateway against one of our own on loopback, which says and does what the test wants.

mod interactions;
mod leading;
mod sessions;
mod trouble;
pub(super) mod world;
