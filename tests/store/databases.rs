//! Databases of their own on the Postgres server that the tests were given.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, resume_unwind},
    sync::atomic::{AtomicU32, Ordering},
};

use futures_util::FutureExt;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::support::required;

/// Runs something on an empty database, given by its URL, which is removed afterwards, also when it failed.
pub async fn with_new_database<F: Future<Output = ()>>(work: impl FnOnce(String) -> F) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let Some(server) = required("SUBLET_TEST_POSTGRES") else { return };
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("sublet_{}_{number}", std::process::id());
    let remove = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    execute(&server, &remove).await;
    execute(&server, &format!("CREATE DATABASE {name}")).await;
    let outcome = AssertUnwindSafe(work(beside(&server, &name))).catch_unwind().await;
    execute(&server, &remove).await;
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

/// The URL of another database on the same server.
fn beside(server: &str, database: &str) -> String {
    let (rest, query) = server.split_once('?').map_or((server, ""), |(rest, query)| (rest, query));
    let authority = rest.find("://").map_or(0, |at| at + 3);
    let end = rest[authority..].find('/').map_or(rest.len(), |at| authority + at);
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}/{database}{mark}{query}", &rest[..end])
}

async fn execute(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.expect("the Postgres server answers");
    connection.execute(AssertSqlSafe(sql.to_owned())).await.expect(sql);
    connection.close().await.expect("goodbye");
}
