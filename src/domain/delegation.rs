//! A delegation: somebody reviews in the stead of somebody who is away, until an end.

use serde::{Deserialize, Serialize};

use super::{Instant, ids::PersonId};

/// Who reviews for whom, until when. A person has one delegate at the most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    /// Who is away.
    pub from: PersonId,
    /// Who reviews in their stead.
    pub to: PersonId,
    /// Until when.
    pub until: Instant,
    /// Since when.
    pub created_at: Instant,
}
