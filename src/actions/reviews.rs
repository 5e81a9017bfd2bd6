//! What every decision needs: who reviews at this moment, and whether anybody could.

use super::work::{Stop, Work};
use crate::domain::{
    Change,
    announcement::{Announcement, Hearer, Saying},
    approval::{Asked, Ballot, Group, Voter},
    effect::Effect,
    ids::{EnvName, Lane, PersonId},
    person::Person,
    refusal::Refusal,
};
use crate::ports::store::Stored;

/// Somebody as a voter: with those in whose stead they review at this moment.
pub async fn voter(work: &mut Work<'_>, caller: &Person) -> Stored<Voter> {
    let mut delegators = Vec::new();
    for delegation in work.tx.delegations_to(&caller.id, work.now).await? {
        delegators.extend(work.tx.person(&delegation.from).await?.filter(|person| person.active));
    }
    Ok(Voter { person: caller.clone(), delegators })
}

/// Refuses what nobody could ever approve.
///
/// # Errors
/// [`Refusal::NobodyCanApprove`] with the groups that lack people.
pub async fn ensure_possible(work: &mut Work<'_>, ballot: &Ballot, asked: Asked<'_>) -> Result<(), Stop> {
    let people = work.tx.people().await?;
    let lacks = ballot.lacks(&people, &work.world.policy.lent, asked);
    if lacks.is_empty() { Ok(()) } else { Err(Refusal::NobodyCanApprove { lacks }.into()) }
}

/// What must be told so that everybody of a group knows that their word is wanted. Those who read the approvers'
/// channel anyway are left out, unless it comes to them because nobody else answered.
pub async fn wanted(
    work: &mut Work<'_>,
    groups: &[Group],
    about: (&EnvName, &str),
    asked: Asked<'_>,
    late: bool,
) -> Stored<Change> {
    let (name, subject) = about;
    let mut change = Change::none();
    for person in work.tx.people().await? {
        let wanted = groups.iter().any(|group| group.has(&person, asked.team)) && person.id != *asked.by;
        if wanted && (late || !person.may_decide()) {
            let says = Saying::ReviewWanted { name: name.clone(), by: asked.by.clone(), late };
            let key = format!("wanted/{subject}/{}/{}", person.id, if late { "late" } else { "first" });
            change = change.effect(inform(Hearer::Person(person.id), key, says));
        }
    }
    Ok(change)
}

/// Tells it to everybody who decides, loudly: in the approvers' channel and each for themselves.
pub async fn loudly(work: &mut Work<'_>, key: &str, except: &PersonId, says: &Saying) -> Stored<Change> {
    let mut change = Change::none().effect(inform(Hearer::Approvers, key.to_owned(), says.clone()));
    for person in work.tx.people().await?.into_iter().filter(|person| person.may_decide()) {
        if person.id != *except {
            let key = format!("{key}/{}", person.id);
            change = change.effect(inform(Hearer::Person(person.id), key, says.clone()));
        }
    }
    Ok(change)
}

/// Tells it to one person.
pub async fn tell(work: &mut Work<'_>, to: &PersonId, key: String, says: Saying) -> Stored<()> {
    let change = Change::none().effect(inform(Hearer::Person(to.clone()), key, says));
    work.follow_in(&Lane::of(to), to.as_str(), change, &crate::domain::audit::Actor::Clock).await
}

fn inform(to: Hearer, key: String, says: Saying) -> Effect {
    Effect::Inform { announcement: Announcement { to, key, says } }
}
