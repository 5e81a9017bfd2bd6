//! Faults: what is broken, logged once with a short reference that people can pass on.

use uuid::Uuid;

/// Letters and digits that are not mistaken for one another.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Logs a fault once and returns its reference, such as `7F3K`; the id is chance brought by the caller.
pub fn record(id: Uuid, what: &str, error: &anyhow::Error) -> String {
    let reference: String =
        id.as_bytes()[12..].iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % 32])).collect();
    tracing::error!(reference, error = format!("{error:#}"), "{what}");
    metrics::counter!("sublet_faults_total").increment(1);
    reference
}

/// Ends this process as a power cut would: at a failpoint of a crash test.
#[cfg(feature = "failpoints")]
pub fn crash<T>() -> T {
    let own = std::process::id().to_string();
    let _ = std::process::Command::new("kill").args(["-KILL", &own]).status();
    std::process::abort()
}
