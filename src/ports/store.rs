//! What is kept. One contract, two databases; SQL exists only behind it.
//!
//! Work happens in a transaction: [`Store::begin`] to change things, [`Store::read`] to look. A transaction
//! that is dropped without [`Tx::commit`] has changed nothing. Lookups return `Option`. Saves carry
//! `WHERE id AND version` and raise the version of what they are given; when somebody else was faster they
//! answer [`StoreError::Conflict`], and the caller begins again from the load.
//!
//! A lane is the row of effects of one thing, such as a request: a worker claims the lane, so that no two workers act
//! on the same thing at once, and whoever is claimed past its time is claimed again.

mod programs;
mod quotas;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

pub use programs::{Telling, Tokens};
pub use quotas::{Grants, Quotas, Wishes};

use super::chat::{Message, MessageRef, Workspace};
use crate::domain::{
    Instant,
    audit::{Cursor, Entry, Filter, NewEntry},
    chain,
    delegation::Delegation,
    effect::Effect,
    extension::Extension,
    ids::{EffectId, EnvName, ExtensionId, KeyId, Lane, LeaseId, PersonId, RequestId},
    key::StoredKey,
    lease::Lease,
    person::{Membership, Person},
    request::Request,
    template::{Template, Version},
};

/// Why the store did not do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else changed it first, or the database asks to begin again.
    #[error("it was changed by somebody else in the meantime")]
    Conflict,
    /// Something is broken; to be logged, not shown.
    #[error(transparent)]
    Fault(#[from] anyhow::Error),
}

/// The result of a store call.
pub type Stored<T> = Result<T, StoreError>;

/// A database.
#[async_trait]
pub trait Store: Send + Sync {
    /// Begins a transaction that may change things.
    async fn begin(&self) -> Stored<Box<dyn Tx>>;

    /// Begins a transaction that only looks.
    async fn read(&self) -> Stored<Box<dyn Tx>>;

    /// Whether the database answers.
    async fn healthy(&self) -> Stored<()>;
}

/// A transaction.
#[async_trait]
pub trait Tx:
    People
    + Accounts
    + Codes
    + Tokens
    + Telling
    + Delegations
    + Drafts
    + Leaders
    + Keys
    + Requests
    + TemplateVersions
    + Leases
    + Extensions
    + Quotas
    + Grants
    + Wishes
    + Outbox
    + Cards
    + Offers
    + Inbox
    + AuditLog
    + ConsoleLog
    + super::pages::Pages
    + super::pages::Replies
    + Send
{
    /// Makes everything in it lasting. [`StoreError::Conflict`] when the database refuses.
    async fn commit(self: Box<Self>) -> Stored<()>;
}

/// People.
#[async_trait]
pub trait People {
    /// Adds a person, or replaces what is known of them.
    async fn save_person(&mut self, person: &Person) -> Stored<()>;
    /// The person of that id.
    async fn person(&mut self, id: &PersonId) -> Stored<Option<Person>>;
    /// The person of that handle.
    async fn person_by_handle(&mut self, handle: &str) -> Stored<Option<Person>>;
    /// Everybody, by handle.
    async fn people(&mut self) -> Stored<Vec<Person>>;
}

/// People's public keys.
#[async_trait]
pub trait Keys {
    /// Adds a key. `false`, and nothing is changed, when the owner has that name or that fingerprint already.
    async fn insert_key(&mut self, key: &StoredKey) -> Stored<bool>;
    /// Somebody's keys, oldest first.
    async fn keys_of(&mut self, owner: &PersonId) -> Stored<Vec<StoredKey>>;
    /// Removes a key.
    async fn delete_key(&mut self, id: &KeyId) -> Stored<()>;
}

