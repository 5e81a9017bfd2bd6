//! What is held of what there is only so much of, and the limits that were set.

use anyhow::Context;
use async_trait::async_trait;

use super::{Session, one, packed, unpacked};
use crate::{
    domain::{
        Instant,
        ids::RequestId,
        quota::{Amounts, Limits, Reservation, Resource, Scope},
    },
    ports::store::{Quotas, Stored},
};

/// The amounts of a row, in the order of the columns.
type Row = (i64, i64, i64, i64, i64);

#[async_trait]
impl Quotas for Session {
    async fn occupy(&mut self, scope: &Scope, more: &Amounts, less: &Amounts) -> Stored<Amounts> {
        // Whoever takes what everybody holds comes by here, and takes it first.
        if *scope == Scope::Everybody {
            self.run(sqlx::query(in_a_row!())).await?;
        }
        // One statement takes the row and changes it, whether it was there or not.
        let sql = "INSERT INTO quota_usage (scope, environments, cpu, memory, storage, lease_time)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (scope) DO UPDATE SET
                 environments = quota_usage.environments + excluded.environments,
                 cpu = quota_usage.cpu + excluded.cpu,
                 memory = quota_usage.memory + excluded.memory,
                 storage = quota_usage.storage + excluded.storage,
                 lease_time = quota_usage.lease_time + excluded.lease_time
             RETURNING environments, cpu, memory, storage, lease_time";
        let mut query = sqlx::query_as(sql).bind(scope.word());
        for resource in Resource::ALL {
            query = query.bind(stored(more.of(resource))? - stored(less.of(resource))?);
        }
        let rows: Vec<Row> = self.change(query).await?;
        Ok(rows.first().map(amounts).unwrap_or_default())
    }

    async fn held(&mut self, scope: &Scope) -> Stored<Amounts> {
        let sql = "SELECT environments, cpu, memory, storage, lease_time FROM quota_usage WHERE scope = $1";
        let row: Option<Row> = self.find(sqlx::query_as(sql).bind(scope.word())).await?;
        Ok(row.as_ref().map(amounts).unwrap_or_default())
    }

    async fn limits_of(&mut self, scope: &Scope) -> Stored<Limits> {
        let sql = "SELECT resource, amount FROM quota_limits WHERE scope = $1";
        let rows: Vec<(String, i64)> = self.list(sqlx::query_as(sql).bind(scope.word())).await?;
        let limit = |(word, amount): (String, i64)| {
            Ok((super::read("resource", &word, Resource::parse)?, u64::try_from(amount).unwrap_or_default()))
        };
        Ok(Limits(rows.into_iter().map(limit).collect::<Stored<_>>()?))
    }

    async fn quota_scopes(&mut self, now: Instant) -> Stored<Vec<Scope>> {
        let sql = "SELECT scope FROM quota_limits
             UNION SELECT scope FROM quota_usage WHERE environments > 0 OR cpu > 0 OR memory > 0 OR storage > 0
                 OR lease_time > 0
             UNION SELECT scope FROM quota_grants WHERE until_at > $1
             ORDER BY scope";
        let rows = self.list(sqlx::query_as(sql).bind(now)).await?;
        rows.into_iter().map(|(word,): (String,)| super::read("scope", &word, Scope::parse)).collect()
    }

    async fn set_limit(&mut self, scope: &Scope, resource: Resource, limit: Option<u64>) -> Stored<()> {
        let save = "INSERT INTO quota_limits (scope, resource, amount) VALUES ($1, $2, $3)
             ON CONFLICT (scope, resource) DO UPDATE SET amount = excluded.amount";
        let query = match limit {
            Some(limit) => sqlx::query(save).bind(scope.word()).bind(resource.word()).bind(stored(limit)?),
            None => sqlx::query("DELETE FROM quota_limits WHERE scope = $1 AND resource = $2")
                .bind(scope.word())
                .bind(resource.word()),
        };
        self.run(query).await?;
        Ok(())
    }

