//! `/env extend`: the owner asks for more time, once, with a reason.

use commands::EnvExtend;

use super::{
    Answer, access, quotas,
    request_environment::bounded,
    reviews,
    work::{Stop, Work},
};
use crate::{
    cards::answer,
    domain::{
        Change,
        access::Verb,
        approval::{Asked, Ballot, Group},
        audit::Actor,
        extension::{Extension, ExtensionState},
        ids::ExtensionId,
        person::Person,
        request::Waiting,
    },
    ports::chat::{Text, Tone},
    values,
};

/// Checks that the extension would be possible, and asks the approvers.
pub async fn ask(work: &mut Work<'_>, caller: &Person, asked: EnvExtend) -> Result<Answer, Stop> {
    let mut lease = access::lease(work, caller, &asked.name, Verb::Extend).await?;
    lease.check_extension(asked.by, work.now)?;
    let reason = bounded("reason", asked.reason)?;
    let template = work.world.templates.named(&lease.template);
    let ballot = Ballot::new(work.world.policy.rules.for_extension(template.as_deref()));
    let team = work.tx.request(&lease.request).await?.and_then(|request| request.team);
    let whose = Asked { by: &caller.id, team: team.as_deref() };
    reviews::ensure_possible(work, &ballot, whose).await?;
    let waiting = Waiting::from(work.now, &work.world.policy.patience).escalating(&ballot.rule, work.now);
    let mut extension = Extension {
        id: ExtensionId::new(work.world.ids.next()),
        lease: lease.id.clone(),
        request: lease.request.clone(),
        name: lease.name.clone(),
        asked_by: caller.id.clone(),
        by: asked.by.into(),
        reason,
        ballot,
        created_at: work.now,
        state: ExtensionState::Pending(waiting),
        version: 0,
    };
    let actor = Actor::Person(caller.id.clone());
    work.tx.insert_extension(&mut extension).await?;
    quotas::reserve_extension(work, &extension).await?;
    work.touched = Some(extension.id.as_str().to_owned());
    lease.asked = Some(extension.id.clone());
    work.save_lease(&mut lease, Change::none(), &actor).await?;
    let groups: Vec<Group> = extension.ballot.rule.needs.iter().map(|need| need.of.clone()).collect();
    let wanted = reviews::wanted(work, &groups, (&lease.name, extension.id.as_str()), whose, false).await?;
    work.follow(&lease.name, &lease.request, extension.asked().and(wanted), &actor).await?;
    let words = Text::plain(format!("Asked for {} more for ", values::say_span(asked.by)))
        .strong(lease.name.as_str())
        .and(". An approver decides; you will be told.");
    Ok(Answer::Say(answer::say(words, Tone::Good)))
}
