//! The audit log: facts that outlive the things they are about. `/env why` answers from these alone.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    Instant,
    environment::SshAccess,
    ids::{EnvName, GrantId, PersonId},
    notice::Offset,
    person::Role,
    quota::{Amounts, Resource},
    token::Scope,
};

/// Who caused a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", content = "who", rename_all = "snake_case")]
pub enum Actor {
    /// Somebody.
    Person(PersonId),
    /// A rule of the template.
    Rule,
    /// Time passing.
    Clock,
    /// What was seen outside: the provisioner, a chat platform, a mail server.
    Outside,
}

/// One line of the log, as it was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Position in the log: larger is later.
    pub seq: i64,
    /// When it was written.
    pub at: Instant,
    /// Who caused it.
    pub actor: Actor,
    /// The environment's name (keys: the person's handle).
    pub about: String,
    /// What happened.
    pub fact: Fact,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// Somebody asked for an environment.
    Requested {
        /// Of which template.
        template: String,
        /// For how long.
        span: Offset,
        /// Why.
        reason: Option<String>,
    },
    /// The request waits for an approver.
    Pending,
    /// The request was approved.
    Approved {
        /// Words of the approver, if any.
        reason: Option<String>,
    },
    /// The request was rejected.
    Rejected {
        /// Why.
        reason: String,
    },
    /// Somebody approved it, and more are needed; or they did it in somebody's stead.
    Reviewed {
        /// For whom, who is away.
        instead_of: Option<PersonId>,
        /// Who is still needed, in words; empty when nobody is.
        needed: String,
    },
    /// Somebody approved it alone, in an emergency.
    BrokeGlass {
        /// Why.
        reason: String,
    },
    /// Nobody answered, so others count as well.
    Escalated {
        /// Who, in words.
        to: String,
    },
    /// Somebody offered less.
    Offered {
        /// What, in words.
        what: String,
    },
    /// What was asked for was approved, so that the offer is no more.
    OfferSuperseded,
    /// The requester took the offer.
    OfferTaken {
        /// Whose it was.
        of: PersonId,
        /// Who is still needed, in words; empty when it is approved with that.
        needed: String,
    },
    /// Somebody reviews in the speaker's stead.
    Delegated {
        /// Who.
        to: PersonId,
        /// Until when.
        until: Instant,
    },
    /// The speaker reviews again themselves.
    DelegationEnded,
    /// The requester took it back.
    Withdrawn,
    /// Nobody decided in time.
    Lapsed,
    /// The requester gave another reason, before anybody had reviewed it.
    ReasonChanged {
        /// The new one; `None` for none any more.
        reason: Option<String>,
    },
    /// Somebody changed what is known of them.
    ProfileChanged,
    /// The approvers were reminded.
    Reminded {
        /// Which time.
        count: u32,
    },
    /// Somebody tried to decide or to act without the right to.
    Refused {
        /// What they tried, such as `approve`.
        tried: String,
        /// Why not.
        why: String,
    },
    /// Provisioning began.
    ProvisioningStarted {
        /// Which try.
        attempt: u32,
    },
    /// The environment answered.
    Ready {
        /// Where.
        access: SshAccess,
        /// When the lease ends.
        ends_at: Instant,
    },
    /// Provisioning failed.
    ProvisioningFailed {
        /// The cause.
        why: String,
    },
    /// The owner is being warned.
    Warned {
        /// How long before the end.
        offset: Offset,
        /// Whether it is the final warning.
        last: bool,
    },
    /// A warning was delivered.
    WarningDelivered {
        /// By which way: `dm`, `mail` or `channel`.
        way: String,
        /// Whether it was the final one.
        last: bool,
    },
    /// No way got the final warning through; the lease is held.
    WarningUndelivered {
        /// What each way said.
        why: String,
    },
    /// The lease is over; the environment is kept until then, or held while the warning is undelivered.
    GraceStarted {
        /// When it will be deleted; `None` while no delivery is confirmed.
        until: Option<Instant>,
    },
    /// More time was asked for.
    ExtensionAsked {
        /// How much.
        by: Offset,
        /// Why.
        reason: String,
    },
    /// More time was given.
    ExtensionApproved {
        /// The new end.
        ends_at: Instant,
    },
    /// More time was refused.
    ExtensionRejected {
        /// Why.
        reason: String,
    },
    /// Nobody decided the extension in time.
    ExtensionLapsed,
    /// The owner (or an admin) gave the environment back.
    Released,
    /// Deletion began.
    DeletionStarted {
        /// Because of what, in words.
        because: String,
    },
    /// The purge failed.
    PurgeFailed {
        /// The cause.
        why: String,
    },
    /// Somebody asked for another try.
    Retried,
    /// Nothing of it exists any more.
    Gone,
    /// A public key was added.
    KeyAdded {
        /// Its SHA-256 fingerprint.
        fingerprint: String,
    },
    /// A public key was removed.
    KeyRemoved {
        /// Its SHA-256 fingerprint.
        fingerprint: String,
    },
    /// A limit was set, or taken away.
    QuotaSet {
        /// On what.
        resource: Resource,
        /// The limit; `None` when the configuration's holds again.
        limit: Option<u64>,
    },
    /// More quota was given for a while.
    QuotaGranted {
        /// Which grant.
        grant: GrantId,
        /// How much more.
        amounts: Amounts,
        /// From when on.
        from: Instant,
        /// Until when.
        until: Instant,
        /// Why.
        reason: Option<String>,
    },
    /// A temporary quota was taken back.
    QuotaRevoked {
        /// Which grant.
        grant: GrantId,
    },
    /// A temporary quota is over.
    QuotaEnded {
        /// Which grant.
        grant: GrantId,
    },
    /// Somebody asked for more quota for a while.
    QuotaAsked {
        /// How much more.
        amounts: Amounts,
        /// Until when.
        until: Instant,
        /// Why.
        reason: String,
    },
    /// A wish for more quota was rejected.
    QuotaRejected {
        /// Why.
        reason: String,
    },
    /// Nobody decided a wish for more quota in time.
    QuotaLapsed,
    /// The environment has another owner, because the one before left.
    HandedOver {
        /// Whose it was.
        from: PersonId,
        /// Whose it is.
        to: PersonId,
    },
    /// Somebody was given a role.
    RoleGiven {
        /// Which.
        role: Role,
    },
    /// A role that was given was taken back.
    RoleTaken {
        /// Which.
        role: Role,
    },
    /// Somebody was put into a team.
    TeamJoined {
        /// Which.
        team: String,
    },
    /// Somebody was taken out of a team.
    TeamLeft {
        /// Which.
        team: String,
    },
    /// An account of a platform was said to be somebody's.
    AccountLinked {
        /// Platform, workspace and account.
        account: String,
    },
    /// Somebody left: what they had ended or went to others.
    PersonLeft {
        /// Why.
        reason: String,
    },
    /// Somebody who was removed came back.
    PersonRestored,
    /// What was known of somebody was erased.
    PersonErased {
        /// The places of the entries whose words were erased with it.
        entries: Vec<i64>,
    },
    /// Entries were removed because their time was over.
    Pruned {
        /// The last of them.
        seq: i64,
        /// Its hash, on which the rest of the log goes on.
        hash: String,
    },
    /// A token of the API was made.
    TokenMade {
        /// What its owner calls it.
        name: String,
        /// What it may be used for.
        scopes: BTreeSet<Scope>,
    },
    /// A token of the API was revoked.
    TokenRevoked {
        /// What its owner called it.
        name: String,
    },
}

