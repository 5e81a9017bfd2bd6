//! Time and ids, injected.

use uuid::Uuid;

use crate::domain::Instant;

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The present moment, cut to whole milliseconds.
    fn now(&self) -> Instant;
}

/// Where ids come from.
pub trait Ids: Send + Sync {
    /// A UUID never given before; later ones sort after earlier ones.
    fn next(&self) -> Uuid;
}
