//! The chat console's messages.

use anyhow::Context;
use async_trait::async_trait;

use super::Session;
use crate::{
    domain::Instant,
    ports::store::{ConsoleLog, ConsoleMessage, Stored},
};

#[async_trait]
impl ConsoleLog for Session {
    async fn write_message(&mut self, key: &str, message: &ConsoleMessage) -> Stored<String> {
        if let Some(id) = self.under(key).await? {
            return Ok(id);
        }
        let revision = self.next_revision().await?;
        let sql = "INSERT INTO console_messages
                 (id, key, channel, author, only_for, body, at, seq, revision)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (key) DO NOTHING";
        let insert = sqlx::query(sql)
            .bind(&message.id)
            .bind(key)
            .bind(&message.channel)
            .bind(&message.author)
            .bind(&message.only_for)
            .bind(&message.body)
            .bind(message.at)
            .bind(revision);
        if self.run(insert).await? == 1 {
            return Ok(message.id.clone());
        }
        Ok(self.under(key).await?.context("a message that was written is not there")?)
    }

    async fn rewrite_message(&mut self, id: &str, body: &str) -> Stored<bool> {
        let revision = self.next_revision().await?;
        let sql = "UPDATE console_messages SET body = $2, revision = $3 WHERE id = $1";
        Ok(self.run(sqlx::query(sql).bind(id).bind(body).bind(revision)).await? == 1)
    }

    async fn messages(&mut self, channel: &str, reader: &str, limit: u32) -> Stored<Vec<ConsoleMessage>> {
        let sql = "SELECT id, channel, author, only_for, body, at, revision FROM console_messages
             WHERE channel = $1 AND (only_for IS NULL OR only_for = $2) ORDER BY seq DESC LIMIT $3";
        let query = sqlx::query_as(sql).bind(channel).bind(reader).bind(i64::from(limit));
        let rows = self.list(query).await?;
        Ok(rows.into_iter().rev().map(message).collect())
    }

    async fn messages_since(&mut self, revision: i64, limit: u32) -> Stored<Vec<ConsoleMessage>> {
        let sql = "SELECT id, channel, author, only_for, body, at, revision FROM console_messages
             WHERE revision > $1 ORDER BY revision LIMIT $2";
        let rows = self.list(sqlx::query_as(sql).bind(revision).bind(i64::from(limit))).await?;
        Ok(rows.into_iter().map(message).collect())
    }

    async fn last_revision(&mut self) -> Stored<i64> {
        let sql = "SELECT COALESCE(MAX(revision), 0) FROM console_messages";
        let row: Option<(i64,)> = self.find(sqlx::query_as(sql)).await?;
        Ok(row.map_or(0, |(revision,)| revision))
    }
}

impl Session {
    /// Holds the counter until the transaction ends, so that revisions are seen in the order in which they
    /// were given: whoever has seen revision 7 will not find a new 6 later.
    async fn next_revision(&mut self) -> Stored<i64> {
        let sql = "UPDATE counters SET value = value + 1 WHERE name = 'console' RETURNING value";
        let rows: Vec<(i64,)> = self.change(sqlx::query_as(sql)).await?;
        let (revision,) = rows.first().context("the counter of the console is missing")?;
        Ok(*revision)
    }

    /// The id of the message under a key.
    async fn under(&mut self, key: &str) -> Stored<Option<String>> {
        let query = sqlx::query_as("SELECT id FROM console_messages WHERE key = $1").bind(key);
        let row: Option<(String,)> = self.find(query).await?;
        Ok(row.map(|(id,)| id))
    }
}

/// A row: id, channel, author, `only_for`, body, at, revision.
type MessageRow = (String, String, String, Option<String>, String, Instant, i64);

fn message((id, channel, author, only_for, body, at, revision): MessageRow) -> ConsoleMessage {
    ConsoleMessage { id, channel, author, only_for, body, at, revision }
}
