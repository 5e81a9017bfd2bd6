//! The chain of the audit log: each entry's hash covers the entry and the hash before it, so that nothing can be
//! changed, taken out or moved without every later hash being wrong.

use sha2::{Digest, Sha256};

use super::Instant;

/// What the hash of a first entry covers in place of a hash before it.
pub const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Names what is hashed and how; another encoding needs another name.
const ENCODING: &[u8] = b"sublet audit 1";

/// The end of the log, or of a part of it that is known to be good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The place of the last entry; 0 when there is none.
    pub seq: i64,
    /// The hash of the last entry, in hexadecimal; [`START`] when there is none.
    pub hash: String,
}

/// What an entry says, to the letter as it is stored: a later version that would write the same fact in other
/// letters must not break the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// When it was written.
    pub at: Instant,
    /// What it is about.
    pub about: String,
    /// Who caused it, as JSON.
    pub actor: String,
    /// What happened, as JSON.
    pub fact: String,
}

/// An entry as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its place; the first is 1, and none is left out.
    pub seq: i64,
    /// What it says; `None` when that cannot even be read.
    pub text: Option<Text>,
    /// The hash that was stored with it.
    pub hash: String,
}

impl Head {
    /// The head of an empty log.
    pub fn start() -> Self {
        Self { seq: 0, hash: START.to_owned() }
    }

    /// The head after one more entry.
    pub fn then(&self, text: &Text) -> Self {
        let seq = self.seq.saturating_add(1);
        Self { seq, hash: link(&self.hash, seq, text) }
    }
}

/// The hash of an entry that follows on the hash `previous`.
fn link(previous: &str, seq: i64, text: &Text) -> String {
    let mut hasher = Sha256::new();
    // Every part says how long it is, so that no two entries look the same when they are strung together.
    let parts: [&[u8]; 8] = [
        ENCODING,
        previous.as_bytes(),
        &seq.to_be_bytes(),
        &text.at.timestamp().to_be_bytes(),
        &text.at.timestamp_subsec_nanos().to_be_bytes(),
        text.actor.as_bytes(),
        text.about.as_bytes(),
        text.fact.as_bytes(),
    ];
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The first entry that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("entry {seq} {wrong}")]
pub struct FirstBad {
    /// Its place.
    pub seq: i64,
    /// What is wrong with it.
    pub wrong: Wrong,
}

/// What can be wrong with an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// Its hash is not that of what it says after what came before.
    #[error("is not what was written: its words, its time, its place or its hash was changed")]
    Changed,
    /// A column holds what Sublet never writes.
    #[error("is not what was written: it cannot even be read")]
    Unreadable,
    /// Later ones are there.
    #[error("is missing, though later ones are there")]
    Missing,
    /// It does not come after the one before it.
    #[error("is out of place: it comes before the first, or a second time, or late")]
    OutOfPlace,
    /// The log ends before it.
    #[error("is missing: the log was cut off there, and once went up to entry {last} at least")]
    CutOff {
        /// The last place that is known to have been there.
        last: i64,
    },
    /// The head ends before it.
    #[error("is one too many: the log's head stands before it")]
    Added,
    /// Everything follows, but the head names another end.
    #[error("is not the one that the log's head names: the head or the end of the log was written anew")]
    NotTheHead,
    /// Everything follows, but somebody remembers another hash.
    #[error("has another hash than the one you gave: it, or something before it, was written anew")]
    NotTheCheckpoint,
}

/// Follows a log from its first entry, one entry at a time.
#[derive(Debug)]
pub struct Checker {
    last: Head,
    checkpoint: Option<Head>,
}

impl Checker {
    /// Begins before the first entry. `checkpoint` is a head that was written down elsewhere: whoever can write
    /// everything in the database can write a new chain, but not what others remember of the old one.
    pub fn new(checkpoint: Option<Head>) -> Self {
        Self { last: Head::start(), checkpoint }
    }

    /// Takes the next entry.
    ///
    /// # Errors
    /// It is not the entry that was written at that place.
    pub fn take(&mut self, row: &Row) -> Result<(), FirstBad> {
        let next = self.last.seq.saturating_add(1);
        if row.seq > next {
            return bad(next, Wrong::Missing);
        }
        if row.seq < next {
            return bad(row.seq, Wrong::OutOfPlace);
        }
        let Some(text) = &row.text else { return bad(next, Wrong::Unreadable) };
        let now = self.last.then(text);
        if now.hash != row.hash {
            return bad(next, Wrong::Changed);
        }
        if self.checkpoint.as_ref().is_some_and(|given| given.seq == next && given.hash != now.hash) {
            return bad(next, Wrong::NotTheCheckpoint);
        }
        self.last = now;
        Ok(())
    }

    /// Ends after the last entry, and answers with the head that everything led to. `head` is the one stored
    /// beside the log.
    ///
    /// # Errors
    /// The log ended too early or too late, or elsewhere than the head says.
    pub fn end(self, head: &Head) -> Result<Head, FirstBad> {
        let Self { last, checkpoint } = self;
        let known = checkpoint.map_or(head.seq, |given| given.seq.max(head.seq));
        if last.seq < known {
            return bad(last.seq.saturating_add(1), Wrong::CutOff { last: known });
        }
        if last.seq > head.seq {
            return bad(head.seq.saturating_add(1), Wrong::Added);
        }
        if last.hash != head.hash {
            return bad(last.seq, Wrong::NotTheHead);
        }
        Ok(last)
    }
}

fn bad<T>(seq: i64, wrong: Wrong) -> Result<T, FirstBad> {
    Err(FirstBad { seq, wrong })
}
