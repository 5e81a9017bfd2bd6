//! Migrations: the same steps and the same tables in both databases, walked over rows of every step.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should stop where it stands"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use sqlx::{
    AssertSqlSafe, Connection, Executor, PgConnection, Row, SqliteConnection, migrate::Migrator, raw_sql,
};
use sublet::store::{Options, migrate, open};

#[path = "store/databases.rs"]
mod databases;
mod support;

/// `TABLE.COLUMN`, and whether it may be empty.
type Columns = BTreeMap<String, bool>;

/// The names that start with a version, such as `0001_first.sql`.
fn steps(folder: &str) -> BTreeSet<String> {
    let files = fs::read_dir(at(folder)).unwrap();
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn both_databases_take_the_same_steps_and_each_step_has_sample_rows() {
    assert_eq!(steps("migrations/sqlite"), steps("migrations/postgres"));
    assert_eq!(steps("migrations/sqlite"), steps("tests/migrations"), "rows for the next step to walk over");
}

/// Older replicas still run while a step is taken: it may not take away what they use, unless its name says
/// that this is its purpose; and rows that are there must fit into a new column.
#[test]
fn a_step_takes_nothing_away_unless_its_name_says_so() {
    for (folder, name) in ["migrations/sqlite", "migrations/postgres"]
        .iter()
        .flat_map(|folder| steps(folder).into_iter().map(move |name| (folder, name)))
    {
        let text = fs::read_to_string(at(folder).join(&name)).unwrap().to_uppercase();
        for statement in text.split(';') {
            let added = statement.contains("ADD COLUMN") && statement.contains("NOT NULL");
            assert!(!added || statement.contains("DEFAULT"), "{folder}/{name}: {statement}");
            let taken = ["DROP TABLE", "DROP COLUMN", "RENAME "].iter().any(|word| statement.contains(word));
            assert!(!taken || name.ends_with("_contract.sql"), "{folder}/{name}: {statement}");
        }
    }
}

#[tokio::test]
async fn the_program_brings_all_steps_and_taking_them_twice_is_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("sublet.db").display());
    migrate(&url).await.unwrap();
    migrate(&url).await.unwrap();
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let taken = sqlx::query("SELECT version FROM _sqlx_migrations").fetch_all(&mut connection).await.unwrap();
    let known = steps("migrations/sqlite").len();
    assert_eq!(
        taken.len(),
        known,
        "when this fails after adding a file, touch src/store/sqlite.rs and postgres.rs"
    );

    databases::with_new_database(async |url| {
        migrate(&url).await.unwrap();
        migrate(&url).await.unwrap();
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let taken =
            sqlx::query("SELECT version FROM _sqlx_migrations").fetch_all(&mut connection).await.unwrap();
        assert_eq!(taken.len(), known);
    })
    .await;
}

/// Two processes that start at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_may_migrate_at_once() {
    databases::with_new_database(async |url| {
        let all = (0..4).map(|_| {
            tokio::spawn({
                let url = url.clone();
                async move { open(&url, &Options::default()).await.map(|_| ()) }
            })
        });
        for one in all.collect::<Vec<_>>() {
            one.await.unwrap().unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn tables_are_the_same_in_both_after_each_step_over_rows() {
    let sqlite = Migrator::new(at("migrations/sqlite")).await.unwrap();
    let postgres = Migrator::new(at("migrations/postgres")).await.unwrap();
    databases::with_new_database(async |url| {
        let mut left = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let mut right = PgConnection::connect(&url).await.unwrap();
        for (step, name) in sqlite.iter().zip(steps("tests/migrations")) {
            sqlite.run_to(step.version, &mut left).await.expect(&name);
            postgres.run_to(step.version, &mut right).await.expect(&name);
            let rows = fs::read_to_string(at("tests/migrations").join(&name)).unwrap();
            left.execute(raw_sql(AssertSqlSafe(rows.clone()))).await.expect(&name);
            right.execute(raw_sql(AssertSqlSafe(rows))).await.expect(&name);
            let (left, right) = (in_sqlite(&mut left).await, in_postgres(&mut right).await);
            assert!(left.len() > 60, "the tables are read: {left:?}");
            assert_eq!(left, right, "after {name}");
        }
    })
    .await;
}

async fn in_sqlite(connection: &mut SqliteConnection) -> Columns {
    let sql = "SELECT t.name AS \"table\", c.name AS \"column\", c.\"notnull\" = 0 AS empty
         FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '_sqlx_%'";
    let rows = sqlx::query(sql).fetch_all(connection).await.unwrap();
    let column = |row: &sqlx::sqlite::SqliteRow| {
        (format!("{}.{}", row.get::<String, _>("table"), row.get::<String, _>("column")), row.get("empty"))
    };
    rows.iter().map(column).collect()
}

async fn in_postgres(connection: &mut PgConnection) -> Columns {
    let sql = "SELECT table_name::TEXT, column_name::TEXT, is_nullable = 'YES' AS empty
         FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx\\_%'";
    let rows = sqlx::query(sql).fetch_all(connection).await.unwrap();
    let column = |row: &sqlx::postgres::PgRow| {
        let place = (row.get::<String, _>("table_name"), row.get::<String, _>("column_name"));
        (format!("{}.{}", place.0, place.1), row.get("empty"))
    };
    rows.iter().map(column).collect()
}
