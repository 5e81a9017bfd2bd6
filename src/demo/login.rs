//! The tour's key, and real logins with the machine's own `ssh`.

use std::{
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail};
use russh::keys::{Algorithm, PrivateKey, ssh_key::LineEnding};
use tokio::{process::Command, time::timeout};

use crate::domain::environment::SshAccess;

/// How long one login may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A new key pair in a folder: the private half readable by its owner only.
pub struct KeyPair {
    folder: PathBuf,
    name: String,
    /// The public half, as one OpenSSH line.
    pub public: String,
}

impl KeyPair {
    /// Makes one.
    pub fn make(folder: &Path, name: &str) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut key = PrivateKey::random(&mut russh::keys::key::safe_rng(), Algorithm::Ed25519)
            .map_err(|error| anyhow::anyhow!("a key could not be made: {error}"))?;
        key.set_comment(name);
        let text = key.to_openssh(LineEnding::LF)?;
        let path = folder.join(name);
        let mut file =
            std::fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&path)?;
        std::io::Write::write_all(&mut file, text.as_bytes())?;
        Ok(Self { folder: folder.to_owned(), name: name.to_owned(), public: key.public_key().to_openssh()? })
    }

    /// Logs in with the host key pinned, runs a command and returns what it printed.
    ///
    /// # Errors
    /// When `ssh` is missing, is refused, or the command fails: what it said.
    pub async fn run(&self, access: &SshAccess, command: &str) -> anyhow::Result<String> {
        let hosts = self.folder.join("known_hosts");
        std::fs::write(&hosts, format!("{}\n", access.known_host()))?;
        let mut ssh = Command::new("ssh");
        ssh.args(["-F", "/dev/null", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"])
            .args(["-o", "StrictHostKeyChecking=yes", "-o", "ConnectTimeout=10"])
            .arg("-o")
            .arg(format!("UserKnownHostsFile={}", hosts.display()))
            .arg("-i")
            .arg(self.folder.join(&self.name))
            .arg("-p")
            .arg(access.port.to_string())
            .arg(format!("{}@{}", access.user, access.host))
            .arg(command)
            .stdin(std::process::Stdio::null())
            .kill_on_drop(true);
        let output = timeout(PATIENCE, ssh.output())
            .await
            .context("ssh did not answer in time")?
            .context("the OpenSSH client `ssh` could not be started; is it installed?")?;
        if !output.status.success() {
            bail!("ssh: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}
