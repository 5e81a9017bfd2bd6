//! Secrets that are given out once and kept as digests only.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Letters and digits of which none looks like another.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// So many letters and digits, five bits each, from chance that the caller brings: at most 32 of one digest.
pub(super) fn letters(chance: &[Uuid], length: usize) -> String {
    let mut hash = Sha256::new();
    for part in chance {
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().take(length).map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

/// What is kept of a secret.
pub(super) fn digest(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
