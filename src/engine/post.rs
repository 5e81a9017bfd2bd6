//! Posts a message on the first platform that takes it, and never a notice more than twice.

use super::{Engine, offers};
use crate::{
    actions::work::Work,
    ports::{
        Failure,
        chat::{MessageRef, Posting},
        store::{Queued, Stored},
    },
    until_saved,
};

/// How often a message may be sent whose answer was lost: it may repeat once.
const AT_MOST: usize = 2;

/// A notice to be posted.
pub struct Letter<'a> {
    /// Which way this is, for the notes.
    pub way: &'a str,
    /// The message.
    pub posting: Posting<'a>,
}

/// Posts a notice. That it is being sent is written down before, where the platform would not know it again:
/// a process that dies, and an answer that is lost, then count like a message that arrived.
pub async fn notice(
    engine: &Engine,
    letter: &Letter<'_>,
    queued: &mut Queued,
) -> Stored<Result<(), Failure>> {
    let mark = format!("{}: sent, and no answer came", letter.way);
    let known = engine.chats.iter().all(|chat| chat.knows_keys());
    if !known {
        if queued.notes.iter().filter(|note| **note == mark).count() >= AT_MOST {
            return Ok(Err(Failure::never("it was sent twice, and no answer came")));
        }
        queued.notes.push(mark.clone());
        if !until_saved!(write_down(engine, queued))? {
            return Ok(Err(Failure::later("another process does it")));
        }
        fail::fail_point!("post::written-down", |_| crate::faults::crash());
    }
    let posted = anywhere(engine, letter.posting).await;
    if !known && !matches!(posted, Err(Failure::Unsure { .. })) {
        queued.notes.pop();
    }
    match posted {
        Ok(at) => {
            if let Some(request) = letter.posting.about {
                offers::remember(engine, request, at, letter.posting.message).await?;
            }
            Ok(Ok(()))
        }
        Err(failure) => Ok(Err(failure)),
    }
}

/// `false` when the lane is another process's by now.
async fn write_down(engine: &Engine, queued: &Queued) -> Stored<bool> {
    let mut work = Work::begin(&engine.world).await?;
    if !work.tx.holds(&queued.lane, &engine.holder).await? {
        return Ok(false);
    }
    work.tx.postpone(queued, work.now).await?;
    work.tx.commit().await?;
    Ok(true)
}

/// Posts on the first platform that takes it. Of several failures the one counts that says most about what may
/// have happened, or may still.
pub async fn anywhere(engine: &Engine, posting: Posting<'_>) -> Result<MessageRef, Failure> {
    let mut worst = Failure::never("no chat platform is configured");
    for chat in &engine.chats {
        match chat.post(posting).await {
            Ok(at) => return Ok(at),
            // It would take it, only not yet: better there a little later than where nobody looks.
            Err(failure @ Failure::Later { after: Some(_), .. }) => return Err(failure),
            Err(failure) if weight(&failure) >= weight(&worst) => worst = failure,
            Err(_) => {}
        }
    }
    Err(worst)
}

fn weight(failure: &Failure) -> u8 {
    match failure {
        Failure::Never { .. } => 0,
        Failure::Closed { .. } => 1,
        Failure::Later { .. } => 2,
        Failure::Unsure { .. } => 3,
    }
}
