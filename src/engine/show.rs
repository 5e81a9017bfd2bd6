//! Cards: one message for the requester and one for the approvers, rewritten as the request moves.

use chrono::TimeDelta;

use super::{
    Engine, offers,
    outbox::Outcome,
    patience::{LONGEST_GAP, gap},
};
use crate::{
    actions::{stories, work::Work},
    cards::{extension, quota, request, story::Story},
    domain::{
        extension::ExtensionState,
        ids::{RequestId, WishId},
        quota::wish::WishState,
        request::RequestState,
    },
    ports::{
        Failure,
        chat::{Chat, Message, Posting, Room},
        store::{Audience, Card, Queued, Stored},
    },
    until_saved,
};

/// A card as it should be.
struct Wanted {
    request: Option<RequestId>,
    subject: String,
    audience: Audience,
    room: Room,
    message: Message,
    /// Whether it is posted when it is not there yet.
    begins: bool,
}

impl Wanted {
    fn posting<'a>(&'a self, key: &'a str) -> Posting<'a> {
        let posting = Posting::new(&self.room, key, &self.message);
        match &self.request {
            Some(request) => posting.about(request),
            None => posting,
        }
    }
}

/// How it stands with a card on one platform.
enum Shown {
    /// It is there, and says what it should.
    There,
    /// It is rewritten a little later, with what changes until then.
    Gathers(TimeDelta),
    /// It is not there, and need not be any more.
    Needless,
}

/// What could not be done about the cards of a request.
#[derive(Default)]
struct Left {
    /// Waits until something is gathered, or that were asked for.
    waits: Vec<TimeDelta>,
    /// Failures that may pass.
    failures: Vec<Failure>,
}

/// Brings every card about a request up to date, on every platform, and the buttons of what else was said.
pub async fn cards(engine: &Engine, id: &RequestId, queued: &Queued) -> Stored<Outcome> {
    let story = {
        let mut work = Work::look(&engine.world).await?;
        stories::find(&mut work, id).await?
    };
    let Some(story) = story else { return Ok(Outcome::Stale) };
    let mut left = Left::default();
    for wanted in wanted(&story) {
        everywhere(engine, &wanted, queued, &mut left).await?;
    }
    left.failures.extend(offers::renew(engine, &story).await?);
    Ok(left.outcome(queued))
}

/// Brings the card about a wish for more quota up to date, on every platform.
pub async fn wish(engine: &Engine, id: &WishId, queued: &Queued) -> Stored<Outcome> {
    let mut work = Work::look(&engine.world).await?;
    let Some(wish) = work.tx.wish(id).await? else { return Ok(Outcome::Stale) };
    let people = work.people().await?;
    drop(work);
    let wanted = Wanted {
        request: None,
        subject: wish.id.as_str().to_owned(),
        audience: Audience::Approvers,
        room: Room::Approvers,
        message: quota::for_approvers(&wish, &people),
        begins: matches!(wish.state, WishState::Pending(_)),
    };
    let mut left = Left::default();
    everywhere(engine, &wanted, queued, &mut left).await?;
    Ok(left.outcome(queued))
}

async fn everywhere(engine: &Engine, wanted: &Wanted, queued: &Queued, left: &mut Left) -> Stored<()> {
    let mut somewhere = false;
    let mut refused = Vec::new();
    for chat in &engine.chats {
        match one(engine, chat.as_ref(), wanted, queued).await? {
            Ok(Shown::There | Shown::Needless) => somewhere = true,
            Ok(Shown::Gathers(gap)) => {
                somewhere = true;
                left.waits.push(gap);
            }
            Err(failure) if failure.may_pass() => {
                somewhere = true;
                left.failures.push(failure);
            }
            Err(failure) => refused.push(failure.why().to_owned()),
        }
    }
    let (subject, audience, why) = (&wanted.subject, wanted.audience.word(), refused.join("; "));
    if somewhere {
        // Not everybody is everywhere: nothing to be said about.
        tracing::debug!(subject, audience, why, "a card is not on every platform");
    } else if !engine.chats.is_empty() {
        if queued.attempts == 0 {
            tracing::error!(subject, audience, why, "a card cannot be shown on any platform");
        }
        if wanted.audience == Audience::Approvers {
            left.failures.push(Failure::closed(why));
        }
    }
    Ok(())
}

