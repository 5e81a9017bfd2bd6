//! Every case on every engine: a file and memory for SQLite, a database of its own on a Postgres server.

use std::{future::Future, sync::Arc};

use sublet::{
    ports::store::{Store, Tx},
    store::{Options, open},
};

use crate::databases::with_new_database;

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

/// Runs a case on a Postgres database that is made for it.
pub async fn on_postgres<F: Future<Output = ()>>(case: impl FnOnce(Place) -> F) {
    with_new_database(async |url| case(Place::at(url).await).await).await;
}
