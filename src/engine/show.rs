//! Cards: one message for the requester and one for the approvers, rewritten as the request moves.

use super::{
    Engine,
    outbox::{Outcome, gap},
};
use crate::{
    actions::{stories, work::Work},
    cards::{extension, request, story::Story},
    domain::{ids::RequestId, request::RequestState},
    ports::{
        Failure,
        chat::{Chat, Message, Room},
        store::{Audience, Card, Stored},
    },
    until_saved,
};

/// A card as it should be.
struct Wanted {
    subject: String,
    audience: Audience,
    room: Room,
    message: Message,
    /// Whether it is posted when it is not there yet.
    begins: bool,
}

/// Brings every card about a request up to date, on every platform.
pub async fn cards(engine: &Engine, id: &RequestId, attempts: u32) -> Stored<Outcome> {
    let story = {
        let mut work = Work::look(&engine.world).await?;
        stories::find(&mut work, id).await?
    };
    let Some(story) = story else { return Ok(Outcome::Stale) };
    let mut trouble: Option<Failure> = None;
    for wanted in wanted(&story) {
        for chat in &engine.chats {
            match one(engine, chat.as_ref(), &wanted).await? {
                Ok(()) => {}
                Err(failure @ Failure::Later { .. }) => trouble = Some(failure),
                Err(failure) => {
                    let why = failure.why();
                    tracing::warn!(subject = wanted.subject, why, "a card cannot be shown");
                }
            }
        }
    }
    Ok(match trouble {
        None => Outcome::Done(None),
        Some(failure) => Outcome::Again(gap(attempts, &failure), failure.why().to_owned()),
    })
}

fn wanted(story: &Story) -> Vec<Wanted> {
    let subject = story.request.id.as_str().to_owned();
    let mut cards = vec![
        Wanted {
            subject: subject.clone(),
            audience: Audience::Requester,
            room: Room::Direct(story.request.requester.clone()),
            message: request::for_requester(story),
            begins: true,
        },
        Wanted {
            subject,
            audience: Audience::Approvers,
            room: Room::Approvers,
            message: request::for_approvers(story),
            begins: matches!(story.request.state, RequestState::Pending(_)),
        },
    ];
    cards.extend(story.extension.as_ref().map(|asked| Wanted {
        subject: asked.id.as_str().to_owned(),
        audience: Audience::Approvers,
        room: Room::Approvers,
        message: extension::for_approvers(story, asked),
        begins: true,
    }));
    cards
}

async fn one(engine: &Engine, chat: &dyn Chat, wanted: &Wanted) -> Stored<Result<(), Failure>> {
    let digest = serde_json::to_string(&wanted.message).map_err(anyhow::Error::from)?;
    let known = {
        let mut work = Work::look(&engine.world).await?;
        work.tx.card(&wanted.subject, wanted.audience, chat.workspace()).await?
    };
    let key = format!("card/{}/{}", wanted.subject, wanted.audience.word());
    let at = match known {
        Some(card) if card.digest == digest => return Ok(Ok(())),
        None if !wanted.begins => return Ok(Ok(())),
        None => chat.post(&wanted.room, &key, &wanted.message).await,
        Some(card) => match chat.rewrite(&card.at, &wanted.message).await {
            Ok(()) => Ok(card.at),
            // Somebody deleted the message: what it said is said again in a new one.
            Err(Failure::Never { .. }) => {
                let key = format!("{key}/after/{}", card.at.id);
                chat.post(&wanted.room, &key, &wanted.message).await
            }
            Err(failure) => Err(failure),
        },
    };
    let at = match at {
        Ok(at) => at,
        Err(failure) => return Ok(Err(failure)),
    };
    let card = Card { subject: wanted.subject.clone(), audience: wanted.audience, at, digest };
    until_saved!(remember(engine, &card))?;
    Ok(Ok(()))
}

async fn remember(engine: &Engine, card: &Card) -> Stored<()> {
    let mut work = Work::begin(&engine.world).await?;
    work.tx.save_card(card, work.now).await?;
    work.tx.commit().await
}
