//! Notices, letters, pages and reminders: one way after another until one gets through.

use super::{
    Engine,
    outbox::{Outcome, gap},
};
use crate::{
    actions::{deliveries, stories, work::Work},
    cards::{self, story::Story},
    domain::{
        extension::ExtensionState,
        ids::{EnvName, RequestId},
        notice::Notice,
        request::RequestState,
    },
    ports::{
        Failure,
        chat::{Message, Room},
        store::{Queued, Stored},
    },
};

/// Tries of one way before the next one is taken.
const TRIES: u32 = 4;
/// Tries of a letter that has no other way.
const LETTER_TRIES: u32 = 12;
/// The ways to a person, in their order.
const WAYS: [&str; 3] = ["dm", "mail", "channel"];

/// Tells a person: by DM, else by e-mail, else in the approvers' channel.
pub async fn tell(engine: &Engine, notice: &Notice, queued: &mut Queued) -> Stored<Outcome> {
    let Some(story) = story(engine, notice).await? else { return Ok(Outcome::Stale) };
    while let Some(way) = WAYS.get(queued.stage as usize) {
        match by(engine, way, notice, &story).await {
            Ok(()) => return Ok(Outcome::Done(Some(way))),
            Err(failure @ Failure::Later { .. }) if queued.attempts + 1 < TRIES => {
                return Ok(Outcome::Again(
                    gap(queued.attempts, &failure),
                    format!("{way}: {}", failure.why()),
                ));
            }
            Err(failure) => {
                let note = format!("{way}: {}", failure.why());
                tracing::warn!(way, key = notice.key(), why = failure.why(), "a notice takes the next way");
                if queued.notes.last() != Some(&note) {
                    queued.notes.push(note);
                }
                queued.stage += 1;
                queued.attempts = 0;
            }
        }
    }
    Ok(Outcome::GaveUp(queued.notes.join("; ")))
}

async fn by(engine: &Engine, way: &str, notice: &Notice, story: &Story) -> Result<(), Failure> {
    match way {
        "dm" => {
            let room = Room::Direct(notice.to.clone());
            post(engine, &room, &notice.key(), &cards::notice::direct(notice, story)).await
        }
        "mail" => send(engine, notice, story).await,
        _ => {
            let message = cards::notice::in_channel(notice, story);
            post(engine, &Room::Approvers, &format!("channel/{}", notice.key()), &message).await
        }
    }
}

/// Posts on the first platform that takes it. What may pass on one of them outweighs what will not.
async fn post(engine: &Engine, room: &Room, key: &str, message: &Message) -> Result<(), Failure> {
    let mut worst = Failure::never("no chat platform is configured");
    for chat in &engine.chats {
        match chat.post(room, key, message).await {
            Ok(_) => return Ok(()),
            Err(failure @ Failure::Later { .. }) => worst = failure,
            Err(failure) if !matches!(worst, Failure::Later { .. }) => worst = failure,
            Err(_) => {}
        }
    }
    Err(worst)
}

async fn send(engine: &Engine, notice: &Notice, story: &Story) -> Result<(), Failure> {
    let mail = engine.mail.as_ref().ok_or_else(|| Failure::never("e-mail is not configured"))?;
    let person = story.people.get(&notice.to).ok_or_else(|| Failure::never("nobody of that id is known"))?;
    mail.send(&cards::notice::letter(notice, story, person)).await
}

/// Sends a notice by e-mail as well.
pub async fn mail(engine: &Engine, notice: &Notice, queued: &Queued) -> Stored<Outcome> {
    if engine.mail.is_none() {
        return Ok(Outcome::Stale);
    }
    let Some(story) = story(engine, notice).await? else { return Ok(Outcome::Stale) };
    Ok(match send(engine, notice, &story).await {
        Ok(()) => Outcome::Done(Some("mail")),
        Err(failure @ Failure::Later { .. }) if queued.attempts + 1 < LETTER_TRIES => {
            Outcome::Again(gap(queued.attempts, &failure), failure.why().to_owned())
        }
        Err(failure) => Outcome::GaveUp(failure.why().to_owned()),
    })
}

/// Tells DevOps: in the approvers' channel, else by e-mail; tried until somebody hears it.
pub async fn page(engine: &Engine, name: &EnvName, why: &str, key: &str, queued: &Queued) -> Stored<Outcome> {
    let key = format!("page/{name}/{key}");
    let message = cards::notice::page(name, why);
    let Err(failure) = post(engine, &Room::Approvers, &key, &message).await else {
        return Ok(Outcome::Done(None));
    };
    if queued.attempts + 1 >= TRIES || matches!(failure, Failure::Never { .. }) {
        for to in &engine.devops {
            let letter = cards::notice::page_letter(name, why, to, &key);
            if let Some(mail) = &engine.mail
                && mail.send(&letter).await.is_ok()
            {
                return Ok(Outcome::Done(Some("mail")));
            }
        }
    }
    Ok(Outcome::Again(gap(queued.attempts, &failure), failure.why().to_owned()))
}

/// Reminds the approvers, if it still waits.
pub async fn remind(
    engine: &Engine,
    request: &RequestId,
    subject: &str,
    count: u32,
    queued: &Queued,
) -> Stored<Outcome> {
    let story = {
        let mut work = Work::look(&engine.world).await?;
        stories::find(&mut work, request).await?
    };
    let Some(message) = story.and_then(|story| reminder(&story, subject)) else { return Ok(Outcome::Stale) };
    let key = format!("remind/{subject}/{count}");
    Ok(match post(engine, &Room::Approvers, &key, &message).await {
        Ok(()) => Outcome::Done(None),
        Err(failure @ Failure::Later { .. }) if queued.attempts + 1 < LETTER_TRIES => {
            Outcome::Again(gap(queued.attempts, &failure), failure.why().to_owned())
        }
        Err(failure) => Outcome::GaveUp(failure.why().to_owned()),
    })
}

fn reminder(story: &Story, subject: &str) -> Option<Message> {
    let extension = story.extension.as_ref().filter(|extension| extension.id.as_str() == subject);
    match (extension, &story.request.state) {
        (Some(extension), _) => {
            let waits = matches!(extension.state, ExtensionState::Pending(_));
            waits.then(|| cards::notice::reminder(cards::extension::for_approvers(story, extension)))
        }
        (None, RequestState::Pending(_)) => {
            Some(cards::notice::reminder(cards::request::for_approvers(story)))
        }
        (None, _) => None,
    }
}

/// The story a notice is about; `None` when it no longer says something true.
async fn story(engine: &Engine, notice: &Notice) -> Stored<Option<Story>> {
    let mut work = Work::look(&engine.world).await?;
    if !deliveries::still_true(&mut work, notice).await? {
        return Ok(None);
    }
    stories::find(&mut work, &notice.request).await
}
