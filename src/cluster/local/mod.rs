//! The embedded provisioner: each environment is a real SSH server in this process, on loopback only,
//! with a private folder and, where the kernel allows, Linux namespaces of its own.
//!
//! One folder per lease holds what must outlive a restart: the spec, the port, the host key and the
//! home. Everything else (namespaces, processes, connections) lives and dies with this process.

mod environment;
mod files;
mod guest;
mod isolation;
mod keys;
mod limits;
mod processes;
mod sandbox;
mod server;
mod session;
mod signals;
mod terminal;
mod world;

use std::{
    collections::BTreeMap,
    fs::{File, TryLockError},
    io,
    net::IpAddr,
    ops::RangeInclusive,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::future::join_all;

pub use self::isolation::Namespaces;
use self::{environment::Environment, isolation::Isolation, world::World};
use crate::{
    domain::{
        environment::EnvironmentSpec, headroom::Headroom, ids::LeaseId, quota::Amounts, template::Value,
    },
    ports::{
        Failure,
        cluster::{Cluster, Observed},
    },
};

/// How long a removal is waited for; after that it goes on behind.
const REMOVED_WITHIN: Duration = Duration::from_secs(3);
/// Folders that environments see; data below them would be seen by all.
const SEEN_BY_ALL: [&str; 7] = ["/usr", "/bin", "/sbin", "/lib", "/lib64", "/proc", "/dev"];

/// What an environment with these parameters would be on this machine, in words.
pub fn would_start(parameters: &BTreeMap<String, Value>) -> String {
    let limits = limits::Limits::of(parameters, &limits::processors(), 0);
    format!(
        "An SSH server inside the process of `sublet serve`, on a port of this machine. Programs in it start as\n  \
         {} COMMAND\n({})",
        limits.command().join(" "),
        limits.words()
    )
}

/// Settings of the embedded provisioner.
#[derive(Debug, Clone)]
pub struct LocalConfig {
    /// Where environments are kept. Made when missing; for one process at a time.
    pub folder: PathBuf,
    /// Address to listen on; loopback only.
    pub host: IpAddr,
    /// Ports to choose from, both ends included; `0..=0` for any free one.
    pub ports: RangeInclusive<u16>,
    /// Most programs at once on one connection.
    pub most_sessions: usize,
    /// Most connections at once to one environment.
    pub most_connections: usize,
    /// Whether to use namespaces.
    pub namespaces: Namespaces,
}

impl LocalConfig {
    /// Settings with any free port of 127.0.0.1 and ordinary limits.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            host: IpAddr::from([127, 0, 0, 1]),
            ports: 0..=0,
            most_sessions: 10,
            most_connections: 32,
            namespaces: Namespaces::default(),
        }
    }
}

/// Why the embedded provisioner cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address can be reached from elsewhere.
    #[error(
        "local environments listen on loopback only; {0} is not a loopback address (127.0.0.1 or ::1 is)"
    )]
    NotLoopback(IpAddr),
    /// The first port is after the last.
    #[error("the ports {0} to {1} are no range")]
    NoPorts(u16, u16),
    /// Every environment would see the data.
    #[error("{0} lies where every environment can look; choose a folder elsewhere")]
    SeenByAll(PathBuf),
    /// Another process works there.
    #[error("{0} is in use by another process")]
    InUse(PathBuf),
    /// The folder cannot be used.
    #[error("{folder} cannot be used for local environments: {error}")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What happened.
        error: io::Error,
    },
}

/// The embedded provisioner.
pub struct LocalCluster {
    world: Arc<World>,
    /// The lock on the folder; gone once closed.
    lock: Mutex<Option<File>>,
}

