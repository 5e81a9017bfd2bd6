//! What strangers and programs try on the API, over real sockets: every attack has its test, and what should work does.
//!
//! `world.rs` holds the bot on SQLite behind a real server with small time-outs, and a client that sends bytes as they
//! are. `issuer.rs` and `receiver.rs` are servers of others: an OpenID Connect issuer with real keys, and a program
//! that takes webhooks.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]

mod bodies;
mod client;
mod escapes;
mod events;
mod hooks;
mod issuer;
mod letters;
mod limits;
mod oidc;
mod place;
mod quotas;
mod receiver;
mod slow;
#[path = "../support/mod.rs"]
mod support;
mod tokens;
mod walk;
mod words;
#[path = "../stories/world/mod.rs"]
mod world;
