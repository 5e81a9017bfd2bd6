//! What is kept, in SQLite or Postgres. SQL exists only below this folder.
//!
//! `sql/` holds every query once. `sqlite.rs` and `postgres.rs` each compile it against their own driver by
//! `#[path]`, with the few words in which the databases differ as macros. So the queries are typed, there is
//! one text of each, and nothing above knows which database it talks to. The price: a query is checked when
//! it runs, so `tests/store.rs` calls every method of the port on both.
//!
//! SQL that both understand:
//! - ids are `TEXT`; times are bound as [`Instant`](crate::domain::Instant) (`TIMESTAMPTZ` in Postgres, RFC
//!   3339 text in SQLite) and were cut to milliseconds by the clock; `now()` is never used;
//! - what SQL does not ask for is JSON in `body`, and SQL never looks into it;
//! - no arrays, no `ILIKE`, no enum types: a `CHECK` list of words instead;
//! - an update carries `WHERE id = $1 AND version = $2`, and the number of changed rows is looked at;
//! - a statement that fails ends its transaction in Postgres, so what may be there already is written with
//!   `ON CONFLICT DO NOTHING`, and a transaction in which anything failed refuses to go on (`sql/mod.rs`);
//! - a text that differs per database is `concat!`ed from literals: sqlx takes nothing else.
#![expect(clippy::duplicate_mod, reason = "the same SQL serves both databases")]

mod postgres;
mod sqlite;

use std::{sync::Arc, time::Duration};

use anyhow::bail;

use crate::ports::store::Store;

/// How to talk to the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The most connections at once: all of them in Postgres, those that only look in SQLite (which has one
    /// writer), and always one for `sqlite::memory:`. At least 1.
    pub connections: u32,
    /// How long to wait for a free connection, or for another process that writes to the same SQLite file.
    pub patience: Duration,
    /// After how long Postgres gives up a statement, and a transaction that does nothing.
    pub statement_timeout: Duration,
    /// Whether to bring the tables up to date when opening. When false, tables that are not up to date are
    /// refused.
    pub migrate: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: 8,
            patience: Duration::from_secs(10),
            statement_timeout: Duration::from_secs(15),
            migrate: true,
        }
    }
}

/// Opens a database: `sqlite:PATH` (made when it is missing, readable by its owner only), `sqlite::memory:`,
/// or `postgres://…`.
///
/// # Errors
/// The URL is of another kind, the database does not answer, its tables are newer than this program, or they
/// are older and [`Options::migrate`] is false. No error repeats the URL, so no password is in it.
pub async fn open(url: &str, options: &Options) -> anyhow::Result<Arc<dyn Store>> {
    match Engine::of(url)? {
        Engine::Sqlite => sqlite::open(url, options).await,
        Engine::Postgres => postgres::open(url, options).await,
    }
}

/// Brings the tables up to date and does nothing else. Harmless when they are; on Postgres several processes
/// may do it at once.
///
/// # Errors
/// As [`open`]; and a migration that fails.
pub async fn migrate(url: &str) -> anyhow::Result<()> {
    match Engine::of(url)? {
        Engine::Sqlite => sqlite::migrate(url).await,
        Engine::Postgres => postgres::migrate(url).await,
    }
}

enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    fn of(url: &str) -> anyhow::Result<Self> {
        match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => Ok(Self::Sqlite),
            Some("postgres" | "postgresql") => Ok(Self::Postgres),
            _ => bail!("a database URL starts with `sqlite:` or `postgres:`; this one does not"),
        }
    }
}
