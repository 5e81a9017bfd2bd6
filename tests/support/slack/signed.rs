//! Signed HTTP delivery, as Slack does it: v0 HMAC over timestamp and body, three seconds of patience.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use hmac::{Hmac, KeyInit, Mac};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::Value;
use sha2::Sha256;
use url::form_urlencoded::Serializer;

use super::{PATIENCE, SIGNING_SECRET, Slack, deliver::Problem};

/// A body and its type.
pub struct Parcel {
    pub kind: &'static str,
    pub body: String,
}

impl Parcel {
    /// A slash command: a form.
    pub fn command(payload: &Value) -> Self {
        let mut form = Serializer::new(String::new());
        for (name, value) in payload.as_object().into_iter().flatten() {
            form.append_pair(name, value.as_str().unwrap_or_default());
        }
        Self { kind: "application/x-www-form-urlencoded", body: form.finish() }
    }

    /// An interaction: JSON in a form.
    pub fn interaction(payload: &Value) -> Self {
        let body = Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
        Self { kind: "application/x-www-form-urlencoded", body }
    }

    /// An event: JSON.
    pub fn event(payload: &Value) -> Self {
        Self { kind: "application/json", body: payload.to_string() }
    }
}

/// The signature of a body at a moment.
pub fn signature(secret: &str, timestamp: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a secret of any length");
    mac.update(format!("v0:{timestamp}:{body}").as_bytes());
    let hex = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    format!("v0={hex}")
}

impl Slack {
    /// Asks the address for events whether it is the app's, as Slack does when it is entered.
    pub async fn verifies_the_address(&self) -> Result<Value, Problem> {
        let urls = self.with(|state| state.request_urls.clone()).expect("deliveries by HTTP");
        let asked = serde_json::json!({ "token": "verification", "challenge": "3eZbrw1aB", "type": "url_verification" });
        self.sends(&urls.events, &Parcel::event(&asked), None).await
    }

    /// Sends a parcel to one of the app's addresses: the JSON of the answer, `null` when it is empty.
    pub(super) async fn sends(
        &self,
        to: &str,
        parcel: &Parcel,
        retry: Option<(u32, &str)>,
    ) -> Result<Value, Problem> {
        let timestamp = self.now().timestamp();
        let mut request = Request::post(to)
            .header("content-type", parcel.kind)
            .header("user-agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
            .header("x-slack-request-timestamp", timestamp.to_string())
            .header("x-slack-signature", signature(SIGNING_SECRET, timestamp, &parcel.body));
        if let Some((number, reason)) = retry {
            request = request
                .header("x-slack-retry-num", number.to_string())
                .header("x-slack-retry-reason", reason);
        }
        let request = request.body(Body::from(parcel.body.clone())).expect("a request");
        let client = Client::builder(TokioExecutor::new()).build_http();
        let exchange = async {
            let response = client.request(request).await.map_err(|_| Problem::Unreachable)?;
            let status = response.status();
            let body = to_bytes(Body::new(response.into_body()), 1 << 20).await;
            let body = body.map_err(|_| Problem::Unreachable)?;
            if !status.is_success() {
                return Err(Problem::Status(status.as_u16()));
            }
            let said = String::from_utf8_lossy(&body).into_owned();
            Ok(serde_json::from_str(&said).unwrap_or(if said.is_empty() {
                Value::Null
            } else {
                Value::String(said)
            }))
        };
        tokio::time::timeout(PATIENCE, exchange).await.unwrap_or(Err(Problem::Timeout))
    }
}
