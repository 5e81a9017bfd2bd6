//! Somebody comes by a chat platform that vouches for them: who are they to us, and may they come in?

use std::collections::BTreeSet;

use chrono_tz::Tz;

use super::{World, leave, work::Work};
use crate::{
    cards::{self, answer},
    domain::{
        Instant,
        audit::Actor,
        ids::PersonId,
        person::{Membership, Origin, Person, Role},
        refusal::Refusal,
    },
    ports::{
        chat::{Message, Platform, Workspace},
        store::{Account, Stored},
    },
    until_saved,
};

/// An account as the platform describes it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Where it is an account.
    pub workspace: Workspace,
    /// The platform's id of it.
    pub id: String,
    /// What it is there.
    pub membership: Membership,
    /// The name to show.
    pub name: String,
    /// The short name, as a wish: it is changed when somebody else has it.
    pub handle: String,
    /// The handle under which the configuration lists this very account.
    pub listed: Option<String>,
    /// Their address, when the platform shows it.
    pub email: Option<String>,
    /// Whether their address may say who they are.
    pub by_email: bool,
    /// Their time zone, when the platform knows it.
    pub zone: Option<Tz>,
}

/// Who may come in without being listed in the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Newcomers {
    /// Every full member whose address is of an allowed domain: as a developer, who may ask.
    #[default]
    Members,
    /// Nobody.
    Nobody,
}

/// Links an account to the person of its address, who is made if newcomers may come, and remembers what the
/// platform said. The answer for somebody who is not admitted says why.
///
/// # Errors
/// When the database fails.
pub async fn admit(
    world: &World,
    described: &Described,
    newcomers: Newcomers,
) -> Stored<Result<PersonId, Message>> {
    let admitted = until_saved!(once(world, described, newcomers))?;
    Ok(admitted
        .map_err(|refusal| answer::refused(&cards::refusal::say(&refusal, &cards::People::default()), None)))
}

async fn once(
    world: &World,
    described: &Described,
    newcomers: Newcomers,
) -> Stored<Result<PersonId, Refusal>> {
    let mut work = Work::begin(world).await?;
    if described.membership == Membership::Left {
        may_have_left(&mut work, described).await?;
    }
    let admitted = find_or_make(&mut work, described, newcomers).await?;
    remember(&mut work, described, admitted.as_ref().ok().cloned(), None).await?;
    work.commit().await?;
    Ok(admitted)
}

/// Remembers whose the account is, and what the platform said of it. `linked_at` is this moment when a code says
/// whose it is; what a code said before stays as long as the account is the same person's.
pub(super) async fn remember(
    work: &mut Work<'_>,
    described: &Described,
    person: Option<PersonId>,
    linked_at: Option<Instant>,
) -> Stored<()> {
    let known = work.tx.account(&described.workspace, &described.id).await?;
    let known = known.filter(|known| known.person.is_some() && known.person == person);
    let account = Account {
        workspace: described.workspace.clone(),
        id: described.id.clone(),
        membership: described.membership,
        linked_at: linked_at.or(known.as_ref().and_then(|known| known.linked_at)),
        direct: known.and_then(|known| known.direct),
        person,
        checked_at: work.now,
    };
    work.tx.save_account(&account).await
}

/// The person whom somebody linked to this very account: the configuration, or a code.
async fn linked(work: &mut Work<'_>, described: &Described, same: Option<&Person>) -> Stored<Option<Person>> {
    if let Some(handle) = &described.listed {
        return work.tx.person_by_handle(handle).await;
    }
    // Where the platform shows an address that is somebody's, that decides, each time anew.
    let known = work.tx.account(&described.workspace, &described.id).await?;
    let Some(account) = known.filter(|_| same.is_none()) else { return Ok(None) };
    let Some(person) = account.person else { return Ok(None) };
    let person = work.tx.person(&person).await?;
    // Where addresses say nothing, whoever came by this account before is known by it.
    let theirs = |person: &Person| person.origin == Origin::Chat && !described.by_email;
    Ok(person.filter(|person| account.linked_at.is_some() || theirs(person)))
}

