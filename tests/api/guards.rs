//! What stands around calls: the state that was seen, what may be changed, what can be read, how much is taken.

use std::time::Duration;

use axum::http::{Request, header};
use http_body_util::Full;
use serde_json::json;

use crate::http::Served;

pub async fn a_change_needs_the_state_that_was_seen(served: &Served) {
    let dana = served.caller("dana").await;
    let asked = dana.post("/v1/requests", &json!({"template": "web", "reason": "a demo"})).await;
    let (at, first) = (asked.header("location"), asked.header("etag"));
    let patch = json!({"reason": "a better demo"});
    let blind = [("content-type", "application/merge-patch+json")];
    assert_eq!(
        dana.call("PATCH", &at, &blind, &patch.to_string()).await.problem(),
        (428, "precondition-required".into())
    );
    served.world.settles().await;
    assert_eq!(dana.patch(&at, &first, &patch).await.problem(), (412, "outdated".into()));
    assert_eq!(dana.patch(&at, "nonsense", &patch).await.problem(), (412, "outdated".into()));
    let tag = dana.get(&at).await.header("etag");
    let changed = dana.patch(&at, &tag, &patch).await;
    assert_eq!((changed.status, changed.at("/reason").as_str()), (200, "a better demo"), "{}", changed.text);
    assert_eq!(changed.header("etag"), dana.get(&at).await.header("etag"));
    let none = dana.patch(&at, "*", &json!({"reason": null})).await.json();
    assert!(none.get("reason").is_none(), "{none}");
    assert_eq!(dana.patch(&at, "*", &json!({})).await.status, 200, "nothing is changed");
    let told = dana.get(&dana.get(&at).await.at("/_links/audit/href")).await.each("fact");
    assert_eq!(told.iter().filter(|fact| *fact == "reason_changed").count(), 2);

    let me = dana.get("/v1/people/me").await.header("etag");
    let moved =
        dana.patch("/v1/people/per_dana", &me, &json!({"zone": "Asia/Tokyo", "name": "Dana J."})).await;
    assert_eq!((moved.at("/zone"), moved.at("/name")), ("Asia/Tokyo".into(), "Dana J.".into()));
    assert_eq!(dana.patch("/v1/people/me", &me, &json!({"zone": "UTC"})).await.problem().0, 412);

    served.caller("ada").await.post(&format!("{at}/reviews"), &json!({"decision": "approve"})).await;
    assert_eq!(dana.patch(&at, "*", &patch).await.problem(), (409, "wrong-state".into()));
}

pub async fn nothing_else_can_be_changed(served: &Served) {
    let (dana, ada) = (served.caller("dana").await, served.caller("ada").await);
    let at = dana.post("/v1/requests", &json!({"template": "web"})).await.header("location");
    served.world.settles().await;
    for member in ["state", "requester", "id", "version", "span", "decided_by", "ballot", "key", "amounts"] {
        let problem = dana.patch(&at, "*", &json!({ member: "approved", "reason": "x" })).await;
        assert_eq!(problem.problem(), (422, "invalid".into()), "{member}");
    }
    for member in ["roles", "teams", "email", "active", "handle", "id", "origin"] {
        let problem = dana.patch("/v1/people/me", "*", &json!({ member: ["admin"], "name": "x" })).await;
        assert_eq!(
            (problem.problem(), problem.at("/errors/0/field")),
            ((422, "invalid".into()), member.into())
        );
    }
    assert_eq!(dana.get("/v1/people/me").await.at("/name"), "Dana Jäger");
    for patch in [
        json!({"name": null}),
        json!({"name": ""}),
        json!({"name": "a\nb"}),
        json!({"zone": "Mars"}),
        json!([]),
    ] {
        assert_eq!(
            dana.patch("/v1/people/me", "*", &patch).await.problem(),
            (422, "invalid".into()),
            "{patch}"
        );
    }
    assert_eq!(
        ada.patch("/v1/people/per_dana", "*", &json!({"name": "x"})).await.problem(),
        (403, "not-yours".into())
    );
    assert_eq!(ada.patch(&at, "*", &json!({"reason": "x"})).await.problem(), (403, "not-yours".into()));
    let long = "x".repeat(501);
    assert_eq!(dana.patch(&at, "*", &json!({"reason": long})).await.problem(), (422, "too-much-text".into()));
}

