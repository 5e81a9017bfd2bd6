//! An API that answers each route as it is told, and remembers what came in.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, Response, Uri, header},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A call that came in.
#[derive(Debug, Clone)]
pub struct Call {
    /// Verb and path, without the address of the API.
    pub route: String,
    pub token: Option<String>,
    pub agent: String,
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
        let url = format!("http://{}/api/v10", listener.local_addr().expect("an address"));
        let api = Self { inner: Arc::default(), url };
        let router = Router::new().fallback(answer).with_state(api.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        api
    }

    /// The next call of that route is answered with this JSON.
    pub fn says(&self, route: &str, body: &Value) {
        self.replies(route, Some((200, Vec::new(), body.to_string())));
    }

    /// The next call of that route fails with that status and number.
    pub fn refuses(&self, route: &str, status: u16, code: u64) {
        let body = json!({ "message": "a secret", "code": code }).to_string();
        self.replies(route, Some((status, Vec::new(), body)));
    }

    pub fn replies(&self, route: &str, reply: Reply) {
        let mut inner = self.inner.lock().expect("the calls");
        inner.replies.entry(route.to_owned()).or_default().push_back(reply);
    }

    /// What came in since it was last asked for.
    pub fn heard(&self) -> Vec<Call> {
        std::mem::take(&mut self.inner.lock().expect("the calls").calls)
    }

    pub fn routes(&self) -> Vec<String> {
        self.heard().into_iter().map(|call| call.route).collect()
    }
}

async fn answer(
    State(api): State<Api>,
    verb: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let path = uri.path().strip_prefix("/api/v10").expect("a path of the API");
    let route = format!("{verb} {path}");
    let text = |name| headers.get(name).and_then(|text| text.to_str().ok()).map(str::to_owned);
    let call = Call {
        route: route.clone(),
        token: text(header::AUTHORIZATION),
        agent: text(header::USER_AGENT).unwrap_or_default(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    let reply = {
        let mut inner = api.inner.lock().expect("the calls");
        inner.calls.push(call);
        inner.replies.get_mut(&route).and_then(VecDeque::pop_front).unwrap_or_else(|| usual(&route))
    };
    let Some((status, headers, body)) = reply else { return std::future::pending().await };
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Body::from(body)).expect("an answer")
}

fn usual(route: &str) -> Reply {
    let parts: Vec<&str> = route.split('/').collect();
    let body = match parts.as_slice() {
        // With a part that no type knows: what is echoed must not matter.
        ["POST ", "channels", channel, "messages"] => {
            json!({ "id": "700", "channel_id": channel, "components": [{ "type": 99 }] })
        }
        ["POST ", "channels", _, "messages", message, "threads"] => json!({ "id": message, "type": 11 }),
        ["POST ", "users", "@me", "channels"] => json!({ "id": "400", "type": 1 }),
        ["GET ", "applications", "@me"] => json!({ "id": super::APP, "name": "Sublet" }),
        ["GET ", "applications", ..] => json!([]),
        ["POST ", "interactions", ..] => return Some((204, Vec::new(), String::new())),
        _ => json!({ "id": "1" }),
    };
    Some((200, Vec::new(), body.to_string()))
}
