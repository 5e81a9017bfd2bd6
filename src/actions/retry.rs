//! `/env retry`: another try of the step that is stuck, by the owner or by DevOps.

use super::{
    Answer, access,
    work::{Stop, Work},
};
use crate::{
    cards::answer,
    domain::{audit::Actor, person::Person, refusal::Refusal},
    ports::chat::{Text, Tone},
};

/// Tries again.
pub async fn retry(work: &mut Work<'_>, caller: &Person, name: &str) -> Result<Answer, Stop> {
    let request = access::visible(work, caller, name).await?;
    let Some(lease) = work.tx.lease_of_request(&request.id).await? else {
        let state = request.state.word().to_owned();
        return Err(Refusal::WrongState { tried: "retry".to_owned(), state }.into());
    };
    let (mut lease, change) = lease.retry(work.now)?;
    work.save_lease(&mut lease, change, &Actor::Person(caller.id.clone())).await?;
    let words = Text::plain("Trying ").strong(name).and(" again.");
    Ok(Answer::Say(answer::say(words, Tone::Working)))
}
