//! `/env retry`: another try of the step that is stuck, by the owner or by DevOps.

use super::{
    Answer, access,
    work::{Stop, Work},
};
use crate::{
    cards::answer,
    domain::{access::Verb, audit::Actor, person::Person},
    ports::chat::{Text, Tone},
};

/// Tries again.
pub async fn retry(work: &mut Work<'_>, caller: &Person, name: &str) -> Result<Answer, Stop> {
    let lease = access::lease(work, caller, name, Verb::Retry).await?;
    let (mut lease, change) = lease.retry(work.now)?;
    work.save_lease(&mut lease, change, &Actor::Person(caller.id.clone())).await?;
    let words = Text::plain("Trying ").strong(name).and(" again.");
    Ok(Answer::Say(answer::say(words, Tone::Working)))
}
