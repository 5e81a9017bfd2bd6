//! Forms that are being filled in.

use async_trait::async_trait;

use super::{super::Db, Session, packed, read, unpacked};
use crate::{
    domain::{Instant, ids::PersonId},
    ports::store::{Draft, Drafts, Stored},
};

#[async_trait]
impl Drafts for Session {
    async fn save_draft(&mut self, draft: &Draft, now: Instant, old: Instant) -> Stored<()> {
        self.run(sqlx::query("DELETE FROM drafts WHERE saved_at < $1").bind(old)).await?;
        let sql = "INSERT INTO drafts (id, person, body, saved_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (id) DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at";
        let body = packed(&(&draft.path, &draft.values, &draft.hidden))?;
        let save = sqlx::query(sql).bind(&draft.id).bind(draft.person.as_str()).bind(body).bind(now);
        self.run(save).await?;
        Ok(())
    }

    async fn draft(&mut self, id: &str, old: Instant) -> Stored<Option<Draft>> {
        let sql = "SELECT person, body FROM drafts WHERE id = $1 AND saved_at >= $2";
        let row = self.find(sqlx::query_as::<Db, (String, String)>(sql).bind(id).bind(old)).await?;
        let draft = |(person, body): (String, String)| {
            let person = read("person's id", &person, PersonId::parse)?;
            let (path, values, hidden) = unpacked("draft", &body)?;
            Ok(Draft { id: id.to_owned(), person, path, values, hidden })
        };
        row.map(draft).transpose()
    }

    async fn forget_draft(&mut self, id: &str) -> Stored<()> {
        self.run(sqlx::query("DELETE FROM drafts WHERE id = $1").bind(id)).await?;
        Ok(())
    }

    async fn forget_drafts_of(&mut self, person: &PersonId) -> Stored<()> {
        self.run(sqlx::query("DELETE FROM drafts WHERE person = $1").bind(person.as_str())).await?;
        Ok(())
    }
}
