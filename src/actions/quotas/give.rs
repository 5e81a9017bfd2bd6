//! `/quota set`, `/quota grant` and `/quota revoke`.

use commands::{QuotaGrant, QuotaRevoke, QuotaSet};

use super::{
    super::{
        Answer,
        request_environment::bounded,
        work::{Stop, Work},
    },
    lock, seen, standing, tell, who,
};
use crate::{
    cards::{answer, quota},
    domain::{
        Change, Instant,
        access::Verb,
        announcement::{Announcement, Hearer, Saying},
        audit::{Actor, Fact},
        effect::Effect,
        ids::{GrantId, Lane, PersonId, WishId},
        person::Person,
        quota::{
            Amounts, Resource, Scope,
            grant::{Grant, GrantState},
        },
        refusal::Refusal,
    },
    ports::{
        chat::{Text, Tone},
        store::Stored,
    },
    values,
};

/// `/quota set`: an admin sets limits, or takes them away.
///
/// # Errors
/// [`Stop::Denied`], [`Refusal::Stale`] when other limits were seen, and those of the word that says whose.
pub async fn set(work: &mut Work<'_>, caller: &Person, asked: QuotaSet) -> Result<Answer, Stop> {
    let scope = who::scope(work, caller, &asked.who).await?;
    who::ensure(work, caller, Verb::SetQuota, &scope).await?;
    lock(work, &scope).await?;
    if let Some(seen) = &asked.version
        && *seen != seen::version_of(&seen::permanent(work, &scope).await?)
    {
        return Err(Refusal::Stale.into());
    }
    let mut change = Change::none();
    for (word, limit) in &asked.limits {
        let resource = Resource::parse(word).ok_or_else(|| super::broken("a limit on something unknown"))?;
        let limit = limit.map(|limit| counted(resource, limit));
        work.tx.set_limit(&scope, resource, limit).await?;
        change = change.fact(Fact::QuotaSet { resource, limit });
    }
    let about = who::about(work, &scope).await?;
    let lane = Lane::of(format!("quota/{}", scope.word()));
    work.follow_in(&lane, &about, change, &Actor::Person(caller.id.clone())).await?;
    let people = work.people().await?;
    let standing = standing(work, &scope).await?;
    Ok(Answer::Say(quota::set(&standing, &people)))
}

/// An amount as the domain counts it, of a number as the command gives it.
fn counted(resource: Resource, amount: u64) -> u64 {
    let most = i64::MAX as u64;
    match resource {
        Resource::LeaseTime => amount.saturating_mul(3600).min(most),
        _ => amount.min(most),
    }
}

