//! Effects to be done, in lanes.

use async_trait::async_trait;

use super::{super::Db, Session, packed, read, unpacked};
use crate::{
    domain::{
        Instant,
        effect::Effect,
        ids::{EffectId, Lane},
    },
    ports::store::{Outbox, Queued, Stored},
};

/// The lanes whose oldest due effect has waited longest come first. They are chosen once (`MATERIALIZED`), or
/// Postgres might choose anew for each row and go beyond the limit. The last `WHERE` looks again: between the
/// choice and the change, another claimer may have been there.
macro_rules! claim {
    ($which:literal) => {
        concat!(
            "WITH chosen AS MATERIALIZED (
         SELECT l.id
         FROM (SELECT lane, MIN(due_at) AS since FROM effects",
            by_effects_due!(),
            " WHERE state = 'due' AND due_at <= $2 GROUP BY lane) AS d
         JOIN lanes AS l ON l.id = d.lane
         WHERE (l.claimed_until IS NULL OR l.claimed_until <= $2) AND l.id ",
            $which,
            " 'hook/%'
         ORDER BY d.since, l.id LIMIT $4",
            skip_locked!(),
            ")
     UPDATE lanes SET holder = $1, claimed_until = $3
     WHERE id IN (SELECT id FROM chosen) AND (claimed_until IS NULL OR claimed_until <= $2)
     RETURNING id"
        )
    };
}

pub(in crate::store) const CLAIM_LANES: &str = claim!("NOT LIKE");
/// Those of outgoing webhooks, which nothing else waits for.
pub(in crate::store) const CLAIM_HOOKS: &str = claim!("LIKE");

pub(in crate::store) const DUE_EFFECTS: &str =
    "SELECT id, lane, body, attempts, stage, notes, created_at FROM effects
     WHERE lane = $1 AND state = 'due' AND due_at <= $2 ORDER BY seq";

#[async_trait]
impl Outbox for Session {
    async fn push(&mut self, id: EffectId, lane: &Lane, effect: &Effect, now: Instant) -> Stored<()> {
        let open = "INSERT INTO lanes (id) VALUES ($1) ON CONFLICT DO NOTHING";
        self.run(sqlx::query(open).bind(lane.as_str())).await?;
        let sql = "INSERT INTO effects
                 (id, lane, kind, key, state, due_at, attempts, stage, notes, created_at, body)
             VALUES ($1, $2, $3, $4, 'due', $5, 0, 0, '[]', $5, $6) ON CONFLICT (key) DO NOTHING";
        let insert = sqlx::query(sql)
            .bind(id.as_str())
            .bind(lane.as_str())
            .bind(effect.kind())
            .bind(effect.key())
            .bind(now)
            .bind(packed(effect)?);
        self.run(insert).await?;
        Ok(())
    }

    async fn claim_lanes(
        &mut self,
        holder: &str,
        now: Instant,
        until: Instant,
        limit: u32,
    ) -> Stored<Vec<Lane>> {
        self.claim(CLAIM_LANES, holder, (now, until), limit).await
    }

    async fn claim_hooks(
        &mut self,
        holder: &str,
        now: Instant,
        until: Instant,
        limit: u32,
    ) -> Stored<Vec<Lane>> {
        self.claim(CLAIM_HOOKS, holder, (now, until), limit).await
    }

    async fn holds(&mut self, lane: &Lane, holder: &str) -> Stored<bool> {
        // While things are changed under it, nobody else may claim the lane, even when the claim is past.
        let sql = if self.writes {
            concat!("SELECT id FROM lanes WHERE id = $1 AND holder = $2", lock_row!())
        } else {
            "SELECT id FROM lanes WHERE id = $1 AND holder = $2"
        };
        let row: Option<(String,)> =
            self.find(sqlx::query_as::<Db, _>(sql).bind(lane.as_str()).bind(holder)).await?;
        Ok(row.is_some())
    }

    async fn due_effects(&mut self, lane: &Lane, now: Instant) -> Stored<Vec<Queued>> {
        let rows = self.list(sqlx::query_as(DUE_EFFECTS).bind(lane.as_str()).bind(now)).await?;
        rows.into_iter().map(queued).collect()
    }

    async fn finish(&mut self, id: &EffectId, outcome: &str, now: Instant) -> Stored<()> {
        let sql = "UPDATE effects SET state = 'done', outcome = $2, finished_at = $3
             WHERE id = $1 AND state = 'due'";
        self.run(sqlx::query(sql).bind(id.as_str()).bind(outcome).bind(now)).await?;
        Ok(())
    }

    async fn postpone(&mut self, queued: &Queued, due: Instant) -> Stored<()> {
        let sql = "UPDATE effects SET due_at = $2, attempts = $3, stage = $4, notes = $5
             WHERE id = $1 AND state = 'due'";
        let update = sqlx::query(sql)
            .bind(queued.id.as_str())
            .bind(due)
            .bind(i64::from(queued.attempts))
            .bind(i64::from(queued.stage))
            .bind(packed(&queued.notes)?);
        self.run(update).await?;
        Ok(())
    }

    async fn release_lane(&mut self, lane: &Lane, holder: &str) -> Stored<()> {
        let sql = "UPDATE lanes SET holder = NULL, claimed_until = NULL WHERE id = $1 AND holder = $2";
        self.run(sqlx::query(sql).bind(lane.as_str()).bind(holder)).await?;
        Ok(())
    }

    async fn backlog(&mut self) -> Stored<(u64, Option<Instant>)> {
        let sql = "SELECT COUNT(*), MIN(created_at) FROM effects WHERE state = 'due'";
        let (count, oldest): (i64, Option<Instant>) =
            self.find(sqlx::query_as(sql)).await?.unwrap_or_default();
        Ok((count.unsigned_abs(), oldest))
    }

    async fn waiting(&mut self, limit: u32) -> Stored<Vec<Queued>> {
        let sql = "SELECT id, lane, body, attempts, stage, notes, created_at FROM effects
             WHERE state = 'due' ORDER BY created_at, seq LIMIT $1";
        let rows = self.list(sqlx::query_as(sql).bind(i64::from(limit))).await?;
        rows.into_iter().map(queued).collect()
    }
}

impl Session {
    async fn claim(
        &mut self,
        sql: &'static str,
        holder: &str,
        (now, until): (Instant, Instant),
        limit: u32,
    ) -> Stored<Vec<Lane>> {
        let claim = sqlx::query_as(sql).bind(holder).bind(now).bind(until).bind(i64::from(limit));
        let rows: Vec<(String,)> = self.change(claim).await?;
        Ok(rows.into_iter().map(|(id,)| Lane::of(id)).collect())
    }
}

/// A row of `effects`: id, lane, body, attempts, stage, notes, `created_at`.
type QueuedRow = (String, String, String, i64, i64, String, Instant);

fn queued((id, lane, body, attempts, stage, notes, created_at): QueuedRow) -> Stored<Queued> {
    Ok(Queued {
        id: read("effect id", &id, EffectId::parse)?,
        lane: Lane::of(lane),
        effect: unpacked("effect", &body)?,
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        stage: u32::try_from(stage).unwrap_or(u32::MAX),
        notes: unpacked("list of notes", &notes)?,
        created_at,
    })
}
