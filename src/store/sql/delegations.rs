//! Who reviews in whose stead.

use async_trait::async_trait;

use super::{Session, read};
use crate::{
    domain::{Instant, delegation::Delegation, ids::PersonId},
    ports::store::{Delegations, Stored},
};

type Columns = (String, String, Instant, Instant);

#[async_trait]
impl Delegations for Session {
    async fn save_delegation(&mut self, delegation: &Delegation) -> Stored<()> {
        let sql = "INSERT INTO delegations (person, delegate, until, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (person) DO UPDATE
             SET delegate = excluded.delegate, until = excluded.until, created_at = excluded.created_at";
        let save = sqlx::query(sql)
            .bind(delegation.from.as_str())
            .bind(delegation.to.as_str())
            .bind(delegation.until)
            .bind(delegation.created_at);
        self.run(save).await?;
        Ok(())
    }

    async fn delegation_of(&mut self, from: &PersonId) -> Stored<Option<Delegation>> {
        let sql = "SELECT person, delegate, until, created_at FROM delegations WHERE person = $1";
        self.find(sqlx::query_as(sql).bind(from.as_str())).await?.map(loaded).transpose()
    }

    async fn delegations_to(&mut self, to: &PersonId, now: Instant) -> Stored<Vec<Delegation>> {
        let sql = "SELECT person, delegate, until, created_at FROM delegations
             WHERE delegate = $1 AND until > $2 ORDER BY created_at, person";
        let rows = self.list(sqlx::query_as(sql).bind(to.as_str()).bind(now)).await?;
        rows.into_iter().map(loaded).collect()
    }

    async fn end_delegation(&mut self, from: &PersonId) -> Stored<()> {
        self.run(sqlx::query("DELETE FROM delegations WHERE person = $1").bind(from.as_str())).await?;
        Ok(())
    }
}

fn loaded((from, to, until, created_at): Columns) -> Stored<Delegation> {
    let from = read("person's id", &from, PersonId::parse)?;
    let to = read("person's id", &to, PersonId::parse)?;
    Ok(Delegation { from, to, until, created_at })
}
