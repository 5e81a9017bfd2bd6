//! Warnings and reminders carry buttons, and are no cards. They are remembered while they do, and rewritten
//! without those that the cards do not offer any more.

use super::Engine;
use crate::{
    actions::work::Work,
    cards::{offer, story::Story},
    domain::ids::RequestId,
    ports::{
        Failure,
        chat::{Message, MessageRef},
        store::{Offer, Stored},
    },
    until_saved,
};

/// Remembers a message that was posted, if it has buttons that may die.
pub async fn remember(engine: &Engine, about: &RequestId, at: MessageRef, message: &Message) -> Stored<()> {
    if !offer::offers(message) {
        return Ok(());
    }
    let posted = Offer { request: about.clone(), at, message: message.clone() };
    until_saved!(save(engine, &posted))
}

/// Brings the buttons of every remembered message about a request up to date. The failures that may pass.
pub async fn renew(engine: &Engine, story: &Story) -> Stored<Vec<Failure>> {
    let offers = {
        let mut work = Work::look(&engine.world).await?;
        work.tx.offers_of(&story.request.id).await?
    };
    let mut failures = Vec::new();
    for posted in offers {
        let message = offer::renewed(&posted.message, story);
        if message != posted.message {
            failures.extend(rewrite(engine, &posted, &message).await?.err());
        }
    }
    Ok(failures)
}

/// A message that is gone, or whose platform is not configured any more, needs nothing.
async fn rewrite(engine: &Engine, posted: &Offer, message: &Message) -> Stored<Result<(), Failure>> {
    let chat = engine.chats.iter().find(|chat| *chat.workspace() == posted.at.workspace);
    let rewritten = match chat {
        Some(chat) => chat.rewrite(&posted.at, message).await,
        None => Err(Failure::never("this workspace is not configured here")),
    };
    match rewritten {
        Ok(()) if offer::offers(message) => {
            let posted = Offer { message: message.clone(), ..posted.clone() };
            until_saved!(save(engine, &posted))?;
        }
        Ok(()) | Err(Failure::Never { .. }) => until_saved!(forget(engine, posted))?,
        Err(failure) => return Ok(Err(failure)),
    }
    Ok(Ok(()))
}

async fn save(engine: &Engine, posted: &Offer) -> Stored<()> {
    let mut work = Work::begin(&engine.world).await?;
    work.tx.save_offer(posted, work.now).await?;
    work.tx.commit().await
}

async fn forget(engine: &Engine, posted: &Offer) -> Stored<()> {
    let mut work = Work::begin(&engine.world).await?;
    work.tx.forget_offer(&posted.at).await?;
    work.tx.commit().await
}
