//! Tokens of an issuer: what proves somebody, and everything that must not.

use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use sublet::{
    domain::{Instant, person::Role},
    oidc::Unproven,
    ports::clock::Clock,
};

use crate::{
    issuer::{Issuer, Key, Mood},
    place::{Place, wide},
};

async fn place(issuer: &Issuer) -> Place {
    Place::with(wide(), Some(sublet::oidc::Issuer::new(issuer.settings()).expect("an issuer"))).await
}

fn now(place: &Place) -> Instant {
    place.world.outside.clock.now()
}

fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_of_every_allowed_kind_prove_somebody() {
    let keys = [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA]
        .map(|algorithm| Key::new(&format!("{algorithm:?}"), algorithm));
    let issuer = Issuer::new(&keys.each_ref()).await;
    let place = place(&issuer).await;
    let claims = issuer.claims("Dana@example.org", now(&place));
    for key in &keys {
        let answer = place.ask("GET", "/v1/tokens", &key.sign(&claims), "").await;
        assert_eq!(answer.status, 200, "{}: {answer:?}", key.kid);
    }
    assert_eq!(issuer.fetched(), 1, "keys are kept");
    let made = place.ask("POST", "/v1/tokens", &keys[0].sign(&claims), r#"{"name":"ci"}"#).await;
    let secret = made.json()["secret"].as_str().expect("a secret").to_owned();
    let list = place.ask("GET", "/v1/tokens", &secret, "").await.items();
    assert_eq!(list[0]["name"], "ci", "it is Dana's: {list:?}");
    let wider =
        place.ask("POST", "/v1/tokens", &keys[0].sign(&claims), r#"{"name":"x","scopes":["admin"]}"#).await;
    wider.problem(403);
    let longer =
        place.ask("POST", "/v1/tokens", &keys[0].sign(&claims), r#"{"name":"x","lasts":"2h"}"#).await;
    longer.problem(422);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::too_many_lines, reason = "a table of what is wrong")]
async fn what_must_not_prove_anybody() {
    let (good, bad) = (Key::new("one", Algorithm::RS256), Key::new("one", Algorithm::RS256));
    let elliptic = Key::new("two", Algorithm::ES256);
    let issuer = Issuer::new(&[&good, &elliptic]).await;
    let place = place(&issuer).await;
    let at = now(&place).timestamp();
    let claims = issuer.claims("root@example.org", now(&place));
    let token = good.sign(&claims);
    assert_eq!(place.ask("GET", "/v1/tokens", &token, "").await.status, 200);
    let parts: Vec<&str> = token.split('.').collect();
    let others = elliptic.sign(&with(&claims, "email", json!("dana@example.org")));
    let payload = others.split('.').nth(1).expect("a payload");
    let mut wrong: Vec<(&str, String)> = vec![
        ("another key", bad.sign(&claims)),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("other claims", format!("{}.{payload}.{}", parts[0], parts[2])),
        ("four parts", format!("{token}.x")),
        // {"alg":"none"} and {"alg":"none","kid":"one"}
        ("none", format!("eyJhbGciOiJub25lIn0.{}.", parts[1])),
        ("none with a key", format!("eyJhbGciOiJub25lIiwia2lkIjoib25lIn0.{}.{}", parts[1], parts[2])),
        ("too long", format!("{token}{}", "A".repeat(20_000))),
    ];
    // The public key as a shared secret, in every way in which it is written.
    let public = good.public();
    let (modulus, whole) = (public["n"].as_str().expect("a modulus").to_owned(), public.to_string());
    for (kid, secret) in [("one", modulus.as_str()), ("one", &whole), ("shared", "secret"), ("one", "")] {
        let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::HS256) };
        let token = encode(&header, &claims, &EncodingKey::from_secret(secret.as_bytes())).expect("signed");
        wrong.push(("a shared secret", token));
    }
    // A key that the token brings along, or says where to find.
    let jwk = serde_json::from_value(bad.public()).expect("a key");
    let elsewhere = Some("http://127.0.0.1:1/keys".to_owned());
    for header in [
        Header { jwk: Some(jwk), kid: Some("mine".to_owned()), ..Header::new(Algorithm::RS256) },
        Header { jku: elsewhere.clone(), kid: Some("mine".to_owned()), ..Header::new(Algorithm::RS256) },
        Header { x5u: elsewhere, kid: Some("../../one".to_owned()), ..Header::new(Algorithm::RS256) },
        Header {
            crit: Some(vec!["exp".to_owned()]),
            kid: Some("one".to_owned()),
            ..Header::new(Algorithm::RS256)
        },
        Header { kid: Some("two".to_owned()), ..Header::new(Algorithm::RS256) },
        Header { kid: Some("new".to_owned()), ..Header::new(Algorithm::RS256) },
    ] {
        let signer = if header.crit.is_some() { &good } else { &bad };
        wrong.push(("a key of its own", encode(&header, &claims, &signer.private).expect("signed")));
    }
    for (what, name, value) in [
        ("another issuer", "iss", json!("https://evil.example")),
        ("two issuers", "iss", json!([issuer.name(), "https://evil.example"])),
        ("an issuer with a slash", "iss", json!(format!("{}/", issuer.name()))),
        ("another audience", "aud", json!("wiki")),
        ("no audience", "aud", Value::Null),
        ("no audience at all", "aud", json!([])),
        ("expired", "exp", json!(at - 61)),
        ("no end", "exp", Value::Null),
        ("an end in words", "exp", json!("tomorrow")),
        ("not yet", "nbf", json!(at + 61)),
        ("unverified", "email_verified", json!(false)),
        ("unverified, in words", "email_verified", json!("true")),
        ("nobody says", "email_verified", Value::Null),
        ("no address", "email", Value::Null),
        ("two addresses", "email", json!(["root@example.org"])),
    ] {
        wrong.push((what, good.sign(&with(&claims, name, value))));
    }
    for (what, token) in &wrong {
        let answer = place.ask("GET", "/v1/tokens", token, "").await;
        assert_eq!(answer.status, 401, "{what}: {answer:?}");
        answer.problem(401);
        assert!(!answer.body.contains("root@") && !answer.body.contains(parts[1]), "{what}: {answer:?}");
    }
    for (what, name, value) in [
        ("a little late", "exp", json!(at - 59)),
        ("a little early", "nbf", json!(at + 59)),
        ("several audiences", "aud", json!(["wiki", "sublet"])),
    ] {
        let answer = place.ask("GET", "/v1/tokens", &good.sign(&with(&claims, name, value)), "").await;
        assert_eq!(answer.status, 200, "{what}: {answer:?}");
    }
    for email in ["stranger@example.org", "root@example.org.evil.example", "root@example.org "] {
        let answer = place.ask("GET", "/v1/tokens", &good.sign(&issuer.claims(email, now(&place))), "").await;
        answer.problem(403);
    }
    place.world.deactivates("root").await;
    place.ask("GET", "/v1/tokens", &token, "").await.problem(403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_change_and_nobody_makes_us_ask_too_often() {
    let (old, new) = (Key::new("old", Algorithm::ES256), Key::new("new-1", Algorithm::ES256));
    let issuer = Issuer::new(&[&old]).await;
    let place = place(&issuer).await;
    let claims = issuer.claims("dana@example.org", now(&place) + TimeDelta::hours(8));
    let status = async |key: &Key| place.ask("GET", "/v1/tokens", &key.sign(&claims), "").await.status;
    assert_eq!(status(&old).await, 200);
    issuer.publishes(&[&old, &new]);
    assert_eq!(status(&new).await, 401, "it was asked a moment ago");
    place.world.sleeps(TimeDelta::seconds(30));
    assert_eq!((status(&new).await, status(&old).await), (200, 200));
    for number in 0..30 {
        assert_eq!(status(&Key { kid: format!("made-up-{number}"), ..new.clone() }).await, 401);
    }
    assert_eq!(issuer.fetched(), 2, "made-up names make nobody ask again");
    issuer.publishes(&[&new]);
    assert_eq!(status(&old).await, 200, "until the keys are looked at again");
    place.world.sleeps(TimeDelta::hours(1));
    assert_eq!((status(&old).await, status(&new).await), (401, 200), "a key that was taken back is no good");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_issuer_in_trouble_is_no_reason_to_believe() {
    let key = Key::new("one", Algorithm::ES256);
    for mood in [Mood::Hangs, Mood::Floods, Mood::Redirects, Mood::Lies, Mood::Garbles] {
        let issuer = Issuer::new(&[&key]).await;
        issuer.feels(mood);
        let place = place(&issuer).await;
        let token = key.sign(&issuer.claims("dana@example.org", now(&place) + TimeDelta::days(2)));
        let answer = place.ask("GET", "/v1/tokens", &token, "").await;
        assert_eq!(answer.problem(503).header("retry-after"), Some("10"), "{mood:?}");
        issuer.feels(Mood::Well);
        place.world.sleeps(TimeDelta::seconds(30));
        assert_eq!(place.ask("GET", "/v1/tokens", &token, "").await.status, 200, "{mood:?}");
        issuer.feels(mood);
        place.world.sleeps(TimeDelta::hours(2));
        assert_eq!(place.ask("GET", "/v1/tokens", &token, "").await.status, 200, "what is known is believed");
        place.world.sleeps(TimeDelta::hours(23));
        place.ask("GET", "/v1/tokens", &token, "").await.problem(503);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_give_roles_and_teams_as_they_are_mapped() {
    let key = Key::new("one", Algorithm::EdDSA);
    let issuer = Issuer::new(&[&key]).await;
    let at = Instant::from_timestamp(1_800_000_000, 0).expect("a moment");
    let known = sublet::oidc::Issuer::new(issuer.settings()).expect("an issuer");
    let groups = json!(["reviewers", "shop-devs", "admin", "approver", "root", 7]);
    let claims = with(&issuer.claims("dana@example.org", at), "groups", groups);
    let proven = known.prove(&key.sign(&claims), at).await.expect("somebody");
    assert_eq!(proven.email, "dana@example.org");
    assert_eq!(proven.roles, [Role::Approver].into(), "only what is mapped");
    assert_eq!(proven.teams, ["shop".to_owned()].into());
    let one = with(&issuer.claims("dana@example.org", at), "groups", json!("shop-devs"));
    assert_eq!(known.prove(&key.sign(&one), at).await.expect("somebody").teams.len(), 1);
    let none = known.prove("x", at).await;
    assert!(matches!(none, Err(Unproven::Wrong(_))));
}
