//! What must be told and is about no single environment.

use serde::{Deserialize, Serialize};

use super::{
    Instant,
    ids::{EnvName, GrantId, PersonId},
    quota::{Amounts, Scope, fit::Short},
};

/// Who must be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", content = "who", rename_all = "snake_case")]
pub enum Hearer {
    /// One person: by DM, else by e-mail.
    Person(PersonId),
    /// The approvers: in their channel, else by e-mail.
    Approvers,
}

/// Something that must be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Announcement {
    /// To whom.
    pub to: Hearer,
    /// What keeps it single, such as `removed/per_dana/web-1`.
    pub key: String,
    /// What happened.
    pub says: Saying,
}

/// What is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "says", rename_all = "snake_case")]
pub enum Saying {
    /// Somebody left, and an environment of theirs needs a decision.
    HandedOver {
        /// Which.
        name: EnvName,
        /// Whose it was.
        from: PersonId,
    },
    /// A request or an extension needs the hearer's word.
    ReviewWanted {
        /// The environment.
        name: EnvName,
        /// Who asks.
        by: PersonId,
        /// Whether it comes to them because nobody else answered.
        late: bool,
    },
    /// Somebody approved something alone, in an emergency.
    BrokeGlass {
        /// The environment.
        name: EnvName,
        /// Who did.
        by: PersonId,
        /// Why.
        reason: String,
    },
    /// The hearer reviews in somebody's stead.
    Delegated {
        /// In whose.
        from: PersonId,
        /// Until when.
        until: Instant,
    },
    /// Somebody has more quota for a while.
    QuotaGiven {
        /// How much more.
        amounts: Amounts,
        /// From when on.
        from: Instant,
        /// Until when.
        until: Instant,
        /// Who gave it.
        by: PersonId,
    },
    /// A wish for more quota was rejected.
    QuotaRefused {
        /// Who decided.
        by: PersonId,
        /// Why.
        reason: String,
    },
    /// Nobody decided a wish for more quota in time.
    QuotaLapsed,
    /// A temporary quota is over.
    QuotaEnded {
        /// Which.
        grant: GrantId,
        /// Whose limits it added to.
        scope: Scope,
        /// How much it was.
        amounts: Amounts,
        /// Who took it back, when it did not end by itself.
        revoked_by: Option<PersonId>,
        /// Of what more is held now than the limit.
        over: Vec<Short>,
    },
    /// An outgoing webhook does not take what it is told.
    WebhookDead {
        /// Its name.
        hook: String,
        /// What came of the last try.
        why: String,
    },
}
