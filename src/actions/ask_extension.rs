//! `/env extend`: the owner asks for more time, once, with a reason.

use commands::EnvExtend;

use super::{
    Answer, access,
    request_environment::bounded,
    work::{Stop, Work},
};
use crate::{
    cards::answer,
    domain::{
        Change,
        approval::Ballot,
        audit::Actor,
        extension::{Extension, ExtensionState},
        ids::ExtensionId,
        person::Person,
        refusal::Refusal,
        request::Waiting,
    },
    ports::chat::{Text, Tone},
    values,
};

/// Checks that the extension would be possible, and asks the approvers.
pub async fn ask(work: &mut Work<'_>, caller: &Person, asked: EnvExtend) -> Result<Answer, Stop> {
    let mut lease = access::owned(work, caller, &asked.name, "extend").await?;
    lease.check_extension(asked.by, work.now)?;
    let reason = bounded("reason", asked.reason)?;
    let people = work.tx.people().await?;
    if !people.iter().any(|person| person.may_decide() && person.id != caller.id) {
        return Err(Refusal::NobodyCanApprove.into());
    }
    let mut extension = Extension {
        id: ExtensionId::new(work.world.ids.next()),
        lease: lease.id.clone(),
        request: lease.request.clone(),
        name: lease.name.clone(),
        asked_by: caller.id.clone(),
        by: asked.by.into(),
        reason,
        ballot: Ballot::default(),
        created_at: work.now,
        state: ExtensionState::Pending(Waiting::from(work.now, &work.world.policy.patience)),
        version: 0,
    };
    let actor = Actor::Person(caller.id.clone());
    work.tx.insert_extension(&mut extension).await?;
    lease.asked = Some(extension.id.clone());
    work.save_lease(&mut lease, Change::none(), &actor).await?;
    work.follow(&lease.name, &lease.request, extension.asked(), &actor).await?;
    let words = Text::plain(format!("Asked for {} more for ", values::say_span(asked.by)))
        .strong(lease.name.as_str())
        .and(". An approver decides; you will be told.");
    Ok(Answer::Say(answer::say(words, Tone::Good)))
}
