//! People's public keys.

use async_trait::async_trait;

use super::{Session, packed, unpacked};
use crate::{
    domain::{
        ids::{KeyId, PersonId},
        key::StoredKey,
    },
    ports::store::{Keys, Stored},
};

#[async_trait]
impl Keys for Session {
    async fn insert_key(&mut self, key: &StoredKey) -> Stored<bool> {
        let body = packed(key)?;
        let sql = "INSERT INTO keys (id, owner, name, fingerprint, created_at, body)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        let insert = sqlx::query(sql)
            .bind(key.id.as_str())
            .bind(key.owner.as_str())
            .bind(&key.name)
            .bind(&key.key.fingerprint)
            .bind(key.created_at)
            .bind(body);
        Ok(self.run(insert).await? == 1)
    }

    async fn keys_of(&mut self, owner: &PersonId) -> Stored<Vec<StoredKey>> {
        let sql = "SELECT body FROM keys WHERE owner = $1 ORDER BY created_at, id";
        let rows: Vec<(String,)> = self.list(sqlx::query_as(sql).bind(owner.as_str())).await?;
        rows.iter().map(|(body,)| unpacked("key", body)).collect()
    }

    async fn delete_key(&mut self, id: &KeyId) -> Stored<()> {
        self.run(sqlx::query("DELETE FROM keys WHERE id = $1").bind(id.as_str())).await?;
        Ok(())
    }
}