/// Requests.
#[async_trait]
pub trait Requests {
    /// Adds a request; its version becomes 1. [`StoreError::Conflict`] when its name is taken.
    async fn insert_request(&mut self, request: &mut Request) -> Stored<()>;
    /// Saves it if nobody else did since it was loaded; raises its version.
    async fn save_request(&mut self, request: &mut Request) -> Stored<()>;
    /// The request of that id.
    async fn request(&mut self, id: &RequestId) -> Stored<Option<Request>>;
    /// The request of that name.
    async fn request_by_name(&mut self, name: &EnvName) -> Stored<Option<Request>>;
    /// Requests whose alarm is due, most overdue first, at most `limit`.
    async fn requests_due(&mut self, now: Instant, limit: u32) -> Stored<Vec<RequestId>>;
    /// Requests that are analysed or wait (of one person, or of everybody), oldest first.
    async fn open_requests(&mut self, requester: Option<&PersonId>) -> Stored<Vec<Request>>;
    /// Somebody's latest requests, newest first, at most `limit`.
    async fn requests_of(&mut self, requester: &PersonId, limit: u32) -> Stored<Vec<Request>>;
}

/// Every content that a template ever had.
#[async_trait]
pub trait TemplateVersions {
    /// The number of this content, which is kept from now on if it was not. [`StoreError::Conflict`] when another
    /// content is being kept at the same time.
    async fn keep_template(&mut self, template: &Template, now: Instant) -> Stored<u32>;
    /// The versions of a template, the first one first.
    async fn template_versions(&mut self, name: &str) -> Stored<Vec<Version>>;
    /// The template as it was in that version.
    async fn template_version(&mut self, name: &str, number: u32) -> Stored<Option<Template>>;
}

/// Leases.
#[async_trait]
pub trait Leases {
    /// Adds a lease; its version becomes 1.
    async fn insert_lease(&mut self, lease: &mut Lease) -> Stored<()>;
    /// Saves it if nobody else did since it was loaded; raises its version; its alarm follows.
    async fn save_lease(&mut self, lease: &mut Lease) -> Stored<()>;
    /// The lease of that id.
    async fn lease(&mut self, id: &LeaseId) -> Stored<Option<Lease>>;
    /// The lease that came from that request.
    async fn lease_of_request(&mut self, request: &RequestId) -> Stored<Option<Lease>>;
    /// The lease of that name.
    async fn lease_by_name(&mut self, name: &EnvName) -> Stored<Option<Lease>>;
    /// Leases whose alarm is due, most overdue first, at most `limit`.
    async fn leases_due(&mut self, now: Instant, limit: u32) -> Stored<Vec<LeaseId>>;
    /// Leases that are not gone (of one person, or of everybody), oldest first.
    async fn live_leases(&mut self, owner: Option<&PersonId>) -> Stored<Vec<Lease>>;
    /// Ids of the leases in that phase (its word), oldest first.
    async fn leases_in(&mut self, phase: &str) -> Stored<Vec<LeaseId>>;
    /// How many leases there are in each phase that has any, by its word.
    async fn leases_by_phase(&mut self) -> Stored<Vec<(String, i64)>>;
}

/// Extensions.
#[async_trait]
pub trait Extensions {
    /// Adds an extension; its version becomes 1.
    async fn insert_extension(&mut self, extension: &mut Extension) -> Stored<()>;
    /// Saves it if nobody else did since it was loaded; raises its version.
    async fn save_extension(&mut self, extension: &mut Extension) -> Stored<()>;
    /// The extension of that id.
    async fn extension(&mut self, id: &ExtensionId) -> Stored<Option<Extension>>;
    /// The extensions of a lease, oldest first.
    async fn extensions_of(&mut self, lease: &LeaseId) -> Stored<Vec<Extension>>;
    /// Extensions whose alarm is due, most overdue first, at most `limit`.
    async fn extensions_due(&mut self, now: Instant, limit: u32) -> Stored<Vec<ExtensionId>>;
}

