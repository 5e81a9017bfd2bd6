//! What logins share: the environment's sandbox, its limits, who may come in, and when all must leave.

use std::convert::Infallible;

use tokio::sync::{Mutex, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::{keys::AllowedKeys, limits::Limits, sandbox::Sandbox};

/// What of the spec can change while the environment runs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rules {
    /// Who may log in.
    pub keys: AllowedKeys,
    /// Limits of programs that start from now on.
    pub limits: Limits,
    /// Variables that tell programs about the lease.
    pub variables: Vec<(String, String)>,
}

/// The inside of a running environment, as its connections see it.
pub(super) struct Guest {
    /// Where programs run.
    pub sandbox: Mutex<Sandbox>,
    /// Who may log in and how much they get; changes while it runs.
    pub rules: watch::Receiver<Rules>,
    /// Most programs at once on one connection.
    pub most_sessions: usize,
    /// Most connections at once.
    pub most_connections: usize,
    /// Cancelled when everything must end.
    pub stop: CancellationToken,
    alive: std::sync::Mutex<Option<mpsc::Sender<Infallible>>>,
}

/// Held by everything that runs for a login; the environment has stopped when none is left.
pub(super) struct Alive(#[expect(dead_code, reason = "dropping it is the message")] mpsc::Sender<Infallible>);

/// Resolves when nothing is alive any more.
pub(super) struct Empty(mpsc::Receiver<Infallible>);

impl Guest {
    /// Opens the house.
    pub(super) fn new(
        sandbox: Sandbox,
        rules: watch::Receiver<Rules>,
        most_sessions: usize,
        most_connections: usize,
    ) -> (Self, Empty) {
        let (alive, empty) = mpsc::channel(1);
        let guest = Self {
            sandbox: Mutex::new(sandbox),
            rules,
            most_sessions,
            most_connections,
            stop: CancellationToken::new(),
            alive: std::sync::Mutex::new(Some(alive)),
        };
        (guest, Empty(empty))
    }

    /// Announces that something runs for a login; `None` when the environment stops.
    pub(super) fn enter(&self) -> Option<Alive> {
        self.alive.lock().ok()?.clone().map(Alive)
    }

    /// Lets nobody in any more and tells everything to end.
    pub(super) fn close(&self) {
        if let Ok(mut alive) = self.alive.lock() {
            *alive = None;
        }
        self.stop.cancel();
    }
}

impl Empty {
    /// Waits until everything that entered has ended; call after [`Guest::close`].
    pub(super) async fn wait(&mut self) {
        while self.0.recv().await.is_some() {}
    }
}
