//! Answers under keys of callers.

use async_trait::async_trait;

use super::{super::Db, Session};
use crate::{
    domain::{Instant, ids::PersonId},
    ports::{
        pages::{Replies, Reply},
        store::Stored,
    },
};

#[async_trait]
impl Replies for Session {
    async fn begin_reply(&mut self, reply: &Reply, old: Instant) -> Stored<bool> {
        self.run(sqlx::query("DELETE FROM idempotency WHERE begun_at < $1").bind(old)).await?;
        let sql = "INSERT INTO idempotency (person, key, digest, event, begun_at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        let insert = sqlx::query(sql)
            .bind(reply.person.as_str())
            .bind(&reply.key)
            .bind(&reply.digest)
            .bind(&reply.event)
            .bind(reply.begun_at);
        Ok(self.run(insert).await? == 1)
    }

    async fn reply(&mut self, person: &PersonId, key: &str) -> Stored<Option<Reply>> {
        let sql = "SELECT digest, event, begun_at, answer FROM idempotency WHERE person = $1 AND key = $2";
        let query = sqlx::query_as::<Db, (String, String, Instant, Option<String>)>(sql);
        let row = self.find(query.bind(person.as_str()).bind(key)).await?;
        Ok(row.map(|(digest, event, begun_at, answer)| Reply {
            person: person.clone(),
            key: key.to_owned(),
            digest,
            event,
            begun_at,
            answer,
        }))
    }

    async fn take_up_reply(&mut self, reply: &Reply, now: Instant) -> Stored<bool> {
        let sql = "UPDATE idempotency SET begun_at = $4
             WHERE person = $1 AND key = $2 AND begun_at = $3 AND answer IS NULL";
        let update =
            sqlx::query(sql).bind(reply.person.as_str()).bind(&reply.key).bind(reply.begun_at).bind(now);
        Ok(self.run(update).await? == 1)
    }

    async fn end_reply(&mut self, person: &PersonId, key: &str, answer: &str) -> Stored<()> {
        let sql = "UPDATE idempotency SET answer = $3 WHERE person = $1 AND key = $2";
        self.run(sqlx::query(sql).bind(person.as_str()).bind(key).bind(answer)).await?;
        Ok(())
    }

    async fn forget_reply(&mut self, person: &PersonId, key: &str) -> Stored<()> {
        let sql = "DELETE FROM idempotency WHERE person = $1 AND key = $2 AND answer IS NULL";
        self.run(sqlx::query(sql).bind(person.as_str()).bind(key)).await?;
        Ok(())
    }
}