impl LocalCluster {
    /// Opens the folder and starts every environment that was there: on its port, with its host key and files.
    ///
    /// # Errors
    /// [`OpenError`]: nothing was started.
    pub async fn open(mut config: LocalConfig) -> Result<Arc<Self>, OpenError> {
        if !config.host.is_loopback() {
            return Err(OpenError::NotLoopback(config.host));
        }
        if config.ports.is_empty() {
            return Err(OpenError::NoPorts(*config.ports.start(), *config.ports.end()));
        }
        let named = config.folder.clone();
        let failed = |error| OpenError::Folder { folder: named.clone(), error };
        std::fs::create_dir_all(&config.folder).map_err(failed)?;
        config.folder = config.folder.canonicalize().map_err(failed)?;
        if SEEN_BY_ALL.iter().any(|seen| config.folder.starts_with(seen)) {
            return Err(OpenError::SeenByAll(config.folder));
        }
        let lock = lock(&config.folder)?;
        signals::ignored_by_us_only();
        let isolation = Isolation::probe(&config.folder, config.namespaces).await.map_err(failed)?;
        let world = Arc::new(World::new(config, isolation, limits::processors()));
        permit(&world).map_err(failed)?;
        let leases = files::leases(&world.config.folder).map_err(failed)?;
        for lease in &leases {
            // A process that was killed may have left some behind.
            processes::end_all(lease).await;
            let seen = Observed::Working(Default::default());
            world.environments().insert(lease.clone(), Environment::new(world.clone(), lease.clone(), seen));
        }
        let environments: Vec<_> = world.environments().values().cloned().collect();
        environments.iter().for_each(Environment::restart);
        Ok(Arc::new(Self { world, lock: Mutex::new(Some(lock)) }))
    }

    /// Ends all sessions and servers; folders stay, and the next [`LocalCluster::open`] starts them again.
    pub async fn close(&self) {
        self.world.closing.cancel();
        let environments: Vec<_> = self.world.environments().values().cloned().collect();
        join_all(environments.iter().map(|environment| environment.close())).await;
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Drop for LocalCluster {
    fn drop(&mut self) {
        self.world.closing.cancel();
    }
}

#[async_trait]
impl Cluster for LocalCluster {
    async fn apply(&self, spec: &EnvironmentSpec) -> Result<(), Failure> {
        if self.world.closing.is_cancelled() {
            return Err(Failure::later("local environments are being closed"));
        }
        keys::AllowedKeys::read(&spec.keys).map_err(Failure::never)?;
        let environment = {
            let mut all = self.world.environments();
            let lease = spec.lease.clone();
            let new = || Environment::new(self.world.clone(), spec.lease.clone(), Observed::Absent);
            all.entry(lease).or_insert_with(new).clone()
        };
        environment.apply(spec).await
    }

    async fn remove(&self, lease: &LeaseId) -> Result<Observed, Failure> {
        let environment = self.world.environments().get(lease).cloned();
        let Some(environment) = environment else { return Ok(Observed::Absent) };
        let removal = tokio::spawn(environment.clone().remove());
        match tokio::time::timeout(REMOVED_WITHIN, removal).await {
            Ok(Ok(seen)) => Ok(seen),
            Ok(Err(error)) => Err(Failure::later(format!("the removal broke off: {error}"))),
            Err(_) => Ok(environment.seen()),
        }
    }

    async fn observe(&self, lease: &LeaseId) -> Result<Observed, Failure> {
        let environment = self.world.environments().get(lease).cloned();
        Ok(environment.map_or(Observed::Absent, |environment| environment.seen()))
    }

    async fn leases(&self) -> Result<Vec<LeaseId>, Failure> {
        Ok(self.world.environments().keys().cloned().collect())
    }

    async fn headroom(&self) -> Option<Headroom> {
        let ports = &self.world.config.ports;
        if *ports.end() == 0 {
            return None;
        }
        // Each environment has a port; what programs may use otherwise is the host's and not counted.
        let taken = self.world.environments().len() as u64;
        let environments = (ports.len() as u64).saturating_sub(taken);
        let unknown = u64::MAX;
        let all =
            Amounts { environments, cpu: unknown, memory: unknown, storage: unknown, lease_time: unknown };
        Some(Headroom { all, roomiest: None })
    }

    async fn changed(&self) {
        self.world.changed().await;
    }
}

/// Takes the folder for this process; the kernel gives it back when the process ends in whatever way.
fn lock(folder: &std::path::Path) -> Result<File, OpenError> {
    let failed = |error| OpenError::Folder { folder: folder.to_owned(), error };
    let file = File::options().create(true).append(true).open(folder.join(".lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

fn permit(world: &World) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::Permissions::from_mode(world.folder_mode());
    std::fs::set_permissions(&world.config.folder, mode)
}
