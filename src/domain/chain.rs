//! The chain of the audit log: each entry's hash covers the entry and the hash before it, so that nothing can be
//! changed, taken out or moved without every later hash being wrong.
//!
//! The hash covers the words of an entry by a commitment, which is made with a salt. Somebody's words can so be erased:
//! the salt goes with them, the commitment stays, and nobody can find out by trying what was said. That words were
//! erased is itself an entry, and so is that the oldest entries were removed.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::Instant;

/// What the hash of a first entry covers in place of a hash before it.
pub const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Names what is hashed and how; another encoding needs another name. The first one covers the words themselves.
const ENCODING: &[u8] = b"sublet audit 1";
/// The second one covers a commitment to the words.
const COMMITTED: &[u8] = b"sublet audit 2";
/// What a commitment is made of.
const WORDS: &[u8] = b"sublet audit words";

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

/// How an entry's hash covers its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seal {
    /// By themselves, as in entries of old.
    Plain,
    /// By a commitment that is made of them with this salt.
    Salted(String),
    /// By this commitment; the words were erased, and others stand in their place.
    Sealed(String),
}

/// The commitment to what an entry says.
pub fn commitment(salt: &str, text: &Text) -> String {
    digest(&[WORDS, salt.as_bytes(), text.actor.as_bytes(), text.about.as_bytes(), text.fact.as_bytes()])
}

/// An entry as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its place; the first is 1, and none is left out.
    pub seq: i64,
    /// What it says; `None` when that cannot even be read.
    pub text: Option<Text>,
    /// How its hash covers what it says.
    pub seal: Seal,
    /// The hash that was stored with it.
    pub hash: String,
}

impl Head {
    /// The head of an empty log.
    pub fn start() -> Self {
        Self { seq: 0, hash: START.to_owned() }
    }

    /// The head after one more entry of old.
    pub fn then(&self, text: &Text) -> Self {
        let seq = self.seq.saturating_add(1);
        Self { seq, hash: link(&self.hash, seq, text) }
    }

    /// The head after one more entry to whose words there is this commitment.
    pub fn committed(&self, at: Instant, commitment: &str) -> Self {
        let seq = self.seq.saturating_add(1);
        let hash = digest(&[
            COMMITTED,
            self.hash.as_bytes(),
            &seq.to_be_bytes(),
            &at.timestamp().to_be_bytes(),
            &at.timestamp_subsec_nanos().to_be_bytes(),
            commitment.as_bytes(),
        ]);
        Self { seq, hash }
    }

    /// The head after one more entry, whichever way its hash covers its words.
    pub fn after(&self, text: &Text, seal: &Seal) -> Self {
        match seal {
            Seal::Plain => self.then(text),
            Seal::Salted(salt) => self.committed(text.at, &commitment(salt, text)),
            Seal::Sealed(commitment) => self.committed(text.at, commitment),
        }
    }
}

/// The hash of an entry that follows on the hash `previous`.
fn link(previous: &str, seq: i64, text: &Text) -> String {
    digest(&[
        ENCODING,
        previous.as_bytes(),
        &seq.to_be_bytes(),
        &text.at.timestamp().to_be_bytes(),
        &text.at.timestamp_subsec_nanos().to_be_bytes(),
        text.actor.as_bytes(),
        text.about.as_bytes(),
        text.fact.as_bytes(),
    ])
}

/// Every part says how long it is, so that no two entries look the same when they are strung together.
fn digest(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
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
    /// Its words were taken away, and no entry says that they were erased.
    #[error("was emptied: its words were taken away, and nothing in the log says that they were erased")]
    Emptied,
    /// The log begins after it, and no entry says that what was before was removed.
    #[error("is where the log begins, and nothing in it says that what was before was removed")]
    Headless,
    /// Somebody remembers an entry that was removed since.
    #[error("was removed since, because its time was over; give a later one to compare with")]
    Removed,
    /// Everything follows, but somebody remembers another hash.
    #[error("has another hash than the one you gave: it, or something before it, was written anew")]
    NotTheCheckpoint,
}

/// Follows a log from its first entry, one entry at a time.
#[derive(Debug)]
pub struct Checker {
    floor: Head,
    last: Head,
    checkpoint: Option<Head>,
    sealed: BTreeSet<i64>,
    accounted: BTreeSet<i64>,
    removed: Option<Head>,
}

impl Checker {
    /// Begins before the first entry. `checkpoint` is a head that was written down elsewhere: whoever can write
    /// everything in the database can write a new chain, but not what others remember of the old one.
    pub fn new(checkpoint: Option<Head>) -> Self {
        Self::above(Head::start(), checkpoint)
    }

    /// Begins after `floor`, the last of the entries that were removed because their time was over.
    pub fn above(floor: Head, checkpoint: Option<Head>) -> Self {
        let (sealed, accounted) = (BTreeSet::new(), BTreeSet::new());
        Self { last: floor.clone(), floor, checkpoint, sealed, accounted, removed: None }
    }

    /// An entry that was taken says that the words of these were erased.
    pub fn erased(&mut self, entries: impl IntoIterator<Item = i64>) {
        self.accounted.extend(entries);
    }

    /// An entry that was taken says that everything up to this one was removed.
    pub fn removed(&mut self, floor: Head) {
        self.removed = Some(floor);
    }

    /// How many entries that were taken had their words erased.
    pub fn sealed(&self) -> usize {
        self.sealed.len()
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
        let now = self.last.after(text, &row.seal);
        if now.hash != row.hash {
            return bad(next, Wrong::Changed);
        }
        if self.checkpoint.as_ref().is_some_and(|given| given.seq == next && given.hash != now.hash) {
            return bad(next, Wrong::NotTheCheckpoint);
        }
        if matches!(row.seal, Seal::Sealed(_)) {
            self.sealed.insert(next);
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
        let Self { floor, last, checkpoint, sealed, accounted, removed } = self;
        if let Some(given) = checkpoint.as_ref().filter(|given| given.seq <= floor.seq) {
            if given.seq < floor.seq {
                return bad(given.seq, Wrong::Removed);
            }
            if given.hash != floor.hash {
                return bad(given.seq, Wrong::NotTheCheckpoint);
            }
        }
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
        if floor.seq > 0 && removed.as_ref() != Some(&floor) {
            return bad(floor.seq.saturating_add(1), Wrong::Headless);
        }
        if let Some(seq) = sealed.difference(&accounted).next() {
            return bad(*seq, Wrong::Emptied);
        }
        Ok(last)
    }
}

fn bad<T>(seq: i64, wrong: Wrong) -> Result<T, FirstBad> {
    Err(FirstBad { seq, wrong })
}