/// The platform says that the account was closed: somebody who is known by nothing else has left.
async fn may_have_left(work: &mut Work<'_>, described: &Described) -> Stored<()> {
    let account = work.tx.account(&described.workspace, &described.id).await?;
    let Some(id) = account.and_then(|account| account.person) else { return Ok(()) };
    let Some(person) = work.tx.person(&id).await? else { return Ok(()) };
    let elsewhere = work.tx.accounts_of(&id).await?.iter().any(|account| account.id != described.id);
    if person.origin != Origin::Chat || !person.active || elsewhere {
        return Ok(());
    }
    let person = Person { active: false, ..person };
    work.tx.save_person(&person).await?;
    let reason = format!("their account on {} was closed", described.workspace.platform.word());
    leave::noted(work, &person, &reason, &Actor::Outside).await?;
    Ok(())
}

async fn find_or_make(
    work: &mut Work<'_>,
    described: &Described,
    newcomers: Newcomers,
) -> Stored<Result<PersonId, Refusal>> {
    let people = work.tx.people().await?;
    let same = |person: &&Person| {
        described.email.as_ref().is_some_and(|email| person.email.eq_ignore_ascii_case(email))
    };
    let holder = people.iter().find(same);
    // Only a full member's address says who they are, and only where that is wanted.
    let known = holder.filter(|_| described.by_email && described.membership == Membership::Member);
    if let Some(person) = linked(work, described, known).await? {
        if let Err(refusal) = described.membership.admits(true) {
            return Ok(Err(refusal));
        }
        return Ok(if person.active { Ok(person.id) } else { Err(Refusal::Unknown) });
    }
    if let Err(refusal) = described.membership.admits(false) {
        return Ok(Err(refusal));
    }
    let Some(email) = &described.email else {
        return Ok(Err(match described.workspace.platform {
            Platform::Discord => Refusal::NotLinked { account: described.id.clone() },
            Platform::Slack | Platform::Console | Platform::Api => Refusal::NoAddress,
        }));
    };
    let Some(known) = known else {
        if holder.is_some() {
            return Ok(Err(Refusal::NotLinked { account: described.id.clone() }));
        }
        return newcomer(work, described, email, newcomers, &people).await;
    };
    // Whoever only left the platform, and is a full member again, is back.
    let back = known.origin == Origin::Chat && known.standing.removed.is_none() && !known.standing.erased;
    if !known.active && !back {
        return Ok(Err(Refusal::Unknown));
    }
    let mut person = Person { active: true, ..known.clone() };
    // What the configuration says about somebody counts more; of UTC it may just have said nothing.
    if person.origin == Origin::Chat {
        person.name.clone_from(&described.name);
    }
    if person.origin == Origin::Chat || person.zone == Tz::UTC {
        person.zone = described.zone.unwrap_or(person.zone);
    }
    if person != *known {
        work.tx.save_person(&person).await?;
    }
    Ok(Ok(person.id))
}

async fn newcomer(
    work: &mut Work<'_>,
    described: &Described,
    email: &str,
    newcomers: Newcomers,
    people: &[Person],
) -> Stored<Result<PersonId, Refusal>> {
    if newcomers == Newcomers::Nobody {
        return Ok(Err(Refusal::Unknown));
    }
    let person = Person {
        id: PersonId::new(work.world.ids.next()),
        handle: free_handle(&described.handle, people),
        name: described.name.clone(),
        email: email.to_owned(),
        zone: described.zone.unwrap_or(Tz::UTC),
        roles: [Role::Developer].into(),
        teams: BTreeSet::new(),
        active: true,
        origin: Origin::Chat,
        standing: Default::default(),
    };
    if let Err(refusal) = work.world.policy.admits(&person) {
        return Ok(Err(refusal));
    }
    work.tx.save_person(&person).await?;
    tracing::info!(handle = person.handle, "somebody new came by a chat platform");
    Ok(Ok(person.id))
}

/// The wish, in the letters of handles; with a number behind it when somebody has it already.
pub(super) fn free_handle(wish: &str, people: &[Person]) -> String {
    let letters = wish.to_lowercase();
    let letters =
        letters.chars().filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(*c));
    let letters: String = letters.skip_while(|c| !c.is_ascii_lowercase()).take(28).collect();
    let base = if letters.is_empty() { "somebody".to_owned() } else { letters };
    let taken = |handle: &str| people.iter().any(|person| person.handle == handle);
    if !taken(&base) {
        return base;
    }
    let numbered = (2..).map(|number| format!("{base}-{number}"));
    numbered.into_iter().find(|handle| !taken(handle)).unwrap_or(base)
}
