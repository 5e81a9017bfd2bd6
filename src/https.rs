//! How others are called: by TLS, with the machine's own certificates.

use std::sync::Arc;

use anyhow::Context as _;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::crypto::CryptoProvider;

/// What opens connections to an address: by TLS, unless it is one of this machine (the configuration sees to that).
///
/// # Errors
/// When the machine's certificates cannot be read.
pub fn connector(api: &str) -> anyhow::Result<HttpsConnector<HttpConnector>> {
    let provider = CryptoProvider::get_default()
        .cloned()
        .unwrap_or_else(|| Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    let builder = HttpsConnectorBuilder::new()
        .with_provider_and_platform_verifier(provider)
        .context("the certificates of this machine cannot be read")?;
    let builder = if api.starts_with("http://") { builder.https_or_http() } else { builder.https_only() };
    Ok(builder.enable_all_versions().build())
}
