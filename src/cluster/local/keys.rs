//! Keys: the host's own, made once and kept, and those of the people who may log in.

use std::{io, path::Path};

use russh::keys::{Algorithm, PublicKey, ssh_key::public::KeyData};

use super::files::write_private;
use crate::cluster::host_key::HostKey;

/// The keys that may log in, parsed.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct AllowedKeys(Vec<KeyData>);

impl AllowedKeys {
    /// Reads OpenSSH lines.
    ///
    /// # Errors
    /// Which line cannot be used and why.
    pub(super) fn read(lines: &[String]) -> Result<Self, String> {
        let mut keys = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let key = PublicKey::from_openssh(line.trim())
                .map_err(|error| format!("key {} of the environment cannot be read: {error}", at + 1))?;
            if key.algorithm() != Algorithm::Dsa {
                keys.push(key.key_data().clone());
            }
        }
        if keys.is_empty() && !lines.is_empty() {
            return Err(
                "DSA keys are not let in; add an ssh-ed25519 key (ssh-keygen -t ed25519) and try again"
                    .to_owned(),
            );
        }
        Ok(Self(keys))
    }

    /// Whether this key may log in. The comment does not matter.
    pub(super) fn contains(&self, key: &KeyData) -> bool {
        self.0.contains(key)
    }
}

/// Reads the host key from its file; makes it (readable by us only) when there is none.
pub(super) fn load_or_make(path: &Path) -> io::Result<HostKey> {
    match std::fs::read_to_string(path) {
        Ok(text) => HostKey::read(&text).map_err(io::Error::other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let made = HostKey::generate().map_err(io::Error::other)?;
            write_private(path, made.private().as_bytes())?;
            Ok(made)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBRyAp5yGZcyRsNoZkREkJ1TbUeJXAGrpgqmsVWPDGlM one";

    #[test]
    fn a_key_is_known_by_itself_not_by_its_comment() {
        let keys = AllowedKeys::read(&[ONE.to_owned()]).unwrap();
        let other = PublicKey::from_openssh(&ONE.replace(" one", " two")).unwrap();
        assert!(keys.contains(other.key_data()));
        assert!(!AllowedKeys::default().contains(other.key_data()));
    }

    #[test]
    fn what_is_not_a_key_is_refused_with_its_place() {
        let refused = AllowedKeys::read(&[ONE.to_owned(), "ssh-ed25519 nonsense".to_owned()]).unwrap_err();
        assert!(refused.starts_with("key 2 of the environment"), "{refused}");
    }

    #[test]
    fn the_host_key_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("host_key");
        let made = load_or_make(&path).unwrap();
        assert_eq!(load_or_make(&path).unwrap().line(), made.line());
        std::fs::write(&path, "broken").unwrap();
        assert!(load_or_make(&path).is_err(), "a broken key is never replaced in silence");
    }
}
