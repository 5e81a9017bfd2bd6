//! Extensions.

use async_trait::async_trait;

use super::{Session, one, packed, read, unpacked};
use crate::{
    domain::{
        Instant,
        extension::Extension,
        ids::{ExtensionId, LeaseId},
    },
    ports::store::{Extensions, Stored},
};

#[async_trait]
impl Extensions for Session {
    async fn insert_extension(&mut self, extension: &mut Extension) -> Stored<()> {
        let stored = Extension { version: 1, ..extension.clone() };
        let sql = "INSERT INTO extensions (id, lease, state, wakes_at, created_at, version, body)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
        let insert = sqlx::query(sql)
            .bind(stored.id.as_str())
            .bind(stored.lease.as_str())
            .bind(stored.state.word())
            .bind(stored.wakes_at())
            .bind(stored.created_at)
            .bind(stored.version)
            .bind(packed(&stored)?);
        one(self.run(insert).await?)?;
        *extension = stored;
        Ok(())
    }

    async fn save_extension(&mut self, extension: &mut Extension) -> Stored<()> {
        let stored = Extension { version: extension.version + 1, ..extension.clone() };
        let sql = "UPDATE extensions SET state = $3, wakes_at = $4, version = $5, body = $6
             WHERE id = $1 AND version = $2";
        let update = sqlx::query(sql)
            .bind(stored.id.as_str())
            .bind(extension.version)
            .bind(stored.state.word())
            .bind(stored.wakes_at())
            .bind(stored.version)
            .bind(packed(&stored)?);
        one(self.run(update).await?)?;
        *extension = stored;
        Ok(())
    }

    async fn extension(&mut self, id: &ExtensionId) -> Stored<Option<Extension>> {
        let sql = "SELECT body, version FROM extensions WHERE id = $1";
        self.find(sqlx::query_as(sql).bind(id.as_str())).await?.map(loaded).transpose()
    }

    async fn extensions_of(&mut self, lease: &LeaseId) -> Stored<Vec<Extension>> {
        let sql = "SELECT body, version FROM extensions WHERE lease = $1 ORDER BY created_at, id";
        let rows = self.list(sqlx::query_as(sql).bind(lease.as_str())).await?;
        rows.into_iter().map(loaded).collect()
    }

    async fn extensions_due(&mut self, now: Instant, limit: u32) -> Stored<Vec<ExtensionId>> {
        let sql = "SELECT id FROM extensions WHERE wakes_at <= $1 ORDER BY wakes_at, id LIMIT $2";
        let rows: Vec<(String,)> = self.list(sqlx::query_as(sql).bind(now).bind(i64::from(limit))).await?;
        rows.iter().map(|(id,)| read("extension id", id, ExtensionId::parse)).collect()
    }
}

pub(super) fn loaded((body, version): (String, i64)) -> Stored<Extension> {
    Ok(Extension { version, ..unpacked("extension", &body)? })
}
