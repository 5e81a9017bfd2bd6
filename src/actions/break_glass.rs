//! `/env break-glass`: one person approves alone, in an emergency, and everybody who decides hears of it.

use super::{
    Answer,
    access::{self, Subject},
    decide::{found, granted, settle_extension},
    request_environment::bounded,
    reviews,
    work::{Stop, Work},
};
use crate::{
    cards::answer,
    domain::{
        Change, announcement::Saying, audit::Actor, ids::EnvName, person::Person, platform::Platform,
        refusal::Refusal,
    },
    ports::{
        chat::{Text, Tone},
        store::Stored,
    },
};

/// Approves a request or an extension alone; the caller's own as well.
pub async fn break_glass(
    work: &mut Work<'_>,
    caller: &Person,
    on: Platform,
    subject: &str,
    reason: String,
) -> Result<Answer, Stop> {
    let reason = bounded("reason", reason)?;
    let name = match access::subject(work, caller, subject).await? {
        Subject::Request(request) => {
            let name = request.name.clone();
            let (mut request, change) = request
                .break_glass(caller, on, reason.clone(), work.now)
                .map_err(|refusal| forbidden(refusal, &name))?;
            let told = told(work, caller, &name, request.id.as_str(), &reason).await?;
            let actor = Actor::Person(caller.id.clone());
            work.save_request(&mut request, change.and(told), &actor).await?;
            work.touched = Some(request.id.as_str().to_owned());
            granted(work, &request, &actor).await?;
            name
        }
        Subject::Extension(id) => {
            let (extension, team) = found(work, &id).await?;
            let name = extension.name.clone();
            let (extension, change) = extension
                .break_glass(caller, team.as_deref(), on, reason.clone(), work.now)
                .map_err(|refusal| forbidden(refusal, &name))?;
            let told = told(work, caller, &name, id.as_str(), &reason).await?;
            settle_extension(work, extension, change.and(told), &caller.id).await?;
            name
        }
        Subject::Wish(_) => {
            let (tried, state) = ("break the glass for".to_owned(), "a wish for quota".to_owned());
            return Err(Refusal::WrongState { tried, state }.into());
        }
    };
    metrics::counter!("sublet_decisions_total", "decision" => "break_glass").increment(1);
    let words = Text::plain("You approved ").strong(name.as_str());
    let words = words.and(" alone. Every approver is being told, with your reason.");
    Ok(Answer::Say(answer::say(words, Tone::Warning)))
}

fn forbidden(refusal: Refusal, name: &EnvName) -> Stop {
    match refusal {
        Refusal::NoBreakGlass { .. } => {
            Stop::Forbidden { refusal, name: name.clone(), tried: "break the glass of" }
        }
        other => Stop::Refused(other),
    }
}

async fn told(
    work: &mut Work<'_>,
    caller: &Person,
    name: &EnvName,
    subject: &str,
    reason: &str,
) -> Stored<Change> {
    let says = Saying::BrokeGlass { name: name.clone(), by: caller.id.clone(), reason: reason.to_owned() };
    reviews::loudly(work, &format!("glass/{subject}"), &caller.id, &says).await
}
