//! A database of one kind: its transactions, and how what goes wrong in them is told. Compiled once for each
//! database; `super` is `sqlite.rs` or `postgres.rs`.

mod accounts;
mod audit;
mod cards;
mod codes;
mod console;
mod delegations;
mod drafts;
mod extensions;
mod hooks;
mod inbox;
mod keys;
mod leaders;
pub(super) mod leases;
mod offers;
pub(super) mod outbox;
mod pages;
mod people;
mod quotas;
mod replies;
pub(super) mod requests;
mod templates;
mod tokens;
pub(super) mod wishes;

use anyhow::{Context, anyhow};
use async_trait::async_trait;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{FromRow, Pool, Transaction, migrate::Migrator};

use super::{BEGIN_READ, BEGIN_WRITE, Db, asks_again};
use crate::{
    domain::chain::Text,
    ports::store::{Store, StoreError, Stored, Tx},
};

type Arguments = <Db as sqlx::Database>::Arguments;
type Connection = <Db as sqlx::Database>::Connection;
type Row = <Db as sqlx::Database>::Row;
type Query<'q> = sqlx::query::Query<'q, Db, Arguments>;
type QueryAs<'q, T> = sqlx::query::QueryAs<'q, Db, T, Arguments>;

/// The database: connections that may change things, and connections that look.
pub(super) struct Database {
    pub(super) writers: Pool<Db>,
    pub(super) readers: Pool<Db>,
}

#[async_trait]
impl Store for Database {
    async fn begin(&self) -> Stored<Box<dyn Tx>> {
        let tx = self.writers.begin_with(BEGIN_WRITE).await.map_err(told)?;
        Ok(Box::new(Session { tx, writes: true, broken: false, entries: Vec::new() }))
    }

    async fn read(&self) -> Stored<Box<dyn Tx>> {
        let tx = self.readers.begin_with(BEGIN_READ).await.map_err(told)?;
        Ok(Box::new(Session { tx, writes: false, broken: false, entries: Vec::new() }))
    }

    async fn healthy(&self) -> Stored<()> {
        sqlx::query("SELECT 1").execute(&self.readers).await.map_err(told)?;
        Ok(())
    }
}

/// Runs what is missing; or, when that is not wanted, sees that nothing is missing.
pub(super) async fn bring_up_to_date(pool: &Pool<Db>, all: &Migrator, run: bool) -> anyhow::Result<()> {
    if run {
        return run_all(all, &mut *pool.acquire().await?).await;
    }
    let applied: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM _sqlx_migrations WHERE success")
        .fetch_one(pool)
        .await
        .context("the tables are missing; run `sublet migrate` first")?;
    let known = i64::try_from(all.iter().count())?;
    anyhow::ensure!(
        applied == known,
        "the database has {applied} of the {known} migrations that this program knows; run `sublet migrate` \
         with this version first"
    );
    Ok(())
}

/// Runs what is missing on a connection of its own.
pub(super) async fn run_all(all: &Migrator, connection: &mut Connection) -> anyhow::Result<()> {
    // What `Migrator::run` does; its future cannot be sent between threads ("not general enough").
    all.run_direct(None, connection, false).await.context("the tables cannot be brought up to date")
}

/// A transaction. Every statement goes through [`Session::run`], [`Session::find`] or [`Session::list`].
struct Session {
    tx: Transaction<'static, Db>,
    /// Whether it may change things.
    writes: bool,
    /// A statement failed. Postgres then undoes everything and says so to a `COMMIT` only in passing, and
    /// SQLite may have gone back to committing each statement: so nothing more is done, and no commit either.
    broken: bool,
    /// What the audit log will say of it; written at its commit.
    entries: Vec<Text>,
}

#[async_trait]
impl Tx for Session {
    async fn commit(mut self: Box<Self>) -> Stored<()> {
        self.intact()?;
        self.chain_entries().await?;
        self.tx.commit().await.map_err(told)
    }
}

impl Session {
    /// Changes something; answers how many rows it changed.
    async fn run(&mut self, query: Query<'_>) -> Stored<u64> {
        self.may_write()?;
        let done = query.execute(&mut *self.tx).await;
        self.seen(done).map(|done| done.rows_affected())
    }

    /// Changes something; answers the rows that it returns.
    async fn change<T>(&mut self, query: QueryAs<'_, T>) -> Stored<Vec<T>>
    where
        T: for<'r> FromRow<'r, Row> + Send + Unpin,
    {
        self.may_write()?;
        self.list(query).await
    }

    /// Looks for one row.
    async fn find<T>(&mut self, query: QueryAs<'_, T>) -> Stored<Option<T>>
    where
        T: for<'r> FromRow<'r, Row> + Send + Unpin,
    {
        self.intact()?;
        let found = query.fetch_optional(&mut *self.tx).await;
        self.seen(found)
    }

    /// Looks for rows.
    async fn list<T>(&mut self, query: QueryAs<'_, T>) -> Stored<Vec<T>>
    where
        T: for<'r> FromRow<'r, Row> + Send + Unpin,
    {
        self.intact()?;
        let found = query.fetch_all(&mut *self.tx).await;
        self.seen(found)
    }

    fn may_write(&self) -> Stored<()> {
        self.intact()?;
        if self.writes {
            return Ok(());
        }
        Err(anyhow!("a transaction that only looks was asked to change something").into())
    }

    fn intact(&self) -> Stored<()> {
        if self.broken {
            return Err(anyhow!("a statement failed before, so this transaction cannot go on").into());
        }
        Ok(())
    }

    fn seen<T>(&mut self, result: Result<T, sqlx::Error>) -> Stored<T> {
        self.broken |= result.is_err();
        result.map_err(told)
    }
}

/// What a failure means for the caller: begin again, or log it.
fn told(error: sqlx::Error) -> StoreError {
    let again = error.as_database_error().is_some_and(|database| {
        database.is_unique_violation() || database.code().is_some_and(|code| asks_again(&code))
    });
    if again {
        StoreError::Conflict
    } else {
        StoreError::Fault(anyhow::Error::new(error).context("the database"))
    }
}

/// Exactly one row was changed, or somebody else was faster.
fn one(rows: u64) -> Stored<()> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Something as the JSON of a `body`.
fn packed<T: Serialize>(thing: &T) -> Stored<String> {
    Ok(serde_json::to_string(thing).context("it cannot be written as JSON")?)
}

/// Something from the JSON of a `body`; `what` says whose, for the log.
fn unpacked<T: DeserializeOwned>(what: &str, body: &str) -> Stored<T> {
    Ok(serde_json::from_str(body).with_context(|| format!("a stored {what} cannot be read"))?)
}

/// An id or a name as it was stored.
fn read<T>(what: &str, text: &str, parse: impl Fn(&str) -> Option<T>) -> Stored<T> {
    Ok(parse(text).with_context(|| format!("`{text}` is no {what}"))?)
}
