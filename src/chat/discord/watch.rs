//! Looks after the token: once at start, and again and again while it does not do.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{
    client::Client,
    standing::{Standing, WRONG_APPLICATION},
    trouble::{Kind, Method, Trouble},
};
use crate::{faults, ports::clock::Ids};

/// How often a token that does not do is tried.
const EVERY: Duration = Duration::from_secs(30);

/// What looks after the token.
pub struct Watch {
    /// Discord's API.
    pub client: Arc<Client>,
    /// Where it is told how the token stands.
    pub standing: Arc<Standing>,
    /// For the references of faults.
    pub ids: Arc<dyn Ids>,
    /// The application that the token should be for.
    pub application: String,
}

impl Watch {
    /// Looks until told to stop.
    pub async fn run(&self, stop: &CancellationToken) {
        let mut seen = false;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.look(&mut seen) => {}
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// Asks about the token if nothing is known of it yet, or nothing good. `seen` when it was answered for.
    pub async fn look(&self, seen: &mut bool) {
        if *seen && !self.standing.is_closed() {
            return;
        }
        match self.client.who_am_i().await {
            Ok(application) => {
                *seen = true;
                self.compare(&application);
            }
            Err(trouble) if trouble.kind == Kind::Passing => {
                tracing::warn!(%trouble, "it is not known yet whether Discord takes the token");
            }
            Err(_) => *seen = true,
        }
    }

    fn compare(&self, application: &str) {
        if application == self.application {
            return;
        }
        let trouble = Trouble::new(Method::WhoAmI, WRONG_APPLICATION);
        if self.standing.token_bad(&trouble) {
            let error = anyhow::Error::new(trouble).context(format!("application {}", self.application));
            faults::record(self.ids.next(), "the token is another application's", &error);
        }
    }
}
