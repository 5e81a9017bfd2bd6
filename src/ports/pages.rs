//! Pages of lists that may be long: which rows, in which order, from which place on.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::store::Stored;
use crate::domain::{
    Instant,
    audit::Entry,
    extension::Extension,
    ids::{EffectId, PersonId},
    lease::Lease,
    notice::Notice,
    quota::{grant::Grant, wish::Wish},
    request::Request,
};

/// What rows can be told apart and ordered by. Not every list has every one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    /// The id: no two rows have the same.
    Id,
    /// The environment's name: no two rows have the same, either.
    Name,
    /// The state or the phase, in one word.
    State,
    /// When it came to be.
    CreatedAt,
    /// Whose it is: a person's id; for a temporary quota, the word of its scope.
    Owner,
    /// The template's name.
    Template,
    /// The lease that it belongs to, by its id.
    Lease,
    /// The place in a log.
    Seq,
    /// What an entry of the audit log is about.
    About,
    /// When it ends.
    Until,
}

/// A value of a column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// A number.
    Number(i64),
    /// A moment.
    Time(Instant),
    /// Words.
    Text(String),
    /// Several words, of which one is enough; only for [`Test::Among`].
    Several(Vec<String>),
}

/// How a column is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    /// The same.
    Is,
    /// Another.
    IsNot,
    /// The same, or later, or larger.
    From,
    /// Earlier, or smaller.
    Before,
    /// One of several.
    Among,
}

/// Only rows that pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Only {
    /// What is looked at.
    pub column: Column,
    /// How.
    pub test: Test,
    /// With what.
    pub cell: Cell,
}

/// By what rows are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Of what.
    pub column: Column,
    /// The largest first.
    pub descending: bool,
}

/// A page that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Only what is this person's; `None` for everybody's.
    pub whose: Option<PersonId>,
    /// Only rows that pass all of these.
    pub only: Vec<Only>,
    /// The order; its last column must be one in which no two rows are the same.
    pub order: Vec<Order>,
    /// Only what comes after these values of the order's columns, one for each.
    pub after: Option<Vec<Cell>>,
    /// The most rows.
    pub limit: u32,
}

/// A notice, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// Its id.
    pub id: EffectId,
    /// Its place among all that was ever to be done.
    pub seq: i64,
    /// What it says, and to whom.
    pub notice: Notice,
    /// How it ended, in one word; `None` while it is under way.
    pub outcome: Option<String>,
    /// When it was stored.
    pub created_at: Instant,
    /// When it ended.
    pub finished_at: Option<Instant>,
}

/// Pages. A column that a list does not have is a fault.
#[async_trait]
pub trait Pages {
    /// A page of requests. Has everything but [`Column::Lease`], [`Column::Seq`], [`Column::About`].
    async fn request_page(&mut self, wanted: &Wanted) -> Stored<Vec<Request>>;
    /// A page of leases. Has the same columns.
    async fn lease_page(&mut self, wanted: &Wanted) -> Stored<Vec<Lease>>;
    /// A page of extensions: [`Column::Id`], [`Column::State`], [`Column::CreatedAt`], [`Column::Lease`].
    async fn extension_page(&mut self, wanted: &Wanted) -> Stored<Vec<Extension>>;
    /// A page of notices about requests: [`Column::Id`], [`Column::State`], [`Column::CreatedAt`], [`Column::Seq`].
    async fn notice_page(&mut self, wanted: &Wanted) -> Stored<Vec<Sent>>;
    /// A page of temporary quotas: [`Column::Id`], [`Column::CreatedAt`], [`Column::Until`], [`Column::Owner`].
    /// Somebody's are those for themselves.
    async fn grant_page(&mut self, wanted: &Wanted) -> Stored<Vec<Grant>>;
    /// A page of wishes for temporary quotas: [`Column::Id`], [`Column::State`], [`Column::CreatedAt`],
    /// [`Column::Owner`].
    async fn wish_page(&mut self, wanted: &Wanted) -> Stored<Vec<Wish>>;
    /// A page of the audit log: [`Column::Seq`], [`Column::CreatedAt`], [`Column::About`]. Somebody's are the entries
    /// about their environments and about themselves.
    async fn entries_page(&mut self, wanted: &Wanted) -> Stored<Vec<Entry>>;
}

/// An answer that is kept under a key of the caller's, so that the same call twice is done once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Who called.
    pub person: PersonId,
    /// The key that they gave.
    pub key: String,
    /// A digest of everything that the call said.
    pub digest: String,
    /// The id under which it came in: the same again when the call is taken up again.
    pub event: String,
    /// When it began.
    pub begun_at: Instant,
    /// What was answered, as JSON; `None` while it is being done.
    pub answer: Option<String>,
}

/// Answers under keys of callers.
#[async_trait]
pub trait Replies {
    /// Begins a call, and forgets those that began before `old`. `false`, and nothing is changed, when there is one
    /// under that key.
    async fn begin_reply(&mut self, reply: &Reply, old: Instant) -> Stored<bool>;
    /// What is kept under somebody's key.
    async fn reply(&mut self, person: &PersonId, key: &str) -> Stored<Option<Reply>>;
    /// Takes up a call that somebody else began and did not end. `false` when they did, or another took it up.
    async fn take_up_reply(&mut self, reply: &Reply, now: Instant) -> Stored<bool>;
    /// Keeps what was answered.
    async fn end_reply(&mut self, person: &PersonId, key: &str, answer: &str) -> Stored<()>;
    /// Forgets a call that came to nothing, so that it can be made again.
    async fn forget_reply(&mut self, person: &PersonId, key: &str) -> Stored<()>;
}
