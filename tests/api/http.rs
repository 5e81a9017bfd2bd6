//! A real server on a port of its own, in front of a world of paper, and people who call it with tokens.

#![allow(dead_code, reason = "which parts are used differs between test programs")]

use std::{net::SocketAddr, num::NonZeroU32, sync::Arc};

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;
use sublet::{
    api::{Api, caller::Gate, limits::Settings, router},
    domain::token::Scope,
    web::{Probes, health_beside},
};
use tokio_util::sync::CancellationToken;

use crate::{support::databases::Database, world::World};

/// A world with a server in front of it.
pub struct Served {
    /// What is behind it.
    pub world: World,
    /// Where it listens.
    pub address: SocketAddr,
    client: Client<HttpConnector, Full<Bytes>>,
    stop: CancellationToken,
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub text: String,
}

/// Somebody with a token.
#[derive(Clone)]
pub struct Caller<'a> {
    served: &'a Served,
    token: String,
}

impl Served {
    /// Starts it on that database.
    pub async fn on(database: &Database) -> Self {
        Self::before(World::new(database).await).await
    }

    /// Starts it in front of a world.
    pub async fn before(world: World) -> Self {
        let means = Arc::new(world.engine.world.clone());
        let stop = CancellationToken::new();
        let probes =
            Probes { parts: means.clone(), ids: means.ids.clone(), metrics: None, closing: stop.clone() };
        let many = NonZeroU32::new(100_000).expect("a number");
        let settings = Settings { per_minute: many, per_address: many, ..Settings::default() };
        let gate = Arc::new(Gate::new(settings, None, means.clock.clone(), stop.clone()));
        let routes = health_beside(probes, router(Api { world: means, gate }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let serving = axum::serve(listener, routes).with_graceful_shutdown(stop.clone().cancelled_owned());
        tokio::spawn(async move { serving.await.expect("it serves") });
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { world, address, client, stop }
    }

    /// Somebody's token with these scopes.
    pub async fn token(&self, who: &str, scopes: &[Scope]) -> String {
        let name = format!("token-{}", self.world.engine.world.ids.next().simple());
        let words: Vec<&str> = scopes.iter().map(|scope| scope.word()).collect();
        let line = format!("/token create {name} scopes={} for=90d", words.join(","));
        let answer = self.world.says(who, &line).await;
        let secret = answer.split_whitespace().find(|word| word.starts_with("sublet_"));
        secret.unwrap_or_else(|| panic!("no token: {answer}")).to_owned()
    }

    /// Somebody who may do here whatever they may do at all.
    pub async fn caller(&self, who: &str) -> Caller<'_> {
        Caller { served: self, token: self.token(who, &Scope::ALL).await }
    }

    /// Somebody whose token is good for these only.
    pub async fn scoped(&self, who: &str, scopes: &[Scope]) -> Caller<'_> {
        Caller { served: self, token: self.token(who, scopes).await }
    }

    /// Sends anything.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        let response = self.client.request(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        Answer { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Caller<'_> {
    /// Makes a call, with headers of its own.
    pub async fn call(&self, method: &str, path: &str, more: &[(&str, &str)], body: &str) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = Request::builder()
            .method(method)
            .uri(self.served.url(path))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let body = Full::new(Bytes::from(body.to_owned()));
        self.served.send(request.body(body).expect("a request")).await
    }

    /// Looks.
    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[], "").await
    }

    /// Does something.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, &[("content-type", "application/json")], &body.to_string()).await
    }

    /// Does something under a key.
    pub async fn post_once(&self, key: &str, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        self.call("POST", path, &headers, &body.to_string()).await
    }

    /// Changes something that is as `tag` says.
    pub async fn patch(&self, path: &str, tag: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/merge-patch+json"), ("if-match", tag)];
        self.call("PATCH", path, &headers, &body.to_string()).await
    }
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text))
    }

    /// A member of the body, by its JSON pointer.
    pub fn at(&self, pointer: &str) -> String {
        match self.json().pointer(pointer) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => panic!("no {pointer} in {}", self.text),
        }
    }

    /// A header.
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// What is on a page.
    pub fn items(&self) -> Vec<Value> {
        self.json().pointer("/_embedded/items").and_then(Value::as_array).cloned().expect("a page")
    }

    /// One member of each thing on a page.
    pub fn each(&self, member: &str) -> Vec<String> {
        self.items().iter().map(|item| item[member].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The status and the kind of a problem.
    pub fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        assert_eq!(self.at("/status"), self.status.to_string());
        (self.status, self.at("/type").trim_start_matches("/problems/").to_owned())
    }

    /// The relations of its links that do something.
    pub fn verbs(&self) -> Vec<String> {
        verbs(&self.json())
    }
}

/// The relations of a resource's links that do something.
pub fn verbs(resource: &Value) -> Vec<String> {
    let links = resource["_links"].as_object().cloned().unwrap_or_default();
    links.iter().filter(|(_, link)| !link["method"].is_null()).map(|(rel, _)| rel.clone()).collect()
}
