//! What is kept of an environment on disk: one folder per lease, written so that a crash leaves no half file.

use std::{
    fs, io,
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt, chown},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::domain::{environment::EnvironmentSpec, ids::LeaseId};

/// What was allotted to an environment, besides its host key.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Allotted {
    /// Its TCP port.
    pub port: u16,
}

/// The folder of one lease.
#[derive(Debug, Clone)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The folder of this lease, whether it exists or not.
    pub(super) fn of(data: &Path, lease: &LeaseId) -> Self {
        Self(data.join(lease.as_str()))
    }

    /// Makes the folder and what is in it, as far as it is missing. `mode` is for the folder itself.
    pub(super) fn make(&self, mode: u32) -> io::Result<()> {
        fs::create_dir_all(&self.0)?;
        fs::set_permissions(&self.0, fs::Permissions::from_mode(mode))?;
        for part in [self.home(), self.root()] {
            fs::create_dir_all(&part)?;
        }
        fs::set_permissions(self.home(), fs::Permissions::from_mode(0o700))
    }

    /// Gives the home to this user, when it is not theirs yet.
    pub(super) fn give_home(&self, uid: u32) -> io::Result<()> {
        chown(self.home(), Some(uid), Some(uid))
    }

    /// Where the host key is.
    pub(super) fn host_key(&self) -> PathBuf {
        self.0.join("host_key")
    }

    /// The private home, which outlives logins and restarts.
    pub(super) fn home(&self) -> PathBuf {
        self.0.join("home")
    }

    /// An empty folder, on which the environment's private root is mounted (seen by it only).
    pub(super) fn root(&self) -> PathBuf {
        self.0.join("root")
    }

    /// Keeps the spec.
    pub(super) fn write_spec(&self, spec: &EnvironmentSpec) -> io::Result<()> {
        write_private(&self.0.join("spec.json"), &serde_json::to_vec_pretty(spec)?)
    }

    /// The spec that was kept.
    pub(super) fn read_spec(&self) -> io::Result<EnvironmentSpec> {
        read(&self.0.join("spec.json"))
    }

    /// Keeps what was allotted.
    pub(super) fn write_allotted(&self, allotted: Allotted) -> io::Result<()> {
        write_private(&self.0.join("state.json"), &serde_json::to_vec_pretty(&allotted)?)
    }

    /// What was allotted, `None` when nothing was yet.
    pub(super) fn read_allotted(&self) -> io::Result<Option<Allotted>> {
        match read(&self.0.join("state.json")) {
            Ok(allotted) => Ok(Some(allotted)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether anything of it is there.
    pub(super) fn exists(&self) -> bool {
        fs::symlink_metadata(&self.0).is_ok()
    }

    /// Deletes all of it. What its user locked against themselves is unlocked first.
    pub(super) fn delete(&self) -> io::Result<()> {
        let gone = |result: io::Result<()>| match result {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        };
        if gone(fs::remove_dir_all(&self.0)).is_ok() {
            return Ok(());
        }
        unlock(&self.0);
        gone(fs::remove_dir_all(&self.0))
    }
}

/// The leases of which a folder exists.
pub(super) fn leases(data: &Path) -> io::Result<Vec<LeaseId>> {
    let mut leases = Vec::new();
    for entry in fs::read_dir(data)? {
        if let Some(lease) = entry?.file_name().to_str().and_then(LeaseId::parse) {
            leases.push(lease);
        }
    }
    leases.sort();
    Ok(leases)
}

/// Writes a file that only we may read: whole or not at all.
pub(super) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension("new");
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}

fn read<T: DeserializeOwned>(path: &Path) -> io::Result<T> {
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}

fn unlock(folder: &Path) {
    let _may_fail = fs::set_permissions(folder, fs::Permissions::from_mode(0o700));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            unlock(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_folder_that_its_user_locked_is_deleted_too() {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::of(data.path(), &LeaseId::new(Uuid::from_u128(1)));
        folder.make(0o700).unwrap();
        let inner = folder.home().join("a/b");
        fs::create_dir_all(&inner).unwrap();
        fs::write(inner.join("c"), "d").unwrap();
        fs::set_permissions(folder.home().join("a"), fs::Permissions::from_mode(0o000)).unwrap();
        folder.delete().unwrap();
        assert!(!folder.exists());
        folder.delete().unwrap();
    }

    #[test]
    fn only_folders_of_leases_count() {
        let data = tempfile::tempdir().unwrap();
        fs::create_dir(data.path().join(".probe")).unwrap();
        let lease = LeaseId::new(Uuid::from_u128(2));
        Folder::of(data.path(), &lease).make(0o700).unwrap();
        assert_eq!(leases(data.path()).unwrap(), [lease]);
    }
}
