//! Notices, letters, pages and reminders: one way after another until one gets through.

use super::{
    Engine,
    outbox::Outcome,
    patience::{LONGEST_GAP, Next, gap, next},
    post::{self, Letter},
};
use crate::{
    actions::{deliveries, stories, work::Work},
    cards::{self, story::Story},
    domain::{
        extension::ExtensionState,
        ids::{EnvName, RequestId},
        notice::{News, Notice},
        request::RequestState,
    },
    ports::{
        Failure,
        chat::{Message, Posting, Room},
        store::{Queued, Stored},
    },
};

/// Tries of one way before the next one is taken.
const TRIES: u32 = 4;
/// Tries of a letter that has no other way.
const LETTER_TRIES: u32 = 12;
/// How the note of a way ends that is closed until somebody repairs something.
const REPAIR: &str = " (until it is repaired)";
/// The note of a notice that found no way open; each way is then tried only once a round.
const NO_WAY: &str = "no way is open";
/// The ways to a person, in their order.
const WAYS: [&str; 3] = ["dm", "mail", "channel"];

/// Tells a person: by DM, else by e-mail, else in the approvers' channel.
pub async fn tell(engine: &Engine, notice: &Notice, queued: &mut Queued) -> Stored<Outcome> {
    let Some(story) = story(engine, notice).await? else { return Ok(Outcome::Stale) };
    let tries = if queued.notes.iter().any(|note| note == NO_WAY) { 1 } else { TRIES };
    let mut closed = false;
    while let Some(way) = WAYS.get(queued.stage as usize) {
        let Err(failure) = by(engine, way, notice, &story, queued).await? else {
            return Ok(Outcome::Done(Some(way)));
        };
        let why = format!("{way}: {}", failure.why());
        let repairable = matches!(failure, Failure::Closed { .. });
        match next(queued, &failure, tries, engine.world.clock.now()) {
            Next::Wait(gap) => return Ok(Outcome::Wait(gap, why)),
            Next::Again(gap) if repairable => return Ok(Outcome::Kept(gap, why)),
            Next::Again(gap) => return Ok(Outcome::Again(gap, why)),
            Next::Other => take_next_way(notice, way, why, repairable, queued),
        }
        closed |= repairable;
    }
    // A final warning that does not get through is told to DevOps, and sent anew as long as the lease is held.
    let last = matches!(notice.news, News::ExpiresSoon { last: true, .. });
    if !last && (closed || queued.notes.iter().any(|note| note.ends_with(REPAIR))) {
        queued.stage = 0;
        queued.notes.retain(|note| !note.ends_with(REPAIR));
        return Ok(Outcome::Kept(LONGEST_GAP, NO_WAY.to_owned()));
    }
    let mut said = Vec::new();
    for note in queued.notes.iter().map(|note| note.trim_end_matches(REPAIR)) {
        if note != NO_WAY && !said.contains(&note) {
            said.push(note);
        }
    }
    Ok(Outcome::GaveUp(said.join("; ")))
}

fn take_next_way(notice: &Notice, way: &str, why: String, repairable: bool, queued: &mut Queued) {
    let note = if repairable {
        tracing::debug!(way, key = notice.key(), why, "a notice takes the next way");
        why + REPAIR
    } else {
        tracing::warn!(way, key = notice.key(), why, "a notice takes the next way");
        why
    };
    if !queued.notes.contains(&note) {
        queued.notes.push(note);
    }
    queued.stage += 1;
    queued.attempts = 0;
}

async fn by(
    engine: &Engine,
    way: &str,
    notice: &Notice,
    story: &Story,
    queued: &mut Queued,
) -> Stored<Result<(), Failure>> {
    let (room, key, message) = match way {
        "dm" => (Room::Direct(notice.to.clone()), notice.key(), cards::notice::direct(notice, story)),
        "mail" => return Ok(send(engine, notice, story).await),
        _ => {
            let message = cards::notice::in_channel(notice, story);
            (Room::Approvers, format!("channel/{}", notice.key()), message)
        }
    };
    let letter = Letter { way, posting: Posting::new(&room, &key, &message).about(&notice.request) };
    post::notice(engine, &letter, queued).await
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

/// Tells DevOps: in the approvers' channel, else by e-mail; tried until somebody hears it, so a page may be there
/// more than twice when answers are lost again and again.
pub async fn page(engine: &Engine, name: &EnvName, why: &str, key: &str, queued: &Queued) -> Stored<Outcome> {
    let key = format!("page/{name}/{key}");
    let message = cards::notice::page(name, why);
    let posting = Posting::new(&Room::Approvers, &key, &message);
    let Err(failure) = post::anywhere(engine, posting).await else {
        return Ok(Outcome::Done(None));
    };
    let why_not = failure.why().to_owned();
    let next = next(queued, &failure, TRIES, engine.world.clock.now());
    if let Next::Wait(gap) = next {
        return Ok(Outcome::Wait(gap, why_not));
    }
    let closed = matches!(failure, Failure::Closed { .. });
    if closed || next == Next::Other {
        for to in &engine.devops {
            let letter = cards::notice::page_letter(name, why, to, &key);
            if let Some(mail) = &engine.mail
                && mail.send(&letter).await.is_ok()
            {
                return Ok(Outcome::Done(Some("mail")));
            }
        }
    }
    let gap = match failure {
        Failure::Unsure { .. } if queued.attempts > 0 => LONGEST_GAP,
        failure => gap(queued.attempts, &failure),
    };
    Ok(if closed { Outcome::Kept(gap, why_not) } else { Outcome::Again(gap, why_not) })
}

/// Reminds the approvers, if it still waits.
pub async fn remind(
    engine: &Engine,
    request: &RequestId,
    subject: &str,
    count: u32,
    queued: &mut Queued,
) -> Stored<Outcome> {
    let story = {
        let mut work = Work::look(&engine.world).await?;
        stories::find(&mut work, request).await?
    };
    let Some(message) = story.and_then(|story| reminder(&story, subject)) else { return Ok(Outcome::Stale) };
    let key = format!("remind/{subject}/{count}");
    let posting = Posting::new(&Room::Approvers, &key, &message).about(request);
    let letter = Letter { way: "channel", posting };
    let Err(failure) = post::notice(engine, &letter, queued).await? else { return Ok(Outcome::Done(None)) };
    let why = failure.why().to_owned();
    if matches!(failure, Failure::Closed { .. }) {
        return Ok(Outcome::Kept(gap(queued.attempts, &failure), why));
    }
    Ok(match next(queued, &failure, LETTER_TRIES, engine.world.clock.now()) {
        Next::Wait(gap) => Outcome::Wait(gap, why),
        Next::Again(gap) => Outcome::Again(gap, why),
        Next::Other => Outcome::GaveUp(why),
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
