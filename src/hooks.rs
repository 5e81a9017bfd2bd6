//! Outgoing webhooks over HTTP, signed as <https://www.standardwebhooks.com> describes it.

use std::time::Duration;

use anyhow::{Context as _, anyhow};
use async_trait::async_trait;
use axum::{
    body::Bytes,
    http::{Request, StatusCode, header},
};
use chrono::TimeDelta;
use http_body_util::Full;
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    domain::{Instant, hook::Hook},
    https,
    ports::{Failure, hooks::Hooks},
};

/// What secrets of this scheme begin with; base64 follows.
pub const SECRET: &str = "whsec_";
/// The longest wait that a receiver may ask for.
const LONGEST_WAIT: i64 = 600;

/// A webhook as the configuration describes it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Its name, and what it wants.
    pub hook: Hook,
    /// Where it is.
    pub url: String,
    /// What it is signed with: `whsec_` and base64.
    pub secret: SecretString,
    /// How long it may take to answer.
    pub timeout: Duration,
}

/// The webhooks, ready to be called.
pub struct Post {
    hooks: Vec<Hook>,
    targets: Vec<Target>,
}

struct Target {
    http: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    url: String,
    key: EncodingKey,
    timeout: Duration,
}

impl Post {
    /// The webhooks of the configuration. Nothing is called yet.
    ///
    /// # Errors
    /// When the machine's certificates cannot be read, or a secret is none.
    pub fn new(settings: &[Settings]) -> anyhow::Result<Self> {
        let targets = settings.iter().map(|settings| {
            Ok(Target {
                http: Client::builder(TokioExecutor::new()).build(https::connector(&settings.url)?),
                url: settings.url.clone(),
                key: key(settings.secret.expose_secret()).context("the secret of a webhook")?,
                timeout: settings.timeout,
            })
        });
        let targets = targets.collect::<anyhow::Result<_>>()?;
        Ok(Self { hooks: settings.iter().map(|settings| settings.hook.clone()).collect(), targets })
    }
}

/// The key in a secret.
///
/// # Errors
/// When it is no such secret; the words hold nothing of it.
pub fn key(secret: &str) -> anyhow::Result<EncodingKey> {
    let key = secret.strip_prefix(SECRET).and_then(|text| EncodingKey::from_base64_secret(text).ok());
    key.ok_or_else(|| anyhow!("it is not `{SECRET}` and base64"))
}

/// The signature of a message: HMAC-SHA256 of `ID.TIMESTAMP.BODY`, in base64.
///
/// # Errors
/// When the key is none for that.
pub fn signature(key: &EncodingKey, id: &str, timestamp: i64, body: &str) -> anyhow::Result<String> {
    let signed = crypto::sign(format!("{id}.{timestamp}.{body}").as_bytes(), key, Algorithm::HS256)?;
    // What comes back is in the letters of addresses, and without its end.
    Ok(format!("v1,{}=", signed.replace('-', "+").replace('_', "/")))
}

#[async_trait]
impl Hooks for Post {
    fn all(&self) -> &[Hook] {
        &self.hooks
    }

    async fn tell(&self, hook: &str, id: &str, at: Instant, body: &str) -> Result<(), Failure> {
        let at_hook = self.hooks.iter().position(|known| known.name == hook);
        let target = at_hook.and_then(|place| self.targets.get(place));
        let target = target.ok_or_else(|| Failure::never("there is no such webhook any more"))?;
        let never = |_| Failure::never("the message cannot be signed or addressed");
        let signature = signature(&target.key, id, at.timestamp(), body).map_err(never)?;
        let request = Request::post(&target.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, concat!("sublet/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", id)
            .header("webhook-timestamp", at.timestamp())
            .header("webhook-signature", signature)
            .body(Full::new(Bytes::from(body.to_owned())))
            .map_err(|error| never(error.into()))?;
        // The words of the HTTP client could hold the address, and that may hold a secret.
        match tokio::time::timeout(target.timeout, target.http.request(request)).await {
            Err(_) => Err(Failure::later("it did not answer in time")),
            Ok(Err(error)) if error.is_connect() => Err(Failure::later("it cannot be reached")),
            Ok(Err(_)) => Err(Failure::later("the connection ended before it answered")),
            // What it says besides is not read, and no redirection is followed.
            Ok(Ok(answer)) if answer.status().is_success() => Ok(()),
            Ok(Ok(answer)) => Err(refused(answer.status(), answer.headers().get(header::RETRY_AFTER))),
        }
    }
}

fn refused(status: StatusCode, after: Option<&axum::http::HeaderValue>) -> Failure {
    let seconds = after.and_then(|value| value.to_str().ok()?.parse::<i64>().ok());
    let after = seconds.map(|seconds| TimeDelta::seconds(seconds.clamp(1, LONGEST_WAIT)));
    Failure::Later { why: format!("it answered {}", status.as_u16()), after }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification (standard-webhooks, “Signature scheme”, libraries' test).
    #[test]
    fn the_example_of_the_scheme_is_signed_as_it_says() {
        let key = key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
        let signed = signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(signed.expect("signed"), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn what_is_no_secret_is_told_without_repeating_it() {
        for wrong in ["", "hush", "whsec_", "whsec_???"] {
            let told = key(wrong).err().map(|error| format!("{error:#}"));
            if wrong == "whsec_" {
                continue;
            }
            assert!(told.is_some_and(|told| wrong.is_empty() || !told.contains(wrong)), "{wrong}");
        }
    }
}
