//! Refusals: the no that a person can act on. Everything else that goes wrong is a fault.

use serde::{Deserialize, Serialize};

use super::{
    Instant,
    ids::PersonId,
    notice::Offset,
    person::{Membership, Role},
    quota::{Resource, Scope as Whose, fit::Short},
    template::{ParameterFault, Problem, Value},
    token::Scope,
};

/// Why something asked for cannot be, with what would work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "refusal", rename_all = "snake_case")]
pub enum Refusal {
    /// The speaker is not known or no longer active.
    Unknown,
    /// Their account is none of a full member.
    NotAdmitted {
        /// What it is.
        membership: Membership,
    },
    /// The platform shows no e-mail address of theirs, so nobody can say who they are.
    NoAddress,
    /// The account is not linked to a person, and the platform shows nothing by which it could be.
    NotLinked {
        /// The platform's id of the account, which an admin needs to list it.
        account: String,
    },
    /// The code is none, or was used, or its time is over.
    WrongCode,
    /// The account is linked already.
    Linked,
    /// Their e-mail address is not of an allowed domain.
    DomainNotAllowed {
        /// Their address.
        email: String,
        /// The allowed domains.
        allowed: Vec<String>,
    },
    /// There is no such template.
    NoTemplate {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// The template is for other teams.
    NotForTeams {
        /// The template.
        template: String,
        /// The teams that may have it.
        teams: Vec<String>,
    },
    /// The template has no size of that name.
    NoSuchSize {
        /// The template.
        template: String,
        /// What was asked for.
        name: String,
        /// The sizes there are.
        known: Vec<String>,
    },
    /// The template never had a version of that number.
    NoSuchVersion {
        /// The template.
        template: String,
        /// The latest there is; 0 for none.
        latest: u32,
    },
    /// Parameters do not fit the template.
    BadParameters {
        /// The template.
        template: String,
        /// One entry for each.
        faults: Vec<ParameterFault>,
    },
    /// Longer than the template allows.
    TooLong {
        /// What was asked.
        asked: Offset,
        /// The longest allowed.
        longest: Offset,
    },
    /// Shorter than makes sense.
    TooShort {
        /// What was asked.
        asked: Offset,
        /// The shortest allowed.
        shortest: Offset,
    },
    /// An absolute end that is already over.
    EndInThePast {
        /// The end asked for.
        until: Instant,
    },
    /// They have no key, so nobody could log in.
    NoKey,
    /// They have several keys and did not say which.
    WhichKey {
        /// Their names.
        names: Vec<String>,
    },
    /// They have no key of that name.
    NoSuchKey {
        /// The name.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// A key of that name or with that fingerprint is there already.
    KeyExists {
        /// Its name.
        name: String,
    },
    /// The text is not an acceptable public key.
    BadKey {
        /// What is wrong with it.
        problem: KeyProblem,
    },
    /// There is no such environment, or it is not theirs to see.
    NoSuch {
        /// The name.
        name: String,
        /// A name of theirs that looks like it.
        similar: Option<String>,
    },
    /// It belongs to somebody else.
    NotYours {
        /// The name.
        name: String,
    },
    /// Only approvers may decide.
    NotApprover,
    /// They decide others, but not this one.
    NotReviewer {
        /// Who does, in words.
        needs: String,
    },
    /// Somebody reviewed it in their stead already.
    SpokenFor {
        /// Who did.
        by: PersonId,
    },
    /// They may not approve alone.
    NoBreakGlass {
        /// Who may, in words; `None` when nobody may.
        who: Option<String>,
    },
    /// Nothing is offered, or it was taken back.
    NoOffer,
    /// An offer may only be less than what was asked for.
    OnlyLess {
        /// The parameter, or `for`.
        name: String,
        /// What was asked for, as people write it.
        asked: String,
    },
    /// What is offered is what was asked for.
    NothingLess,
    /// Only people of these roles may do that; none when nobody may.
    NeedsRole {
        /// Which.
        roles: Vec<Role>,
    },
    /// Nobody of that handle is known.
    NoSuchPerson {
        /// The handle.
        handle: String,
        /// A handle that looks like it.
        similar: Option<String>,
    },
    /// They are that already.
    AlreadyIs {
        /// The handle.
        handle: String,
        /// What they are, such as `approver` or `in the team shop`.
        what: String,
    },
    /// It was not given in chat, so it cannot be taken there.
    NotGivenHere {
        /// The handle.
        handle: String,
        /// What was to be taken.
        what: String,
        /// Whether they have it from the configuration or by the platform.
        elsewhere: bool,
    },
    /// The text is no account of a platform.
    BadAccount {
        /// The text.
        account: String,
    },
    /// Somebody would shut themselves out.
    Oneself,
    /// Nobody acts in their own stead.
    OwnStead,
    /// Somebody else may act in one's stead only until an end that is not too far away.
    AwayTooLong {
        /// The latest possible.
        latest: Instant,
    },
    /// They are still active.
    StillActive {
        /// The handle.
        handle: String,
    },
    /// They are not active because the configuration says so, or no longer names them.
    ByConfiguration {
        /// The handle.
        handle: String,
    },
    /// What was known of them was erased.
    Erased,
    /// Nobody may decide their own request.
    OwnRequest,
    /// They said yes already; others have to.
    Reviewed,
    /// They are in several teams and did not say for which one it is.
    WhichTeam {
        /// Their teams.
        teams: Vec<String>,
    },
    /// They are not in that team.
    NotInTeam {
        /// The team.
        team: String,
        /// Their teams.
        teams: Vec<String>,
    },
    /// The token does not reach so far.
    OutOfScope {
        /// What it would have to be good for.
        needs: Scope,
    },
    /// There is no such scope.
    NoSuchScope {
        /// What was written.
        name: String,
    },
    /// They have a token of that name.
    TokenExists {
        /// Its name.
        name: String,
    },
    /// They have no token of that name.
    NoSuchToken {
        /// The name.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// As many tokens as one person may have.
    TooManyTokens {
        /// The limit.
        most: u32,
    },
    /// Nobody is there who may decide, so the request would wait for ever.
    NobodyCanApprove {
        /// Whom it lacks, in words, one entry for each need.
        lacks: Vec<String>,
    },
    /// It was decided before.
    AlreadyDecided {
        /// The decision, one word: `approved`, `rejected`, `withdrawn`, `lapsed`.
        decision: String,
        /// Who decided; `None` when a rule or time did.
        by: Option<PersonId>,
        /// When.
        at: Instant,
    },
    /// The card is older than what it shows.
    Stale,
    /// It cannot be decided yet: it is still being looked at.
    NotYet,
    /// It is in a state in which this makes no sense.
    WrongState {
        /// What was tried, such as `extend`.
        tried: String,
        /// The state it is in, in the product's words.
        state: String,
    },
    /// The one extension was used.
    AlreadyExtended,
    /// An extension is already asked for.
    ExtensionPending,
    /// The extension would pass the template's maximum.
    BeyondMaximum {
        /// The latest end that is possible.
        latest: Instant,
        /// How much could be added.
        possible: Offset,
    },
    /// As many of something as one person may have.
    TooMany {
        /// What is limited.
        what: String,
        /// The limit.
        limit: Value,
    },
    /// It does not fit into the quotas.
    Quota {
        /// The limits that are in the way; at least one.
        short: Vec<Short>,
        /// A line that would fit.
        offer: Option<String>,
    },
    /// There is no such person, team or template to have a quota.
    NoSuchQuota {
        /// What was written.
        who: String,
        /// A name that looks like it.
        similar: Option<String>,
    },
    /// There is no limit, so nothing could be added to it.
    NoLimit {
        /// Whose.
        scope: Whose,
        /// On what.
        resource: Resource,
    },
    /// There is no such temporary quota.
    NoSuchGrant {
        /// What was written.
        id: String,
    },
    /// The temporary quota is over, or was taken back.
    GrantOver {
        /// Its id.
        id: String,
    },
    /// It would end before it begins.
    EndBeforeBegin {
        /// The beginning.
        from: Instant,
        /// The end.
        until: Instant,
    },
    /// The reason is longer than can be kept.
    TooMuchText {
        /// Which field.
        field: String,
        /// The most characters.
        most: u32,
    },
}

impl Refusal {
    /// Whether nothing that is written into the same form could help any more.
    pub fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Unknown
                | Self::NotAdmitted { .. }
                | Self::NoAddress
                | Self::NotLinked { .. }
                | Self::WrongCode
                | Self::Linked
                | Self::NotYours { .. }
                | Self::NoSuchGrant { .. }
                | Self::GrantOver { .. }
                | Self::NotApprover
                | Self::NeedsRole { .. }
                | Self::Oneself
                | Self::StillActive { .. }
                | Self::ByConfiguration { .. }
                | Self::Erased
                | Self::AlreadyIs { .. }
                | Self::NotGivenHere { .. }
                | Self::NotReviewer { .. }
                | Self::SpokenFor { .. }
                | Self::NoBreakGlass { .. }
                | Self::NoOffer
                | Self::OwnRequest
                | Self::Reviewed
                | Self::OutOfScope { .. }
                | Self::AlreadyDecided { .. }
                | Self::Stale
                | Self::WrongState { .. }
                | Self::AlreadyExtended
                | Self::ExtensionPending
        )
    }

    /// A line that would work instead, offered as a button: the answer then is a message, also to a form.
    pub fn offer(&self) -> Option<&str> {
        match self {
            Self::Quota { offer, .. } => offer.as_deref(),
            _ => None,
        }
    }

    /// Whether nothing is wrong but that parameters without a default were not given: a form asks for them.
    pub fn only_asks_for_more(&self) -> bool {
        match self {
            Self::BadParameters { faults, .. } => {
                faults.iter().all(|fault| fault.problem == Problem::Missing)
            }
            _ => false,
        }
    }
}

/// What is wrong with a public key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum KeyProblem {
    /// Nothing there.
    Empty,
    /// More than one line.
    SeveralLines,
    /// It looks like a private key: it must not be sent to anybody.
    Private,
    /// It has options in front, such as `command=`.
    Options,
    /// It cannot be read as an OpenSSH public key.
    Unreadable,
    /// A type that is no longer safe or not supported.
    Type {
        /// The type found.
        found: String,
    },
    /// Too few bits.
    Weak {
        /// Bits found.
        bits: u32,
        /// Bits needed.
        needed: u32,
    },
    /// Longer than any real key.
    TooLong,
}
