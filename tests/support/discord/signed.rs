//! Signed HTTP delivery, as Discord does it: Ed25519 over timestamp and body, three seconds of patience; and the
//! two questions that Discord asks when the address is entered.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};

use super::{APPLICATION, Discord, PATIENCE, deliver::Problem};

/// What Discord signs with.
pub(super) struct Seal(Ed25519KeyPair);

impl Seal {
    pub(super) fn new() -> Self {
        Self(Ed25519KeyPair::generate().expect("a key"))
    }

    pub(super) fn public_key(&self) -> [u8; 32] {
        self.0.public_key().as_ref().try_into().expect("32 bytes")
    }

    /// The signature of a body at a moment, in hex.
    pub(super) fn signature(&self, timestamp: &str, body: &str) -> String {
        let signature = self.0.sign(format!("{timestamp}{body}").as_bytes());
        signature.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Discord {
    /// Enters an address for interactions. Discord takes it only if it answers a ping and refuses a false signature.
    pub async fn enters_the_address(&self, url: &str) -> Result<(), String> {
        let id = self.with(|state| state.snowflake(self.now()));
        let ping = json!({
            "id": id, "application_id": APPLICATION, "type": 1, "token": "ping", "version": 1,
            "user": { "id": "1", "username": "discord", "discriminator": "0", "global_name": null, "avatar": null },
            "entitlements": [], "authorizing_integration_owners": {}, "app_permissions": "0", "context": 0,
        })
        .to_string();
        let timestamp = self.now().timestamp().to_string();
        let signature = self.0.seal.signature(&timestamp, &ping);
        let answer = self.sends(url, &timestamp, &signature, &ping).await;
        if answer != Ok((200, json!({ "type": 1 }))) {
            return Err(format!("a ping was answered with {answer:?}"));
        }
        let false_one = self.0.seal.signature(&timestamp, "{}");
        let answer = self.sends(url, &timestamp, &false_one, &ping).await;
        if answer.as_ref().map(|answer| answer.0) != Ok(401) {
            return Err(format!("a false signature was answered with {answer:?}"));
        }
        self.with(|state| state.interactions_url = Some(url.to_owned()));
        Ok(())
    }

    /// Sends an interaction to the application's address: the status of the answer, and its JSON.
    pub(super) async fn posts(&self, url: &str, payload: &Value) -> Result<(u16, Value), Problem> {
        let body = payload.to_string();
        let timestamp = self.now().timestamp().to_string();
        let signature = self.0.seal.signature(&timestamp, &body);
        self.sends(url, &timestamp, &signature, &body).await
    }

    /// The same with any signature.
    pub async fn sends(
        &self,
        url: &str,
        timestamp: &str,
        signature: &str,
        body: &str,
    ) -> Result<(u16, Value), Problem> {
        let request = Request::post(url)
            .header("content-type", "application/json")
            .header("user-agent", "Discord-Interactions/1.0 (+https://discord.com)")
            .header("x-signature-timestamp", timestamp)
            .header("x-signature-ed25519", signature)
            .body(Body::from(body.to_owned()))
            .expect("a request");
        let client = Client::builder(TokioExecutor::new()).build_http();
        let exchange = async {
            let response = client.request(request).await.map_err(|_| Problem::Unreachable)?;
            let status = response.status().as_u16();
            let body = to_bytes(Body::new(response.into_body()), 1 << 20).await;
            let body = body.map_err(|_| Problem::Unreachable)?;
            Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
        };
        tokio::time::timeout(PATIENCE, exchange).await.unwrap_or(Err(Problem::Timeout))
    }
}
