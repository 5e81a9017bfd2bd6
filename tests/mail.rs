//! Letters: one contract over both transports, read back by a real mail server and a foreign parser.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should stop where it stands"
)]

#[path = "mail/contract.rs"]
mod contract;
#[path = "mail/folder.rs"]
mod folder;
#[path = "mail/post.rs"]
mod post;
#[path = "mail/smtp.rs"]
mod smtp;
mod support;
