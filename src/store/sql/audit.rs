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
        audit::{Entry, NewEntry},
        chain::{Head, Row, Text},
    },
    ports::store::{AuditLog, Stored},
};

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
            ", about, actor, fact, hash FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2"
        );
        let rows = self.list(sqlx::query_as(sql).bind(seq).bind(i64::from(limit))).await?;
        Ok(rows.into_iter().map(|Found(row)| row).collect())
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
            head = head.then(&text);
            let sql = "INSERT INTO audit (seq, at, about, actor, fact, hash) VALUES ($1, $2, $3, $4, $5, $6)";
            let insert = sqlx::query(sql)
                .bind(head.seq)
                .bind(text.at)
                .bind(text.about)
                .bind(text.actor)
                .bind(text.fact)
                .bind(head.hash.clone());
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
        Ok(Self(Row { seq: row.try_get("seq")?, text: text().ok(), hash }))
    }
}

fn entry((seq, at, about, actor, fact): (i64, Instant, String, String, String)) -> Stored<Entry> {
    Ok(Entry { seq, at, about, actor: unpacked("actor", &actor)?, fact: unpacked("fact", &fact)? })
}
