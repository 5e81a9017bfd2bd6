//! The whole story on a Kubernetes with a node: the real program, the real kubectl, real pods and real logins.
//!
//! The cluster is the one at `SUBLET_TEST_NODE_KUBECONFIG` (tests/run starts one); its node has the images
//! `registry.local/sublet-ssh:1` and `registry.local/crash:1`, and its network enforces policies.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should stop where it stands"
)]

mod failure;
mod login;
mod rights;
mod story;
#[path = "../support/mod.rs"]
mod support;
mod tour;
mod world;
