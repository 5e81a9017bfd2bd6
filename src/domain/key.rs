//! SSH public keys: parsed and judged before anybody relies on them.

use russh::keys::{Algorithm, HashAlg, PublicKey as Parsed, ssh_key::public::KeyData};
use serde::{Deserialize, Serialize};

use super::{
    Instant,
    ids::{KeyId, PersonId},
    refusal::KeyProblem,
};

/// Least bits of an RSA key: NIST SP 800-57 part 1 rev. 5, table 2 (128-bit strength needs 3072;
/// 2048 is acceptable until 2030 and is what many people still hold).
const RSA_BITS: u32 = 2048;
/// Longer than any key in use: an RSA key of 16,384 bits is 2,732 characters of base64.
const LONGEST: usize = 4096;

/// A public key that was parsed and judged; the only kind that can be stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// One OpenSSH line: type, key, comment; no options.
    pub line: String,
    /// SHA-256 fingerprint as OpenSSH prints it.
    pub fingerprint: String,
}

/// A key somebody stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredKey {
    /// Its id.
    pub id: KeyId,
    /// Whose.
    pub owner: PersonId,
    /// What the owner calls it.
    pub name: String,
    /// The key.
    pub key: PublicKey,
    /// When it was added.
    pub created_at: Instant,
}

impl PublicKey {
    /// Reads one OpenSSH public key line.
    ///
    /// # Errors
    /// What is wrong: several lines, a private key, options in front, an unsafe type, too few bits.
    pub fn parse(text: &str) -> Result<Self, KeyProblem> {
        let text = text.trim();
        refuse_by_shape(text)?;
        let parsed = Parsed::from_openssh(text).map_err(|_| unreadable(text))?;
        refuse_by_type(&parsed)?;
        let line = parsed.to_openssh().map_err(|_| KeyProblem::Unreadable)?;
        Ok(Self { line, fingerprint: parsed.fingerprint(HashAlg::Sha256).to_string() })
    }

    /// The comment at the end of the line, which people use to tell their keys apart.
    pub fn comment(&self) -> Option<&str> {
        self.line.splitn(3, ' ').nth(2).map(str::trim).filter(|comment| !comment.is_empty())
    }
}

fn refuse_by_shape(text: &str) -> Result<(), KeyProblem> {
    if text.is_empty() {
        return Err(KeyProblem::Empty);
    }
    if text.contains("PRIVATE KEY") {
        return Err(KeyProblem::Private);
    }
    if text.len() > LONGEST {
        return Err(KeyProblem::TooLong);
    }
    if text.chars().any(char::is_control) {
        return Err(KeyProblem::SeveralLines);
    }
    Ok(())
}

/// Why a line that is no key is none: with options it would be one, or its type is not one we know.
fn unreadable(text: &str) -> KeyProblem {
    let first = text.split_whitespace().next().unwrap_or_default();
    let is_type = |word: &str| ["ssh-", "ecdsa-", "sk-"].iter().any(|start| word.starts_with(start));
    if first == "ssh-dss" {
        return KeyProblem::Type { found: first.to_owned() };
    }
    if !is_type(first) && text.split_whitespace().any(is_type) {
        return KeyProblem::Options;
    }
    KeyProblem::Unreadable
}

fn refuse_by_type(parsed: &Parsed) -> Result<(), KeyProblem> {
    match (parsed.algorithm(), parsed.key_data()) {
        (
            Algorithm::Ed25519
            | Algorithm::Ecdsa { .. }
            | Algorithm::SkEd25519
            | Algorithm::SkEcdsaSha2NistP256,
            _,
        ) => Ok(()),
        (Algorithm::Rsa { .. }, KeyData::Rsa(rsa)) => {
            let bits = modulus_bits(rsa.n().as_positive_bytes().unwrap_or_default());
            if bits < RSA_BITS { Err(KeyProblem::Weak { bits, needed: RSA_BITS }) } else { Ok(()) }
        }
        (other, _) => Err(KeyProblem::Type { found: other.to_string() }),
    }
}

fn modulus_bits(bytes: &[u8]) -> u32 {
    let significant = bytes.iter().skip_while(|byte| **byte == 0);
    let count = u32::try_from(significant.clone().count()).unwrap_or(u32::MAX / 8);
    let spare = significant.clone().next().map_or(0, |first| first.leading_zeros());
    count * 8 - spare
}
