//! The audit log. The database itself refuses to change or remove what is in it, and what gets around that breaks
//! the chain of hashes.
//!
//! Entries get their places when their transaction commits. The head is then the last thing that is locked, and
//! only for that moment: writers neither wait for each other's work, nor for each other in a circle.

use anyhow::Context;
use async_trait::async_trait;
use chrono::SubsecRound;
use sqlx::{FromRow, Row as _};

use super::{Session, one, packed, unpacked};
use crate::{
    domain::{
        Instant,
        audit::{Actor, Cursor, Entry, Filter, NewEntry},
        chain::{Head, Row, Seal, Text, commitment},
    },
    ports::store::{AuditLog, Stored},
};

/// The entries that a filter lets through.
macro_rules! page {
    () => {
        "SELECT seq, at, about, actor, fact FROM audit
         WHERE (about = $1 OR $1 = '') AND (actor = $2 OR $2 = '') AND fact LIKE $3 AND at >= $4 AND at < $5
             AND ($6 = '' OR actor = $6 OR about = $7
                 OR about IN (SELECT name FROM requests WHERE requester = $8)
                 OR about IN (SELECT name FROM leases WHERE owner = $8))"
    };
}

/// Later than anything is.
fn far() -> Instant {
    Instant::from_timestamp(253_402_300_799, 0).unwrap_or(Instant::UNIX_EPOCH)
}

/// Chance that nobody can guess, for one entry. It is no id, and no test may depend on it.
#[expect(
    clippy::disallowed_methods,
    reason = "a salt is nobody's id, and the hashes that it enters are in no snapshot"
)]
fn new_salt() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

#[async_trait]
impl AuditLog for Session {
    async fn record(&mut self, entry: &NewEntry) -> Stored<()> {
        self.may_write()?;
        self.entries.push(Text {
            // Both databases must give back exactly what was hashed.
            at: entry.at.trunc_subsecs(3),
            about: entry.about.clone(),
            actor: packed(&entry.actor)?,
            fact: packed(&entry.fact)?,
        });
        Ok(())
    }

    async fn history(&mut self, about: &str) -> Stored<Vec<Entry>> {
        self.chain_entries().await?;
        let sql = "SELECT seq, at, about, actor, fact FROM audit WHERE about = $1 ORDER BY seq";
        let rows = self.list(sqlx::query_as(sql).bind(about)).await?;
        rows.into_iter().map(entry).collect()
    }

    async fn audit_after(&mut self, seq: i64, limit: u32) -> Stored<Vec<Row>> {
        self.chain_entries().await?;
        let sql = concat!(
            "SELECT seq, ",
            readable_at!(),
            ", about, actor, fact, hash, salt, sealed FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2"
        );
        let rows = self.list(sqlx::query_as(sql).bind(seq).bind(i64::from(limit))).await?;
        Ok(rows.into_iter().map(|Found(row)| row).collect())
    }

    async fn audit_page(&mut self, filter: &Filter, from: Cursor, limit: u32) -> Stored<Vec<Entry>> {
        self.chain_entries().await?;
        let (sql, seq) = match from {
            Cursor::After(seq) => (concat!(page!(), " AND seq > $9 ORDER BY seq LIMIT $10"), seq),
            Cursor::Before(seq) => (concat!(page!(), " AND seq < $9 ORDER BY seq DESC LIMIT $10"), seq),
        };
        // What is not asked for is empty: no entry is about nothing.
        let actor = filter.who.as_ref().map(|who| packed(&Actor::Person(who.clone()))).transpose()?;
        let what = filter.what.as_ref().map(|what| format!("{{\"fact\":\"{what}\"%"));
        let of = filter.of.as_ref();
        let doer = of.map(|(id, _)| packed(&Actor::Person(id.clone()))).transpose()?;
        let query = sqlx::query_as(sql)
            .bind(filter.about.clone().unwrap_or_default())
            .bind(actor.unwrap_or_default())
            .bind(what.unwrap_or_else(|| "%".to_owned()))
            .bind(filter.since.unwrap_or(Instant::UNIX_EPOCH))
            .bind(filter.until.unwrap_or_else(far))
            .bind(doer.unwrap_or_default())
            .bind(of.map(|(_, handle)| format!("@{handle}")).unwrap_or_default())
            .bind(of.map(|(id, _)| id.as_str().to_owned()).unwrap_or_default())
            .bind(seq)
            .bind(i64::from(limit));
        let rows = self.list(query).await?;
        rows.into_iter().map(entry).collect()
    }

