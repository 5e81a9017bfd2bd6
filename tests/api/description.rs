//! The API's description: committed as it is made, the same as is served, and to be read without the network.

use std::fs;

use axum::http::Request;
use http_body_util::Full;
use serde_json::Value;

use crate::{http::Served, support::databases::Database};

#[test]
fn the_committed_description_is_fresh() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == sublet::api::description(),
        "write it anew: `cargo run -q -- generate openapi > docs/openapi.json`"
    );
}

#[test]
fn every_call_says_what_it_is_and_what_it_answers() {
    let document: Value = serde_json::from_str(&sublet::api::description()).expect("JSON");
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let place = format!("{method} {path}");
            ids.push(operation["operationId"].as_str().unwrap_or_else(|| panic!("{place}")).to_owned());
            assert!(operation["tags"][0].is_string() && operation["summary"].is_string(), "{place}");
            for (status, response) in operation["responses"].as_object().expect("responses") {
                let named =
                    response["$ref"].as_str().and_then(|at| document.pointer(at.trim_start_matches('#')));
                let content = &named.unwrap_or(response)["content"];
                let kind = match (status.starts_with('2'), operation["tags"][0].as_str()) {
                    (false, _) => "application/problem+json",
                    (true, Some("events")) => "text/event-stream",
                    (true, _) => "application/hal+json",
                };
                let empty = ["204", "304"].contains(&status.as_str());
                assert!(empty || content[kind]["schema"].is_object(), "{place} {status}: {response}");
            }
        }
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), count > 30), (count, true), "every operation has an id of its own");
}

#[test]
fn the_page_that_shows_it_asks_no_other_host() {
    crate::shown(async { Some(Database::sqlite()) }, async |served: &Served| {
        let get = async |path: &str| {
            let request = Request::builder().uri(served.url(path)).body(Full::default());
            served.send(request.expect("a request")).await
        };
        assert_eq!(get("/api-docs").await.json()["openapi"], "3.1.0");
        assert_eq!(get("/docs").await.status, 303);
        let page = get("/docs/").await;
        assert_eq!(page.status, 200);
        let policy = page.header("content-security-policy");
        assert!(policy.contains("script-src 'self';") && policy.contains("default-src 'none'"), "{policy}");
        assert!(!page.text.contains("http://") && !page.text.contains("https://"), "{}", page.text);
        let inline = page.text.split("<script").skip(1).filter(|tag| !tag.starts_with(" src=")).count();
        assert_eq!(inline, 0, "the policy lets no script in the page run: {}", page.text);
        let starts = get("/docs/swagger-initializer.js").await;
        assert!(starts.text.contains("/api-docs"), "{}", starts.text);
        let elsewhere = get("/healthz").await.header("content-security-policy");
        assert!(!elsewhere.contains("unsafe-inline"), "{elsewhere}");
    });
}
