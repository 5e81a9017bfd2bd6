//! Somebody leaves: what they asked for is withdrawn, what they can do ends, and what they have goes to others.

use super::{World, quotas, work::Work};
use crate::{
    domain::{
        Change,
        audit::{Actor, Fact},
        ids::{EnvName, Lane, PersonId},
        lease::Lease,
        person::{Person, Role},
    },
    ports::store::Stored,
    until_saved,
};

/// What became of what somebody had.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Left {
    /// Requests that were withdrawn.
    pub withdrawn: Vec<EnvName>,
    /// Environments, and whose they are now.
    pub handed: Vec<(EnvName, PersonId)>,
    /// Environments that nobody could take.
    pub kept: Vec<EnvName>,
}

/// Ends everything that somebody who is no longer active had. Doing it twice is doing it once, so it is done again
/// at every start, for whatever a crash left half done.
///
/// # Errors
/// When the database fails, or somebody else was faster.
pub async fn everything(work: &mut Work<'_>, person: &Person, actor: &Actor) -> Stored<Left> {
    let mut left = Left::default();
    for request in work.tx.open_requests(Some(&person.id)).await? {
        let name = request.name.clone();
        // Only their own wish withdraws a request, and theirs ends with them.
        if let Ok((mut request, change)) = request.withdraw(&person.id, work.now) {
            work.save_request(&mut request, change, actor).await?;
            left.withdrawn.push(name);
        }
    }
    for wish in work.tx.open_wishes(Some(&person.id)).await? {
        let (mut wish, change) = wish.lapse(work.now);
        quotas::save_wish(work, &mut wish, change, actor).await?;
    }
    let people = work.tx.people().await?;
    for lease in work.tx.live_leases(Some(&person.id)).await? {
        let request = work.tx.request(&lease.request).await?;
        let team = request.and_then(|request| request.team);
        match heir(&people, person, team.as_deref()) {
            Some(heir) => {
                left.handed.push((lease.name.clone(), heir.clone()));
                hand_over(work, lease, heir, actor).await?;
            }
            None => {
                left.kept.push(lease.name.clone());
                shut(work, lease, actor).await?;
            }
        }
    }
    for token in work.tx.tokens_of(&person.id).await? {
        work.tx.delete_token(&token.id).await?;
    }
    work.tx.forget_accounts(&person.id).await?;
    work.tx.forget_codes(&person.id).await?;
    work.tx.end_delegation(&person.id).await?;
    Ok(left)
}

/// Who takes over what somebody had: an approver of the team that it is for, else an admin of it, else an admin, else
/// any approver; the first by handle.
fn heir(people: &[Person], from: &Person, team: Option<&str>) -> Option<PersonId> {
    let has = |person: &&Person, role| person.active && person.id != from.id && person.roles.contains(&role);
    let of_team = |person: &&Person| match team {
        Some(team) => person.teams.contains(team),
        None => from.teams.iter().any(|team| person.teams.contains(team)),
    };
    let first = |role, team_only: bool| {
        people.iter().find(|person| has(person, role) && (!team_only || of_team(person)))
    };
    let heir = first(Role::Approver, true)
        .or_else(|| first(Role::Admin, true))
        .or_else(|| first(Role::Admin, false))
        .or_else(|| first(Role::Approver, false));
    heir.map(|person| person.id.clone())
}

async fn hand_over(work: &mut Work<'_>, lease: Lease, to: PersonId, actor: &Actor) -> Stored<()> {
    // Whoever takes over would decide what their predecessor asked for: nobody decides for themselves.
    if let Some(asked) = lease.asked.clone()
        && let Some(extension) = work.tx.extension(&asked).await?
    {
        let mut extension = extension.lapse(work.now);
        let show = Change::none().effect(extension.show()).fact(Fact::ExtensionLapsed);
        work.save_extension(&mut extension, show, actor).await?;
    }
    let lease = Lease { asked: None, ..lease };
    let (mut lease, change) = lease.hand_over(to);
    work.save_lease(&mut lease, change, actor).await
}

/// Nobody can take it: it stays, and nobody's key opens it any more. Its end is told to DevOps as ever.
async fn shut(work: &mut Work<'_>, mut lease: Lease, actor: &Actor) -> Stored<()> {
    match lease.let_in_anew() {
        Some(keys) => work.save_lease(&mut lease, Change::none().effect(keys), actor).await,
        None => Ok(()),
    }
}

/// Notes that somebody left, and ends what they had.
///
/// # Errors
/// As [`everything`].
pub async fn noted(work: &mut Work<'_>, person: &Person, reason: &str, actor: &Actor) -> Stored<Left> {
    let fact = Fact::PersonLeft { reason: reason.to_owned() };
    about(work, person, fact, actor).await?;
    everything(work, person, actor).await
}

/// Writes an entry about somebody.
pub(super) async fn about(work: &mut Work<'_>, person: &Person, fact: Fact, actor: &Actor) -> Stored<()> {
    let (lane, about) = (Lane::of(&person.id), format!("@{}", person.handle));
    work.follow_in(&lane, &about, Change::none().fact(fact), actor).await
}

/// Ends what people who are not active still have, each in one transaction of their own.
///
/// # Errors
/// When the database fails.
pub async fn sweep(world: &World) -> Stored<()> {
    let people = Work::look(world).await?.tx.people().await?;
    for person in people.iter().filter(|person| !person.active && !person.standing.erased) {
        until_saved!(once(world, person))?;
    }
    Ok(())
}

async fn once(world: &World, person: &Person) -> Stored<()> {
    let mut work = Work::begin(world).await?;
    let Some(person) = work.tx.person(&person.id).await?.filter(|person| !person.active) else {
        return Ok(());
    };
    let left = everything(&mut work, &person, &Actor::Outside).await?;
    if left.withdrawn.len() + left.handed.len() > 0 {
        tracing::info!(person = %person.id, withdrawn = left.withdrawn.len(), handed = left.handed.len(),
            "what somebody had who is no longer active has ended or gone to others");
    }
    if !left.kept.is_empty() {
        tracing::warn!(person = %person.id, environments = left.kept.len(),
            "nobody is there who could take over the environments of somebody who left");
    }
    work.commit().await
}
