//! How environments are kept apart here: found out once, by trying, and said in words.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    os::unix::fs::chown,
    path::Path,
};

use rustix::process::geteuid;

use super::{
    limits::Limits,
    sandbox::{Launch, Plan, Run, Sandbox},
};
use crate::domain::ids::LeaseId;

/// User ids of environments are this plus their port, when we are root: no account of the host has them.
const FIRST_UID: u32 = 700_000_000;
/// The user id inside, when we are not root and it is mapped to ours.
const MAPPED_UID: u32 = 1000;

/// Whether namespaces are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Namespaces {
    /// Where the kernel and its tools allow them.
    #[default]
    WhereAllowed,
    /// Never: environments are plain folders.
    Never,
}

/// How environments are kept apart on this host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Isolation {
    /// Why there are no namespaces; `None` when there are.
    plain: Option<String>,
    /// Whether we are root: then each environment has a user id of its own.
    pub root: bool,
    /// The shell inside.
    pub shell: &'static str,
}

impl Isolation {
    /// Tries it in a folder of its own, which is deleted again.
    pub(super) async fn probe(data: &Path, wanted: Namespaces) -> std::io::Result<Self> {
        let shell = if Path::new("/bin/bash").exists() { "/bin/bash" } else { "/bin/sh" };
        let mut isolation = Self { plain: None, root: geteuid().is_root(), shell };
        if wanted == Namespaces::Never {
            isolation.plain = Some("they are switched off in the configuration".to_owned());
        } else if let Err(why) = isolation.attempt(data).await? {
            tracing::warn!(why, "local environments run without namespaces");
            isolation.plain = Some(why);
        }
        Ok(isolation)
    }

    /// The outer error is about our folder, the inner one about namespaces.
    async fn attempt(&self, data: &Path) -> std::io::Result<Result<(), String>> {
        let folder = data.join(".probe");
        let plan = Plan {
            isolation: self.clone(),
            lease: mark_of(&folder),
            name: "probe".to_owned(),
            root: folder.join("root"),
            home: folder.join("home"),
            uid: self.uid(1),
            tmp: 1 << 20,
        };
        std::fs::create_dir_all(&plan.root)?;
        std::fs::create_dir_all(&plan.home)?;
        if let Some(uid) = plan.uid.filter(|_| self.root) {
            chown(&plan.home, Some(uid), Some(uid))?;
        }
        let tried = try_login(plan).await;
        std::fs::remove_dir_all(&folder)?;
        Ok(tried)
    }

    /// Whether namespaces are used.
    pub(super) fn has_namespaces(&self) -> bool {
        self.plain.is_none()
    }

    /// The user id inside an environment on this port; `None` when it is simply ours.
    pub(super) fn uid(&self, port: u16) -> Option<u32> {
        match (self.root, self.has_namespaces()) {
            (true, _) => Some(FIRST_UID + u32::from(port)),
            (false, true) => Some(MAPPED_UID),
            (false, false) => None,
        }
    }

    /// What people are told about it.
    pub(super) fn words(&self, limits: &Limits) -> String {
        match &self.plain {
            None => format!(
                "Kept apart by Linux namespaces: its own files, processes, host name and a network with \
                 loopback only; the host's programs are visible read-only; {}.",
                limits.words()
            ),
            Some(why) => format!(
                "Not kept apart from the host, only a folder and an SSH server of its own: namespaces are \
                 not used because {why}; its sizes are not enforced."
            ),
        }
    }
}

/// A mark for the trial's processes that no lease and no other folder's trial has.
fn mark_of(folder: &Path) -> LeaseId {
    let mut hasher = DefaultHasher::new();
    folder.hash(&mut hasher);
    LeaseId::new(uuid::Uuid::from_u128(u128::from(hasher.finish())))
}

async fn try_login(plan: Plan) -> Result<(), String> {
    let uid = plan.uid;
    let mut sandbox = Sandbox::start(plan).await?;
    let limits = Limits::of(&Default::default(), &[], 0);
    let launch = Launch { run: Run::Command("test -w .".to_owned()), variables: vec![], terminal: false };
    let mut command = sandbox.command(&limits, &launch).map_err(|error| error.to_string())?;
    let output = command.kill_on_drop(true).output().await.map_err(|error| error.to_string());
    sandbox.stop().await;
    let output = output?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("a trial login as user {uid:?} failed: {}", said.lines().last().unwrap_or("no reason given")))
}
