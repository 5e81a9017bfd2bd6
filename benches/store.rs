//! What the store costs beyond the query itself: 1,000 due leases out of 100,000, through the port and bare.
//!
//! `cargo bench --bench store` prints the ratio for SQLite in a file, and for Postgres when
//! `SUBLET_TEST_POSTGRES` names an empty database.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a benchmark that cannot go on should stop where it stands"
)]

use std::{
    cell::Cell,
    sync::Arc,
    time::{Duration, Instant as Stopwatch},
};

use criterion::{Criterion, criterion_group, criterion_main};
use samples::{lease, minute, request};
use sqlx::{PgPool, SqlitePool};
use sublet::{
    ports::store::Store,
    store::{Options, open},
};
use tokio::runtime::Runtime;

#[path = "../tests/support/samples.rs"]
mod samples;

const LEASES: u64 = 100_000;
const DUE: u64 = 1_000;
const QUERY: &str = "SELECT id FROM leases WHERE wakes_at <= $1 ORDER BY wakes_at, id LIMIT $2";

/// Runs `work` as criterion asks, and keeps the least mean time of a sample.
fn timed<F: Future<Output = usize>>(
    criterion: &mut Criterion,
    runtime: &Runtime,
    name: &str,
    work: impl Fn() -> F,
) -> Duration {
    let best = Cell::new(Duration::MAX);
    criterion.bench_function(name, |bencher| {
        bencher.to_async(runtime).iter_custom(async |times| {
            let begun = Stopwatch::now();
            for _ in 0..times {
                assert_eq!(work().await, 1_000);
            }
            let took = begun.elapsed();
            best.set(best.get().min(took / u32::try_from(times).unwrap()));
            took
        });
    });
    best.get()
}

/// 100,000 leases, of which 1,000 ring before minute 0.
async fn fill(store: &Arc<dyn Store>) {
    let mut tx = store.begin().await.unwrap();
    for number in 0..LEASES {
        let mut request = request(number, "dana");
        tx.insert_request(&mut request).await.unwrap();
        let ends = if number % (LEASES / DUE) == 0 { minute(-1) } else { minute(100_000) };
        tx.insert_lease(&mut lease(&request, ends)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn through_the_port(store: &Arc<dyn Store>) -> usize {
    let mut tx = store.read().await.unwrap();
    tx.leases_due(minute(0), 2_000).await.unwrap().len()
}

fn due_leases(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("sublet.db").display());
    let store = runtime.block_on(async {
        let store = open(&url, &Options::default()).await.unwrap();
        fill(&store).await;
        store
    });
    let pool = runtime.block_on(SqlitePool::connect(&url)).unwrap();
    let ours = timed(criterion, &runtime, "sqlite/leases_due", || through_the_port(&store));
    let bare = timed(criterion, &runtime, "sqlite/bare query", || async {
        let query = sqlx::query_as::<_, (String,)>(QUERY).bind(minute(0)).bind(2_000);
        query.fetch_all(&pool).await.unwrap().len()
    });
    tell("SQLite", ours, bare);
    on_postgres(criterion, &runtime);
}

#[expect(clippy::disallowed_methods, reason = "benchmarks have no configuration")]
fn on_postgres(criterion: &mut Criterion, runtime: &Runtime) {
    let Ok(url) = std::env::var("SUBLET_TEST_POSTGRES") else { return };
    let store = runtime.block_on(async {
        let patient = Options { statement_timeout: Duration::from_secs(600), ..Options::default() };
        let store = open(&url, &patient).await.unwrap();
        fill(&store).await;
        store
    });
    let pool = runtime.block_on(PgPool::connect(&url)).unwrap();
    runtime.block_on(sqlx::query("ANALYZE").execute(&pool)).unwrap();
    let ours = timed(criterion, runtime, "postgres/leases_due", || through_the_port(&store));
    let bare = timed(criterion, runtime, "postgres/bare query", || async {
        let query = sqlx::query_as::<_, (String,)>(QUERY).bind(minute(0)).bind(2_000_i64);
        query.fetch_all(&pool).await.unwrap().len()
    });
    tell("Postgres", ours, bare);
}

#[expect(clippy::cast_precision_loss, reason = "nanoseconds of a benchmark")]
fn tell(engine: &str, ours: Duration, bare: Duration) {
    let ratio = ours.as_nanos() as f64 / bare.as_nanos() as f64;
    println!(
        "{engine}: {DUE} due of {LEASES} leases: {ours:.1?} through the port, {bare:.1?} bare: ratio {ratio:.2}"
    );
}

criterion_group! {
    name = store;
    config = Criterion::default().sample_size(20);
    targets = due_leases
}
criterion_main!(store);
