//! A Web API that answers each method as it is told, and remembers what came in.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, Response, header},
    routing::any,
};
use serde_json::Value;
use tokio::net::TcpListener;

/// A call that came in.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: String,
    pub token: String,
    pub body: Value,
}

/// What is answered: status, headers, body; `None` when no answer ever comes.
type Reply = Option<(u16, Vec<(&'static str, &'static str)>, String)>;

#[derive(Default)]
struct Inner {
    calls: Vec<Call>,
    replies: HashMap<String, VecDeque<Reply>>,
}

#[derive(Clone)]
pub struct Api {
    inner: Arc<Mutex<Inner>>,
    pub url: String,
}

impl Api {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/api", listener.local_addr().expect("an address"));
        let api = Self { inner: Arc::default(), url };
        let router = Router::new().route("/api/{*method}", any(answer)).with_state(api.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        api
    }

    /// The next call of that method is answered with this JSON.
    pub fn says(&self, method: &str, body: &Value) {
        self.replies(method, Some((200, vec![("content-type", "application/json")], body.to_string())));
    }

    /// The next call of that method fails with that word.
    pub fn refuses(&self, method: &str, code: &str) {
        self.says(method, &serde_json::json!({ "ok": false, "error": code }));
    }

    pub fn replies(&self, method: &str, reply: Reply) {
        let mut inner = self.inner.lock().expect("the calls");
        inner.replies.entry(method.to_owned()).or_default().push_back(reply);
    }

    /// What came in since it was last asked for.
    pub fn heard(&self) -> Vec<Call> {
        std::mem::take(&mut self.inner.lock().expect("the calls").calls)
    }

    pub fn methods(&self) -> Vec<String> {
        self.heard().into_iter().map(|call| call.method).collect()
    }
}

async fn answer(
    State(api): State<Api>,
    Path(method): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let token = headers.get(header::AUTHORIZATION).and_then(|token| token.to_str().ok());
    let call = Call {
        method: method.clone(),
        token: token.unwrap_or_default().to_owned(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    let reply = {
        let mut inner = api.inner.lock().expect("the calls");
        inner.calls.push(call);
        let usual = || Some((200, vec![("content-type", "application/json")], usual(&method)));
        inner.replies.get_mut(&method).and_then(VecDeque::pop_front).unwrap_or_else(usual)
    };
    let Some((status, headers, body)) = reply else { return std::future::pending().await };
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Body::from(body)).expect("an answer")
}

fn usual(method: &str) -> String {
    let body = match method {
        // With a part that no type knows: what is echoed must not matter.
        "chat.postMessage" => serde_json::json!({
            "ok": true, "channel": "C0123ABCD", "ts": "1700000000.000100",
            "message": { "blocks": [{ "type": "of_the_future" }] }
        }),
        "conversations.open" => serde_json::json!({ "ok": true, "channel": { "id": "D0001" } }),
        "auth.test" => serde_json::json!({ "ok": true, "team_id": super::TEAM, "user_id": "U1" }),
        _ => serde_json::json!({ "ok": true }),
    };
    body.to_string()
}
