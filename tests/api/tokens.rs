//! Tokens by the API: a list like any other, and a secret that is shown once.

use serde_json::json;
use sublet::domain::token::Scope;

use crate::{http::Served, pages::all, world::places};

pub async fn they_are_made_listed_and_revoked(served: &Served) {
    let (dana, erin) = (served.caller("dana").await, served.caller("erin").await);
    let made = dana.post("/v1/tokens", &json!({"name": "ci", "scopes": ["read"], "lasts": "7d"})).await;
    assert_eq!((made.status, made.header("cache-control").as_str()), (201, "no-store"), "{}", made.text);
    assert_eq!(made.header("content-type"), "application/hal+json");
    let at = made.header("location");
    assert_eq!(at, made.at("/_links/self/href"));
    let shown = dana.get(&at).await;
    assert_eq!(
        (shown.at("/name"), shown.at("/scopes/0"), shown.verbs()),
        ("ci".into(), "read".into(), vec!["revoke".to_owned()])
    );
    assert!(shown.json().get("secret").is_none() && !shown.text.contains("sublet_"), "{}", shown.text);
    assert_eq!(dana.call("GET", &at, &[("if-none-match", &shown.header("etag"))], "").await.status, 304);
    dana.post("/v1/tokens", &json!({"name": "another"})).await;
    let names = all(&dana, "/v1/tokens?limit=1&sort=-name", "name").await;
    assert_eq!((names.len(), names[1].as_str(), names[2].as_str()), (3, "ci", "another"), "{names:?}");
    assert_eq!(all(&dana, "/v1/tokens?limit=2&sort=expires_at", "name").await.len(), 3);
    assert_eq!(dana.get("/v1/tokens?fields=name").await.items()[1].get("scopes"), None);

    assert_eq!(erin.get(&at).await.problem(), (404, "no-such-token".into()));
    assert_eq!(erin.call("DELETE", &at, &[], "").await.problem(), (404, "no-such-token".into()));
    let reader = served.scoped("dana", &[Scope::Read]).await;
    assert_eq!(reader.get(&at).await.verbs(), Vec::<String>::new());
    assert_eq!(reader.call("DELETE", &at, &[], "").await.problem(), (403, "out-of-scope".into()));
    assert_eq!(dana.call("DELETE", &at, &[], "").await.status, 204);
    assert_eq!(dana.get(&at).await.problem(), (404, "no-such-token".into()));
    for (body, problem) in [
        (json!({"name": "another"}), (409, "token-exists")),
        (json!({"name": "x", "scopes": ["root"]}), (422, "no-such-scope")),
        (json!({"name": "x", "scopes": []}), (422, "no-such-scope")),
        (json!({"name": "x", "lasts": "900d"}), (422, "too-long")),
        (json!({"name": "x", "person": "per_root"}), (422, "invalid")),
        (json!({"name": "x", "secret": "sublet_mine"}), (422, "invalid")),
        (json!({"name": "a b"}), (422, "misread")),
    ] {
        let refused = dana.post("/v1/tokens", &body).await;
        assert_eq!(refused.problem(), (problem.0, problem.1.into()), "{body}: {}", refused.text);
    }
}

pub async fn a_secret_is_shown_once_whatever_comes_again(served: &Served) {
    let dana = served.caller("dana").await;
    let body = json!({"name": "ci", "scopes": ["read"]});
    let made = dana.post_once("k", "/v1/tokens", &body).await;
    let secret = made.at("/secret");
    assert!(secret.starts_with("sublet_"), "{}", made.text);
    let tail = secret.trim_start_matches("sublet_");
    for _ in 0..2 {
        let again = dana.post_once("k", "/v1/tokens", &body).await;
        assert_eq!(again.problem(), (409, "shown-once".into()));
        assert_eq!(
            (again.header("idempotent-replayed"), again.header("location")),
            ("true".into(), made.header("location"))
        );
        assert!(!again.text.contains(tail), "{}", again.text);
    }
    let mut tx = served.world.store().read().await.expect("a transaction");
    let kept = tx.reply(&places::id("dana"), "k").await.expect("a look").expect("it is kept");
    drop(tx);
    let kept = format!("{kept:?}");
    assert!(kept.contains("shown-once") && !kept.contains(tail), "{kept}");
    // What was revoked is not made again by the same call.
    assert_eq!(dana.call("DELETE", &made.header("location"), &[], "").await.status, 204);
    assert_eq!(dana.post_once("k", "/v1/tokens", &body).await.problem(), (409, "shown-once".into()));
    assert!(!dana.get("/v1/tokens").await.each("name").contains(&"ci".to_owned()));
    // A refusal has no secret, and is kept like any other.
    let twice = dana.post_once("r", "/v1/tokens", &json!({"name": "a b"})).await;
    let replayed = dana.post_once("r", "/v1/tokens", &json!({"name": "a b"})).await;
    assert_eq!(
        (twice.problem(), replayed.header("idempotent-replayed")),
        (replayed.problem(), "true".into())
    );
}
