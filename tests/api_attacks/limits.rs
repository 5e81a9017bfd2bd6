//! Too much is too much: with a token, without one, and for whoever guesses.

use std::num::NonZeroU32;

use chrono::TimeDelta;
use sublet::{api::limits::Settings, ports::clock::Clock};

use crate::{
    client::call,
    place::{Place, wide},
};

fn few(per_minute: u32, per_address: u32) -> Settings {
    let number = |number| NonZeroU32::new(number).expect("a number");
    Settings { per_minute: number(per_minute), per_address: number(per_address), ..wide() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_has_its_share_and_is_told_how_much_is_left() {
    let place = Place::with(few(6, 100), None).await;
    let (one, other) = (place.token("dana", "one").await, place.token("dana", "other").await);
    for left in (0..6).rev() {
        let answer = place.ask("GET", "/v1/templates", &one, "").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("ratelimit-policy"), Some("\"minute\";q=6;w=60"));
        let told = answer.header("ratelimit").expect("what is left");
        assert!(told.starts_with(&format!("\"minute\";r={left};t=")), "{told}");
    }
    let answer = place.ask("GET", "/v1/templates", &one, "").await;
    assert_eq!(answer.problem(429).header("retry-after"), Some("10"));
    assert_eq!(place.ask("GET", "/v1/templates", &other, "").await.status, 200, "another token has its own");
    let soon = place.world.outside.clock.now() + TimeDelta::seconds(10);
    place.world.outside.clock.set(soon);
    assert_eq!(place.ask("GET", "/v1/templates", &one, "").await.status, 200, "it was told the truth");
    place.ask("GET", "/v1/templates", &one, "").await.problem(429);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_guesses_is_not_heard_for_a_while() {
    let place = Place::with(few(1_000, 5), None).await;
    let token = place.token("dana", "laptop").await;
    let guess = |number: u32| format!("sublet_{number:032}");
    let mut told = Vec::new();
    for number in 0..8 {
        told.push(place.ask("GET", "/v1/templates", &guess(number), "").await.status);
    }
    assert_eq!(told, [401, 401, 401, 401, 401, 429, 429, 429]);
    place.ask("GET", "/v1/templates", &token, "").await.problem(429);
    place.raw(&call("GET", "/v1/templates", &[], "")).await.problem(429);
    let soon = place.world.outside.clock.now() + TimeDelta::minutes(1);
    place.world.outside.clock.set(soon);
    assert_eq!(place.ask("GET", "/v1/templates", &token, "").await.status, 200);
    // What somebody else says about where they are changes nothing.
    for number in 0..20 {
        let forwarded = format!("203.0.113.{number}");
        let bearer = format!("Bearer {}", guess(number));
        let headers = [("authorization", bearer.as_str()), ("x-forwarded-for", forwarded.as_str())];
        place.raw(&call("GET", "/v1/templates", &headers, "")).await;
    }
    place.ask("GET", "/v1/templates", &token, "").await.problem(429);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_a_limit_of_tokens_for_each_person() {
    let place = Place::new().await;
    let first = place.token("dana", "t0").await;
    for number in 1..20 {
        place.token("dana", &format!("t{number}")).await;
    }
    place.ask("POST", "/v1/tokens", &first, r#"{"name":"t20"}"#).await.problem(422);
    let refused = place.world.says("dana", "/token create t20").await;
    assert!(refused.starts_with("You have 20 tokens, which is the limit."), "{refused}");
    place.world.passes(TimeDelta::days(31)).await;
    place.token("dana", "t0").await;
}
