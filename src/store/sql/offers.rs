//! Messages with buttons that are no cards.

use async_trait::async_trait;

use super::{super::Db, Session, packed, read, unpacked};
use crate::{
    domain::{Instant, ids::RequestId},
    ports::{
        chat::{MessageRef, Workspace},
        store::{Offer, Offers, Stored},
    },
};

#[async_trait]
impl Offers for Session {
    async fn save_offer(&mut self, offer: &Offer, now: Instant) -> Stored<()> {
        let sql = "INSERT INTO offers (workspace, channel, message, request, body, posted_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (workspace, channel, message) DO UPDATE SET body = excluded.body";
        let save = sqlx::query(sql)
            .bind(offer.at.workspace.word())
            .bind(&offer.at.channel)
            .bind(&offer.at.id)
            .bind(offer.request.as_str())
            .bind(packed(&offer.message)?)
            .bind(now);
        self.run(save).await?;
        Ok(())
    }

    async fn offers_of(&mut self, request: &RequestId) -> Stored<Vec<Offer>> {
        let sql = "SELECT workspace, channel, message, body FROM offers
             WHERE request = $1 ORDER BY posted_at, workspace, channel, message";
        let query = sqlx::query_as::<Db, (String, String, String, String)>(sql).bind(request.as_str());
        let rows = self.list(query).await?;
        let offer = |(workspace, channel, id, body): (String, String, String, String)| {
            let workspace = read("workspace", &workspace, Workspace::parse)?;
            let at = MessageRef { workspace, channel, id };
            Ok(Offer { request: request.clone(), at, message: unpacked("message", &body)? })
        };
        rows.into_iter().map(offer).collect()
    }

    async fn forget_offer(&mut self, at: &MessageRef) -> Stored<()> {
        let sql = "DELETE FROM offers WHERE workspace = $1 AND channel = $2 AND message = $3";
        let forget = sqlx::query(sql).bind(at.workspace.word()).bind(&at.channel).bind(&at.id);
        self.run(forget).await?;
        Ok(())
    }
}
