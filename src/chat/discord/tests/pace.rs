//! The pace, by a clock that is put forward.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::Fed;
use crate::chat::discord::{
    limits::{Bucket, Limits, Scope},
    pace::Pace,
    route::Route,
    trouble::Method,
};

const SECOND: TimeDelta = TimeDelta::seconds(1);
const OK: StatusCode = StatusCode::OK;
const TOO_MANY: StatusCode = StatusCode::TOO_MANY_REQUESTS;

fn post(channel: &str) -> Route {
    Route::to(Method::Post, "POST /channels/{}/messages", &[channel]).expect("a route")
}

fn edit(channel: &str) -> Route {
    Route::to(Method::Edit, "PATCH /channels/{}/messages/{}", &[channel, "7"]).expect("a route")
}

fn respond(id: &str) -> Route {
    let route = Route::to(Method::Respond, "POST /interactions/{}/{}/callback", &[id, "token"]);
    route.expect("a route").counted_by(id)
}

fn probe() -> Route {
    Route::to(Method::WhoAmI, "GET /applications/@me", &[]).expect("a route")
}

fn limits(status: StatusCode, headers: &[(&'static str, &str)], body: &Value) -> Limits {
    let pair = |(name, value): &(&'static str, &str)| {
        (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"))
    };
    let headers: HeaderMap = headers.iter().map(pair).collect();
    Limits::of(status, &headers, Some(body).filter(|body| !body.is_null()))
}

fn left(bucket: &str, limit: u32, remaining: u32, reset_after: &str) -> Limits {
    let (limit, remaining) = (limit.to_string(), remaining.to_string());
    let headers = [
        ("x-ratelimit-bucket", bucket),
        ("x-ratelimit-limit", &limit),
        ("x-ratelimit-remaining", &remaining),
        ("x-ratelimit-reset-after", reset_after),
    ];
    limits(OK, &headers, &Value::Null)
}

fn refused(status: StatusCode) -> Limits {
    limits(status, &[], &json!({ "code": 50_013 }))
}

#[test]
fn headers_are_read_and_rounded_up() {
    let bucket = left("abcd", 5, 0, "1.2341").bucket.expect("a bucket");
    let expected = Bucket {
        name: Some("abcd".to_owned()),
        limit: 5,
        remaining: 0,
        reset_after: TimeDelta::milliseconds(1_235),
    };
    assert_eq!(bucket, expected);
    for strange in ["", "-1", "NaN", "inf", "soon"] {
        assert_eq!(left("abcd", 5, 0, strange).bucket, None, "{strange}");
    }
    let body = json!({ "retry_after": 64.57, "global": false });
    let limited = limits(TOO_MANY, &[("retry-after", "65"), ("x-ratelimit-scope", "user")], &body);
    assert_eq!(limited.retry_after, Some(TimeDelta::milliseconds(64_570)), "the body is more exact");
    let endless = limits(TOO_MANY, &[("retry-after", "1e300")], &Value::Null);
    assert_eq!(endless.retry_after, Some(TimeDelta::days(1)));
}

#[test]
fn a_429_says_for_whom_it_is() {
    let (ours, all) = (json!({ "global": false }), json!({ "global": true }));
    type Case<'a> = (&'a [(&'static str, &'a str)], &'a Value, Scope, bool);
    let table: [Case<'_>; 6] = [
        (&[("x-ratelimit-scope", "user")], &ours, Scope::Route, true),
        (&[("x-ratelimit-scope", "shared")], &ours, Scope::Shared, false),
        (&[("x-ratelimit-scope", "global")], &all, Scope::Global, true),
        (&[("x-ratelimit-global", "true")], &Value::Null, Scope::Global, true),
        (&[], &all, Scope::Global, true),
        (&[("retry-after", "900")], &Value::Null, Scope::Address, true),
    ];
    for (headers, body, scope, invalid) in table {
        let limited = limits(TOO_MANY, headers, body);
        assert_eq!((limited.exceeded, limited.invalid), (Some(scope), invalid), "{headers:?} {body}");
    }
    assert_eq!(left("a", 5, 0, "1").exceeded, None);
}

#[test]
fn an_empty_bucket_is_waited_for_in_its_own_channel_only() {
    let clock = Fed::new();
    let pace = Pace::new(clock.clone());
    assert_eq!(pace.turn(&post("1")), Ok(()), "nothing is known yet");
    pace.heard(&post("1"), &left("messages", 5, 0, "4.5"));
    assert_eq!(pace.turn(&post("1")), Err(TimeDelta::milliseconds(4_500)));
    assert_eq!(pace.turn(&post("2")), Ok(()), "another channel");
    assert_eq!(pace.turn(&edit("1")), Ok(()), "another route");
    clock.passes(TimeDelta::milliseconds(4_499));
    assert_eq!(pace.turn(&post("1")), Err(TimeDelta::milliseconds(1)));
    clock.passes(TimeDelta::milliseconds(1));
    assert_eq!(pace.turn(&post("1")), Ok(()));
}

#[test]
fn calls_on_their_way_are_counted_and_a_full_bucket_is_as_before() {
    let clock = Fed::new();
    let pace = Pace::new(clock.clone());
    pace.heard(&post("1"), &left("messages", 5, 4, "5"));
    let taken = |pace: &Pace| (0..9).filter(|_| pace.turn(&post("1")).is_ok()).count();
    assert_eq!(taken(&pace), 4, "before any of them is answered");
    // The answers come in, the last one first.
    for remaining in [0, 1, 2, 3] {
        pace.heard(&post("1"), &left("messages", 5, remaining, "5"));
    }
    assert_eq!(taken(&pace), 0, "an older answer gives nothing back");
    clock.passes(SECOND * 5);
    assert_eq!(taken(&pace), 5, "full again, and no more than it holds");
    clock.passes(SECOND * 5);
    assert_eq!(taken(&pace), 5);
}

#[test]
fn routes_of_one_bucket_share_it() {
    let pace = Pace::new(Fed::new());
    pace.heard(&edit("1"), &left("both", 5, 4, "5"));
    pace.heard(&post("1"), &left("both", 5, 0, "5"));
    assert_eq!(pace.turn(&edit("1")), Err(SECOND * 5));
}

#[test]
fn a_429_of_a_route_holds_that_route() {
    for scope in ["user", "shared"] {
        let clock = Fed::new();
        let pace = Pace::new(clock.clone());
        let body = json!({ "retry_after": 20.5, "global": false });
        pace.heard(&post("1"), &limits(TOO_MANY, &[("x-ratelimit-scope", scope)], &body));
        clock.passes(SECOND * 20);
        assert_eq!(pace.turn(&post("1")), Err(TimeDelta::milliseconds(500)));
        assert_eq!((pace.turn(&post("2")), pace.turn(&edit("1"))), (Ok(()), Ok(())));
        clock.passes(SECOND);
        assert_eq!(pace.turn(&post("1")), Ok(()));
    }
}

#[test]
fn a_global_429_holds_everything_but_interactions_and_a_ban_holds_those_too() {
    let clock = Fed::new();
    let pace = Pace::new(clock.clone());
    let body = json!({ "retry_after": 3.0, "global": true });
    pace.heard(&post("1"), &limits(TOO_MANY, &[("x-ratelimit-scope", "global")], &body));
    assert_eq!(pace.turn(&edit("9")), Err(SECOND * 3));
    assert_eq!(pace.turn(&respond("1")), Ok(()));
    clock.passes(SECOND * 3);
    assert_eq!(pace.turn(&edit("9")), Ok(()));
    pace.heard(&edit("9"), &limits(TOO_MANY, &[("retry-after", "900")], &Value::Null));
    assert_eq!((pace.turn(&respond("1")), pace.turn(&post("1"))), (Err(SECOND * 900), Err(SECOND * 900)));
}

#[test]
fn fifty_a_second_in_all_and_interactions_beside_them() {
    let clock = Fed::new();
    let pace = Pace::new(clock.clone());
    let mut calls = Vec::new();
    for step in 0..300_i64 {
        for channel in 0..20 {
            let turn = pace.turn(&post(&channel.to_string()));
            calls.extend(turn.is_ok().then_some(step * 10));
            assert_eq!(pace.turn(&respond(&format!("{step}{channel}"))), Ok(()));
        }
        clock.passes(TimeDelta::milliseconds(10));
    }
    let in_second = |from: i64| calls.iter().filter(|at| (from..from + 1_000).contains(*at)).count();
    let most = (0..2_000).step_by(10).map(in_second).max();
    assert!(most.is_some_and(|most| (40..=50).contains(&most)), "{most:?} in one second");
    let after = (0..50).find_map(|_| pace.turn(&post("1")).err()).expect("all are taken");
    clock.passes(after);
    assert_eq!(pace.turn(&post("1")), Ok(()), "at the moment that was told");
}

#[test]
fn before_so_many_are_refused_that_the_address_is_banned_all_wait() {
    let clock = Fed::new();
    let pace = Pace::new(clock.clone());
    let shared = limits(TOO_MANY, &[("x-ratelimit-scope", "shared")], &json!({ "global": false }));
    let statuses = [StatusCode::FORBIDDEN, StatusCode::UNAUTHORIZED];
    for number in 0..999 {
        assert!(!pace.heard(&post("1"), &refused(statuses[number % 2])), "{number}");
        assert!(!pace.heard(&post("2"), &shared), "these do not count");
        assert!(!pace.heard(&post("1"), &refused(StatusCode::NOT_FOUND)), "nor do these");
    }
    assert_eq!(pace.turn(&post("1")), Ok(()));
    clock.passes(TimeDelta::minutes(4));
    assert!(
        pace.heard(&post("1"), &refused(StatusCode::FORBIDDEN)),
        "the last one that is risked, told once"
    );
    assert_eq!(pace.turn(&post("3")), Err(TimeDelta::minutes(6)));
    assert_eq!(pace.turn(&respond("1")), Err(TimeDelta::minutes(6)));
    assert_eq!(pace.turn(&probe()), Ok(()), "whether the token is good may be asked");
    clock.passes(TimeDelta::minutes(6));
    assert_eq!(pace.turn(&post("3")), Ok(()));
}

#[test]
fn an_id_cannot_become_another_route() {
    for id in ["", "..", "1/2", "@me", "1?a", "1 2", "%2e", "#"] {
        let route = Route::to(Method::Post, "POST /channels/{}/messages", &[id]);
        assert_eq!(route.err().map(|trouble| trouble.code), Some("no_id".into()), "{id}");
    }
    assert_eq!(post("17").path, "/channels/17/messages");
}
