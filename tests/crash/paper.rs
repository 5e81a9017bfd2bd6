//! A chat, a provisioner, a mail server and a clock that are files, so that they outlive the process.
//!
//! What happens is one line of JSON more. Like real platforms, they know what they have already: the same key
//! posts nothing new, the same environment is made once.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::{LazyLock, Mutex},
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sublet::{
    domain::{
        Instant,
        environment::{EnvironmentSpec, SshAccess},
        ids::LeaseId,
    },
    ports::{
        Failure,
        chat::{Chat, Message, MessageRef, Posting, Workspace},
        clock::Clock,
        cluster::{Cluster, Observed},
        mail::{Letter, Mail},
    },
};

/// A try to post.
#[derive(Debug, Serialize, Deserialize)]
pub struct Post {
    /// Under which key.
    pub key: String,
    /// What.
    pub message: Message,
}

/// Something that happened to an environment.
#[derive(Debug, Serialize, Deserialize)]
enum Life {
    Made(LeaseId),
    Removed(LeaseId),
}

/// Everything outside the bot, in a folder.
pub struct Paper(pub PathBuf);

/// Every try to post, oldest first.
pub fn posts(folder: &Path) -> Vec<Post> {
    lines(&folder.join("chat"))
}

/// How often an environment was made, and how often removed.
pub fn lives(folder: &Path) -> (usize, usize) {
    let lives: Vec<Life> = lines(&folder.join("cluster"));
    let made = lives.iter().filter(|life| matches!(life, Life::Made(_))).count();
    (made, lives.len() - made)
}

/// The keys of the letters that were handed over.
pub fn letters(folder: &Path) -> Vec<String> {
    lines(&folder.join("mail"))
}

fn lines<T: DeserializeOwned>(path: &Path) -> Vec<T> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

fn add<T: Serialize>(path: &Path, what: &T) {
    let line = serde_json::to_string(what).expect("JSON") + "\n";
    let mut file = fs::OpenOptions::new().create(true).append(true).open(path).expect("a file");
    file.write_all(line.as_bytes()).expect("a line is written");
}

#[async_trait]
impl Chat for Paper {
    fn workspace(&self) -> &Workspace {
        static PAPER: LazyLock<Workspace> = LazyLock::new(Workspace::console);
        &PAPER
    }

    // Every post is a new message, so that a repetition shows.
    fn knows_keys(&self) -> bool {
        false
    }

    async fn post(&self, posting: Posting<'_>) -> Result<MessageRef, Failure> {
        let Posting { room, key, message, .. } = posting;
        add(&self.0.join("chat"), &Post { key: key.to_owned(), message: message.clone() });
        let channel = format!("{room:?}");
        Ok(MessageRef { workspace: self.workspace().clone(), channel, id: key.to_owned() })
    }

    async fn rewrite(&self, at: &MessageRef, _message: &Message) -> Result<(), Failure> {
        let known = posts(&self.0).iter().any(|post| post.key == at.id);
        if known { Ok(()) } else { Err(Failure::never("there is no such message")) }
    }
}

#[async_trait]
impl Mail for Paper {
    async fn send(&self, letter: &Letter) -> Result<(), Failure> {
        add(&self.0.join("mail"), &letter.key);
        Ok(())
    }
}

#[async_trait]
impl Cluster for Paper {
    async fn apply(&self, spec: &EnvironmentSpec) -> Result<(), Failure> {
        if !self.exists(&spec.lease) {
            add(&self.0.join("cluster"), &Life::Made(spec.lease.clone()));
        }
        Ok(())
    }

    async fn remove(&self, lease: &LeaseId) -> Result<Observed, Failure> {
        if self.exists(lease) {
            add(&self.0.join("cluster"), &Life::Removed(lease.clone()));
        }
        Ok(Observed::Absent)
    }

    async fn observe(&self, lease: &LeaseId) -> Result<Observed, Failure> {
        let access = SshAccess {
            host: "env.example.org".to_owned(),
            port: 22001,
            user: "dev".to_owned(),
            host_key: "ssh-ed25519 AAAAhost".to_owned(),
            fingerprint: "SHA256:host".to_owned(),
            isolation: None,
        };
        Ok(if self.exists(lease) { Observed::Ready(access) } else { Observed::Absent })
    }

    async fn leases(&self) -> Result<Vec<LeaseId>, Failure> {
        Ok(Vec::new())
    }

    async fn changed(&self) {
        std::future::pending().await
    }
}

impl Paper {
    fn exists(&self, lease: &LeaseId) -> bool {
        let lives: Vec<Life> = lines(&self.0.join("cluster"));
        let last =
            lives.iter().rev().find(|life| matches!(life, Life::Made(id) | Life::Removed(id) if id == lease));
        matches!(last, Some(Life::Made(_)))
    }
}

/// A clock whose hand is in a file.
pub struct FileClock {
    path: PathBuf,
    now: Mutex<Instant>,
}

impl FileClock {
    /// Goes on where it stood, or begins at this moment.
    pub fn open(path: PathBuf, begin: Instant) -> Self {
        let known = fs::read_to_string(&path).ok().and_then(|text| text.parse().ok());
        let now = known.and_then(Instant::from_timestamp_millis).unwrap_or(begin);
        Self { path, now: Mutex::new(now) }
    }

    /// Puts it to this moment; never back.
    pub fn set(&self, to: Instant) {
        let mut now = self.now.lock().expect("the clock");
        *now = to.max(*now);
        let beside = self.path.with_extension("new");
        fs::write(&beside, now.timestamp_millis().to_string()).expect("the clock is written");
        fs::rename(&beside, &self.path).expect("the clock is written");
    }
}

impl Clock for FileClock {
    fn now(&self) -> Instant {
        *self.now.lock().expect("the clock")
    }
}
