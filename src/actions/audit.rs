//! `sublet audit verify`: follows the audit log from its first entry to its head.

use crate::{
    domain::chain::{Checker, FirstBad, Head},
    ports::store::{Store, Stored},
};

/// How many entries are in memory at once.
const PAGE: u32 = 1_000;

/// Verifies the whole log in one picture of the database, a page at a time. Answers with its head, whose `seq` is
/// the number of entries, or with the first entry that is not as it was written. `checkpoint` is a head that was
/// written down elsewhere.
///
/// # Errors
/// The database does not answer, or the table of the head is empty.
pub async fn verify(store: &dyn Store, checkpoint: Option<Head>) -> Stored<Result<Head, FirstBad>> {
    let mut tx = store.read().await?;
    let head = tx.audit_head().await?;
    let mut checker = Checker::new(checkpoint);
    // From below the first place: an entry that somebody put there is found as well.
    let mut after = i64::MIN;
    loop {
        let page = tx.audit_after(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(checker.end(&head)) };
        after = last.seq;
        for row in &page {
            if let Err(bad) = checker.take(row) {
                return Ok(Err(bad));
            }
        }
    }
}
