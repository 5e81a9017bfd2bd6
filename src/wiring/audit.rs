//! What is done with the audit log besides the bot: verify, export, prune.

use anyhow::Context as _;
use chrono::TimeDelta;

use super::world::existing;
use crate::{
    actions::{self, audit::Verified},
    clock::SystemClock,
    config::Config,
    domain::{
        audit::{Entry, Filter},
        chain::Head,
    },
    ports::clock::Clock,
};

/// Verifies the chain of the audit log. Answers with its head; `checkpoint` is one that was written down elsewhere.
///
/// # Errors
/// The first entry that is not as it was written; or the database does not answer, or its tables are not up to
/// date.
pub async fn verify_audit(config: &Config, checkpoint: Option<Head>) -> anyhow::Result<Verified> {
    let store = existing(config).await?;
    Ok(actions::audit::verify(store.as_ref(), checkpoint).await??)
}

/// Gives every entry of the audit log that a filter lets through to `take`; `who` is a handle.
///
/// # Errors
/// Nobody has that handle; or the database does not answer, or its tables are not up to date; or `take` fails.
pub async fn export_audit(
    config: &Config,
    filter: Filter,
    who: Option<&str>,
    take: &mut (dyn FnMut(&Entry) -> anyhow::Result<()> + Send),
) -> anyhow::Result<()> {
    let store = existing(config).await?;
    let mut filter = filter;
    if let Some(who) = who.map(|who| who.trim_start_matches('@')) {
        let person = store.read().await?.person_by_handle(who).await?;
        filter.who = Some(person.with_context(|| format!("nobody is known as `{who}`"))?.id);
    }
    Ok(actions::audit::export(store.as_ref(), &filter, take).await?)
}

/// Removes entries of the audit log that are older than `keep`, else than the configuration says. Answers how many.
///
/// # Errors
/// Neither says how long entries are kept; or the database does not answer, or its tables are not up to date.
pub async fn prune_audit(config: &Config, keep: Option<TimeDelta>) -> anyhow::Result<i64> {
    let keep = keep.or(config.audit.keep);
    let keep = keep.context("nothing says how long entries are kept: give --keep, or set audit.keep")?;
    let store = existing(config).await?;
    Ok(actions::audit::prune(store.as_ref(), SystemClock.now(), keep).await?)
}
