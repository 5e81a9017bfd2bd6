//! `/env withdraw`: the requester takes a request back before it is decided.

use super::{
    Answer, access,
    work::{Stop, Work},
};
use crate::{
    cards::answer,
    domain::{audit::Actor, person::Person, refusal::Refusal},
    ports::chat::{Text, Tone},
};

/// Takes it back.
pub async fn withdraw(work: &mut Work<'_>, caller: &Person, name: &str) -> Result<Answer, Stop> {
    let request = access::visible(work, caller, name).await?;
    let named = request.name.clone();
    let (mut request, change) = match request.withdraw(&caller.id, work.now) {
        Err(refusal @ Refusal::NotYours { .. }) => {
            return Err(Stop::Forbidden { refusal, name: named, tried: "withdraw" });
        }
        other => other?,
    };
    work.save_request(&mut request, change, &Actor::Person(caller.id.clone())).await?;
    let words = Text::plain("You withdrew ").strong(name).and(".");
    Ok(Answer::Say(answer::say(words, Tone::Good)))
}
