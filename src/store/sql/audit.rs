//! The audit log. The database itself refuses to change or remove what is in it.

use async_trait::async_trait;

use super::{Session, packed, unpacked};
use crate::{
    domain::{
        Instant,
        audit::{Entry, NewEntry},
    },
    ports::store::{AuditLog, Stored},
};

#[async_trait]
impl AuditLog for Session {
    async fn record(&mut self, entry: &NewEntry) -> Stored<()> {
        let sql = "INSERT INTO audit (at, about, actor, fact) VALUES ($1, $2, $3, $4)";
        let insert = sqlx::query(sql)
            .bind(entry.at)
            .bind(&entry.about)
            .bind(packed(&entry.actor)?)
            .bind(packed(&entry.fact)?);
        self.run(insert).await?;
        Ok(())
    }

    async fn history(&mut self, about: &str) -> Stored<Vec<Entry>> {
        let sql = "SELECT seq, at, about, actor, fact FROM audit WHERE about = $1 ORDER BY seq";
        let rows = self.list(sqlx::query_as(sql).bind(about)).await?;
        rows.into_iter().map(entry).collect()
    }
}

fn entry((seq, at, about, actor, fact): (i64, Instant, String, String, String)) -> Stored<Entry> {
    Ok(Entry { seq, at, about, actor: unpacked("actor", &actor)?, fact: unpacked("fact", &fact)? })
}
