//! Programs outside that are told what happens.

use async_trait::async_trait;

use super::Failure;
use crate::domain::{Instant, hook::Hook};

/// How outgoing webhooks are delivered.
#[async_trait]
pub trait Hooks: Send + Sync {
    /// Everybody who wants to be told.
    fn all(&self) -> &[Hook];

    /// Tells one of them. `id` is the same for each try of the same thing; `at` is the moment of this try.
    async fn tell(&self, hook: &str, id: &str, at: Instant, body: &str) -> Result<(), Failure>;
}
