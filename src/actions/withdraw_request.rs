//! `/env withdraw`: the requester takes a request back before it is decided.

use super::{
    Answer, access,
    work::{Stop, Work},
};
use crate::{
    cards::answer,
    domain::{access::Verb, audit::Actor, person::Person},
    ports::chat::{Text, Tone},
};

/// Takes it back.
pub async fn withdraw(work: &mut Work<'_>, caller: &Person, name: &str) -> Result<Answer, Stop> {
    let request = access::request(work, caller, name, Verb::Withdraw).await?;
    let (mut request, change) = request.withdraw(&caller.id, work.now)?;
    work.save_request(&mut request, change, &Actor::Person(caller.id.clone())).await?;
    let words = Text::plain("You withdrew ").strong(name).and(".");
    Ok(Answer::Say(answer::say(words, Tone::Good)))
}
