//! The part of the store that is about programs: their tokens, and up to where webhooks were told.

use async_trait::async_trait;

#[cfg(doc)]
use super::StoreError;
use super::Stored;
use crate::domain::{
    Instant,
    ids::{Lane, PersonId, TokenId},
    token::Token,
};

/// Tokens of the API.
#[async_trait]
pub trait Tokens {
    /// Keeps a token under the digest of its secret. [`StoreError::Conflict`] when its person has one of that name.
    async fn save_token(&mut self, token: &Token, digest: &str) -> Stored<()>;
    /// The token of that digest.
    async fn token_by_digest(&mut self, digest: &str) -> Stored<Option<Token>>;
    /// Somebody's tokens, oldest first.
    async fn tokens_of(&mut self, person: &PersonId) -> Stored<Vec<Token>>;
    /// Forgets a token, whose secret is no good any more.
    async fn delete_token(&mut self, id: &TokenId) -> Stored<()>;
    /// Forgets everybody's tokens that are no good any more since `now` or before.
    async fn forget_tokens(&mut self, now: Instant) -> Stored<()>;
}

/// Up to where in the audit log outgoing webhooks were told.
#[async_trait]
pub trait Telling {
    /// The place of the last entry that this hook was told, or did not want; `None` for a new one.
    async fn told_up_to(&mut self, hook: &str) -> Stored<Option<i64>>;
    /// A new hook begins after that place. Nothing changes when it began before.
    async fn begin_telling(&mut self, hook: &str, seq: i64) -> Stored<()>;
    /// Moves a hook's place. [`StoreError::Conflict`] when it is not at `from` any more.
    async fn tell_up_to(&mut self, hook: &str, from: i64, to: i64) -> Stored<()>;
    /// Whether anything in this lane is still to be done, due or not.
    async fn lane_waits(&mut self, lane: &Lane) -> Stored<bool>;
}