/// An effect in the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Queued {
    /// Its id.
    pub id: EffectId,
    /// The lane it stands in.
    pub lane: Lane,
    /// What is to be done.
    pub effect: Effect,
    /// How often it was tried at the present stage.
    pub attempts: u32,
    /// Which way of delivery is being tried, from 0.
    pub stage: u32,
    /// What earlier tries said, for the reason that is given in the end.
    pub notes: Vec<String>,
    /// When it was stored.
    pub created_at: Instant,
}

/// Effects to be done, in lanes.
#[async_trait]
pub trait Outbox {
    /// Stores an effect, due at once. A key that was ever stored before is ignored.
    async fn push(&mut self, id: EffectId, lane: &Lane, effect: &Effect, now: Instant) -> Stored<()>;
    /// Claims up to `limit` free lanes with due effects for `holder`, until `until`; none of an outgoing webhook.
    async fn claim_lanes(
        &mut self,
        holder: &str,
        now: Instant,
        until: Instant,
        limit: u32,
    ) -> Stored<Vec<Lane>>;
    /// The same, for the lanes of outgoing webhooks alone.
    async fn claim_hooks(
        &mut self,
        holder: &str,
        now: Instant,
        until: Instant,
        limit: u32,
    ) -> Stored<Vec<Lane>>;
    /// Whether `holder` still holds the lane.
    async fn holds(&mut self, lane: &Lane, holder: &str) -> Stored<bool>;
    /// The due effects of a lane, in the order they were stored.
    async fn due_effects(&mut self, lane: &Lane, now: Instant) -> Stored<Vec<Queued>>;
    /// It is done, or given up (`outcome` in one word); never claimed again.
    async fn finish(&mut self, id: &EffectId, outcome: &str, now: Instant) -> Stored<()>;
    /// It will be tried again at `due`, with these counters and notes.
    async fn postpone(&mut self, queued: &Queued, due: Instant) -> Stored<()>;
    /// Gives the lane back.
    async fn release_lane(&mut self, lane: &Lane, holder: &str) -> Stored<()>;
    /// How many effects wait, and when the oldest of them was stored.
    async fn backlog(&mut self) -> Stored<(u64, Option<Instant>)>;
    /// The effects that wait, due or not, oldest first, at most `limit`.
    async fn waiting(&mut self, limit: u32) -> Stored<Vec<Queued>>;
}

/// An account on a chat platform, as the platform described it when it was last asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Where it is an account.
    pub workspace: Workspace,
    /// The platform's id of it, such as `U0123ABCD`.
    pub id: String,
    /// What it is there.
    pub membership: Membership,
    /// Whose it is; `None` for somebody who is not admitted.
    pub person: Option<PersonId>,
    /// When it was linked by a code; `None` when an address or the configuration says whose it is, each time anew.
    pub linked_at: Option<Instant>,
    /// The platform's id of the direct conversation, once it was opened.
    pub direct: Option<String>,
    /// When the platform was last asked about it.
    pub checked_at: Instant,
}

/// Accounts on chat platforms. A person has at most one in each workspace.
#[async_trait]
pub trait Accounts {
    /// Saves an account. Another account of the same person in the same workspace is theirs no more.
    async fn save_account(&mut self, account: &Account) -> Stored<()>;
    /// The account of that id.
    async fn account(&mut self, workspace: &Workspace, id: &str) -> Stored<Option<Account>>;
    /// Somebody's accounts, by workspace.
    async fn accounts_of(&mut self, person: &PersonId) -> Stored<Vec<Account>>;
    /// Somebody's accounts are nobody's any more.
    async fn forget_accounts(&mut self, person: &PersonId) -> Stored<()>;
    /// The account that somebody has in a workspace.
    async fn account_of(&mut self, workspace: &Workspace, person: &PersonId) -> Stored<Option<Account>>;
}

/// A one-time code that links an account to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The digest of the code; the code itself is kept nowhere.
    pub digest: String,
    /// To whom it links.
    pub person: PersonId,
    /// When it is no good any more.
    pub expires_at: Instant,
}

