//! Changes that people make to what is theirs by naming the new value: their own profile, the reason of a request.
//! The version that the changer saw guards each.

use chrono_tz::Tz;

use super::{
    Caller, World,
    access::visible,
    request_environment::bounded,
    secrets,
    work::{Stop, Work},
};
use crate::{
    domain::{
        Change,
        audit::{Actor, Fact, NewEntry},
        ids::{PersonId, RequestId},
        person::Person,
        refusal::Refusal,
        request::{Request, RequestState},
        token::Scope,
    },
    ports::store::StoreError,
    until_saved,
};

/// The most characters of a name.
pub const NAME_MOST: u32 = 100;

/// What somebody changes about themselves; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// The name that is shown.
    pub name: Option<String>,
    /// The zone in which times are shown to them and read from them.
    pub zone: Option<Tz>,
}

/// Why a change was not made.
#[derive(Debug)]
pub enum Unchanged {
    /// It is not as the changer saw it any more.
    Outdated,
    /// As for any action.
    Stopped(Stop),
}

impl<E: Into<Stop>> From<E> for Unchanged {
    fn from(error: E) -> Self {
        Self::Stopped(error.into())
    }
}

/// What a person's record is compared by, since it carries no version.
pub fn version_of(person: &Person) -> String {
    let text = serde_json::to_string(person).unwrap_or_default();
    secrets::digest(&text).chars().take(12).collect()
}

/// Changes the caller's own profile, if it is still as they saw it.
///
/// # Errors
/// [`Unchanged`].
pub async fn profile(
    world: &World,
    caller: &Caller,
    id: &PersonId,
    seen: Option<&str>,
    wanted: &Profile,
) -> Result<Person, Unchanged> {
    until_saved!(settled(profile_once(world, caller, id, seen, wanted)))?
}

async fn profile_once(
    world: &World,
    caller: &Caller,
    id: &PersonId,
    seen: Option<&str>,
    wanted: &Profile,
) -> Result<Person, Unchanged> {
    let mut work = Work::begin(world).await?;
    may_use(caller)?;
    if *id != caller.id {
        let refusal = Refusal::NotYours { name: id.as_str().to_owned() };
        let stop = match work.tx.person(id).await? {
            Some(other) => Stop::Denied { refusal, about: format!("@{}", other.handle), tried: "change" },
            None => Stop::Refused(refusal),
        };
        return Err(stop.into());
    }
    let Some(mut person) = work.tx.person(id).await?.filter(|person| person.active) else {
        return Err(Refusal::Unknown.into());
    };
    if seen.is_some_and(|seen| seen != version_of(&person)) {
        return Err(Unchanged::Outdated);
    }
    if let Some(name) = &wanted.name {
        if name.chars().count() > NAME_MOST as usize {
            return Err(Refusal::TooMuchText { field: "name".to_owned(), most: NAME_MOST }.into());
        }
        person.name.clone_from(name);
    }
    person.zone = wanted.zone.unwrap_or(person.zone);
    work.tx.save_person(&person).await?;
    let about = format!("@{}", person.handle);
    let actor = Actor::Person(person.id.clone());
    work.tx.record(&NewEntry { at: work.now, actor, about, fact: Fact::ProfileChanged }).await?;
    work.commit().await?;
    Ok(person)
}

/// Gives a request another reason, or none, if it is still as the caller saw it and nobody reviewed it.
///
/// # Errors
/// [`Unchanged`].
pub async fn reason(
    world: &World,
    caller: &Caller,
    id: &RequestId,
    seen: Option<&str>,
    wanted: Option<String>,
) -> Result<Request, Unchanged> {
    until_saved!(settled(reason_once(world, caller, id, seen, wanted.clone())))?
}

async fn reason_once(
    world: &World,
    caller: &Caller,
    id: &RequestId,
    seen: Option<&str>,
    wanted: Option<String>,
) -> Result<Request, Unchanged> {
    let mut work = Work::begin(world).await?;
    may_use(caller)?;
    let Some(person) = caller.person(&mut work).await? else { return Err(Refusal::Unknown.into()) };
    let name = work.tx.request(id).await?.map(|request| request.name);
    let name = name.as_ref().map_or(id.as_str(), |name| name.as_str());
    let mut request = visible(&mut work, &person, name).await?;
    if request.requester != person.id {
        let refusal = Refusal::NotYours { name: name.to_owned() };
        return Err(Stop::Forbidden { refusal, name: request.name, tried: "change" }.into());
    }
    if seen.is_some_and(|seen| seen != request.version.to_string()) {
        return Err(Unchanged::Outdated);
    }
    if !may_change_reason(&request) {
        let state = request.state.word().to_owned();
        return Err(Refusal::WrongState { tried: "change".to_owned(), state }.into());
    }
    let reason = wanted.map(|reason| bounded("reason", reason)).transpose()?;
    if reason == request.reason {
        return Ok(request);
    }
    request.reason.clone_from(&reason);
    let change = Change::none().effect(request.show()).fact(Fact::ReasonChanged { reason });
    work.save_request(&mut request, change, &Actor::Person(person.id)).await?;
    work.commit().await?;
    Ok(request)
}

/// Whether its reason can be another: nobody decided, and nobody read the old one in order to decide.
pub fn may_change_reason(request: &Request) -> bool {
    matches!(request.state, RequestState::Analysing | RequestState::Pending(_))
        && request.ballot.reviews.is_empty()
}

fn may_use(caller: &Caller) -> Result<(), Refusal> {
    match &caller.scopes {
        Some(scopes) if !scopes.contains(&Scope::Use) => Err(Refusal::OutOfScope { needs: Scope::Use }),
        _ => Ok(()),
    }
}

/// Takes a conflict out, so that it is done again.
async fn settled<T>(
    once: impl Future<Output = Result<T, Unchanged>>,
) -> Result<Result<T, Unchanged>, StoreError> {
    match once.await {
        Err(Unchanged::Stopped(Stop::Store(StoreError::Conflict))) => Err(StoreError::Conflict),
        other => Ok(other),
    }
}
