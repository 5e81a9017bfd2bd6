//! What an operator decides about mail, as plain types. The configuration maps onto them.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

/// Who letters are from and how they leave.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The sender: `Sublet <sublet@example.org>` or a bare address.
    pub from: String,
    /// Where letters are handed over.
    pub transport: Transport,
}

/// Where letters are handed over.
#[derive(Debug, Clone)]
pub enum Transport {
    /// To a mail server.
    Smtp(Smtp),
    /// Into a folder, one `.eml` file each. For evaluation: nobody is told anything.
    Folder(PathBuf),
}

/// How to reach a mail server.
#[derive(Debug, Clone)]
pub struct Smtp {
    /// Its name, which its certificate must carry, or its address.
    pub host: String,
    /// Its port; without one, the usual port of the chosen security (587, 465 or 25).
    pub port: Option<u16>,
    /// How the way there is protected.
    pub security: Security,
    /// User name, together with `password`.
    pub user: Option<String>,
    /// Password, together with `user`.
    pub password: Option<SecretString>,
    /// A PEM file with one more authority to trust, for a mail server of one's own.
    pub authority: Option<PathBuf>,
    /// How long connecting may take, and how long a whole hand-over may take.
    pub timeout: Duration,
    /// How many connections are kept at most.
    pub connections: u32,
}

impl Smtp {
    /// A server with STARTTLS, no login, 30 seconds and four connections.
    pub fn at(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            port: None,
            security: Security::StartTls,
            user: None,
            password: None,
            authority: None,
            timeout: Duration::from_secs(30),
            connections: 4,
        }
    }
}

/// How the way to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Starts plain and must become TLS before anything is said; port 587.
    StartTls,
    /// TLS from the first byte; port 465.
    Tls,
    /// No protection, which is allowed to this machine only; port 25.
    None,
}

impl Security {
    /// The port that servers use for it.
    pub fn usual_port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

/// A setting that cannot work, as a sentence that says what would.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{setting}: {why}")]
pub struct Fault {
    /// The setting, as its path below the mail section.
    pub setting: &'static str,
    /// Why it cannot work and what would, without secrets.
    pub why: String,
}

impl Fault {
    pub(super) fn new(setting: &'static str, why: impl Into<String>) -> Self {
        Self { setting, why: why.into() }
    }
}
