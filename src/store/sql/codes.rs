//! One-time codes that link an account to a person.

use async_trait::async_trait;

use super::{super::Db, Session, read};
use crate::{
    domain::{Instant, ids::PersonId},
    ports::store::{Code, Codes, Stored},
};

#[async_trait]
impl Codes for Session {
    async fn save_code(&mut self, code: &Code, now: Instant) -> Stored<()> {
        self.run(sqlx::query("DELETE FROM codes WHERE expires_at <= $1").bind(now)).await?;
        let sql = "INSERT INTO codes (digest, person, expires_at) VALUES ($1, $2, $3)";
        let save = sqlx::query(sql).bind(&code.digest).bind(code.person.as_str()).bind(code.expires_at);
        self.run(save).await?;
        Ok(())
    }

    async fn forget_codes(&mut self, person: &PersonId) -> Stored<()> {
        self.run(sqlx::query("DELETE FROM codes WHERE person = $1").bind(person.as_str())).await?;
        Ok(())
    }

    async fn take_code(&mut self, digest: &str, now: Instant) -> Stored<Option<PersonId>> {
        let sql = "DELETE FROM codes WHERE digest = $1 AND expires_at > $2 RETURNING person";
        let taken = self.change(sqlx::query_as::<Db, (String,)>(sql).bind(digest).bind(now)).await?;
        taken.first().map(|(person,)| read("person's id", person, PersonId::parse)).transpose()
    }
}
