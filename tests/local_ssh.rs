//! Local environments, as the real OpenSSH client meets them.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should stop where it stands"
)]

#[path = "local_ssh/apart.rs"]
mod apart;
#[path = "local_ssh/door.rs"]
mod door;
#[path = "local_ssh/hangup.rs"]
mod hangup;
#[path = "local_ssh/life.rs"]
mod life;
#[path = "local_ssh/sessions.rs"]
mod sessions;
#[path = "local_ssh/world.rs"]
mod world;
