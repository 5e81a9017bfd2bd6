//! `sql/` against Postgres.

use std::{str::FromStr, sync::Arc};

use anyhow::Context;
use sqlx::{ConnectOptions, Connection, migrate::Migrator, pool::PoolOptions, postgres::PgConnectOptions};

use super::Options;
use crate::ports::store::Store;

type Db = sqlx::Postgres;

/// Keeps others from changing the row until the transaction ends; rows that point to it may be added.
macro_rules! lock_row {
    () => {
        " FOR NO KEY UPDATE"
    };
}
/// The same, and passes over rows that somebody else has locked.
macro_rules! skip_locked {
    () => {
        " FOR NO KEY UPDATE OF l SKIP LOCKED"
    };
}
/// Waits in a row, first come, first served, until the transaction ends. Those who wait for one row alone are not served
/// in a row: each change of it sends all of them back to the end, and some wait for ever.
macro_rules! in_a_row {
    () => {
        "SELECT pg_advisory_xact_lock(7310421983)"
    };
}
/// Postgres chooses its index by what it counted.
macro_rules! by_effects_due {
    () => {
        ""
    };
}
/// Empty for a time that our type of times cannot hold, such as `infinity`: the driver panics at those.
macro_rules! readable_at {
    () => {
        "CASE WHEN at BETWEEN '0001-01-01' AND '9999-12-31' THEN at END AS at"
    };
}

/// Versions guard what is written, so nothing stricter is needed.
const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
/// One picture for everything that is read in it, as in SQLite; it can neither wait nor fail for others.
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

#[path = "sql/mod.rs"]
mod sql;

/// Serialization failure, deadlock, lock not available: begin again.
fn asks_again(code: &str) -> bool {
    matches!(code, "40001" | "40P01" | "55P03")
}

pub(super) async fn open(url: &str, options: &Options) -> anyhow::Result<Arc<dyn Store>> {
    let connect = connect_options(url)?;
    let limit = options.statement_timeout.as_millis().to_string();
    let limited = connect
        .clone()
        .options([("statement_timeout", &limit), ("idle_in_transaction_session_timeout", &limit)]);
    if options.migrate {
        run_migrations(&connect).await?;
    }
    let pool = PoolOptions::<Db>::new()
        .max_connections(options.connections.max(1))
        .acquire_timeout(options.patience)
        .connect_with(limited)
        .await
        .with_context(|| unreachable(&connect))?;
    if !options.migrate {
        sql::bring_up_to_date(&pool, &MIGRATIONS, false).await?;
    }
    Ok(Arc::new(sql::Database { writers: pool.clone(), readers: pool }))
}

pub(super) async fn migrate(url: &str) -> anyhow::Result<()> {
    run_migrations(&connect_options(url)?).await
}

/// On a connection of its own without time limits: others that start at the same time wait for its lock.
async fn run_migrations(connect: &PgConnectOptions) -> anyhow::Result<()> {
    let mut connection = connect.connect().await.with_context(|| unreachable(connect))?;
    sql::run_all(&MIGRATIONS, &mut connection).await?;
    connection.close().await.context("the connection to Postgres cannot be closed")
}

fn connect_options(url: &str) -> anyhow::Result<PgConnectOptions> {
    let options = PgConnectOptions::from_str(url).context(
        "the Postgres URL cannot be read; it is written `postgres://USER:PASSWORD@HOST:PORT/DATABASE`",
    )?;
    // Whoever listens makes the store look several times a second.
    Ok(options.application_name("sublet").log_statements("trace".parse().context("a level of logs")?))
}

/// Says where we tried to connect, without the password.
fn unreachable(options: &PgConnectOptions) -> String {
    format!(
        "Postgres at {}:{} (database {}, user {}) cannot be used",
        options.get_host(),
        options.get_port(),
        options.get_database().unwrap_or("of the user's name"),
        options.get_username(),
    )
}
