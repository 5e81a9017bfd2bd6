//! `/env release`: the owner, or an admin, gives an environment back now.

use super::{
    Answer, access,
    work::{Stop, Work},
};
use crate::{
    cards::answer,
    domain::{access::Verb, audit::Actor, person::Person},
    ports::chat::{Text, Tone},
};

/// Begins the purge.
pub async fn release(work: &mut Work<'_>, caller: &Person, name: &str) -> Result<Answer, Stop> {
    let lease = access::lease(work, caller, name, Verb::Release).await?;
    let (mut lease, change) = lease.release(&format!("@{}", caller.handle), work.now)?;
    work.save_lease(&mut lease, change, &Actor::Person(caller.id.clone())).await?;
    let words = Text::plain("You released ").strong(name).and(". Everything in it is being purged.");
    Ok(Answer::Say(answer::say(words, Tone::Good)))
}
