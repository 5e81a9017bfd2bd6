//! An OpenID Connect issuer with real keys, which publishes them and signs; and does wrong when told to.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
};
use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use serde_json::{Value, json};
use sublet::{
    domain::{Instant, person::Role, token::Scope},
    oidc::Settings,
};
use tokio::net::TcpListener;

/// A key with its name and its algorithm.
#[derive(Clone)]
pub struct Key {
    pub kid: String,
    pub algorithm: Algorithm,
    pub private: EncodingKey,
}

impl Key {
    /// A new key for that algorithm.
    pub fn new(kid: &str, algorithm: Algorithm) -> Self {
        let chance = SystemRandom::new();
        let private = match algorithm {
            Algorithm::ES256 => {
                let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &chance).unwrap();
                EncodingKey::from_ec_der(key.as_ref())
            }
            Algorithm::EdDSA => {
                EncodingKey::from_ed_der(Ed25519KeyPair::generate_pkcs8v1(&chance).unwrap().as_ref())
            }
            _ => {
                let key = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).unwrap();
                let key: aws_lc_rs::encoding::Pkcs8V1Der<'_> = key.as_der().unwrap();
                // What is inside PKCS #8, behind its head of 26 bytes, is the key itself.
                EncodingKey::from_rsa_der(&key.as_ref()[26..])
            }
        };
        Self { kid: kid.to_owned(), algorithm, private }
    }

    /// As it is published.
    pub fn public(&self) -> Value {
        let mut key = Jwk::from_encoding_key(&self.private, self.algorithm).expect("a public key");
        key.common.key_id = Some(self.kid.clone());
        serde_json::to_value(key).expect("JSON")
    }

    /// A token with these claims.
    pub fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(self.algorithm) };
        encode(&header, claims, &self.private).expect("signed")
    }
}

/// How it answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mood {
    Well,
    Hangs,
    Floods,
    Redirects,
    Lies,
    Garbles,
}

struct Inside {
    keys: Vec<Value>,
    mood: Mood,
    fetched: u32,
}

#[derive(Clone)]
pub struct Issuer {
    pub at: SocketAddr,
    inside: Arc<Mutex<Inside>>,
}

impl Issuer {
    pub async fn new(keys: &[&Key]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("an address");
        let inside = Inside { keys: Vec::new(), mood: Mood::Well, fetched: 0 };
        let issuer = Self { at, inside: Arc::new(Mutex::new(inside)) };
        issuer.publishes(keys);
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(published))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        issuer
    }

    /// Its name.
    pub fn name(&self) -> String {
        format!("http://{}", self.at)
    }

    /// From now on these are its keys.
    pub fn publishes(&self, keys: &[&Key]) {
        let mut keys: Vec<Value> = keys.iter().map(|key| key.public()).collect();
        // What others publish beside them.
        keys.push(json!({"kty": "oct", "kid": "shared", "k": "c2VjcmV0", "alg": "HS256"}));
        keys.push(json!({"kty": "future", "kid": "new", "alg": "XY1"}));
        self.inside.lock().unwrap().keys = keys;
    }

    pub fn feels(&self, mood: Mood) {
        self.inside.lock().unwrap().mood = mood;
    }

    /// How often its keys were fetched.
    pub fn fetched(&self) -> u32 {
        self.inside.lock().unwrap().fetched
    }

    /// What it says of somebody who is good until an hour from now.
    pub fn claims(&self, email: &str, now: Instant) -> Value {
        json!({
            "iss": self.name(),
            "aud": "sublet",
            "sub": "1",
            "exp": now.timestamp() + 3600,
            "iat": now.timestamp(),
            "email": email,
            "email_verified": true,
        })
    }

    pub fn settings(&self) -> Settings {
        Settings {
            issuer: self.name(),
            audience: ["sublet".to_owned()].into(),
            email: "email".to_owned(),
            groups: "groups".to_owned(),
            roles: [("reviewers".to_owned(), Role::Approver)].into(),
            teams: [("shop-devs".to_owned(), "shop".to_owned())].into(),
            scopes: [Scope::Read, Scope::Use].into(),
            timeout: Duration::from_millis(400),
        }
    }
}

async fn discovery(State(issuer): State<Issuer>) -> Response {
    let name = issuer.name();
    let mood = issuer.inside.lock().unwrap().mood;
    match mood {
        Mood::Hangs => std::future::pending().await,
        Mood::Redirects => Redirect::temporary("/keys").into_response(),
        Mood::Lies => {
            Json(json!({"issuer": "http://evil.example", "jwks_uri": format!("{name}/keys")})).into_response()
        }
        Mood::Garbles => "<html>".into_response(),
        _ => Json(json!({"issuer": name, "jwks_uri": format!("{name}/keys")})).into_response(),
    }
}

async fn published(State(issuer): State<Issuer>) -> Response {
    let mut inside = issuer.inside.lock().unwrap();
    inside.fetched += 1;
    if inside.mood == Mood::Floods {
        return "x".repeat(1 << 20).into_response();
    }
    Json(json!({"keys": inside.keys})).into_response()
}
