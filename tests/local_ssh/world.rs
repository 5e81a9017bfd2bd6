//! A provisioner in a folder that vanishes, keys, and the real OpenSSH client.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use sublet::{
    cluster::local::{LocalCluster, LocalConfig, Namespaces},
    domain::{
        environment::{EnvironmentSpec, SshAccess},
        ids::{EnvName, LeaseId},
        template::Value,
    },
    ports::cluster::{Cluster, Observed},
};
use tempfile::TempDir;
use tokio::{process::Command, time::timeout};
use uuid::Uuid;

/// Nothing here takes long; waiting longer than this means that it will not come.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// A pair of keys made by `ssh-keygen`.
pub struct Key {
    pub file: PathBuf,
    pub line: String,
}

pub struct World {
    pub folder: TempDir,
    pub config: LocalConfig,
    pub cluster: Arc<LocalCluster>,
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut LocalConfig)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = LocalConfig::new(folder.path().join("data"));
        change(&mut config);
        let cluster = LocalCluster::open(config.clone()).await.unwrap();
        Self { folder, config, cluster }
    }

    pub async fn reopen(&mut self) {
        self.cluster.close().await;
        self.cluster = LocalCluster::open(self.config.clone()).await.unwrap();
    }

    pub fn key(&self, name: &str) -> Key {
        self.key_of(name, "ed25519")
    }

    /// A pair of keys of that type, as `ssh-keygen -t` names it.
    pub fn key_of(&self, name: &str, kind: &str) -> Key {
        let file = self.folder.path().join(name);
        let made = std::process::Command::new("ssh-keygen")
            .args(["-q", "-t", kind, "-N", "", "-C", name, "-f"])
            .arg(&file)
            .status()
            .unwrap();
        assert!(made.success());
        let line = std::fs::read_to_string(file.with_extension("pub")).unwrap().trim().to_owned();
        Key { file, line }
    }

    /// Applies and waits until it is ready.
    pub async fn ready(&self, spec: &EnvironmentSpec) -> SshAccess {
        self.cluster.apply(spec).await.unwrap();
        self.until_ready(&spec.lease).await
    }

    pub async fn until_ready(&self, lease: &LeaseId) -> SshAccess {
        let seen = self.until(lease, |seen| matches!(seen, Observed::Ready(_) | Observed::Failed(_))).await;
        match seen {
            Observed::Ready(access) => access,
            other => panic!("not ready: {other:?}"),
        }
    }

    pub async fn until(&self, lease: &LeaseId, wanted: impl Fn(&Observed) -> bool) -> Observed {
        let waiting = async {
            loop {
                let seen = self.cluster.observe(lease).await.unwrap();
                if wanted(&seen) {
                    return seen;
                }
                self.cluster.changed().await;
            }
        };
        timeout(DEADLINE, waiting).await.expect("it never came")
    }

    /// The client, with the host key pinned.
    pub fn ssh(&self, access: &SshAccess, key: &Key) -> Command {
        let known = self.folder.path().join(format!("known_hosts_{}", access.port));
        std::fs::write(&known, access.known_host() + "\n").unwrap();
        ssh(access, key, &known, "dev")
    }

    /// Runs one command line inside.
    pub async fn run(&self, access: &SshAccess, key: &Key, line: &str) -> Output {
        output(self.ssh(access, key).arg(line)).await
    }
}

pub fn ssh(access: &SshAccess, key: &Key, known_hosts: &Path, user: &str) -> Command {
    let mut ssh = Command::new("ssh");
    ssh.args(["-F", "/dev/null", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes"]);
    ssh.args(["-o", "StrictHostKeyChecking=yes", "-o", "GlobalKnownHostsFile=/dev/null"]);
    ssh.arg("-o").arg(format!("UserKnownHostsFile={}", known_hosts.display()));
    ssh.arg("-i").arg(&key.file).args(["-p", &access.port.to_string()]);
    ssh.arg(format!("{user}@{}", access.host));
    ssh.env_remove("SSH_AUTH_SOCK").kill_on_drop(true).stdin(Stdio::null());
    ssh
}

pub async fn output(command: &mut Command) -> Output {
    timeout(DEADLINE, command.output()).await.expect("the client hangs").unwrap()
}

/// Each spec is of a lease of its own: tests run side by side, and a lease's mark is found machine-wide.
pub fn spec(number: u32, keys: &[&Key]) -> EnvironmentSpec {
    static LEASES: AtomicU32 = AtomicU32::new(1);
    let lease = u128::from(std::process::id()) << 64 | u128::from(LEASES.fetch_add(1, Ordering::Relaxed));
    EnvironmentSpec {
        lease: LeaseId::new(Uuid::from_u128(lease)),
        name: EnvName::parse(&format!("web-{number:04}")).unwrap(),
        owner: "ada@example.org".to_owned(),
        template: "web".to_owned(),
        workload: None,
        ready_within: chrono::TimeDelta::minutes(10).into(),
        parameters: BTreeMap::from([
            ("cpu".to_owned(), Value::Cpu(1000)),
            ("memory".to_owned(), Value::Bytes(1 << 30)),
        ]),
        keys: keys.iter().map(|key| key.line.clone()).collect(),
        ends_at: None,
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Whether environments are kept apart on this machine: without it some promises cannot be kept.
pub fn namespaced(access: &SshAccess) -> bool {
    access.isolation.as_deref().unwrap_or_default().starts_with("Kept apart")
}

pub fn plain(config: &mut LocalConfig) {
    config.namespaces = Namespaces::Never;
}
