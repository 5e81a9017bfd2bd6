//! `/env delegate`: somebody reviews in the caller's stead while they are away.

use chrono::TimeDelta;
use commands::EnvDelegate;

use super::{
    Answer, access, reviews,
    work::{Stop, Work},
};
use crate::{
    cards::answer,
    domain::{
        Instant,
        announcement::Saying,
        approval::{Group, Rule},
        audit::{Actor, Fact, NewEntry},
        delegation::Delegation,
        person::Person,
        refusal::Refusal,
    },
    ports::chat::{Text, Tone},
};

/// The longest that somebody is away.
const LONGEST: TimeDelta = TimeDelta::days(92);

/// Begins or ends it.
pub async fn delegate(work: &mut Work<'_>, caller: &Person, asked: EnvDelegate) -> Result<Answer, Stop> {
    match asked.to {
        Some((who, until)) => begin(work, caller, who.trim_start_matches('@'), until).await,
        None => end(work, caller).await,
    }
}

async fn begin(work: &mut Work<'_>, caller: &Person, who: &str, until: Instant) -> Result<Answer, Stop> {
    if !reviews_anything(work, caller) {
        let about = format!("@{}", caller.handle);
        return Err(Stop::Denied { refusal: Refusal::NotApprover, about, tried: "decide" });
    }
    let delegate = access::somebody(work, caller, who).await?;
    if !delegate.active {
        return Err(Refusal::NoSuchPerson { handle: delegate.handle, similar: None }.into());
    }
    if delegate.id == caller.id {
        return Err(Refusal::OwnStead.into());
    }
    if until <= work.now {
        return Err(Refusal::EndInThePast { until }.into());
    }
    let latest = work.now + LONGEST;
    if until > latest {
        return Err(Refusal::AwayTooLong { latest }.into());
    }
    let (from, to) = (caller.id.clone(), delegate.id.clone());
    let delegation = Delegation { from, to: to.clone(), until, created_at: work.now };
    work.tx.save_delegation(&delegation).await?;
    record(work, caller, Fact::Delegated { to: to.clone(), until }).await?;
    let key = format!("delegated/{}/{}/{}", caller.id, to, work.now.timestamp_millis());
    let says = Saying::Delegated { from: caller.id.clone(), until };
    reviews::tell(work, &to, key, says).await?;
    let words =
        Text::default().person(&to, &delegate.handle).and(" reviews in your stead until ").time(until);
    let words = words.and(". `/env delegate off` ends it earlier.");
    Ok(Answer::Say(answer::say(words, Tone::Good)))
}

async fn end(work: &mut Work<'_>, caller: &Person) -> Result<Answer, Stop> {
    let present = work.tx.delegation_of(&caller.id).await?;
    if present.is_none_or(|delegation| delegation.until <= work.now) {
        return Ok(Answer::Say(answer::say("Nobody reviews in your stead.", Tone::Plain)));
    }
    work.tx.end_delegation(&caller.id).await?;
    record(work, caller, Fact::DelegationEnded).await?;
    Ok(Answer::Say(answer::say("You review yourself again; nobody does it in your stead.", Tone::Good)))
}

async fn record(work: &mut Work<'_>, caller: &Person, fact: Fact) -> Result<(), Stop> {
    let (at, actor) = (work.now, Actor::Person(caller.id.clone()));
    Ok(work.tx.record(&NewEntry { at, actor, about: format!("@{}", caller.handle), fact }).await?)
}

/// Whether somebody is in any group that reviews: as an approver, or because a rule names them.
pub(super) fn reviews_anything(work: &Work<'_>, caller: &Person) -> bool {
    let rules = &work.world.policy.rules;
    let named =
        |rule: &Rule| rule.groups().any(|group| matches!(group, Group::People(_)) && group.has(caller, None));
    let templates = work.world.templates.all();
    let own = |rule: &Option<Rule>| rule.as_ref().is_some_and(named);
    caller.may_decide()
        || [&rules.requests, &rules.extensions, &rules.quotas].into_iter().any(named)
        || templates
            .iter()
            .any(|template| own(&template.reviews.requests) || own(&template.reviews.extensions))
}