/// One-time codes.
#[async_trait]
pub trait Codes {
    /// Keeps a code, and forgets those that expired before `now`.
    async fn save_code(&mut self, code: &Code, now: Instant) -> Stored<()>;
    /// Forgets somebody's codes.
    async fn forget_codes(&mut self, person: &PersonId) -> Stored<()>;
    /// Takes a code away, if it is still good; answers with its person.
    async fn take_code(&mut self, digest: &str, now: Instant) -> Stored<Option<PersonId>>;
}

/// A form that is being filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its id.
    pub id: String,
    /// Who fills it in.
    pub person: PersonId,
    /// The path of the command.
    pub path: Vec<String>,
    /// What was given so far, by name.
    pub values: Vec<(String, String)>,
    /// Values that are settled and are sent along unseen.
    pub hidden: Vec<(String, String)>,
}

/// Who reviews in whose stead.
#[async_trait]
pub trait Delegations {
    /// Lets somebody review in somebody's stead, instead of whoever did before.
    async fn save_delegation(&mut self, delegation: &Delegation) -> Stored<()>;
    /// Who reviews in that person's stead, or last did: its end may be over.
    async fn delegation_of(&mut self, from: &PersonId) -> Stored<Option<Delegation>>;
    /// In whose stead somebody reviews now, the longest since first.
    async fn delegations_to(&mut self, to: &PersonId, now: Instant) -> Stored<Vec<Delegation>>;
    /// Nobody reviews in that person's stead any more.
    async fn end_delegation(&mut self, from: &PersonId) -> Stored<()>;
}

/// Forms that are being filled in, on platforms that keep nothing between two presses.
#[async_trait]
pub trait Drafts {
    /// Keeps a form, or what it says now; forgets those that were last saved before `old`.
    async fn save_draft(&mut self, draft: &Draft, now: Instant, old: Instant) -> Stored<()>;
    /// The form of that id, unless it was last saved before `old`.
    async fn draft(&mut self, id: &str, old: Instant) -> Stored<Option<Draft>>;
    /// It was sent.
    async fn forget_draft(&mut self, id: &str) -> Stored<()>;
    /// Forgets everything that somebody was filling in.
    async fn forget_drafts_of(&mut self, person: &PersonId) -> Stored<()>;
}

/// Who does what only one process may do.
#[async_trait]
pub trait Leaders {
    /// Takes or keeps a post until then. `false` when another process has it.
    async fn lead(&mut self, post: &str, holder: &str, now: Instant, until: Instant) -> Stored<bool>;
    /// Gives a post back, if it is this process's.
    async fn resign(&mut self, post: &str, holder: &str) -> Stored<()>;
}

/// For whom a card is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// The requester, in their DM.
    Requester,
    /// The approvers, in their channel.
    Approvers,
}

impl Audience {
    /// The word under which it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Requester => "requester",
            Self::Approvers => "approvers",
        }
    }
}

/// A card that was posted.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// The request (or extension, by its id's text) it is about.
    pub subject: String,
    /// For whom.
    pub audience: Audience,
    /// Where it is.
    pub at: MessageRef,
    /// Digest of what it says, so that it is not rewritten with the same words.
    pub digest: String,
}

/// Cards that were posted.
#[async_trait]
pub trait Cards {
    /// The card about a subject for an audience in a workspace.
    async fn card(
        &mut self,
        subject: &str,
        audience: Audience,
        workspace: &Workspace,
    ) -> Stored<Option<Card>>;
    /// Remembers a posted card, or what it says now.
    async fn save_card(&mut self, card: &Card, now: Instant) -> Stored<()>;
}

/// A message with buttons that is no card, such as a warning.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// The request it is about.
    pub request: RequestId,
    /// Where it is.
    pub at: MessageRef,
    /// What it says.
    pub message: Message,
}

