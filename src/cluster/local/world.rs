//! What the environments of one provisioner share: settings, ports, the news.

use std::{
    collections::BTreeMap,
    io,
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{LocalConfig, environment::Environment, isolation::Isolation};
use crate::domain::ids::LeaseId;

/// What environments share.
pub(super) struct World {
    /// The settings.
    pub config: LocalConfig,
    /// How environments are kept apart here.
    pub isolation: Isolation,
    /// Processors that may be used, by number.
    pub processors: Vec<u32>,
    /// Cancelled when the provisioner closes.
    pub closing: CancellationToken,
    environments: Mutex<BTreeMap<LeaseId, Arc<Environment>>>,
    ports: Mutex<BTreeMap<u16, LeaseId>>,
    news: Notify,
}

impl World {
    /// An empty world.
    pub(super) fn new(config: LocalConfig, isolation: Isolation, processors: Vec<u32>) -> Self {
        Self {
            config,
            isolation,
            processors,
            closing: CancellationToken::new(),
            environments: Mutex::default(),
            ports: Mutex::default(),
            news: Notify::new(),
        }
    }

    /// All environments, by lease.
    pub(super) fn environments(&self) -> MutexGuard<'_, BTreeMap<LeaseId, Arc<Environment>>> {
        self.environments.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing exists of this lease any more.
    pub(super) fn forget(&self, lease: &LeaseId) {
        self.environments().remove(lease);
    }

    /// Something changed.
    pub(super) fn news(&self) {
        self.news.notify_waiters();
        self.news.notify_one();
    }

    /// Waits until something changed since this was last called.
    pub(super) async fn changed(&self) {
        self.news.notified().await;
    }

    /// Permission bits of the folders. Without namespaces an environment's own user must get through.
    pub(super) fn folder_mode(&self) -> u32 {
        if self.isolation.root && !self.isolation.has_namespaces() { 0o711 } else { 0o700 }
    }

    /// Keeps a port for a lease, so that it is given to no other.
    pub(super) fn reserve(&self, lease: &LeaseId, port: u16) {
        self.ports().insert(port, lease.clone());
    }

    /// Gives the ports of a lease back.
    pub(super) fn free_port(&self, lease: &LeaseId) {
        self.ports().retain(|_, holder| holder != lease);
    }

    /// Listens on the port that the lease had before.
    pub(super) fn listen_again(&self, lease: &LeaseId, port: u16) -> Result<TcpListener, String> {
        self.reserve(lease, port);
        TcpListener::bind(SocketAddr::new(self.config.host, port)).map_err(|error| {
            format!("port {port}, which people know as this environment's, cannot be used: {error}; free it and retry")
        })
    }

    /// Listens on a free port and reserves it.
    pub(super) fn listen_anew(&self, lease: &LeaseId) -> Result<TcpListener, String> {
        let mut ports = self.ports();
        for port in self.config.ports.clone().filter(|port| !ports.contains_key(port)) {
            match TcpListener::bind(SocketAddr::new(self.config.host, port)) {
                Ok(listener) => {
                    let port = listener.local_addr().map_err(|error| error.to_string())?.port();
                    ports.insert(port, lease.clone());
                    return Ok(listener);
                }
                Err(error) if taken(&error) => {}
                Err(error) => return Err(format!("no port can be opened on {}: {error}", self.config.host)),
            }
        }
        let (first, last) = (self.config.ports.start(), self.config.ports.end());
        Err(format!(
            "no free port: all from {first} to {last} are taken; release an environment or widen the range"
        ))
    }

    fn ports(&self) -> MutexGuard<'_, BTreeMap<u16, LeaseId>> {
        self.ports.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Taken by another program, or one that only root may open: the next port may do.
fn taken(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied)
}
