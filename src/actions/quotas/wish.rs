//! `/quota request`, and the decision about it.

use commands::QuotaRequest;

use super::{
    super::{
        Answer, access,
        request_environment::bounded,
        reviews,
        work::{Stop, Work},
    },
    give, who,
};
use crate::{
    cards::{answer, quota},
    domain::{
        Change,
        access::Verb,
        approval::{Asked, Ballot, Tally},
        audit::Actor,
        ids::{GrantId, Lane, WishId},
        person::Person,
        platform::Platform,
        quota::{
            Scope,
            wish::{Wish, WishState},
        },
        refusal::Refusal,
        request::{Decision, Waiting},
        template::Value,
    },
    ports::{
        chat::{Text, Tone},
        store::Stored,
    },
    values,
};

/// Asks the approvers for more, for the caller and for a while.
///
/// # Errors
/// As for a grant, and [`Refusal::NobodyCanApprove`], [`Refusal::TooMany`].
pub async fn ask(work: &mut Work<'_>, caller: &Person, asked: QuotaRequest) -> Result<Answer, Stop> {
    work.world.policy.admits(caller)?;
    let scope = Scope::Person(caller.id.clone());
    let amounts = give::amounts(&asked.amounts);
    let from = asked.from.unwrap_or(work.now).max(work.now);
    give::check(work, &scope, &amounts, from, asked.until).await?;
    let reason = bounded("reason", asked.reason)?;
    let ballot = Ballot::new(work.world.policy.rules.quotas.clone());
    reviews::ensure_possible(work, &ballot, Asked { by: &caller.id, team: None }).await?;
    let most = work.world.policy.open_requests;
    if work.tx.open_wishes(Some(&caller.id)).await?.len() >= most as usize {
        let limit = Value::Number(i64::from(most));
        return Err(Refusal::TooMany { what: "undecided wishes for quota".to_owned(), limit }.into());
    }
    let waiting = Waiting::from(work.now, &work.world.policy.patience).no_longer_than(Some(asked.until));
    let mut wish = Wish {
        id: WishId::new(work.world.ids.next()),
        asked_by: caller.id.clone(),
        amounts,
        from: asked.from,
        until: asked.until,
        reason,
        ballot,
        created_at: work.now,
        state: WishState::Pending(waiting),
        version: 0,
    };
    let change = wish.asked();
    work.tx.insert_wish(&mut wish).await?;
    work.touched = Some(wish.id.as_str().to_owned());
    let about = who::about(work, &scope).await?;
    work.follow_in(&Lane::of(&wish.id), &about, change, &Actor::Person(caller.id.clone())).await?;
    let words = Text::plain(format!("Asked for {} more until ", values::say_amounts(&amounts)))
        .time(asked.until)
        .and(". An approver decides; you will be told.");
    Ok(Answer::Say(answer::say(words, Tone::Good)))
}

/// Somebody's review of a wish, `on` the platform of the press; `seen` is the version that their card showed.
///
/// # Errors
/// [`Refusal::Stale`], and those of the review.
pub async fn decide(
    work: &mut Work<'_>,
    caller: &Person,
    on: Platform,
    id: &WishId,
    seen: Option<u64>,
    decision: Decision,
) -> Result<Answer, Stop> {
    let Some(wish) = work.tx.wish(id).await? else {
        return Err(Refusal::NoSuch { name: id.to_string(), similar: None }.into());
    };
    let voter = reviews::voter(work, caller).await?;
    let whose = Asked { by: &wish.asked_by, team: None };
    if let Err(refusal @ (Refusal::NotApprover | Refusal::NotReviewer { .. })) =
        wish.ballot.may_review(&voter, whose)
    {
        let (about, tried) = (who::about(work, &wish.scope()).await?, access::tried(Verb::Decide));
        return Err(Stop::Denied { refusal, about, tried });
    }
    if wish.wakes_at().is_some() && !wish.ballot.is_current(seen, wish.version) {
        return Err(Refusal::Stale.into());
    }
    let rejected = match decision {
        Decision::Approve => None,
        Decision::Reject { reason } => Some(reason),
    };
    let verb = if rejected.is_some() { "rejected" } else { "approved" };
    let grant = GrantId::new(work.world.ids.next());
    let (mut wish, tally, change) = wish.review(&voter, on, rejected, grant.clone(), work.now)?;
    save(work, &mut wish, change, &Actor::Person(caller.id.clone())).await?;
    if tally == Tally::Approved {
        let given = give::New {
            scope: wish.scope(),
            amounts: wish.amounts,
            from: wish.begins(work.now),
            until: wish.until,
            reason: Some(wish.reason.clone()),
            wish: Some(wish.id.clone()),
        };
        give::make(work, grant, given, &caller.id).await?;
    }
    let people = work.people().await?;
    let words = people.mention(Text::plain(format!("You {verb} more quota for ")), &wish.asked_by);
    let (more, tone) = quota::decided(tally);
    Ok(Answer::Say(answer::say(words.and(more), tone)))
}

/// Saves a wish with what follows from it.
pub(in crate::actions) async fn save(
    work: &mut Work<'_>,
    wish: &mut Wish,
    change: Change,
    actor: &Actor,
) -> Stored<()> {
    work.tx.save_wish(wish).await?;
    let about = who::about(work, &wish.scope()).await?;
    work.follow_in(&Lane::of(&wish.id), &about, change, actor).await
}
