//! People.

use async_trait::async_trait;

use super::{Session, packed, unpacked};
use crate::{
    domain::{ids::PersonId, person::Person},
    ports::store::{People, Stored},
};

#[async_trait]
impl People for Session {
    async fn save_person(&mut self, person: &Person) -> Stored<()> {
        let body = packed(person)?;
        let sql = "INSERT INTO people (id, handle, body) VALUES ($1, $2, $3)
             ON CONFLICT (id) DO UPDATE SET handle = excluded.handle, body = excluded.body";
        self.run(sqlx::query(sql).bind(person.id.as_str()).bind(&person.handle).bind(body)).await?;
        Ok(())
    }

    async fn person(&mut self, id: &PersonId) -> Stored<Option<Person>> {
        let row =
            self.find(sqlx::query_as("SELECT body FROM people WHERE id = $1").bind(id.as_str())).await?;
        row.map(loaded).transpose()
    }

    async fn person_by_handle(&mut self, handle: &str) -> Stored<Option<Person>> {
        let row = self.find(sqlx::query_as("SELECT body FROM people WHERE handle = $1").bind(handle)).await?;
        row.map(loaded).transpose()
    }

    async fn people(&mut self) -> Stored<Vec<Person>> {
        let rows = self.list(sqlx::query_as("SELECT body FROM people ORDER BY handle")).await?;
        rows.into_iter().map(loaded).collect()
    }
}

fn loaded((body,): (String,)) -> Stored<Person> {
    unpacked("person", &body)
}