/// Messages with buttons that are no cards, as long as their buttons may die.
#[async_trait]
pub trait Offers {
    /// Remembers a posted message, or what it says now.
    async fn save_offer(&mut self, offer: &Offer, now: Instant) -> Stored<()>;
    /// Those about a request, in the order they were posted.
    async fn offers_of(&mut self, request: &RequestId) -> Stored<Vec<Offer>>;
    /// Its buttons are gone, or it is.
    async fn forget_offer(&mut self, at: &MessageRef) -> Stored<()>;
}

/// What came in, so that nothing is done twice.
#[async_trait]
pub trait Inbox {
    /// Notes an inbound id. `false` when it was there already.
    async fn receive(&mut self, id: &str, now: Instant) -> Stored<bool>;
    /// Keeps the answer that was given to it, as JSON.
    async fn answered(&mut self, id: &str, answer: &str) -> Stored<()>;
    /// The answer that was given to it.
    async fn answer_to(&mut self, id: &str) -> Stored<Option<String>>;
}

/// The audit log: only ever added to.
#[async_trait]
pub trait AuditLog {
    /// Adds an entry. It gets its place in the log, and its hash, when the transaction commits.
    async fn record(&mut self, entry: &NewEntry) -> Stored<()>;
    /// Everything about a name, oldest first.
    async fn history(&mut self, about: &str) -> Stored<Vec<Entry>>;
    /// The next entries after a place, as they are stored: at most `limit`, in order.
    async fn audit_after(&mut self, seq: i64, limit: u32) -> Stored<Vec<chain::Row>>;
    /// The entries that a filter lets through, from a place on: at most `limit`.
    async fn audit_page(&mut self, filter: &Filter, from: Cursor, limit: u32) -> Stored<Vec<Entry>>;
    /// The place of the first entry that was written at that moment or later.
    async fn audit_since(&mut self, moment: Instant) -> Stored<Option<i64>>;
    /// The last of the entries that were removed; the start when none was.
    async fn audit_floor(&mut self) -> Stored<chain::Head>;
    /// Removes every entry up to one that is there. [`StoreError::Conflict`] when the floor is not `from` any more.
    async fn raise_audit_floor(&mut self, from: &chain::Head, to: &chain::Head) -> Stored<()>;
    /// Puts other words in the place of an entry's, and keeps the commitment to those that it had. `false` for an
    /// entry of old, whose hash covers its words: those stay.
    async fn seal_entry(&mut self, seq: i64, about: &str, fact: &str) -> Stored<bool>;
    /// The end of the log, as it is written down beside it.
    async fn audit_head(&mut self) -> Stored<chain::Head>;
}

/// A message of the chat console.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsoleMessage {
    /// Its id.
    pub id: String,
    /// The conversation: `approvers`, or `dm/` and a person's id.
    pub channel: String,
    /// Who wrote it: a person's id, or `sublet`.
    pub author: String,
    /// When not empty, only this person sees it (the id).
    pub only_for: Option<String>,
    /// What it says, as JSON of the console's own type.
    pub body: String,
    /// When it was written.
    pub at: Instant,
    /// Grows over all messages with every write or rewrite: what changed since is what is larger.
    pub revision: i64,
}

/// The chat console's messages: the platform itself, in our own database.
#[async_trait]
pub trait ConsoleLog {
    /// Writes a message (its `revision` is ignored). When that key was written before, nothing changes; the
    /// id of the message under that key is returned in either case.
    async fn write_message(&mut self, key: &str, message: &ConsoleMessage) -> Stored<String>;
    /// Replaces what a message says. `false` when there is none.
    async fn rewrite_message(&mut self, id: &str, body: &str) -> Stored<bool>;
    /// A conversation as one person sees it, oldest first: the last `limit`.
    async fn messages(&mut self, channel: &str, reader: &str, limit: u32) -> Stored<Vec<ConsoleMessage>>;
    /// Everything written or rewritten after that revision, in order.
    async fn messages_since(&mut self, revision: i64, limit: u32) -> Stored<Vec<ConsoleMessage>>;
    /// The largest revision; 0 when there is nothing.
    async fn last_revision(&mut self) -> Stored<i64>;
}
