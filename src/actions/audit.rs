//! The audit log: `/audit` and what else reads it, its verification, and the removal of what is too old.

use chrono::TimeDelta;
use commands::{Audit, Command};

use super::{
    Answer, access,
    work::{Stop, Work},
};
use crate::{
    cards::listing,
    domain::{
        Instant,
        access::{Verb, Whose, may},
        audit::{Actor, Cursor, Entry, Fact, Filter, NewEntry},
        chain::{Checker, FirstBad, Head, Row},
        person::Person,
    },
    ports::store::{Store, StoreError, Stored, Tx},
};

/// How many entries are in memory at once.
const PAGE: u32 = 1_000;
/// How many entries are removed in one transaction.
const TOGETHER: i64 = 10_000;
/// How many entries one answer shows.
const SHOWN: u32 = 15;
/// By how much the oldest entry may be too old before the reaper removes what is.
const SLACK: TimeDelta = TimeDelta::days(1);

/// What was found by [`verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The end of the log.
    pub head: Head,
    /// The last entry of those that were removed; 0 when none was.
    pub floor: i64,
    /// How many entries had their words erased.
    pub sealed: usize,
}

/// Verifies the whole log in one picture of the database, a page at a time. Answers with its head, or with the first
/// entry that is not as it was written. `checkpoint` is a head that was written down elsewhere.
///
/// # Errors
/// The database does not answer, or the table of the head is empty.
pub async fn verify(store: &dyn Store, checkpoint: Option<Head>) -> Stored<Result<Verified, FirstBad>> {
    let mut tx = store.read().await?;
    let (head, floor) = (tx.audit_head().await?, tx.audit_floor().await?);
    let mut checker = Checker::above(floor.clone(), checkpoint);
    // From below the first place: an entry that somebody put there is found as well.
    let mut after = i64::MIN;
    loop {
        let page = tx.audit_after(after, PAGE).await?;
        let Some(last) = page.last() else {
            let (floor, sealed) = (floor.seq, checker.sealed());
            return Ok(checker.end(&head).map(|head| Verified { head, floor, sealed }));
        };
        after = last.seq;
        for row in &page {
            if let Err(bad) = checker.take(row) {
                return Ok(Err(bad));
            }
            note(&mut checker, row);
        }
    }
}

/// What an entry says about the log itself.
fn note(checker: &mut Checker, row: &Row) {
    let Some(text) = row.text.as_ref().filter(|text| {
        text.fact.starts_with("{\"fact\":\"person_erased\"") || text.fact.starts_with("{\"fact\":\"pruned\"")
    }) else {
        return;
    };
    match serde_json::from_str(&text.fact) {
        Ok(Fact::PersonErased { entries }) => checker.erased(entries),
        Ok(Fact::Pruned { seq, hash }) => checker.removed(Head { seq, hash }),
        _ => {}
    }
}

/// A page of the log as somebody may see it: auditors and admins all of it, everybody else what they did and what
/// happened to what is theirs.
///
/// # Errors
/// When the database fails.
pub async fn page(
    work: &mut Work<'_>,
    caller: &Person,
    filter: &Filter,
    from: Cursor,
    limit: u32,
) -> Result<Vec<Entry>, Stop> {
    let mut filter = filter.clone();
    if may(caller, Verb::Audit, Whose::Other).is_err() {
        may(caller, Verb::Audit, Whose::Own)?;
        filter.of = Some((caller.id.clone(), caller.handle.clone()));
    }
    Ok(work.tx.audit_page(&filter, from, limit).await?)
}

/// `/audit`: the newest entries first.
pub async fn look(work: &mut Work<'_>, caller: &Person, asked: Audit) -> Result<Answer, Stop> {
    if may(caller, Verb::Audit, Whose::Other).is_err()
        && let Some(who) = asked.who.as_deref().map(|who| who.trim_start_matches('@'))
        && who != "me"
        && who != caller.handle
    {
        let denied = |refusal| Stop::Denied { refusal, about: format!("@{who}"), tried: "see" };
        may(caller, Verb::Audit, Whose::Other).map_err(denied)?;
    }
    let who = match &asked.who {
        Some(who) => Some(access::somebody(work, caller, who).await?.id),
        None => None,
    };
    let filter = Filter {
        about: asked.about.clone(),
        who,
        what: asked.what.as_deref().map(word),
        since: asked.since,
        until: asked.until,
        of: None,
    };
    let before = asked.before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX);
    let mut entries = page(work, caller, &filter, Cursor::Before(before), SHOWN + 1).await?;
    let more = entries.len() > SHOWN as usize;
    entries.truncate(SHOWN as usize);
    let older = entries.last().filter(|_| more).and_then(|last| u64::try_from(last.seq).ok());
    let older = older.map(|before| Audit { before: Some(before), ..asked }.to_line());
    let people = work.people().await?;
    Ok(Answer::Say(listing::audit(&entries, older, &people)))
}

