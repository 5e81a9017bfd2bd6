//! Who does what only one process may do.

use async_trait::async_trait;

use super::Session;
use crate::{
    domain::Instant,
    ports::store::{Leaders, Stored},
};

#[async_trait]
impl Leaders for Session {
    async fn lead(&mut self, post: &str, holder: &str, now: Instant, until: Instant) -> Stored<bool> {
        let sql = "INSERT INTO leaders (post, holder, until) VALUES ($1, $2, $4)
             ON CONFLICT (post) DO UPDATE SET holder = excluded.holder, until = excluded.until
             WHERE leaders.holder = excluded.holder OR leaders.until <= $3";
        Ok(self.run(sqlx::query(sql).bind(post).bind(holder).bind(now).bind(until)).await? == 1)
    }

    async fn resign(&mut self, post: &str, holder: &str) -> Stored<()> {
        let sql = "DELETE FROM leaders WHERE post = $1 AND holder = $2";
        self.run(sqlx::query(sql).bind(post).bind(holder)).await?;
        Ok(())
    }
}
