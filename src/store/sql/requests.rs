//! Requests.

use async_trait::async_trait;

use super::{Session, one, packed, read, unpacked};
use crate::{
    domain::{
        Instant,
        ids::{EnvName, PersonId, RequestId},
        request::Request,
    },
    ports::store::{Requests, Stored},
};

pub(in crate::store) const REQUESTS_DUE: &str =
    "SELECT id FROM requests WHERE wakes_at <= $1 ORDER BY wakes_at, id LIMIT $2";

#[async_trait]
impl Requests for Session {
    async fn insert_request(&mut self, request: &mut Request) -> Stored<()> {
        let stored = Request { version: 1, ..request.clone() };
        let sql = "INSERT INTO requests (id, name, requester, state, wakes_at, created_at, version, body)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
        let insert = sqlx::query(sql)
            .bind(stored.id.as_str())
            .bind(stored.name.as_str())
            .bind(stored.requester.as_str())
            .bind(stored.state.word())
            .bind(stored.wakes_at())
            .bind(stored.created_at)
            .bind(stored.version)
            .bind(packed(&stored)?);
        one(self.run(insert).await?)?;
        *request = stored;
        Ok(())
    }

    async fn save_request(&mut self, request: &mut Request) -> Stored<()> {
        let stored = Request { version: request.version + 1, ..request.clone() };
        let sql = "UPDATE requests SET state = $3, wakes_at = $4, version = $5, body = $6
             WHERE id = $1 AND version = $2";
        let update = sqlx::query(sql)
            .bind(stored.id.as_str())
            .bind(request.version)
            .bind(stored.state.word())
            .bind(stored.wakes_at())
            .bind(stored.version)
            .bind(packed(&stored)?);
        one(self.run(update).await?)?;
        *request = stored;
        Ok(())
    }

    async fn request(&mut self, id: &RequestId) -> Stored<Option<Request>> {
        let sql = "SELECT body, version FROM requests WHERE id = $1";
        self.find(sqlx::query_as(sql).bind(id.as_str())).await?.map(loaded).transpose()
    }

    async fn request_by_name(&mut self, name: &EnvName) -> Stored<Option<Request>> {
        let sql = "SELECT body, version FROM requests WHERE name = $1";
        self.find(sqlx::query_as(sql).bind(name.as_str())).await?.map(loaded).transpose()
    }

    async fn requests_due(&mut self, now: Instant, limit: u32) -> Stored<Vec<RequestId>> {
        let query = sqlx::query_as(REQUESTS_DUE).bind(now).bind(i64::from(limit));
        let rows: Vec<(String,)> = self.list(query).await?;
        rows.iter().map(|(id,)| read("request id", id, RequestId::parse)).collect()
    }

    async fn open_requests(&mut self, requester: Option<&PersonId>) -> Stored<Vec<Request>> {
        let sql = "SELECT body, version FROM requests
             WHERE state IN ('analysing', 'pending') AND ($1 IS NULL OR requester = $1)
             ORDER BY created_at, id";
        let rows = self.list(sqlx::query_as(sql).bind(requester.map(PersonId::as_str))).await?;
        rows.into_iter().map(loaded).collect()
    }

    async fn requests_of(&mut self, requester: &PersonId, limit: u32) -> Stored<Vec<Request>> {
        let sql = "SELECT body, version FROM requests WHERE requester = $1
             ORDER BY created_at DESC, id DESC LIMIT $2";
        let query = sqlx::query_as(sql).bind(requester.as_str()).bind(i64::from(limit));
        self.list(query).await?.into_iter().map(loaded).collect()
    }
}

pub(super) fn loaded((body, version): (String, i64)) -> Stored<Request> {
    Ok(Request { version, ..unpacked("request", &body)? })
}
