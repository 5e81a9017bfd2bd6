//! Cards that were posted.

use async_trait::async_trait;

use super::Session;
use crate::{
    domain::Instant,
    ports::{
        chat::{MessageRef, Workspace},
        store::{Audience, Card, Cards, Stored},
    },
};

#[async_trait]
impl Cards for Session {
    async fn card(
        &mut self,
        subject: &str,
        audience: Audience,
        workspace: &Workspace,
    ) -> Stored<Option<Card>> {
        let sql = "SELECT channel, message, digest FROM cards
             WHERE subject = $1 AND audience = $2 AND platform = $3";
        let query = sqlx::query_as(sql).bind(subject).bind(audience.word()).bind(workspace.word());
        let row: Option<(String, String, String)> = self.find(query).await?;
        Ok(row.map(|(channel, id, digest)| Card {
            subject: subject.to_owned(),
            audience,
            at: MessageRef { workspace: workspace.clone(), channel, id },
            digest,
        }))
    }

    async fn save_card(&mut self, card: &Card, now: Instant) -> Stored<()> {
        let sql = "INSERT INTO cards (subject, audience, platform, channel, message, digest, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (subject, audience, platform) DO UPDATE SET channel = excluded.channel,
                 message = excluded.message, digest = excluded.digest, updated_at = excluded.updated_at";
        let save = sqlx::query(sql)
            .bind(&card.subject)
            .bind(card.audience.word())
            .bind(card.at.workspace.word())
            .bind(&card.at.channel)
            .bind(&card.at.id)
            .bind(&card.digest)
            .bind(now);
        self.run(save).await?;
        Ok(())
    }
}
