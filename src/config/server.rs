//! `[server]`: where Sublet listens and how people reach it.

use std::net::{Ipv4Addr, SocketAddr};

use super::{database::Engine, quantity::span};
use crate::{
    document::{Section, Wrong},
    web::serve::Patience,
};

/// The port when none is configured.
const USUAL_PORT: u16 = 8080;

/// Where Sublet listens and how people reach it.
#[derive(Debug, Clone)]
pub struct Server {
    /// The address and port to listen on.
    pub listen: SocketAddr,
    /// The address that links in messages begin with, without a slash at the end.
    pub public_url: String,
    /// How many processes of this kind run together.
    pub replicas: u32,
    /// How long the head of a request may take.
    pub patience: Patience,
}

impl Server {
    pub(super) fn read(section: &Section<'_>, engine: Engine) -> Self {
        let listen = section.parse("listen", listen).unwrap_or((Ipv4Addr::LOCALHOST, USUAL_PORT).into());
        let public_url =
            section.parse("public_url", public_url).unwrap_or_else(|| format!("http://{listen}"));
        let replicas =
            section.number("replicas", 1..=100).and_then(|count| count.try_into().ok()).unwrap_or(1);
        if replicas > 1 && engine == Engine::Sqlite {
            // SQLite is one file on one machine: a second replica would have another one.
            let wrong = format!("{replicas} replicas cannot share SQLite.");
            let right = "Set database.url to a Postgres database, or write 1 here.";
            section.fault("replicas", Wrong::new(wrong, right));
        }
        let patience = section.parse("patience", span).and_then(|span| span.to_std().ok());
        Self { listen, public_url, replicas, patience: patience.map(Patience).unwrap_or_default() }
    }
}

pub(super) fn listen(text: &str) -> Result<SocketAddr, Wrong> {
    let text = text.replace("localhost:", "127.0.0.1:");
    text.parse().map_err(|_| {
        let right =
            "Write an address and a port, such as `127.0.0.1:8080`, or `0.0.0.0:8080` for every address.";
        Wrong::new(format!("“{text}” is not an address to listen on."), right)
    })
}

fn public_url(text: &str) -> Result<String, Wrong> {
    let right = "Write what people type to get here, such as `https://sublet.example.org`.";
    let url =
        url::Url::parse(text).map_err(|why| Wrong::new(format!("“{text}” is not a URL: {why}."), right))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(Wrong::new(format!("“{text}” is not a web address."), right));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Wrong::new("A public address carries no name and no password.", right));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(Wrong::new(format!("“{text}” has something behind the host."), right));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}