    async fn audit_since(&mut self, moment: Instant) -> Stored<Option<i64>> {
        self.chain_entries().await?;
        let sql = "SELECT seq FROM audit WHERE at >= $1 ORDER BY seq LIMIT 1";
        let row: Option<(i64,)> = self.find(sqlx::query_as(sql).bind(moment)).await?;
        Ok(row.map(|(seq,)| seq))
    }

    async fn audit_floor(&mut self) -> Stored<Head> {
        self.head("SELECT seq, hash FROM audit_floor").await
    }

    async fn raise_audit_floor(&mut self, from: &Head, to: &Head) -> Stored<()> {
        let sql = "UPDATE audit_floor SET seq = $1, hash = $2 WHERE seq = $3";
        one(self.run(sqlx::query(sql).bind(to.seq).bind(to.hash.clone()).bind(from.seq)).await?)?;
        self.run(sqlx::query("DELETE FROM audit WHERE seq <= $1").bind(to.seq)).await?;
        Ok(())
    }

    async fn seal_entry(&mut self, seq: i64, about: &str, fact: &str) -> Stored<bool> {
        let page = self.audit_after(seq - 1, 1).await?;
        let Some(row) = page.into_iter().next().filter(|row| row.seq == seq) else { return Ok(false) };
        let sealed = match (row.seal, row.text) {
            (Seal::Plain, _) | (Seal::Salted(_), None) => return Ok(false),
            (Seal::Salted(salt), Some(text)) => commitment(&salt, &text),
            (Seal::Sealed(commitment), _) => commitment,
        };
        let sql = "UPDATE audit SET about = $1, fact = $2, salt = NULL, sealed = $3 WHERE seq = $4";
        let seal = sqlx::query(sql).bind(about).bind(fact).bind(sealed).bind(seq);
        one(self.run(seal).await?)?;
        Ok(true)
    }

    async fn audit_head(&mut self) -> Stored<Head> {
        self.chain_entries().await?;
        self.head("SELECT seq, hash FROM audit_head").await
    }
}

impl Session {
    /// Writes the entries of this transaction at the end of the log.
    pub(super) async fn chain_entries(&mut self) -> Stored<()> {
        let entries = std::mem::take(&mut self.entries);
        if entries.is_empty() {
            return Ok(());
        }
        let begun = self.head(concat!("SELECT seq, hash FROM audit_head", lock_row!())).await?;
        let mut head = begun.clone();
        for text in entries {
            let salt = new_salt();
            head = head.committed(text.at, &commitment(&salt, &text));
            let sql = "INSERT INTO audit (seq, at, about, actor, fact, hash, salt)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)";
            let insert = sqlx::query(sql)
                .bind(head.seq)
                .bind(text.at)
                .bind(text.about)
                .bind(text.actor)
                .bind(text.fact)
                .bind(head.hash.clone())
                .bind(salt);
            self.run(insert).await?;
        }
        let sql = "UPDATE audit_head SET seq = $1, hash = $2 WHERE seq = $3";
        one(self.run(sqlx::query(sql).bind(head.seq).bind(head.hash).bind(begun.seq)).await?)
    }

    async fn head(&mut self, sql: &'static str) -> Stored<Head> {
        let row: Option<(i64, String)> = self.find(sqlx::query_as(sql)).await?;
        let (seq, hash) =
            row.context("the audit log has no head: the row of the table audit_head is gone")?;
        Ok(Head { seq, hash })
    }
}

/// A row of which only the place must be readable: what else is not so is told by its place.
struct Found(Row);

impl<'r> FromRow<'r, super::Row> for Found {
    fn from_row(row: &'r super::Row) -> sqlx::Result<Self> {
        let text = || {
            Ok::<_, sqlx::Error>(Text {
                at: row.try_get("at")?,
                about: row.try_get("about")?,
                actor: row.try_get("actor")?,
                fact: row.try_get("fact")?,
            })
        };
        let hash = row.try_get("hash").unwrap_or_default();
        let (salt, sealed) =
            (row.try_get("salt").unwrap_or_default(), row.try_get("sealed").unwrap_or_default());
        let seal = match (salt, sealed) {
            (_, Some(commitment)) => Seal::Sealed(commitment),
            (Some(salt), None) => Seal::Salted(salt),
            (None, None) => Seal::Plain,
        };
        Ok(Self(Row { seq: row.try_get("seq")?, text: text().ok(), seal, hash }))
    }
}

pub(super) fn entry((seq, at, about, actor, fact): (i64, Instant, String, String, String)) -> Stored<Entry> {
    Ok(Entry { seq, at, about, actor: unpacked("actor", &actor)?, fact: unpacked("fact", &fact)? })
}