    async fn insert_reservation(&mut self, reservation: &Reservation) -> Stored<bool> {
        let sql = "INSERT INTO quota_reservations (id, request, person, team, template, since, body,
                 environments, cpu, memory, storage, lease_time)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING";
        let mut insert = sqlx::query(sql)
            .bind(&reservation.id)
            .bind(reservation.request.as_str())
            .bind(reservation.person.as_str())
            .bind(&reservation.team)
            .bind(&reservation.template)
            .bind(reservation.since)
            .bind(packed(reservation)?);
        for resource in Resource::ALL {
            insert = insert.bind(stored(reservation.amounts.of(resource))?);
        }
        Ok(self.run(insert).await? == 1)
    }

    async fn reservation(&mut self, id: &str) -> Stored<Option<Reservation>> {
        let sql = "SELECT body FROM quota_reservations WHERE id = $1 AND released_at IS NULL";
        self.find(sqlx::query_as(sql).bind(id)).await?.map(loaded).transpose()
    }

    async fn save_reservation(&mut self, reservation: &Reservation) -> Stored<()> {
        let sql = "UPDATE quota_reservations SET body = $2,
                 environments = $3, cpu = $4, memory = $5, storage = $6, lease_time = $7
             WHERE id = $1 AND released_at IS NULL";
        let mut update = sqlx::query(sql).bind(&reservation.id).bind(packed(reservation)?);
        for resource in Resource::ALL {
            update = update.bind(stored(reservation.amounts.of(resource))?);
        }
        one(self.run(update).await?)
    }

    async fn release_reservation(&mut self, id: &str, now: Instant) -> Stored<Option<Reservation>> {
        let sql = "UPDATE quota_reservations SET released_at = $2 WHERE id = $1 AND released_at IS NULL
             RETURNING body";
        let rows: Vec<(String,)> = self.change(sqlx::query_as(sql).bind(id).bind(now)).await?;
        rows.into_iter().next().map(loaded).transpose()
    }

    async fn reservations_for(&mut self, request: &RequestId) -> Stored<Vec<Reservation>> {
        let sql = "SELECT body FROM quota_reservations WHERE request = $1 AND released_at IS NULL
             ORDER BY since, id";
        let rows = self.list(sqlx::query_as(sql).bind(request.as_str())).await?;
        rows.into_iter().map(loaded).collect()
    }

    async fn reservations_in(&mut self, scope: &Scope) -> Stored<Vec<Reservation>> {
        let all = "SELECT body FROM quota_reservations WHERE released_at IS NULL ORDER BY since, id";
        let team = "SELECT body FROM quota_reservations WHERE team = $1 AND released_at IS NULL
             ORDER BY since, id";
        let template = "SELECT body FROM quota_reservations WHERE template = $1 AND released_at IS NULL
             ORDER BY since, id";
        let person = "SELECT body FROM quota_reservations WHERE person = $1 AND released_at IS NULL
             ORDER BY since, id";
        let query = match scope {
            Scope::Everybody => sqlx::query_as(all),
            Scope::Team(name) => sqlx::query_as(team).bind(name),
            Scope::Template(name) => sqlx::query_as(template).bind(name),
            Scope::Person(id) => sqlx::query_as(person).bind(id.as_str()),
        };
        self.list(query).await?.into_iter().map(loaded).collect()
    }
}

fn stored(amount: u64) -> Stored<i64> {
    Ok(i64::try_from(amount).context("an amount is larger than can be kept")?)
}

/// Less than nothing is never held; if the books were wrong, a limit would rather be too strict.
fn amounts((environments, cpu, memory, storage, lease_time): &Row) -> Amounts {
    let read = |amount: &i64| u64::try_from(*amount).unwrap_or_default();
    Amounts {
        environments: read(environments),
        cpu: read(cpu),
        memory: read(memory),
        storage: read(storage),
        lease_time: read(lease_time),
    }
}

fn loaded((body,): (String,)) -> Stored<Reservation> {
    unpacked("reservation", &body)
}