pub async fn what_is_known_is_not_sent_again(served: &Served) {
    let dana = served.caller("dana").await;
    let at = dana.post("/v1/requests", &json!({"template": "web"})).await.header("location");
    let tag = dana.get(&at).await.header("etag");
    let known = dana.call("GET", &at, &[("if-none-match", &format!("\"other\", W/{tag}"))], "").await;
    assert_eq!((known.status, known.text.as_str(), known.header("etag")), (304, "", tag.clone()));
    assert_eq!(
        dana.call("GET", &format!("{at}?fields=id"), &[("if-none-match", &tag)], "").await.status,
        200
    );
    served.world.settles().await;
    assert_eq!(dana.call("GET", &at, &[("if-none-match", &tag)], "").await.status, 200);
}

pub async fn what_cannot_be_read_is_told(served: &Served) {
    let dana = served.caller("dana").await;
    let json_kind = ("content-type", "application/json");
    let said = async |kind: (&str, &str), body: &str| dana.call("POST", "/v1/requests", &[kind], body).await;
    assert_eq!(said(json_kind, "{\"template\":").await.problem(), (400, "malformed".into()));
    assert_eq!(said(json_kind, "{\"template\": \"web\"} x").await.problem(), (400, "malformed".into()));
    let wrong = said(json_kind, "{\"template\": \"web\", \"parameters\": {\"cpu\": [1]}}").await;
    assert_eq!(
        (wrong.problem(), wrong.at("/errors/0/field")),
        ((422, "invalid".into()), "parameters.cpu".into())
    );
    let twice = said(json_kind, "{\"template\": \"web\", \"template\": \"small\"}").await;
    assert_eq!(twice.problem(), (422, "invalid".into()));
    assert_eq!(
        said(("content-type", "text/plain"), "{}").await.problem(),
        (415, "unsupported-media-type".into())
    );
    let merge = ("content-type", "application/merge-patch+json");
    assert_eq!(said(merge, "{}").await.problem(), (415, "unsupported-media-type".into()));
    let picky = dana.call("GET", "/v1", &[("accept", "text/html, application/json;q=0")], "").await;
    assert_eq!(picky.problem(), (406, "not-acceptable".into()));
    assert_eq!(
        dana.call("GET", "/v1", &[("accept", "text/html, application/hal+json")], "").await.status,
        200
    );
    assert_eq!(dana.get("/v1/requests/%ff").await.problem(), (404, "no-such".into()));
    assert_eq!(dana.get("/v1/requests/..%2f..%2fpeople").await.problem(), (404, "no-such".into()));
}

pub async fn too_much_is_refused(served: &Served) {
    let dana = served.caller("dana").await;
    let kind = [("content-type", "application/json")];
    let long = format!("{{\"template\": \"{}\"}}", "x".repeat(70_000));
    assert_eq!(dana.call("POST", "/v1/requests", &kind, &long).await.problem(), (413, "too-large".into()));
    let deep = format!("{{\"template\": \"web\", \"parameters\": {{\"cpu\": {}", "[".repeat(50_000));
    let refused = dana.call("POST", "/v1/requests", &kind, &deep).await;
    assert!(matches!(refused.problem().0, 400 | 422), "{}", refused.text);
    let answers = dana.get("/v1").await;
    assert_eq!(answers.status, 200, "and goes on: {}", answers.text);
    tokio::time::timeout(Duration::from_secs(30), dana.get("/v1/templates")).await.expect("at once");
}

pub async fn addresses_and_methods_that_are_none(served: &Served) {
    let dana = served.caller("dana").await;
    for at in ["/v1/", "/v1/dragons", "/v1/requests/", "/v1/requests/req_1/dragons"] {
        assert_eq!(dana.get(at).await.problem(), (404, "no-such-address".into()), "{at}");
    }
    for (method, at) in
        [("DELETE", "/v1/requests"), ("PUT", "/v1/people/me"), ("POST", "/v1/audit"), ("PATCH", "/v1")]
    {
        let refused = dana.call(method, at, &[], "").await;
        assert_eq!(refused.problem(), (405, "method-not-allowed".into()), "{method} {at}");
        assert!(refused.header("allow").contains("GET"), "{at} says what it takes: {:?}", refused.headers);
    }
    for token in [None, Some("Bearer sublet_NOPE"), Some("Basic ZGFuYTpkYW5h"), Some("Bearer")] {
        let mut request = Request::builder().uri(served.url("/v1/people"));
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, token);
        }
        let refused = served.send(request.body(Full::default()).expect("a request")).await;
        assert_eq!(refused.problem(), (401, "not-authenticated".into()), "{token:?}");
    }
}
