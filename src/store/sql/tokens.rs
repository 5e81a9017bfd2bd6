//! Tokens of the API.

use async_trait::async_trait;

use super::{Session, one, packed, unpacked};
use crate::{
    domain::{
        Instant,
        ids::{PersonId, TokenId},
        token::Token,
    },
    ports::store::{Stored, Tokens},
};

#[async_trait]
impl Tokens for Session {
    async fn save_token(&mut self, token: &Token, digest: &str) -> Stored<()> {
        let sql = "INSERT INTO tokens (id, digest, person, name, created_at, expires_at, body)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
        let insert = sqlx::query(sql)
            .bind(token.id.as_str())
            .bind(digest)
            .bind(token.person.as_str())
            .bind(&token.name)
            .bind(token.created_at)
            .bind(token.expires_at)
            .bind(packed(token)?);
        one(self.run(insert).await?)
    }

    async fn token_by_digest(&mut self, digest: &str) -> Stored<Option<Token>> {
        let row = self.find(sqlx::query_as("SELECT body FROM tokens WHERE digest = $1").bind(digest)).await?;
        row.map(loaded).transpose()
    }

    async fn tokens_of(&mut self, person: &PersonId) -> Stored<Vec<Token>> {
        let sql = "SELECT body FROM tokens WHERE person = $1 ORDER BY created_at, id";
        let rows = self.list(sqlx::query_as(sql).bind(person.as_str())).await?;
        rows.into_iter().map(loaded).collect()
    }

    async fn forget_tokens(&mut self, now: Instant) -> Stored<()> {
        self.run(sqlx::query("DELETE FROM tokens WHERE expires_at <= $1").bind(now)).await?;
        Ok(())
    }

    async fn delete_token(&mut self, id: &TokenId) -> Stored<()> {
        self.run(sqlx::query("DELETE FROM tokens WHERE id = $1").bind(id.as_str())).await?;
        Ok(())
    }
}

fn loaded((body,): (String,)) -> Stored<Token> {
    unpacked("token", &body)
}
