//! What came in, so that nothing is done twice.

use async_trait::async_trait;

use super::Session;
use crate::{
    domain::Instant,
    ports::store::{Inbox, Stored},
};

#[async_trait]
impl Inbox for Session {
    async fn receive(&mut self, id: &str, now: Instant) -> Stored<bool> {
        let sql = "INSERT INTO inbox (id, received_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        Ok(self.run(sqlx::query(sql).bind(id).bind(now)).await? == 1)
    }

    async fn answered(&mut self, id: &str, answer: &str) -> Stored<()> {
        self.run(sqlx::query("UPDATE inbox SET answer = $2 WHERE id = $1").bind(id).bind(answer)).await?;
        Ok(())
    }

    async fn answer_to(&mut self, id: &str) -> Stored<Option<String>> {
        let query = sqlx::query_as("SELECT answer FROM inbox WHERE id = $1").bind(id);
        let row: Option<(Option<String>,)> = self.find(query).await?;
        Ok(row.and_then(|(answer,)| answer))
    }
}
