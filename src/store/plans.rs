//! How SQLite would run the queries that are asked all the time: by an index, never over a whole table.

use sqlx::{AssertSqlSafe, Row};

use super::{
    connect,
    sql::{
        leases::LEASES_DUE,
        outbox::{CLAIM_LANES, DUE_EFFECTS},
        requests::REQUESTS_DUE,
        wishes::{GRANTS_DUE, WISHES_DUE},
    },
};
use crate::store::Options;

/// The steps of the plan, such as `SEARCH leases USING COVERING INDEX leases_due (wakes_at<?)`.
async fn plan(query: &str) -> Vec<String> {
    let database = connect("sqlite::memory:", &Options::default()).await.expect("a database in memory");
    let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {query}")))
        .fetch_all(&database.writers)
        .await
        .expect("a plan");
    rows.iter().map(|row| row.get("detail")).collect()
}

/// Nothing is read from end to end, unless it is the result of a step before.
fn assert_only_searches(plan: &[String]) {
    let scans: Vec<_> = plan
        .iter()
        .filter(|step| step.starts_with("SCAN") && !["SCAN d", "SCAN chosen"].contains(&step.as_str()))
        .collect();
    assert!(scans.is_empty(), "{scans:?} in {plan:#?}");
    assert!(plan.iter().any(|step| step.starts_with("SEARCH")), "{plan:#?}");
}

#[tokio::test]
async fn due_leases_and_requests_are_found_by_their_alarm() {
    let due = [
        (LEASES_DUE, "leases_due"),
        (REQUESTS_DUE, "requests_due"),
        (GRANTS_DUE, "quota_grants_due"),
        (WISHES_DUE, "quota_wishes_due"),
    ];
    for (query, index) in due {
        let plan = plan(query).await;
        assert_only_searches(&plan);
        assert!(plan[0].contains(index), "{plan:?}");
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "sorted by the index: {plan:?}");
    }
}

#[tokio::test]
async fn lanes_are_found_by_what_is_due_in_them() {
    let plan = plan(CLAIM_LANES).await;
    assert_only_searches(&plan);
    assert!(plan.iter().any(|step| step.contains("INDEX effects_due")), "{plan:#?}");
}

#[tokio::test]
async fn effects_of_a_lane_are_found_by_the_lane() {
    let plan = plan(DUE_EFFECTS).await;
    assert_only_searches(&plan);
    assert!(plan[0].contains("effects_of_lane (lane=?)"), "{plan:?}");
}
