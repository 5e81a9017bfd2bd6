//! One call over HTTP: sent, waited for, and read as far as we need it. Nothing is decided here.

use std::time::Duration;

use anyhow::Context as _;
use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, Request, StatusCode, header},
};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{route::Route, trouble::Trouble};
use crate::https;

/// The largest answer that is read. The longest there is, a hundred commands with all they may hold, is 800 kB.
const ANSWER_MAX: usize = 2 * 1024 * 1024;
/// Discord blocks callers that do not say who they are in this way (Discord, API reference, “User Agent”). Where it
/// asks for an address stands our name: no address of ours is the same for everybody who runs this.
const USER_AGENT: &str = concat!("DiscordBot (sublet, ", env!("CARGO_PKG_VERSION"), ")");

/// How Discord is called.
pub struct Wire {
    http: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    api: String,
    authorization: HeaderValue,
    timeout: Duration,
}

/// What was answered.
pub struct Answer {
    /// Good or not.
    pub status: StatusCode,
    /// What it says about limits.
    pub headers: HeaderMap,
    /// What it says; `None` when it is no JSON.
    pub body: Option<Value>,
}

impl Wire {
    /// A wire to that API. Nothing is called yet.
    ///
    /// # Errors
    /// When the machine's certificates cannot be read, or the token has signs that no token has.
    pub fn new(api: &str, token: &SecretString, timeout: Duration) -> anyhow::Result<Self> {
        let http = Client::builder(TokioExecutor::new()).build(https::connector(api)?);
        let authorization = HeaderValue::try_from(format!("Bot {}", token.expose_secret()));
        let mut authorization = authorization.context("the bot's token has signs that no token has")?;
        authorization.set_sensitive(true);
        Ok(Self { http, api: api.to_owned(), authorization, timeout })
    }

    /// Sends a call and reads what comes back.
    ///
    /// # Errors
    /// [`Trouble`] when there is no whole answer. Its words are ours alone: those of the HTTP client could hold the
    /// address, and that the token of an interaction.
    pub async fn send(&self, route: &Route, body: Option<&Value>) -> Result<Answer, Trouble> {
        let answered = tokio::time::timeout(self.timeout, self.exchange(route, body));
        answered.await.unwrap_or_else(|_| Err(Trouble::timeout(route.method)))
    }

    async fn exchange(&self, route: &Route, body: Option<&Value>) -> Result<Answer, Trouble> {
        let request = self.request(route, body).ok_or_else(|| Trouble::new(route.method, "no_id"))?;
        let answer = self.http.request(request).await;
        let answer = answer.map_err(|error| Trouble::connection(route.method, !error.is_connect()))?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, ANSWER_MAX).collect().await;
        let body = body.map_err(|_| Trouble::connection(route.method, true))?.to_bytes();
        let body = match body.as_ref() {
            [] => Some(Value::Null),
            some => serde_json::from_slice(some).ok(),
        };
        Ok(Answer { status: head.status, headers: head.headers, body })
    }

    /// `None` when it makes no address.
    fn request(&self, route: &Route, body: Option<&Value>) -> Option<Request<Full<Bytes>>> {
        let mut request = Request::builder()
            .method(route.verb.clone())
            .uri(format!("{}{}", self.api, route.path))
            .header(header::USER_AGENT, USER_AGENT);
        // The token of an interaction says enough; the bot's is sent where it is needed, and nowhere else.
        if !route.method.is_of_interaction() {
            request = request.header(header::AUTHORIZATION, self.authorization.clone());
        }
        let bytes = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Bytes::from(body.to_string())
            }
            None => Bytes::new(),
        };
        request.body(Full::new(bytes)).ok()
    }
}
