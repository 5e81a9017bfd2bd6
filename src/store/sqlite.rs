//! `sql/` against SQLite: one writer, many readers, in a file or in memory.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::Context;
use sqlx::{
    ConnectOptions, Connection,
    migrate::Migrator,
    pool::PoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::Options;
use crate::ports::store::Store;

type Db = sqlx::Sqlite;

/// SQLite has one writer: whoever is in the transaction is alone.
macro_rules! lock_row {
    () => {
        ""
    };
}
macro_rules! skip_locked {
    () => {
        ""
    };
}
/// There is one writer already.
macro_rules! in_a_row {
    () => {
        "SELECT 1"
    };
}
/// Left alone, SQLite groups by walking over everything that waits, due or not.
macro_rules! by_effects_due {
    () => {
        " INDEXED BY effects_due"
    };
}
/// A time that is none is found out when it is read.
macro_rules! readable_at {
    () => {
        "at"
    };
}

/// Takes the write lock at once: a transaction that begins by reading and writes later fails with
/// `SQLITE_BUSY` whenever somebody else wrote in between, whatever the timeout.
const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";
const BEGIN_READ: &str = "BEGIN DEFERRED";

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

#[path = "sql/mod.rs"]
mod sql;

#[cfg(test)]
#[path = "plans.rs"]
mod plans;

/// `SQLITE_BUSY` (5) and `SQLITE_LOCKED` (6) with all their extended codes: begin again.
fn asks_again(code: &str) -> bool {
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6))
}

pub(super) async fn open(url: &str, options: &Options) -> anyhow::Result<Arc<dyn Store>> {
    Ok(Arc::new(connect(url, options).await?))
}

pub(super) async fn migrate(url: &str) -> anyhow::Result<()> {
    let mut connection = connect_options(url, Options::default().patience)?
        .connect()
        .await
        .context("the SQLite database cannot be opened")?;
    sql::run_all(&MIGRATIONS, &mut connection).await?;
    connection.close().await.context("the SQLite database cannot be closed")
}

async fn connect(url: &str, options: &Options) -> anyhow::Result<sql::Database> {
    let connect = connect_options(url, options.patience)?;
    // What is in memory lives as long as its one connection, so that one is never given up.
    let writers = PoolOptions::<Db>::new()
        .min_connections(1)
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(options.patience)
        .connect_with(connect.clone())
        .await
        .context("the SQLite database cannot be opened")?;
    sql::bring_up_to_date(&writers, &MIGRATIONS, options.migrate || in_memory(url)).await?;
    let readers = if in_memory(url) {
        writers.clone()
    } else {
        PoolOptions::new()
            .max_connections(options.connections.max(1))
            .acquire_timeout(options.patience)
            .connect_lazy_with(connect)
    };
    Ok(sql::Database { writers, readers })
}

fn connect_options(url: &str, busy: Duration) -> anyhow::Result<SqliteConnectOptions> {
    let options: SqliteConnectOptions =
        url.parse().context("the SQLite URL cannot be read; it is written `sqlite:PATH`")?;
    if !in_memory(url) {
        make_private(options.get_filename())?;
    }
    Ok(options
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        // What was acknowledged must be there after a power cut. With WAL, NORMAL writes to the disk only at
        // checkpoints: the file stays whole, but the last transactions may be gone.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(busy)
        // Whoever listens makes the store look several times a second.
        .log_statements("trace".parse().context("a level of logs")?))
}

fn in_memory(url: &str) -> bool {
    url.contains(":memory:") || url.contains("mode=memory")
}

/// Makes a new file that only its owner can read; SQLite gives the files beside it the same mode.
fn make_private(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Ok(_) => Ok(()),
        Err(fault) if fault.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(fault) => {
            Err(fault).with_context(|| format!("the database file {} cannot be made", path.display()))
        }
    }
}