impl Fact {
    /// The words of all facts, as they are stored, and as those who listen from outside know them.
    pub fn words() -> Vec<String> {
        // Whoever reads facts knows them all, and names them when none fits; so no list of them can be forgotten.
        let told = match serde_json::from_str::<Self>("{\"fact\":\"\"}") {
            Err(error) => error.to_string(),
            Ok(_) => String::new(),
        };
        let words = told.split('`').skip(1).step_by(2).filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    }

    /// The word by which it is filtered, such as `approved`.
    pub fn word(&self) -> String {
        let json = serde_json::to_value(self).unwrap_or_default();
        json.get("fact").and_then(|word| word.as_str()).unwrap_or_default().to_owned()
    }
}

/// Which entries are wanted; all conditions hold together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// About this: an environment's name, or somebody's handle with `@`.
    pub about: Option<String>,
    /// Caused by this person.
    pub who: Option<PersonId>,
    /// This kind of fact, by its word.
    pub what: Option<String>,
    /// From then on.
    pub since: Option<Instant>,
    /// Before then.
    pub until: Option<Instant>,
    /// Only what this person did, and what is about them or about what they asked for or have; with their handle.
    pub of: Option<(PersonId, String)>,
}

/// From where entries are read, and in which direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    /// After that place, oldest first.
    After(i64),
    /// Before that place, newest first.
    Before(i64),
}

/// An entry about to be written; the store gives it its place.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEntry {
    /// When.
    pub at: Instant,
    /// Who caused it.
    pub actor: Actor,
    /// The environment's name.
    pub about: String,
    /// What happened.
    pub fact: Fact,
}

impl NewEntry {
    /// A fact about an environment.
    pub fn about(name: &EnvName, at: Instant, actor: Actor, fact: Fact) -> Self {
        Self { at, actor, about: name.as_str().to_owned(), fact }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_has_its_word() {
        let words = Fact::words();
        for known in ["requested", "approved", "ready", "gone", "key_added", "token_made"] {
            assert!(words.iter().any(|word| word == known), "{known} in {words:?}");
        }
        let told = serde_json::to_value(Fact::Withdrawn).expect("JSON");
        assert!(words.iter().any(|word| told["fact"] == **word));
        assert!(words.len() >= 28 && !words.iter().any(|word| word.contains(' ')), "{words:?}");
    }
}
