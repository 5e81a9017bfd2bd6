//! Up to where in the audit log outgoing webhooks were told.

use async_trait::async_trait;

use super::{super::Db, Session, one};
use crate::{
    domain::ids::Lane,
    ports::store::{Stored, Telling},
};

#[async_trait]
impl Telling for Session {
    async fn told_up_to(&mut self, hook: &str) -> Stored<Option<i64>> {
        let row: Option<(i64,)> =
            self.find(sqlx::query_as("SELECT seq FROM hooks WHERE name = $1").bind(hook)).await?;
        Ok(row.map(|(seq,)| seq))
    }

    async fn begin_telling(&mut self, hook: &str, seq: i64) -> Stored<()> {
        let sql = "INSERT INTO hooks (name, seq) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        self.run(sqlx::query(sql).bind(hook).bind(seq)).await?;
        Ok(())
    }

    async fn tell_up_to(&mut self, hook: &str, from: i64, to: i64) -> Stored<()> {
        let sql = "UPDATE hooks SET seq = $3 WHERE name = $1 AND seq = $2";
        one(self.run(sqlx::query(sql).bind(hook).bind(from).bind(to)).await?)
    }

    async fn lane_waits(&mut self, lane: &Lane) -> Stored<bool> {
        let sql = "SELECT id FROM effects WHERE lane = $1 AND state = 'due' LIMIT 1";
        let row: Option<(String,)> = self.find(sqlx::query_as::<Db, _>(sql).bind(lane.as_str())).await?;
        Ok(row.is_some())
    }
}