/// What a command says of how much, as amounts.
pub(super) fn amounts(given: &[(&'static str, u64)]) -> Amounts {
    let read = |(word, amount): &(&str, u64)| Resource::parse(word).map(|resource| (resource, *amount));
    given.iter().filter_map(read).fold(Amounts::default(), |amounts, (resource, amount)| {
        amounts.with(resource, counted(resource, amount))
    })
}

/// `/quota grant`: an approver or an admin gives more for a while; nobody but an admin to themselves.
///
/// # Errors
/// [`Stop::Denied`], [`Refusal::EndInThePast`], [`Refusal::EndBeforeBegin`],
/// [`Refusal::NoLimit`] where there is no limit that it could add to.
pub async fn grant(work: &mut Work<'_>, caller: &Person, asked: QuotaGrant) -> Result<Answer, Stop> {
    let scope = who::scope(work, caller, &asked.who).await?;
    who::ensure(work, caller, Verb::GiveQuota, &scope).await?;
    let amounts = amounts(&asked.amounts);
    let from = asked.from.unwrap_or(work.now).max(work.now);
    check(work, &scope, &amounts, from, asked.until).await?;
    let reason = asked.reason.map(|reason| bounded("reason", reason)).transpose()?;
    let given = New { scope: scope.clone(), amounts, from, until: asked.until, reason, wish: None };
    let id = GrantId::new(work.world.ids.next());
    make(work, id.clone(), given, &caller.id).await?;
    if let Scope::Person(person) = &scope
        && *person != caller.id
    {
        let says = Saying::QuotaGiven { amounts, from, until: asked.until, by: caller.id.clone() };
        let announcement =
            Announcement { to: Hearer::Person(person.clone()), key: format!("{id}/given"), says };
        let change = Change::none().effect(Effect::Inform { announcement });
        work.follow_in(&Lane::of(&id), "", change, &Actor::Person(caller.id.clone())).await?;
    }
    let people = work.people().await?;
    let words = quota::named(Text::default(), &scope, &people)
        .and(format!(" may hold {} more from ", values::say_amounts(&amounts)))
        .time(from)
        .and(" until ")
        .time(asked.until)
        .and(". Taken back with ")
        .code(format!("/quota revoke {id}"))
        .and(".");
    Ok(Answer::Say(answer::say(words, Tone::Good)))
}

/// Whether so much more could be given for that time.
pub(super) async fn check(
    work: &mut Work<'_>,
    scope: &Scope,
    amounts: &Amounts,
    from: Instant,
    until: Instant,
) -> Result<(), Stop> {
    if until <= work.now {
        return Err(Refusal::EndInThePast { until }.into());
    }
    if until <= from {
        return Err(Refusal::EndBeforeBegin { from, until }.into());
    }
    let limits = super::limits(work, scope).await?;
    match amounts.each().find(|(resource, _)| limits.of(*resource).is_none()) {
        Some((resource, _)) => Err(Refusal::NoLimit { scope: scope.clone(), resource }.into()),
        None => Ok(()),
    }
}

/// What a new grant gives.
pub(super) struct New {
    pub(super) scope: Scope,
    pub(super) amounts: Amounts,
    pub(super) from: Instant,
    pub(super) until: Instant,
    pub(super) reason: Option<String>,
    pub(super) wish: Option<WishId>,
}

/// Makes a grant.
pub(super) async fn make(work: &mut Work<'_>, id: GrantId, new: New, by: &PersonId) -> Stored<()> {
    lock(work, &new.scope).await?;
    let mut grant = Grant {
        id,
        scope: new.scope,
        amounts: new.amounts,
        from: new.from,
        until: new.until,
        by: by.clone(),
        reason: new.reason,
        wish: new.wish,
        created_at: work.now,
        state: GrantState::Given,
        version: 0,
    };
    work.tx.insert_grant(&mut grant).await?;
    work.touched = Some(grant.id.as_str().to_owned());
    let fact = Fact::QuotaGranted {
        grant: grant.id.clone(),
        amounts: grant.amounts,
        from: grant.from,
        until: grant.until,
        reason: grant.reason.clone(),
    };
    let about = who::about(work, &grant.scope).await?;
    work.follow_in(&Lane::of(&grant.id), &about, Change::none().fact(fact), &Actor::Person(by.clone())).await
}

/// `/quota revoke`: a temporary quota is taken back. Nothing is deleted; it only stops new requests.
///
/// # Errors
/// [`Stop::Denied`], [`Refusal::NoSuchGrant`], [`Refusal::GrantOver`] when it is over.
pub async fn revoke(work: &mut Work<'_>, caller: &Person, asked: QuotaRevoke) -> Result<Answer, Stop> {
    let found = match GrantId::parse(&asked.grant) {
        Some(id) => work.tx.grant(&id).await?,
        None => None,
    };
    let Some(grant) = found else { return Err(Refusal::NoSuchGrant { id: asked.grant }.into()) };
    who::ensure(work, caller, Verb::GiveQuota, &grant.scope).await?;
    lock(work, &grant.scope).await?;
    let mut grant = grant.revoke(&caller.id, work.now)?;
    work.tx.save_grant(&mut grant).await?;
    work.touched = Some(grant.id.as_str().to_owned());
    let change = Change::none().fact(Fact::QuotaRevoked { grant: grant.id.clone() });
    tell::ended(work, &grant, change, &Actor::Person(caller.id.clone())).await?;
    let people = work.people().await?;
    let words = Text::plain(format!("{} is over: ", grant.id));
    let words = quota::named(words, &grant.scope, &people)
        .and(format!(" may hold {} less from now on.", values::say_amounts(&grant.amounts)));
    Ok(Answer::Say(answer::say(words, Tone::Good)))
}
