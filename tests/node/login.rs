//! A key of one's own, and logins with the machine's `ssh`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// How somebody gets in: what they were told, and the host key to pin.
#[derive(Debug, Clone, PartialEq)]
pub struct Access {
    /// Host as it was told.
    pub host: String,
    /// Port as it was told.
    pub port: u16,
    /// The host's public key.
    pub host_key: String,
}

/// A key pair in a file.
pub struct Key {
    private: PathBuf,
    /// The public half, as one line.
    pub public: String,
}

impl Key {
    /// Makes one.
    pub fn make(folder: &Path, name: &str) -> Self {
        let private = folder.join(name);
        let mut keygen = Command::new("ssh-keygen");
        keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]).arg(&private);
        assert!(keygen.status().unwrap().success());
        let public = fs::read_to_string(private.with_extension("pub")).unwrap().trim().to_owned();
        Self { private, public }
    }

    /// Logs in with the host key pinned and runs a command there.
    ///
    /// # Errors
    /// What `ssh`, or the command, complained about.
    pub fn run(&self, access: &Access, command: &str) -> Result<String, String> {
        let hosts = self.private.with_extension("hosts");
        fs::write(&hosts, format!("[{}]:{} {}\n", access.host, access.port, access.host_key)).unwrap();
        let mut ssh = Command::new("ssh");
        ssh.args(["-F", "/dev/null", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"])
            .args(["-o", "StrictHostKeyChecking=yes", "-o", "ConnectTimeout=5", "-o", "LogLevel=ERROR"])
            .arg("-o")
            .arg(format!("UserKnownHostsFile={}", hosts.display()))
            .arg("-i")
            .arg(&self.private)
            .args(["-p", &access.port.to_string(), &format!("dev@{}", access.host), command])
            .stdin(Stdio::null());
        let output = ssh.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }
}
