//! The part of the store that keeps quotas: what is held, the limits that were set, temporary ones and wishes for them.

use async_trait::async_trait;

#[cfg(doc)]
use super::StoreError;
use super::Stored;
use crate::domain::{
    Instant,
    ids::{GrantId, PersonId, RequestId, WishId},
    quota::{Amounts, Limits, Reservation, Resource, Scope, grant::Grant, wish::Wish},
};

/// What is held of what there is only so much of, and the limits that were set.
#[async_trait]
pub trait Quotas {
    /// Adds to what a scope holds and takes from it; answers with what it holds then. Until the transaction ends nobody
    /// else changes what the scope holds. Whoever changes several scopes does so in their order.
    async fn occupy(&mut self, scope: &Scope, more: &Amounts, less: &Amounts) -> Stored<Amounts>;
    /// What a scope holds.
    async fn held(&mut self, scope: &Scope) -> Stored<Amounts>;
    /// The limits that were set for a scope.
    async fn limits_of(&mut self, scope: &Scope) -> Stored<Limits>;
    /// The scopes that have limits which were set, hold something, or have a temporary quota that ends after `now`.
    async fn quota_scopes(&mut self, now: Instant) -> Stored<Vec<Scope>>;
    /// Sets a limit, or takes it away.
    async fn set_limit(&mut self, scope: &Scope, resource: Resource, limit: Option<u64>) -> Stored<()>;
    /// Keeps what is held. `false`, and nothing is changed, when there was ever something under that id.
    async fn insert_reservation(&mut self, reservation: &Reservation) -> Stored<bool>;
    /// What is held under that id; `None` when nothing ever was, or when it was released.
    async fn reservation(&mut self, id: &str) -> Stored<Option<Reservation>>;
    /// Saves how much is held under its id. [`StoreError::Conflict`] when it was released.
    async fn save_reservation(&mut self, reservation: &Reservation) -> Stored<()>;
    /// Releases what is held under that id, and answers with it: once, whoever asks.
    async fn release_reservation(&mut self, id: &str, now: Instant) -> Stored<Option<Reservation>>;
    /// What is held for a request, its extensions included.
    async fn reservations_for(&mut self, request: &RequestId) -> Stored<Vec<Reservation>>;
    /// What a scope holds in single parts, oldest first.
    async fn reservations_in(&mut self, scope: &Scope) -> Stored<Vec<Reservation>>;
}

/// Temporary quotas.
#[async_trait]
pub trait Grants {
    /// Adds a grant; its version becomes 1.
    async fn insert_grant(&mut self, grant: &mut Grant) -> Stored<()>;
    /// Saves it if nobody else did since it was loaded; raises its version; its alarm follows.
    async fn save_grant(&mut self, grant: &mut Grant) -> Stored<()>;
    /// The grant of that id.
    async fn grant(&mut self, id: &GrantId) -> Stored<Option<Grant>>;
    /// The grants of a scope that end after `now`, oldest first.
    async fn grants_of(&mut self, scope: &Scope, now: Instant) -> Stored<Vec<Grant>>;
    /// Grants whose end is due to be told, most overdue first, at most `limit`.
    async fn grants_due(&mut self, now: Instant, limit: u32) -> Stored<Vec<GrantId>>;
}

/// Wishes for temporary quotas.
#[async_trait]
pub trait Wishes {
    /// Adds a wish; its version becomes 1.
    async fn insert_wish(&mut self, wish: &mut Wish) -> Stored<()>;
    /// Saves it if nobody else did since it was loaded; raises its version; its alarm follows.
    async fn save_wish(&mut self, wish: &mut Wish) -> Stored<()>;
    /// The wish of that id.
    async fn wish(&mut self, id: &WishId) -> Stored<Option<Wish>>;
    /// Wishes that wait (of one person, or of everybody), oldest first.
    async fn open_wishes(&mut self, person: Option<&PersonId>) -> Stored<Vec<Wish>>;
    /// Everything that somebody ever wished for, oldest first.
    async fn wishes_of(&mut self, person: &PersonId) -> Stored<Vec<Wish>>;
    /// Wishes whose alarm is due, most overdue first, at most `limit`.
    async fn wishes_due(&mut self, now: Instant, limit: u32) -> Stored<Vec<WishId>>;
}
