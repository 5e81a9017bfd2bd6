//! Every case on every engine: a file and memory for SQLite, a database of its own on a Postgres server.

use std::{
    any::Any,
    future::Future,
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use futures_util::FutureExt;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use sublet::{
    ports::store::{Store, Tx},
    store::{Options, open},
};

use crate::support::required;

/// An empty database with its tables.
#[derive(Clone)]
pub struct Place {
    /// The store under test.
    pub store: Arc<dyn Store>,
    /// Its URL; what is in memory cannot be opened a second time.
    pub url: String,
}

impl Place {
    async fn at(url: String) -> Self {
        let store = open(&url, &Options::default()).await.expect("the store opens");
        Self { store, url }
    }

    /// Does something in a transaction and commits it.
    pub async fn change<T>(&self, work: impl AsyncFnOnce(&mut dyn Tx) -> T) -> T {
        let mut tx = self.store.begin().await.expect("a transaction");
        let result = work(tx.as_mut()).await;
        tx.commit().await.expect("a commit");
        result
    }

    /// Looks.
    pub async fn look<T>(&self, work: impl AsyncFnOnce(&mut dyn Tx) -> T) -> T {
        let mut tx = self.store.read().await.expect("a transaction");
        work(tx.as_mut()).await
    }
}

/// Runs a case on SQLite in a file.
pub async fn on_file<F: Future<Output = ()>>(case: impl FnOnce(Place) -> F) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("sublet.db").display());
    case(Place::at(url).await).await;
}

/// Runs a case on SQLite in memory.
pub async fn in_memory<F: Future<Output = ()>>(case: impl FnOnce(Place) -> F) {
    case(Place::at("sqlite::memory:".to_owned()).await).await;
}

/// Runs a case on a Postgres database that is made for it and removed after it, also when it fails.
pub async fn on_postgres<F: Future<Output = ()>>(case: impl FnOnce(Place) -> F) {
    let Some(server) = required("SUBLET_TEST_POSTGRES") else { return };
    let (name, url) = new_database(&server).await;
    let outcome = AssertUnwindSafe(async { case(Place::at(url).await).await }).catch_unwind().await;
    execute(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic as Box<dyn Any + Send>);
    }
}

/// An empty database on the server, as its name and its URL.
async fn new_database(server: &str) -> (String, String) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("sublet_{}_{number}", std::process::id());
    execute(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    execute(server, &format!("CREATE DATABASE {name}")).await;
    let (rest, query) = server.split_once('?').map_or((server, None), |(rest, query)| (rest, Some(query)));
    let authority = rest.find("://").map_or(0, |at| at + 3);
    let end = rest[authority..].find('/').map_or(rest.len(), |at| authority + at);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    (name.clone(), format!("{}/{name}{query}", &rest[..end]))
}

async fn execute(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.expect("the Postgres server answers");
    connection.execute(AssertSqlSafe(sql.to_owned())).await.expect(sql);
    connection.close().await.expect("goodbye");
}
