//! Tokens that are good, and those that are not: forged, garbled, expired, revoked, of somebody who left.

use chrono::TimeDelta;
use serde_json::json;

use crate::{client::call, place::Place};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn made_in_chat_used_and_revoked() {
    let place = Place::new().await;
    let token = place.token("dana", "laptop for=30d").await;
    assert_eq!(token.len(), "sublet_".len() + 32);
    let answer = place.ask("GET", "/v1/tokens", &token, "").await;
    assert_eq!(answer.status, 200);
    let list = answer.items();
    assert_eq!(list[0]["name"], "laptop");
    assert_eq!(list[0]["scopes"], json!(["read", "use"]));
    assert!(!answer.body.contains(&token), "never shown again: {answer:?}");
    place.world.says("dana", "/token revoke laptop").await;
    let answer = place.ask("GET", "/v1/tokens", &token, "").await;
    let challenge = answer.problem(401).header("www-authenticate").expect("a challenge");
    assert_eq!(challenge, "Bearer realm=\"sublet\", error=\"invalid_token\"");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn made_by_the_api_shown_once_and_deleted() {
    let place = Place::new().await;
    let token = place.token("dana", "laptop").await;
    let made =
        place.ask("POST", "/v1/tokens", &token, r#"{"name":"ci","scopes":["read"],"lasts":"1d"}"#).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.header("cache-control"), Some("no-store"));
    let (id, secret) = (made.json()["id"].clone(), made.json()["secret"].clone());
    let (id, secret) = (id.as_str().unwrap(), secret.as_str().unwrap());
    assert_eq!(made.header("location"), Some(format!("/v1/tokens/{id}").as_str()));
    assert_eq!(place.ask("GET", "/v1/tokens", secret, "").await.items().len(), 2);
    let again = place.ask("POST", "/v1/tokens", &token, r#"{"name":"ci"}"#).await;
    again.problem(409);
    assert_eq!(place.ask("DELETE", &format!("/v1/tokens/{id}"), &token, "").await.status, 204);
    place.ask("GET", "/v1/tokens", secret, "").await.problem(401);
    place.ask("DELETE", &format!("/v1/tokens/{id}"), &token, "").await.problem(404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_token_opens_nothing_and_is_not_repeated() {
    let place = Place::new().await;
    let token = place.token("dana", "laptop").await;
    let (start, end) = token.split_at(token.len() - 1);
    let other = if end == "A" { "B" } else { "A" };
    let forged = [
        format!("{start}{other}"),
        start.to_owned(),
        format!("{token}{token}"),
        token.to_lowercase(),
        "sublet_".to_owned(),
        "x".repeat(5_000),
        "' OR 1=1 --".to_owned(),
        "null".to_owned(),
        "eyJhbGciOiJub25lIn0.eyJlbWFpbCI6ImRhbmFAZXhhbXBsZS5vcmcifQ.".to_owned(),
    ];
    for forged in &forged {
        let answer = place.ask("GET", "/v1/tokens", forged, "").await;
        assert!(!answer.problem(401).body.contains(forged.as_str()), "{answer:?}");
        assert!(answer.header("www-authenticate").is_some_and(|told| told.contains("invalid_token")));
    }
    // Anywhere but in the one header, it is not looked at.
    place.raw(&call("GET", &format!("/v1/tokens?access_token={token}"), &[], "")).await.problem(401);
    let basic = format!("Basic {token}");
    place.raw(&call("GET", "/v1/tokens", &[("authorization", &basic)], "")).await.problem(401);
    let bearer = format!("Bearer {token}");
    let twice = [("authorization", bearer.as_str()), ("authorization", bearer.as_str())];
    place.raw(&call("GET", "/v1/tokens", &twice, "")).await.problem(401);
    place.raw(&call("GET", "/v1/tokens", &[("cookie", &bearer)], "")).await.problem(401);
    assert_eq!(
        place
            .raw(&call("GET", "/v1/tokens", &[("Authorization", &format!("bearer {token}"))], ""))
            .await
            .status,
        200
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn time_and_departure_end_a_token() {
    let place = Place::new().await;
    let short = place.token("dana", "short for=1h").await;
    let long = place.token("dana", "long for=2d").await;
    place.world.passes(TimeDelta::minutes(59)).await;
    assert_eq!(place.ask("GET", "/v1/tokens", &short, "").await.status, 200);
    place.world.passes(TimeDelta::minutes(1)).await;
    place.ask("GET", "/v1/tokens", &short, "").await.problem(401);
    let list = place.ask("GET", "/v1/tokens", &long, "").await.items();
    assert_eq!(list.len(), 1, "what is over is not listed: {list:?}");
    place.world.deactivates("dana").await;
    place.ask("GET", "/v1/tokens", &long, "").await.problem(401);
}

/// Everything that is logged on this thread, at every level.
#[derive(Clone, Default)]
struct Logged(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// One thread, so that what the server logs is heard as well.
#[tokio::test]
async fn no_secret_is_ever_logged_or_kept() {
    let logged = Logged::default();
    let writer = logged.clone();
    let hears = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _hearing = tracing::subscriber::set_default(hears);
    let place = Place::new().await;
    let by_chat = place.token("dana", "laptop").await;
    let made = place.ask("POST", "/v1/tokens", &by_chat, r#"{"name":"ci"}"#).await.json();
    let by_api = made["secret"].as_str().expect("a secret").to_owned();
    for secret in [&by_chat, &by_api] {
        assert_eq!(place.ask("GET", "/v1/tokens", secret, "").await.status, 200);
    }
    let forged = "sublet_FORGEDFORGEDFORGEDFORGEDFORGED22";
    place.ask("GET", "/v1/tokens", forged, "").await.problem(401);
    place.world.settles().await;
    tracing::error!("the end is heard");
    let log = String::from_utf8_lossy(&logged.0.lock().expect("the log")).into_owned();
    assert!(log.contains("the end is heard"));
    // The same event again is not answered with the secret: it is not there to be found.
    place.world.event("again", "dana", "/token create again").await;
    let repeated = place.world.event("again", "dana", "/token create again").await;
    assert_eq!(repeated, "That came in already.");
    let history = place.world.says("dana", "/token list").await;
    for secret in [by_chat.as_str(), by_api.as_str(), "FORGEDFORGED"] {
        let tail = secret.trim_start_matches("sublet_");
        let found = log.lines().find(|line| line.contains(tail));
        assert!(found.is_none(), "{found:?}");
        assert!(!history.contains(tail));
    }
}
