//! A token reaches no further than its scopes, its time and its person.

use serde_json::json;
use sublet::{
    actions::{Caller, Inbound, Input, Outcome, performed},
    domain::{refusal::Refusal, token::Scope},
    ports::chat::Platform,
};

use crate::{client::call, place::Place, world::places};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_makes_none_that_reaches_further_or_lasts_longer() {
    let place = Place::new().await;
    let reads = place.token("root", "reads scopes=read").await;
    let answer = place.ask("POST", "/v1/tokens", &reads, r#"{"name":"more"}"#).await;
    let challenge = answer.problem(403).header("www-authenticate").expect("a challenge");
    assert_eq!(challenge, "Bearer realm=\"sublet\", error=\"insufficient_scope\", scope=\"use\"");
    let uses = place.token("root", "uses scopes=read,use for=2d").await;
    for wider in [json!(["admin"]), json!(["read", "review"]), json!(["read", "use", "admin"])] {
        let body = json!({ "name": "more", "scopes": wider }).to_string();
        place.ask("POST", "/v1/tokens", &uses, &body).await.problem(403);
    }
    let body = r#"{"name":"later","scopes":["read"],"lasts":"3d"}"#;
    place.ask("POST", "/v1/tokens", &uses, body).await.problem(422);
    let child = place.ask("POST", "/v1/tokens", &uses, r#"{"name":"child"}"#).await;
    assert_eq!(child.json()["scopes"], json!(["read", "use"]));
    let parent = place.ask("GET", "/v1/tokens", &uses, "").await.items();
    let ends = |name: &str| {
        parent.iter().find(|token| token["name"] == name).map(|token| token["expires_at"].clone())
    };
    assert_eq!(ends("child"), ends("uses"), "it ends with the one that made it");
    let none = json!({ "name": "none", "scopes": [] }).to_string();
    place.ask("POST", "/v1/tokens", &uses, &none).await.problem(422);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn looking_needs_a_scope_as_well() {
    let place = Place::new().await;
    let uses = place.token("dana", "uses scopes=use").await;
    for path in ["/v1/tokens", "/v1/templates", "/v1/events"] {
        let answer = place.ask("GET", path, &uses, "").await;
        assert!(
            answer
                .problem(403)
                .header("www-authenticate")
                .is_some_and(|told| told.contains("scope=\"read\""))
        );
    }
    assert_eq!(place.ask("POST", "/v1/tokens", &uses, r#"{"name":"x","scopes":["use"]}"#).await.status, 201);
}

/// Every command of the catalogue, with a token that is good for everything but what the command needs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_is_refused_without_its_scope() {
    let place = Place::new().await;
    let world = &place.world.engine.world;
    let context = commands::Context { now: place.world.now(), zone: chrono_tz::UTC };
    for (at, entry) in commands::CATALOG.iter().enumerate() {
        let line = (*entry.spec.examples.first().expect("an example")).to_owned();
        let invocation = commands::line::parse(&line, &context).expect("it parses");
        let needs = sublet::actions::scopes::needs(&invocation);
        let rest = Scope::ALL.into_iter().filter(|scope| *scope != needs).collect();
        let caller = Caller { scopes: Some(rest), ..Caller::from(places::id("root")) };
        let id = format!("escape-{at}");
        let inbound = Inbound { id, caller, platform: Platform::Api, input: Input::Line(line.clone()) };
        match performed(world, inbound).await.outcome {
            Outcome::Refused(Refusal::OutOfScope { needs: told }) => assert_eq!(told, needs, "{line}"),
            other => panic!("{line} was not refused: {other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_of_others_are_as_if_they_were_not_there() {
    let place = Place::new().await;
    let (dana, erin) = (place.token("dana", "laptop").await, place.token("erin", "laptop").await);
    let root = place.token("root", "all scopes=read,use,review,admin").await;
    let ids = place.ask("GET", "/v1/tokens", &dana, "").await.items();
    let id = ids[0]["id"].as_str().expect("an id").to_owned();
    let missing = "tok_00000000000000000000000000000000";
    for stranger in [&erin, &root] {
        let theirs = place.ask("DELETE", &format!("/v1/tokens/{id}"), stranger, "").await;
        let nobodys = place.ask("DELETE", &format!("/v1/tokens/{missing}"), stranger, "").await;
        assert_eq!(theirs.problem(404).json()["type"], nobodys.problem(404).json()["type"]);
        assert!(!place.ask("GET", "/v1/tokens", stranger, "").await.body.contains(&id));
    }
    assert_eq!(place.ask("GET", "/v1/tokens", &dana, "").await.status, 200, "it is still there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paths_lead_nowhere_else() {
    let place = Place::new().await;
    let token = place.token("dana", "laptop").await;
    for path in [
        "/v1/tokens/../../etc/passwd",
        "/v1/tokens/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/v1/tokens/..%5c..%5cwindows",
        "/v1/tokens/tok_%00",
        "/v1/tokens/tok_%0d%0aset-cookie:%20x=1",
        "/v1/tokens/tok_'%20OR%201=1",
        "/v1/tokens/%ff%fe",
        "/v1//tokens/x",
        "/v1/tokens/laptop",
        "//evil.example/v1/tokens",
    ] {
        let answer = place.ask("DELETE", path, &token, "").await;
        assert!((400..=405).contains(&answer.status), "{path}: {answer:?}");
        assert!(
            answer.header("set-cookie").is_none() && !answer.body.contains("root:"),
            "{path}: {answer:?}"
        );
    }
    assert_eq!(place.ask("GET", "/v1/tokens", &token, "").await.items().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tricks_with_methods_change_nothing() {
    let place = Place::new().await;
    let token = place.token("dana", "laptop").await;
    let bearer = format!("Bearer {token}");
    for (method, path) in [
        ("DELETE", "/v1/tokens"),
        ("PUT", "/v1/tokens"),
        ("PATCH", "/v1/tokens"),
        ("TRACE", "/v1/tokens"),
        ("CONNECT", "/v1/tokens"),
        ("get", "/v1/tokens"),
        ("BREW", "/v1/tokens"),
        ("POST", "/v1/templates"),
    ] {
        let answer = place.ask(method, path, &token, "").await;
        assert!(matches!(answer.status, 400 | 404 | 405), "{method} {path}: {answer:?}");
        assert!(!answer.body.contains(&token), "nothing is echoed: {answer:?}");
    }
    // A header does not make another method of it.
    for name in ["x-http-method-override", "x-http-method", "x-method-override"] {
        let headers = [("authorization", bearer.as_str()), (name, "DELETE")];
        let answer = place.raw(&call("GET", "/v1/tokens", &headers, "")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let head = place.raw(&call("HEAD", "/v1/tokens", &[("authorization", &bearer)], "")).await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    place.raw(&call("HEAD", "/v1/tokens", &[], "")).await;
    assert_eq!(place.ask("GET", "/v1/tokens", &token, "").await.items().len(), 1);
}
