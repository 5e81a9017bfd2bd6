//! Empty databases for tests: SQLite in a folder that vanishes, or a database of its own on the Postgres server.

#![allow(dead_code, reason = "whether both kinds are used differs between test programs")]

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;

use super::required;

/// An empty database.
pub struct Database {
    /// Its URL.
    pub url: String,
    place: Place,
}

enum Place {
    Folder(#[expect(dead_code, reason = "it is held so that the folder lives as long")] TempDir),
    Server { url: String, name: String },
}

impl Database {
    /// SQLite in a file.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("sublet.db").display());
        Self { url, place: Place::Folder(folder) }
    }

    /// A new database on the Postgres server; `None` where it may be missing and is.
    pub async fn postgres() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let server = required("SUBLET_TEST_POSTGRES")?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("sublet_world_{}_{number}", std::process::id());
        execute(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        execute(&server, &format!("CREATE DATABASE {name}")).await;
        let (rest, query) =
            server.split_once('?').map_or((server.as_str(), None), |(rest, query)| (rest, Some(query)));
        let authority = rest.find("://").map_or(0, |at| at + 3);
        let end = rest[authority..].find('/').map_or(rest.len(), |at| authority + at);
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        let url = format!("{}/{name}{query}", &rest[..end]);
        Some(Self { url, place: Place::Server { url: server, name } })
    }

    /// Removes it with everything in it.
    pub async fn remove(self) {
        if let Place::Server { url, name } = &self.place {
            execute(url, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

async fn execute(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.expect("the Postgres server answers");
    connection.execute(AssertSqlSafe(sql.to_owned())).await.expect(sql);
    connection.close().await.expect("goodbye");
}
