//! SSH public keys: parsed and judged before anybody relies on them.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P521_SHA512_ASN1, EcdsaVerificationAlgorithm,
    ParsedPublicKey,
};
use russh::keys::{
    Algorithm, HashAlg, PublicKey as Parsed,
    ssh_key::public::{EcdsaPublicKey, KeyData, RsaPublicKey},
};
use serde::{Deserialize, Serialize};

use super::{
    Instant,
    ids::{KeyId, PersonId},
    refusal::KeyProblem,
};

/// Least bits of an RSA key: NIST SP 800-57 part 1 rev. 5, table 2 (128-bit strength needs 3072;
/// 2048 is acceptable until 2030 and is what many people still hold).
const RSA_BITS: u32 = 2048;
/// The most that OpenSSH takes.
const RSA_BITS_AT_MOST: u32 = 16_384;
/// What the bytes of a point begin with when both coordinates follow: OpenSSH takes no other form.
const BOTH_COORDINATES: u8 = 4;
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
    if text.contains("PRIVATE KEY") || text.starts_with("PuTTY-User-Key-File") {
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
        (Algorithm::Ed25519 | Algorithm::SkEd25519, _) => Ok(()),
        (Algorithm::Ecdsa { .. }, KeyData::Ecdsa(key)) => refuse_point(key),
        (Algorithm::SkEcdsaSha2NistP256, KeyData::SkEcdsaSha2NistP256(key)) => {
            refuse_point(&EcdsaPublicKey::NistP256(*key.ec_point()))
        }
        (Algorithm::Rsa { .. }, KeyData::Rsa(rsa)) => refuse_rsa(rsa),
        (other, _) => Err(KeyProblem::Type { found: other.to_string() }),
    }
}

/// The parser looks at lengths only; OpenSSH refuses a point that is not on the curve, and so would every login.
fn refuse_point(key: &EcdsaPublicKey) -> Result<(), KeyProblem> {
    let curve: &'static EcdsaVerificationAlgorithm = match key {
        EcdsaPublicKey::NistP256(_) => &ECDSA_P256_SHA256_ASN1,
        EcdsaPublicKey::NistP384(_) => &ECDSA_P384_SHA384_ASN1,
        EcdsaPublicKey::NistP521(_) => &ECDSA_P521_SHA512_ASN1,
    };
    let point = key.as_sec1_bytes();
    if point.first() != Some(&BOTH_COORDINATES) {
        return Err(KeyProblem::Unreadable);
    }
    ParsedPublicKey::new(curve, point).map(|_| ()).map_err(|_| KeyProblem::Unreadable)
}

fn refuse_rsa(rsa: &RsaPublicKey) -> Result<(), KeyProblem> {
    let bits = modulus_bits(rsa.n().as_positive_bytes().unwrap_or_default());
    if bits < RSA_BITS {
        return Err(KeyProblem::Weak { bits, needed: RSA_BITS });
    }
    if bits > RSA_BITS_AT_MOST {
        return Err(KeyProblem::TooLong);
    }
    // With the exponent one, anybody can sign; with an even one, nobody.
    let exponent = rsa.e().as_positive_bytes().unwrap_or_default();
    let even = exponent.last().is_none_or(|last| last.is_multiple_of(2));
    if even || exponent == [1] { Err(KeyProblem::Unreadable) } else { Ok(()) }
}

fn modulus_bits(bytes: &[u8]) -> u32 {
    let significant = bytes.iter().skip_while(|byte| **byte == 0);
    let count = u32::try_from(significant.clone().count()).unwrap_or(u32::MAX / 8);
    let spare = significant.clone().next().map_or(0, |first| first.leading_zeros());
    count * 8 - spare
}
