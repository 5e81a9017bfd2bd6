//! Calls with a key of their own: done once, answered the same.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;
use sublet::ports::pages::Reply;

use crate::{http::Served, world::places};

pub async fn the_same_call_twice_is_done_once(served: &Served) {
    let dana = served.caller("dana").await;
    let body = json!({"template": "web"});
    let first = dana.post_once("k-1", "/v1/requests", &body).await;
    let again = dana.post_once("k-1", "/v1/requests", &body).await;
    assert_eq!((first.status, &first.text), (again.status, &again.text));
    assert_eq!(first.header("location"), again.header("location"));
    assert_eq!(first.header("etag"), again.header("etag"));
    assert_eq!(
        (first.header("idempotent-replayed"), again.header("idempotent-replayed")),
        ("".into(), "true".into())
    );
    assert_eq!(dana.get("/v1/requests").await.items().len(), 1);
    let wrong = json!({"template": "wbe"});
    let refused = dana.post_once("k-2", "/v1/requests", &wrong).await;
    assert_eq!(dana.post_once("k-2", "/v1/requests", &wrong).await.problem(), refused.problem());
}

pub async fn of_eight_at_once_one_is_done(served: &Served) {
    let dana = served.caller("dana").await;
    let body = json!({"template": "web"});
    let all = join_all((0..8).map(|_| dana.post_once("race", "/v1/requests", &body))).await;
    let done: Vec<_> = all.iter().filter(|answer| answer.status == 201).collect();
    assert!(!done.is_empty() && done.iter().all(|answer| answer.text == done[0].text));
    for late in all.iter().filter(|answer| answer.status != 201) {
        assert_eq!(late.problem(), (409, "under-way".into()));
        assert_eq!(late.header("retry-after"), "1");
    }
    assert_eq!(dana.get("/v1/requests").await.items().len(), 1);
}

pub async fn another_call_needs_another_key(served: &Served) {
    let dana = served.caller("dana").await;
    dana.post_once("k", "/v1/requests", &json!({"template": "web"})).await;
    let other = dana.post_once("k", "/v1/requests", &json!({"template": "small"})).await;
    assert_eq!(other.problem(), (422, "key-used".into()));
    let elsewhere = dana.post_once("k", "/v1/extensions", &json!({"template": "web"})).await;
    assert_eq!(elsewhere.problem(), (422, "key-used".into()));
    let long = "x".repeat(256);
    assert_eq!(
        dana.post_once(&long, "/v1/requests", &json!({})).await.problem(),
        (400, "bad-idempotency-key".into())
    );
}

pub async fn keys_are_ones_own_and_last_a_day(served: &Served) {
    let (dana, erin) = (served.caller("dana").await, served.caller("erin").await);
    let body = json!({"template": "web"});
    dana.post_once("same", "/v1/requests", &body).await;
    assert_eq!(erin.post_once("same", "/v1/requests", &body).await.header("idempotent-replayed"), "");
    served.world.sleeps(TimeDelta::hours(25));
    let anew = dana.post_once("same", "/v1/requests", &body).await;
    assert_eq!((anew.status, anew.header("idempotent-replayed").as_str()), (201, ""), "{}", anew.text);
}

/// Somebody began it and is not there any more: before it was done, or after.
pub async fn what_was_lost_is_taken_up(served: &Served) {
    let dana = served.caller("dana").await;
    let body = json!({"template": "web"});
    dana.post_once("lost", "/v1/requests", &body).await;
    let mut tx = served.world.store().begin().await.expect("a transaction");
    let kept = tx.reply(&places::id("dana"), "lost").await.expect("a look").expect("it is kept");
    tx.begin_reply(
        &Reply { key: "early".into(), event: "api/never-done".into(), answer: None, ..kept.clone() },
        kept.begun_at,
    )
    .await
    .expect("begun");
    tx.begin_reply(&Reply { key: "late".into(), answer: None, ..kept.clone() }, kept.begun_at)
        .await
        .expect("begun");
    tx.commit().await.expect("a commit");
    assert_eq!(dana.post_once("early", "/v1/requests", &body).await.problem(), (409, "under-way".into()));
    served.world.sleeps(TimeDelta::minutes(2));
    assert_eq!(dana.post_once("early", "/v1/requests", &body).await.status, 201);
    assert_eq!(dana.post_once("late", "/v1/requests", &body).await.problem(), (409, "repeated".into()));
    assert_eq!(dana.get("/v1/requests").await.items().len(), 2, "the first and the early one");
}
