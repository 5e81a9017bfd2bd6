//! The pages: the chat console, its live events, health and metrics.

mod act;
mod assets;
mod form;
mod frame;
mod guard;
mod health;
mod letters;
mod live;
mod pages;
mod problem;
mod seen;
pub mod serve;
mod viewer;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

pub use health::{Part, Parts, Probes};
pub use letters::{Kept, Letters};

use crate::{actions::World, chat::console::Console};

/// What the pages need.
#[derive(Clone)]
pub struct Web {
    /// What acts are performed on.
    pub world: Arc<World>,
    /// The chat platform that the pages show.
    pub console: Arc<Console>,
    /// How the pages are served.
    pub settings: Arc<Settings>,
    /// Where `/metrics` comes from; without it the address does not exist.
    pub metrics: Option<PrometheusHandle>,
    /// Cancelled when the process ends, so that live connections end too.
    pub closing: CancellationToken,
}

impl Web {
    /// What probes are answered from.
    pub fn probes(&self) -> Probes {
        Probes {
            parts: self.world.clone(),
            ids: self.world.ids.clone(),
            metrics: self.metrics.clone(),
            closing: self.closing.clone(),
        }
    }
}

/// How the pages are served.
#[derive(Clone, Default)]
pub struct Settings {
    /// The handle of the person whose room opens first. Without it, the first developer by handle.
    pub first: Option<String>,
    /// Names under which the pages may be asked for, besides `localhost` and the loopback addresses. A
    /// request for any other name is refused, so that a foreign page cannot reach us by a name of its own.
    pub hosts: Vec<String>,
    /// Letters that were kept instead of sent, each to be shown to the person it is to.
    pub letters: Option<Arc<dyn Letters>>,
}

/// Everything: the console, `/healthz`, `/readyz` and `/metrics`.
pub fn router(web: Web) -> Router {
    let probes = web.probes();
    router_beside(web, probes, Router::new())
}

/// The same, answering probes from elsewhere, and with addresses that other machines call: no browser's checks
/// stand around those, and they limit on their own how much they take.
pub fn router_beside(web: Web, probes: Probes, beside: Router) -> Router {
    let room = Router::new()
        .route("/", get(pages::front))
        .route("/as/{handle}", get(pages::person))
        .route("/as/{handle}/mail", get(letters::page))
        .route("/as/{handle}/{room}", get(pages::room))
        .route("/as/{handle}/{room}/say", post(act::say))
        .route("/as/{handle}/{room}/press", post(act::press))
        .route("/as/{handle}/{room}/form", post(act::form))
        .route("/as/{handle}/{room}/form/again", post(act::form_again))
        .route("/as/{handle}/{room}/complete", get(act::complete))
        .route("/as/{handle}/{room}/events", get(live::events))
        .route("/assets/{*path}", get(assets::asset))
        .fallback(problem::no_such_page);
    let (console, ids) = (guard::console(room, &web), probes.ids.clone());
    guard::around(console.with_state(web).merge(addresses(probes)), beside, ids)
}

/// Only `/healthz`, `/readyz` and `/metrics`: for an address that a cluster's probes and scrapers reach.
pub fn health(probes: Probes) -> Router {
    health_beside(probes, Router::new())
}

/// The same, with addresses that other machines call.
pub fn health_beside(probes: Probes, beside: Router) -> Router {
    let ids = probes.ids.clone();
    guard::around(addresses(probes).fallback(problem::no_such_page), beside, ids)
}

fn addresses(probes: Probes) -> Router {
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .with_state(probes)
}

#[cfg(test)]
mod tests;
