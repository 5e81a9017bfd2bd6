//! The keys that an issuer publishes: fetched when they are needed, kept, and fetched again when they are old or when
//! a token names one that is not known, though never often.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use anyhow::{Context as _, ensure};
use axum::{
    body::Bytes,
    http::{Request, header},
};
use chrono::TimeDelta;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::{sync::Mutex, time::timeout};

use super::Unproven;
use crate::{domain::Instant, https};

/// The largest document that is read.
const DOCUMENT_MAX: usize = 256 * 1024;
/// How many keys are looked at.
const KEYS_MAX: usize = 100;
/// How long keys are believed without asking again.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// How long they are believed while the issuer does not answer.
const STALE: TimeDelta = TimeDelta::days(1);
/// How long the issuer is left alone after it was asked: whoever makes up keys' names makes us ask no more often.
const PAUSE: TimeDelta = TimeDelta::seconds(30);

/// The issuer's keys.
pub(super) struct Keys {
    http: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    issuer: String,
    timeout: Duration,
    known: RwLock<Option<Arc<Known>>>,
    /// When the issuer was asked last; held while it is asked, so that one asks for all.
    asked: Mutex<Option<Instant>>,
}

struct Known {
    at: Instant,
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Published {
    keys: Vec<Value>,
}

impl Keys {
    pub(super) fn new(issuer: &str, timeout: Duration) -> anyhow::Result<Self> {
        let http = Client::builder(TokioExecutor::new()).build(https::connector(issuer)?);
        let (known, asked) = (RwLock::default(), Mutex::default());
        Ok(Self { http, issuer: issuer.to_owned(), timeout, known, asked })
    }

    /// The key of that name that signs by that algorithm. A token without a name is taken when only one key fits.
    pub(super) async fn find(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
        now: Instant,
    ) -> Result<DecodingKey, Unproven> {
        let known = self.known();
        if let Some(known) = known.as_ref().filter(|known| now < known.at + FRESH)
            && let Some(key) = known.find(kid, algorithm)
        {
            return Ok(key);
        }
        let answered = self.refresh(known.as_ref().map(|known| known.at), now).await;
        let known = self.known().filter(|known| now < known.at + STALE);
        let known = known.ok_or(Unproven::Away)?;
        let unknown = Unproven::Wrong("the issuer has no such key");
        known.find(kid, algorithm).ok_or(if answered { unknown } else { Unproven::Away })
    }

    fn known(&self) -> Option<Arc<Known>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks the issuer, unless somebody else just did. Answers whether what is known is what the issuer said.
    async fn refresh(&self, seen: Option<Instant>, now: Instant) -> bool {
        let mut asked = self.asked.lock().await;
        let known = self.known().map(|known| known.at);
        if known != seen {
            return true;
        }
        if asked.is_some_and(|asked| now < asked + PAUSE) {
            return known.is_some_and(|at| Some(at) == *asked);
        }
        *asked = Some(now);
        let fetched = timeout(self.timeout, self.fetch()).await;
        match fetched.unwrap_or_else(|_| Err(anyhow::anyhow!("it took too long"))) {
            Ok(keys) => {
                let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
                *known = Some(Arc::new(Known { at: now, keys }));
                true
            }
            Err(error) => {
                let error = format!("{error:#}");
                tracing::warn!(issuer = self.issuer, error, "the issuer's keys cannot be fetched");
                false
            }
        }
    }

    async fn fetch(&self) -> anyhow::Result<Vec<Jwk>> {
        let address = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let discovery: Discovery = self.get(&address).await.context("its description")?;
        ensure!(discovery.issuer == self.issuer, "it says that it is another issuer");
        let plain =
            discovery.jwks_uri.starts_with("http://") && on_this_machine(&self.issuer, &discovery.jwks_uri);
        ensure!(discovery.jwks_uri.starts_with("https://") || plain, "its keys would come unprotected");
        let published: Published = self.get(&discovery.jwks_uri).await.context("its keys")?;
        // A key of a kind that is not known here makes the others no worse.
        let keys = published.keys.into_iter().take(KEYS_MAX);
        Ok(keys.filter_map(|key| serde_json::from_value(key).ok()).collect())
    }

    /// Reads a document. A redirection is no answer.
    async fn get<T: DeserializeOwned>(&self, address: &str) -> anyhow::Result<T> {
        let request = Request::get(address).header(header::ACCEPT, "application/json").body(Empty::new())?;
        let answer = self.http.request(request).await.context("no answer came")?;
        ensure!(answer.status().is_success(), "it answered {}", answer.status());
        let body = Limited::new(answer.into_body(), DOCUMENT_MAX).collect().await;
        let body = body.map_err(|_| anyhow::anyhow!("the answer broke off, or is too long"))?.to_bytes();
        serde_json::from_slice(&body).context("it is not what such a document should be")
    }
}

/// Whether both are of one machine without protection: the configuration lets only this machine's addresses be so.
fn on_this_machine(issuer: &str, keys: &str) -> bool {
    let host = |address: &str| address.parse::<axum::http::Uri>().ok()?.host().map(str::to_owned);
    issuer.starts_with("http://") && host(issuer).is_some() && host(issuer) == host(keys)
}

impl Known {
    fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<DecodingKey> {
        let mut fit = self.keys.iter().filter(|key| fits(key, algorithm)).filter(|key| match kid {
            Some(kid) => key.common.key_id.as_deref() == Some(kid),
            None => true,
        });
        let (first, second) = (fit.next(), fit.next());
        first.filter(|_| kid.is_some() || second.is_none()).and_then(|key| DecodingKey::from_jwk(key).ok())
    }
}

/// Whether a key may check signatures by this algorithm: what it is says so, not what the token says.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let signs = matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let meant = key.common.key_algorithm.is_none_or(|meant| meant.to_string() == format!("{algorithm:?}"));
    let kind = match (&key.algorithm, algorithm) {
        (
            AlgorithmParameters::RSA(_),
            Algorithm::RS256
            | Algorithm::RS384
            | Algorithm::RS512
            | Algorithm::PS256
            | Algorithm::PS384
            | Algorithm::PS512,
        ) => true,
        (AlgorithmParameters::EllipticCurve(key), Algorithm::ES256) => key.curve == EllipticCurve::P256,
        (AlgorithmParameters::EllipticCurve(key), Algorithm::ES384) => key.curve == EllipticCurve::P384,
        (AlgorithmParameters::OctetKeyPair(key), Algorithm::EdDSA) => key.curve == EllipticCurve::Ed25519,
        _ => false,
    };
    signs && meant && kind
}
