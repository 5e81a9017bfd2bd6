//! Leases.

use async_trait::async_trait;

use super::{Session, one, packed, read, unpacked};
use crate::{
    domain::{
        Instant,
        ids::{EnvName, LeaseId, PersonId, RequestId},
        lease::Lease,
    },
    ports::store::{Leases, Stored},
};

pub(in crate::store) const LEASES_DUE: &str =
    "SELECT id FROM leases WHERE wakes_at <= $1 ORDER BY wakes_at, id LIMIT $2";

#[async_trait]
impl Leases for Session {
    async fn insert_lease(&mut self, lease: &mut Lease) -> Stored<()> {
        let stored = Lease { version: 1, ..lease.clone() };
        let sql = "INSERT INTO leases (id, request, name, owner, phase, wakes_at, created_at, version, body)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
        let insert = sqlx::query(sql)
            .bind(stored.id.as_str())
            .bind(stored.request.as_str())
            .bind(stored.name.as_str())
            .bind(stored.owner.as_str())
            .bind(stored.phase.word())
            .bind(stored.wakes_at())
            .bind(stored.created_at)
            .bind(stored.version)
            .bind(packed(&stored)?);
        one(self.run(insert).await?)?;
        *lease = stored;
        Ok(())
    }

    async fn save_lease(&mut self, lease: &mut Lease) -> Stored<()> {
        let stored = Lease { version: lease.version + 1, ..lease.clone() };
        let sql = "UPDATE leases SET phase = $3, wakes_at = $4, version = $5, body = $6, owner = $7
             WHERE id = $1 AND version = $2";
        let update = sqlx::query(sql)
            .bind(stored.id.as_str())
            .bind(lease.version)
            .bind(stored.phase.word())
            .bind(stored.wakes_at())
            .bind(stored.version)
            .bind(packed(&stored)?)
            .bind(stored.owner.as_str());
        one(self.run(update).await?)?;
        *lease = stored;
        Ok(())
    }

    async fn lease(&mut self, id: &LeaseId) -> Stored<Option<Lease>> {
        let sql = "SELECT body, version FROM leases WHERE id = $1";
        self.find(sqlx::query_as(sql).bind(id.as_str())).await?.map(loaded).transpose()
    }

    async fn lease_of_request(&mut self, request: &RequestId) -> Stored<Option<Lease>> {
        let sql = "SELECT body, version FROM leases WHERE request = $1";
        self.find(sqlx::query_as(sql).bind(request.as_str())).await?.map(loaded).transpose()
    }

    async fn lease_by_name(&mut self, name: &EnvName) -> Stored<Option<Lease>> {
        let sql = "SELECT body, version FROM leases WHERE name = $1";
        self.find(sqlx::query_as(sql).bind(name.as_str())).await?.map(loaded).transpose()
    }

    async fn leases_due(&mut self, now: Instant, limit: u32) -> Stored<Vec<LeaseId>> {
        let rows = self.list(sqlx::query_as(LEASES_DUE).bind(now).bind(i64::from(limit))).await?;
        rows.into_iter().map(id).collect()
    }

    async fn live_leases(&mut self, owner: Option<&PersonId>) -> Stored<Vec<Lease>> {
        // Two texts, because one with `$1 IS NULL OR` would read everybody's for one.
        let all = "SELECT body, version FROM leases WHERE phase <> 'gone' ORDER BY created_at, id";
        let of_one = "SELECT body, version FROM leases WHERE phase <> 'gone' AND owner = $1
             ORDER BY created_at, id";
        let query = match owner {
            None => sqlx::query_as(all),
            Some(owner) => sqlx::query_as(of_one).bind(owner.as_str()),
        };
        self.list(query).await?.into_iter().map(loaded).collect()
    }

    async fn leases_in(&mut self, phase: &str) -> Stored<Vec<LeaseId>> {
        let sql = "SELECT id FROM leases WHERE phase = $1 ORDER BY created_at, id";
        self.list(sqlx::query_as(sql).bind(phase)).await?.into_iter().map(id).collect()
    }

    async fn leases_by_phase(&mut self) -> Stored<Vec<(String, i64)>> {
        self.list(sqlx::query_as("SELECT phase, COUNT(*) FROM leases GROUP BY phase ORDER BY phase")).await
    }
}

pub(super) fn loaded((body, version): (String, i64)) -> Stored<Lease> {
    Ok(Lease { version, ..unpacked("lease", &body)? })
}

fn id((id,): (String,)) -> Stored<LeaseId> {
    read("lease id", &id, LeaseId::parse)
}
