//! Announcements: one way after another until one gets through.

use super::{
    Engine,
    outbox::Outcome,
    patience::{Next, gap, next},
    post::{self, Letter},
};
use crate::{
    actions::work::Work,
    cards::{People, announcement},
    domain::announcement::{Announcement, Hearer},
    ports::{
        Failure,
        chat::{Posting, Room},
        store::{Queued, Stored},
    },
};

/// Tries of one way before the next one is taken.
const TRIES: u32 = 4;

/// Tells whom it is for: by chat, else by e-mail.
pub async fn inform(engine: &Engine, told: &Announcement, queued: &mut Queued) -> Stored<Outcome> {
    let people = Work::look(&engine.world).await?.people().await?;
    let message = announcement::message(told, &people);
    let room = match &told.to {
        Hearer::Person(person) => Room::Direct(person.clone()),
        Hearer::Approvers => Room::Approvers,
    };
    let key = queued.effect.key();
    let letter = Letter { way: "dm", posting: Posting::new(&room, &key, &message) };
    let Err(failure) = post::notice(engine, &letter, queued).await? else { return Ok(Outcome::Done(None)) };
    let why = failure.why().to_owned();
    match next(queued, &failure, TRIES, engine.world.clock.now()) {
        Next::Wait(gap) => Ok(Outcome::Wait(gap, why)),
        Next::Again(gap) => Ok(Outcome::Again(gap, why)),
        Next::Other => Ok(match by_mail(engine, told, &people).await {
            Ok(()) => Outcome::Done(Some("mail")),
            Err(mail) if mail.may_pass() || failure.may_pass() => {
                Outcome::Again(gap(queued.attempts, &mail), format!("{why}; {}", mail.why()))
            }
            Err(mail) => Outcome::GaveUp(format!("{why}; {}", mail.why())),
        }),
    }
}

async fn by_mail(engine: &Engine, told: &Announcement, people: &People) -> Result<(), Failure> {
    let mail = engine.mail.as_ref().ok_or_else(|| Failure::never("e-mail is not configured"))?;
    match &told.to {
        Hearer::Person(id) => {
            let person = people.get(id).ok_or_else(|| Failure::never("nobody of that id is known"))?;
            let letter = announcement::letter(told, people, &person.email, &person.name, person.zone);
            mail.send(&letter).await
        }
        Hearer::Approvers => {
            let mut outcome = Err(Failure::never("no address of DevOps is configured"));
            for to in &engine.devops {
                let sent = mail.send(&announcement::letter(told, people, to, "DevOps", chrono_tz::UTC)).await;
                if outcome.is_err() {
                    outcome = sent;
                }
            }
            outcome
        }
    }
}
