//! A program that takes webhooks over real HTTP, and verifies each as the scheme says.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use secrecy::SecretString;
use serde_json::Value;
use sublet::{
    domain::hook::Hook,
    hooks::{self, Settings},
};
use tokio::net::TcpListener;

/// What it does with the next message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mood {
    Takes,
    Fails(u16),
    Redirects,
    Hangs,
    Hurries(u64),
}

/// A message that came.
#[derive(Debug, Clone)]
pub struct Came {
    pub path: String,
    pub id: String,
    pub body: Value,
    pub verified: bool,
}

#[derive(Clone)]
pub struct Receiver {
    pub at: SocketAddr,
    secret: String,
    state: Arc<Mutex<(Vec<Mood>, Vec<Came>)>>,
}

impl Receiver {
    pub async fn new(secret: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("an address");
        let receiver = Self { at, secret: secret.to_owned(), state: Arc::default() };
        let router = Router::new().fallback(took).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    /// What it does with the next messages, one after another; then it takes all.
    pub fn feels(&self, moods: &[Mood]) {
        self.state.lock().expect("the state").0 = moods.iter().rev().copied().collect();
    }

    /// What came so far.
    pub fn came(&self) -> Vec<Came> {
        self.state.lock().expect("the state").1.clone()
    }

    /// The settings of a webhook that leads here.
    pub fn hook(&self, name: &str, events: &[&str]) -> Settings {
        let events = events.iter().map(ToString::to_string).collect();
        Settings {
            hook: Hook { name: name.to_owned(), events },
            url: format!("http://{}/sublet", self.at),
            secret: SecretString::from(self.secret.clone()),
            timeout: Duration::from_millis(500),
        }
    }
}

async fn took(State(receiver): State<Receiver>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let body = String::from_utf8_lossy(&body).into_owned();
    let (id, timestamp) = (header("webhook-id").to_owned(), header("webhook-timestamp"));
    let key = hooks::key(&receiver.secret).expect("a secret");
    let signed = hooks::signature(&key, &id, timestamp.parse().unwrap_or_default(), &body).expect("signed");
    let verified = header("webhook-signature") == signed;
    let body = serde_json::from_str(&body).unwrap_or_default();
    let mood = {
        let mut state = receiver.state.lock().expect("the state");
        state.1.push(Came { path: uri.path().to_owned(), id, body, verified });
        state.0.pop().unwrap_or(Mood::Takes)
    };
    match mood {
        Mood::Takes => StatusCode::NO_CONTENT.into_response(),
        Mood::Fails(status) => StatusCode::from_u16(status).expect("a status").into_response(),
        Mood::Redirects => (StatusCode::TEMPORARY_REDIRECT, [("location", "/elsewhere")]).into_response(),
        Mood::Hurries(after) => {
            (StatusCode::TOO_MANY_REQUESTS, [("retry-after", after.to_string())]).into_response()
        }
        Mood::Hangs => std::future::pending().await,
    }
}