impl Left {
    fn outcome(mut self, queued: &Queued) -> Outcome {
        // A wait that the other side asked for is no failure here: a card is tried until it is shown.
        self.failures.retain(|failure| match failure {
            Failure::Later { after: Some(after), .. } => {
                self.waits.push(*after);
                false
            }
            _ => true,
        });
        let why: Vec<&str> = self.failures.iter().map(Failure::why).collect();
        let why = why.join("; ");
        if let Some(soonest) = self.waits.iter().min() {
            return Outcome::Wait(*soonest, why);
        }
        let again = |failure: &Failure| match failure {
            // Once more soon; from then on each try might leave one more card behind.
            Failure::Unsure { .. } if queued.attempts > 0 => LONGEST_GAP,
            failure => gap(queued.attempts, failure),
        };
        let Some(longest) = self.failures.iter().map(again).max() else { return Outcome::Done(None) };
        if self.failures.iter().all(|failure| matches!(failure, Failure::Closed { .. })) {
            return Outcome::Kept(longest, why);
        }
        Outcome::Again(longest, why)
    }
}

fn wanted(story: &Story) -> Vec<Wanted> {
    let subject = story.request.id.as_str().to_owned();
    let mut cards = vec![
        Wanted {
            request: Some(story.request.id.clone()),
            subject: subject.clone(),
            audience: Audience::Requester,
            room: Room::Direct(story.request.requester.clone()),
            message: request::for_requester(story),
            begins: true,
        },
        Wanted {
            request: Some(story.request.id.clone()),
            subject,
            audience: Audience::Approvers,
            room: Room::Approvers,
            message: request::for_approvers(story),
            begins: matches!(story.request.state, RequestState::Pending(_)),
        },
    ];
    // Whoever took it over has a card of their own; the one before says to whom it went.
    cards.extend(story.lease.as_ref().filter(|_| story.handed_over()).map(|lease| Wanted {
        request: Some(story.request.id.clone()),
        subject: format!("{}.{}", lease.id, lease.owner),
        audience: Audience::Requester,
        room: Room::Direct(lease.owner.clone()),
        message: request::for_owner(story),
        begins: true,
    }));
    cards.extend(story.extension.as_ref().map(|asked| Wanted {
        request: Some(story.request.id.clone()),
        subject: asked.id.as_str().to_owned(),
        audience: Audience::Approvers,
        room: Room::Approvers,
        message: extension::for_approvers(story, asked),
        begins: matches!(asked.state, ExtensionState::Pending(_)),
    }));
    cards
}

async fn one(
    engine: &Engine,
    chat: &dyn Chat,
    wanted: &Wanted,
    queued: &Queued,
) -> Stored<Result<Shown, Failure>> {
    let digest = serde_json::to_string(&wanted.message).map_err(anyhow::Error::from)?;
    let (known, now) = {
        let mut work = Work::look(&engine.world).await?;
        (work.tx.card(&wanted.subject, wanted.audience, chat.workspace()).await?, work.now)
    };
    let key = format!("card/{}/{}", wanted.subject, wanted.audience.word());
    let at = match known {
        Some(card) if card.digest == digest => return Ok(Ok(Shown::There)),
        None if !wanted.begins => return Ok(Ok(Shown::Needless)),
        None => chat.post(wanted.posting(&key)).await,
        Some(_) if now < queued.created_at + chat.gathers() => {
            return Ok(Ok(Shown::Gathers(queued.created_at + chat.gathers() - now)));
        }
        Some(card) => match chat.rewrite(&card.at, &wanted.message).await {
            Ok(()) => Ok(card.at),
            // Somebody deleted the message: what it said is said again in a new one.
            Err(Failure::Never { .. }) => {
                let key = format!("{key}/after/{}", card.at.id);
                chat.post(wanted.posting(&key)).await
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
    Ok(Ok(Shown::There))
}

async fn remember(engine: &Engine, card: &Card) -> Stored<()> {
    let mut work = Work::begin(&engine.world).await?;
    work.tx.save_card(card, work.now).await?;
    work.tx.commit().await
}