/// The word of a kind of fact, as people write it: `approved`, `extension asked`.
pub fn word(text: &str) -> String {
    let letters = text.trim().to_lowercase().replace([' ', '-'], "_");
    letters.chars().filter(|letter| letter.is_ascii_lowercase() || *letter == '_').collect()
}

/// Gives every entry that a filter lets through to `take`, oldest first.
///
/// # Errors
/// When the database fails, or `take` does.
pub async fn export(
    store: &dyn Store,
    filter: &Filter,
    take: &mut (dyn FnMut(&Entry) -> anyhow::Result<()> + Send),
) -> Stored<()> {
    let mut tx = store.read().await?;
    let mut after = 0;
    loop {
        let page = tx.audit_page(filter, Cursor::After(after), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.seq;
        for entry in &page {
            take(entry)?;
        }
    }
}

/// Removes every entry that is older than `keep`, but none from when something was asked for that is not over yet.
/// The log says itself up to where; the chain goes on from there. Answers how many went.
///
/// # Errors
/// When the database fails; what was removed until then stays removed.
pub async fn prune(store: &dyn Store, now: Instant, keep: TimeDelta) -> Stored<i64> {
    let mut gone = 0;
    loop {
        match some(store, now, keep).await {
            Ok(0) => return Ok(gone),
            Ok(count) => gone += count,
            // Somebody else does it already.
            Err(StoreError::Conflict) => return Ok(gone),
            Err(error) => return Err(error),
        }
    }
}

async fn some(store: &dyn Store, now: Instant, keep: TimeDelta) -> Stored<i64> {
    let mut tx = store.begin().await?;
    let Some((floor, to)) = due(tx.as_mut(), now - keep).await? else { return Ok(0) };
    let to = to.min(floor.seq.saturating_add(TOGETHER));
    let row = tx.audit_after(to - 1, 1).await?.into_iter().next().filter(|row| row.seq == to);
    let Some(row) = row else { return Ok(0) };
    let to = Head { seq: row.seq, hash: row.hash };
    tx.raise_audit_floor(&floor, &to).await?;
    let fact = Fact::Pruned { seq: to.seq, hash: to.hash };
    tx.record(&NewEntry { at: now, actor: Actor::Clock, about: "audit".to_owned(), fact }).await?;
    tx.commit().await?;
    Ok(to.seq - floor.seq)
}

/// The floor, and the last entry before `cutoff` when there is one above it.
async fn due(tx: &mut dyn Tx, cutoff: Instant) -> Stored<Option<(Head, i64)>> {
    let mut cutoff = cutoff;
    for request in tx.open_requests(None).await? {
        cutoff = cutoff.min(request.created_at);
    }
    for lease in tx.live_leases(None).await? {
        let asked = tx.request(&lease.request).await?.map(|request| request.created_at);
        cutoff = cutoff.min(asked.unwrap_or(lease.created_at));
    }
    let (floor, head) = (tx.audit_floor().await?, tx.audit_head().await?);
    let to = tx.audit_since(cutoff).await?.map_or(head.seq, |first| first - 1);
    // What says that entries were removed is no reason to remove more at once.
    Ok((to > floor.seq).then_some((floor, to)))
}

/// Removes what is too old once there is a day's worth of it, so that the log does not talk of that all the time.
///
/// # Errors
/// As [`prune`].
pub async fn prune_when_due(store: &dyn Store, now: Instant, keep: TimeDelta) -> Stored<i64> {
    let overdue = {
        let mut tx = store.read().await?;
        due(tx.as_mut(), now - keep - SLACK).await?.is_some()
    };
    if overdue { prune(store, now, keep).await } else { Ok(0) }
}
