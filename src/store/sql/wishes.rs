//! Temporary quotas, and wishes for them.

use async_trait::async_trait;

use super::{Session, one, packed, read, unpacked};
use crate::{
    domain::{
        Instant,
        ids::{GrantId, PersonId, WishId},
        quota::{Scope, grant::Grant, wish::Wish},
    },
    ports::store::{Grants, Stored, Wishes},
};

pub(in crate::store) const GRANTS_DUE: &str =
    "SELECT id FROM quota_grants WHERE wakes_at <= $1 ORDER BY wakes_at, id LIMIT $2";
pub(in crate::store) const WISHES_DUE: &str =
    "SELECT id FROM quota_wishes WHERE wakes_at <= $1 ORDER BY wakes_at, id LIMIT $2";

#[async_trait]
impl Grants for Session {
    async fn insert_grant(&mut self, grant: &mut Grant) -> Stored<()> {
        let stored = Grant { version: 1, ..grant.clone() };
        let sql = "INSERT INTO quota_grants (id, scope, until_at, wakes_at, created_at, version, body)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
        let insert = sqlx::query(sql)
            .bind(stored.id.as_str())
            .bind(stored.scope.word())
            .bind(stored.until)
            .bind(stored.wakes_at())
            .bind(stored.created_at)
            .bind(stored.version)
            .bind(packed(&stored)?);
        one(self.run(insert).await?)?;
        *grant = stored;
        Ok(())
    }

    async fn save_grant(&mut self, grant: &mut Grant) -> Stored<()> {
        let stored = Grant { version: grant.version + 1, ..grant.clone() };
        let sql = "UPDATE quota_grants SET until_at = $3, wakes_at = $4, version = $5, body = $6
             WHERE id = $1 AND version = $2";
        let update = sqlx::query(sql)
            .bind(stored.id.as_str())
            .bind(grant.version)
            .bind(stored.until)
            .bind(stored.wakes_at())
            .bind(stored.version)
            .bind(packed(&stored)?);
        one(self.run(update).await?)?;
        *grant = stored;
        Ok(())
    }

    async fn grant(&mut self, id: &GrantId) -> Stored<Option<Grant>> {
        let sql = "SELECT body, version FROM quota_grants WHERE id = $1";
        self.find(sqlx::query_as(sql).bind(id.as_str())).await?.map(grant).transpose()
    }

    async fn grants_of(&mut self, scope: &Scope, now: Instant) -> Stored<Vec<Grant>> {
        let sql = "SELECT body, version FROM quota_grants WHERE scope = $1 AND until_at > $2
             ORDER BY created_at, id";
        let rows = self.list(sqlx::query_as(sql).bind(scope.word()).bind(now)).await?;
        rows.into_iter().map(grant).collect()
    }

    async fn grants_due(&mut self, now: Instant, limit: u32) -> Stored<Vec<GrantId>> {
        let rows = self.list(sqlx::query_as(GRANTS_DUE).bind(now).bind(i64::from(limit))).await?;
        rows.into_iter().map(|(id,): (String,)| read("grant's id", &id, GrantId::parse)).collect()
    }
}

#[async_trait]
impl Wishes for Session {
    async fn insert_wish(&mut self, wish: &mut Wish) -> Stored<()> {
        let stored = Wish { version: 1, ..wish.clone() };
        let sql = "INSERT INTO quota_wishes (id, person, state, wakes_at, created_at, version, body)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
        let insert = sqlx::query(sql)
            .bind(stored.id.as_str())
            .bind(stored.asked_by.as_str())
            .bind(stored.state.word())
            .bind(stored.wakes_at())
            .bind(stored.created_at)
            .bind(stored.version)
            .bind(packed(&stored)?);
        one(self.run(insert).await?)?;
        *wish = stored;
        Ok(())
    }

    async fn save_wish(&mut self, wish: &mut Wish) -> Stored<()> {
        let stored = Wish { version: wish.version + 1, ..wish.clone() };
        let sql = "UPDATE quota_wishes SET state = $3, wakes_at = $4, version = $5, body = $6
             WHERE id = $1 AND version = $2";
        let update = sqlx::query(sql)
            .bind(stored.id.as_str())
            .bind(wish.version)
            .bind(stored.state.word())
            .bind(stored.wakes_at())
            .bind(stored.version)
            .bind(packed(&stored)?);
        one(self.run(update).await?)?;
        *wish = stored;
        Ok(())
    }

    async fn wish(&mut self, id: &WishId) -> Stored<Option<Wish>> {
        let sql = "SELECT body, version FROM quota_wishes WHERE id = $1";
        self.find(sqlx::query_as(sql).bind(id.as_str())).await?.map(wish).transpose()
    }

    async fn open_wishes(&mut self, person: Option<&PersonId>) -> Stored<Vec<Wish>> {
        let all = "SELECT body, version FROM quota_wishes WHERE state = 'pending' ORDER BY created_at, id";
        let of_one = "SELECT body, version FROM quota_wishes WHERE state = 'pending' AND person = $1
             ORDER BY created_at, id";
        let query = match person {
            None => sqlx::query_as(all),
            Some(person) => sqlx::query_as(of_one).bind(person.as_str()),
        };
        self.list(query).await?.into_iter().map(wish).collect()
    }

    async fn wishes_of(&mut self, person: &PersonId) -> Stored<Vec<Wish>> {
        let sql = "SELECT body, version FROM quota_wishes WHERE person = $1 ORDER BY created_at, id";
        self.list(sqlx::query_as(sql).bind(person.as_str())).await?.into_iter().map(wish).collect()
    }

    async fn wishes_due(&mut self, now: Instant, limit: u32) -> Stored<Vec<WishId>> {
        let rows = self.list(sqlx::query_as(WISHES_DUE).bind(now).bind(i64::from(limit))).await?;
        rows.into_iter().map(|(id,): (String,)| read("wish's id", &id, WishId::parse)).collect()
    }
}

pub(super) fn grant((body, version): (String, i64)) -> Stored<Grant> {
    Ok(Grant { version, ..unpacked("grant", &body)? })
}

pub(super) fn wish((body, version): (String, i64)) -> Stored<Wish> {
    Ok(Wish { version, ..unpacked("wish", &body)? })
}
