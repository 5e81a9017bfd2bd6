//! The host key of an environment: made once, kept by whoever holds the environment, pinned by its owner's client.

use russh::keys::{
    Algorithm, HashAlg, PrivateKey,
    key::safe_rng,
    ssh_key::{self, LineEnding},
};
use secrecy::{ExposeSecret, SecretString};

/// The host's key pair of an environment.
#[derive(Debug, Clone)]
pub struct HostKey {
    pair: PrivateKey,
    /// As it was read: another rendering of the same key would look like a change.
    private: SecretString,
    line: String,
    fingerprint: String,
}

impl HostKey {
    /// A new Ed25519 key.
    ///
    /// # Errors
    /// When it cannot be written in OpenSSH's form.
    pub fn generate() -> Result<Self, ssh_key::Error> {
        let pair = PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519)?;
        let text = pair.to_openssh(LineEnding::LF)?;
        Self::of(pair, &text)
    }

    /// Reads a private key in OpenSSH's form.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(text: &str) -> Result<Self, ssh_key::Error> {
        Self::of(PrivateKey::from_openssh(text)?, text)
    }

    fn of(pair: PrivateKey, text: &str) -> Result<Self, ssh_key::Error> {
        let line = pair.public_key().to_openssh()?;
        let fingerprint = pair.fingerprint(HashAlg::Sha256).to_string();
        Ok(Self { pair, private: SecretString::from(text), line, fingerprint })
    }

    /// The key pair, for a server.
    pub fn pair(&self) -> PrivateKey {
        self.pair.clone()
    }

    /// The private key in OpenSSH's form.
    pub fn private(&self) -> &str {
        self.private.expose_secret()
    }

    /// The public half as one OpenSSH line.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// The SHA-256 fingerprint as OpenSSH prints it.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_read_again_is_the_same_to_the_letter() {
        let made = HostKey::generate().unwrap();
        let read = HostKey::read(made.private()).unwrap();
        assert_eq!(
            (read.private(), read.line(), read.fingerprint()),
            (made.private(), made.line(), made.fingerprint())
        );
        assert!(HostKey::read("broken").is_err(), "a broken key is never replaced in silence");
    }

    #[test]
    fn the_private_half_is_not_printed() {
        let made = HostKey::generate().unwrap();
        let body: Vec<&str> = made.private().lines().filter(|line| !line.starts_with('-')).collect();
        assert!(!format!("{made:?}").contains(body[1]));
    }
}
