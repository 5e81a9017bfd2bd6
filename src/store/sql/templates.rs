//! Every content that a template ever had.

use anyhow::Context;
use async_trait::async_trait;

use super::{super::Db, Session, one, packed, unpacked};
use crate::{
    domain::{
        Instant,
        template::{Template, Version},
    },
    ports::store::{Stored, TemplateVersions},
};

#[async_trait]
impl TemplateVersions for Session {
    async fn keep_template(&mut self, template: &Template, now: Instant) -> Stored<u32> {
        let digest = template.digest();
        let sql = "SELECT version FROM template_versions WHERE name = $1 AND digest = $2";
        let known = sqlx::query_as::<Db, (i64,)>(sql).bind(&template.name).bind(&digest);
        if let Some((version,)) = self.find(known).await? {
            return number(version);
        }
        let sql = "SELECT COALESCE(MAX(version), 0) + 1 FROM template_versions WHERE name = $1";
        let next = self.find(sqlx::query_as::<Db, (i64,)>(sql).bind(&template.name)).await?;
        let (next,) = next.context("no number for a version of a template")?;
        let sql = "INSERT INTO template_versions (name, version, digest, body, first_seen)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        let insert =
            sqlx::query(sql).bind(&template.name).bind(next).bind(&digest).bind(packed(template)?).bind(now);
        one(self.run(insert).await?)?;
        number(next)
    }

    async fn template_versions(&mut self, name: &str) -> Stored<Vec<Version>> {
        let sql =
            "SELECT version, digest, first_seen FROM template_versions WHERE name = $1 ORDER BY version";
        let rows: Vec<(i64, String, Instant)> = self.list(sqlx::query_as(sql).bind(name)).await?;
        let version =
            |(version, digest, first_seen)| Ok(Version { number: number(version)?, digest, first_seen });
        rows.into_iter().map(version).collect()
    }

    async fn template_version(&mut self, name: &str, number: u32) -> Stored<Option<Template>> {
        let sql = "SELECT body FROM template_versions WHERE name = $1 AND version = $2";
        let row = self.find(sqlx::query_as::<Db, (String,)>(sql).bind(name).bind(i64::from(number))).await?;
        row.map(|(body,)| unpacked("template", &body)).transpose()
    }
}

fn number(version: i64) -> Stored<u32> {
    Ok(u32::try_from(version).context("the number of a template's version")?)
}
