//! Looking, for surfaces that show things themselves instead of messages: the same things that chat shows to the
//! same people, and what they may do with them now.

mod quotas;

use super::{
    Caller, World, access, delegate, reviews,
    work::{Stop, Work},
};
use crate::{
    domain::{
        access::{Verb, Whose, may},
        approval::Voter,
        audit::{Actor, Fact, NewEntry},
        extension::Extension,
        ids::{EnvName, ExtensionId, LeaseId, PersonId, RequestId},
        lease::Lease,
        person::Person,
        platform::Platform,
        refusal::Refusal,
        request::{Decision, Request},
        token::Scope,
    },
    ports::store::Stored,
    until_saved,
};

/// Somebody looks.
pub struct Looking<'a> {
    /// What is looked at, all at one moment.
    pub work: Work<'a>,
    /// Who looks, with every role that they have now.
    pub person: Person,
    voter: Voter,
    caller: Caller,
}

/// What somebody tried and may not, as it goes on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// What it was about: an environment's name, or `@` and a handle.
    pub about: String,
    /// What was tried, as in “tried to … it”.
    pub tried: &'static str,
    /// Why they may not, in words.
    pub why: String,
}

/// Puts on record what somebody tried while they looked, for surfaces that look by themselves. What an action refuses
/// is on record already.
///
/// # Errors
/// When the database fails.
pub async fn note(world: &World, who: &PersonId, tried: &Tried) -> Stored<()> {
    until_saved!(note_once(world, who, tried))
}

async fn note_once(world: &World, who: &PersonId, tried: &Tried) -> Stored<()> {
    let mut work = Work::begin(world).await?;
    let fact = Fact::Refused { tried: tried.tried.to_owned(), why: tried.why.clone() };
    let (at, actor) = (work.now, Actor::Person(who.clone()));
    work.tx.record(&NewEntry { at, actor, about: tried.about.clone(), fact }).await?;
    work.commit().await
}

impl<'a> Looking<'a> {
    /// Begins to look.
    ///
    /// # Errors
    /// [`Refusal::Unknown`], [`Refusal::OutOfScope`]; or the database fails.
    pub async fn begin(world: &'a World, caller: &Caller) -> Result<Self, Stop> {
        let looking = Self::after(world, caller).await?;
        if looking.reaches(Scope::Read) { Ok(looking) } else { Err(out_of(Scope::Read)) }
    }

    /// Looks at what the caller just did, which needs no right of its own.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub async fn after(world: &'a World, caller: &Caller) -> Result<Self, Stop> {
        let mut work = Work::look(world).await?;
        let Some(person) = caller.person(&mut work).await? else { return Err(Refusal::Unknown.into()) };
        let voter = reviews::voter(&mut work, &person).await?;
        Ok(Self { work, person, voter, caller: caller.clone() })
    }

    /// Whether the token is good for that.
    pub fn reaches(&self, scope: Scope) -> bool {
        self.caller.scopes.as_ref().is_none_or(|scopes| scopes.contains(&scope))
    }

    /// Whether they see everybody's things, not only their own.
    pub fn sees_all(&self) -> bool {
        may(&self.person, Verb::See, Whose::Other).is_ok()
    }

    /// Whether they see the whole audit log, not only what is about them and their environments.
    pub fn audits(&self) -> bool {
        may(&self.person, Verb::Audit, Whose::Other).is_ok()
    }

    /// Whether it is the story of somebody else's environment, which they see with it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sees_story(&mut self, about: &str) -> Stored<bool> {
        let Some(name) = EnvName::parse(about).filter(|_| self.sees_all()) else { return Ok(false) };
        Ok(self.work.tx.request_by_name(&name).await?.is_some())
    }

    /// Of whom lists tell: only of themselves, unless they see everybody's.
    pub fn whose(&self) -> Option<PersonId> {
        (!self.sees_all()).then(|| self.person.id.clone())
    }

    /// Whether it is theirs to see.
    pub fn sees(&self, owner: &PersonId) -> bool {
        *owner == self.person.id || self.sees_all()
    }

    /// Whether the table lets them do this with something of `owner`, and the token as well.
    fn can(&self, verb: Verb, owner: &PersonId, scope: Scope) -> bool {
        self.reaches(scope) && may(&self.person, verb, access::relation(&self.person, owner)).is_ok()
    }

    /// Whether they see what somebody may do, and how they are reached.
    pub fn sees_person(&self, person: &PersonId) -> bool {
        may(&self.person, Verb::People, access::relation(&self.person, person)).is_ok()
    }

    /// The same, for surfaces that refuse what is not to be seen.
    ///
    /// # Errors
    /// [`Stop::Denied`], which goes on record.
    pub fn ensure_sees_person(&self, person: &Person) -> Result<(), Stop> {
        let whose = access::relation(&self.person, &person.id);
        access::ensure(&self.person, Verb::People, whose, &format!("@{}", person.handle))
    }

    /// A request that they may see.
    ///
    /// # Errors
    /// [`Refusal::NoSuch`], on record when there is one; or the database fails.
    pub async fn request(&mut self, id: &str) -> Result<Request, Stop> {
        let found = match RequestId::parse(id) {
            Some(id) => self.work.tx.request(&id).await?,
            None => None,
        };
        let name = found.as_ref().map_or(id, |request| request.name.as_str());
        access::visible(&mut self.work, &self.person, name).await.map_err(|stop| gone(stop, id))
    }

    /// A lease that they may see.
    ///
    /// # Errors
    /// As [`Self::request`].
    pub async fn lease(&mut self, id: &str) -> Result<Lease, Stop> {
        let found = match LeaseId::parse(id) {
            Some(id) => self.work.tx.lease(&id).await?,
            None => None,
        };
        self.theirs(found, id)
    }

    /// The lease of an environment that they may see.
    ///
    /// # Errors
    /// As [`Self::request`].
    pub async fn environment(&mut self, name: &str) -> Result<Lease, Stop> {
        let found = match EnvName::parse(name) {
            Some(name) => self.work.tx.lease_by_name(&name).await?,
            None => None,
        };
        self.theirs(found, name)
    }

    fn theirs(&self, found: Option<Lease>, asked: &str) -> Result<Lease, Stop> {
        match found {
            Some(lease) if self.sees(&lease.owner) => Ok(lease),
            Some(lease) => Err(hidden(asked, lease.name)),
            None => Err(no_such(asked).into()),
        }
    }

    /// An extension that they may see, or decide.
    ///
    /// # Errors
    /// As [`Self::request`].
    pub async fn extension(&mut self, id: &str) -> Result<Extension, Stop> {
        let found = match ExtensionId::parse(id) {
            Some(id) => self.work.tx.extension(&id).await?,
            None => None,
        };
        let Some(extension) = found else { return Err(no_such(id).into()) };
        if self.sees(&extension.asked_by) {
            return Ok(extension);
        }
        let owner = self.work.tx.lease(&extension.lease).await?.map(|lease| lease.owner);
        let team = self.team_of(&extension).await?;
        let whose = extension.whose(team.as_deref());
        let decides = extension.ballot.may_review(&self.voter, whose).is_ok();
        if decides || owner.is_some_and(|owner| self.sees(&owner)) {
            return Ok(extension);
        }
        Err(hidden(id, extension.name))
    }

    /// For which team the environment of an extension is.
    async fn team_of(&mut self, extension: &Extension) -> Stored<Option<String>> {
        Ok(self.work.tx.request(&extension.request).await?.and_then(|request| request.team))
    }

    /// The lease of a request.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lease_of(&mut self, request: &RequestId) -> Stored<Option<Lease>> {
        self.work.tx.lease_of_request(request).await
    }

    /// Whether they may take a request back now.
    pub fn may_withdraw(&self, request: &Request) -> bool {
        self.can(Verb::Withdraw, &request.requester, Scope::Use)
            && request.clone().withdraw(&self.person.id, self.work.now).is_ok()
    }

    /// Whether they may take what is offered now.
    pub fn may_accept(&self, request: &Request) -> bool {
        self.can(Verb::Accept, &request.requester, Scope::Use)
            && request.clone().take(&self.person.id, self.work.now).is_ok()
    }

    /// Whether they may approve a request now, or offer less. Who decides, the request's rule says.
    pub fn may_approve(&self, request: &Request) -> bool {
        self.may_decide(request, Decision::Approve)
    }

    /// Whether they may reject a request now.
    pub fn may_reject(&self, request: &Request) -> bool {
        self.may_decide(request, Decision::Reject { reason: String::new() })
    }

    fn may_decide(&self, request: &Request, decision: Decision) -> bool {
        self.reaches(Scope::Review)
            && request.clone().review(&self.voter, Platform::Api, decision, self.work.now).is_ok()
    }

    /// Whether they may approve a request alone now, in an emergency.
    pub fn may_break_glass(&self, request: &Request) -> bool {
        let (reason, now) = (String::new(), self.work.now);
        self.reaches(Scope::Review)
            && request.clone().break_glass(&self.person, Platform::Api, reason, now).is_ok()
    }

    /// What they may do with an extension now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn may_with_extension(&mut self, extension: &Extension) -> Stored<MayWithExtension> {
        if extension.wakes_at().is_none() || !self.reaches(Scope::Review) {
            return Ok(MayWithExtension::default());
        }
        let team = self.team_of(extension).await?;
        let (team, on, now) = (team.as_deref(), Platform::Api, self.work.now);
        let review = |no| extension.clone().review(&self.voter, team, on, no, now).is_ok();
        let glass = extension.clone().break_glass(&self.person, team, on, String::new(), now);
        Ok(MayWithExtension {
            approve: review(None),
            reject: review(Some(String::new())),
            break_glass: glass.is_ok(),
        })
    }

    /// Whether they may let somebody review in their stead.
    pub fn may_delegate(&self) -> bool {
        self.reaches(Scope::Review) && delegate::reviews_anything(&self.work, &self.person)
    }

    /// Whether they may look after people.
    pub fn may_administer(&self) -> bool {
        self.reaches(Scope::Admin) && may(&self.person, Verb::Administer, Whose::Other).is_ok()
    }

    /// Whether they may be told how to log in.
    pub fn may_log_in(&self, lease: &Lease) -> bool {
        self.can(Verb::LogIn, &lease.owner, Scope::Read)
    }

    /// Whether they may ask for more time now.
    pub fn may_extend(&self, lease: &Lease) -> bool {
        self.can(Verb::Extend, &lease.owner, Scope::Use)
            && lease.check_extension(chrono::TimeDelta::minutes(1), self.work.now).is_ok()
    }

    /// Whether they may give it back now.
    pub fn may_release(&self, lease: &Lease) -> bool {
        self.can(Verb::Release, &lease.owner, Scope::Use)
            && lease.clone().release("somebody", self.work.now).is_ok()
    }

    /// Whether they may have its stuck step tried again now.
    pub fn may_retry(&self, lease: &Lease) -> bool {
        self.can(Verb::Retry, &lease.owner, Scope::Use) && lease.clone().retry(self.work.now).is_ok()
    }
}

/// What somebody may do with an extension.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MayWithExtension {
    /// Approve it.
    pub approve: bool,
    /// Reject it.
    pub reject: bool,
    /// Approve it alone, in an emergency.
    pub break_glass: bool,
}

fn no_such(name: &str) -> Refusal {
    Refusal::NoSuch { name: name.to_owned(), similar: None }
}

/// What somebody may not see is not there for them; that they tried is on record.
fn hidden(asked: &str, name: EnvName) -> Stop {
    Stop::Forbidden { refusal: no_such(asked), name, tried: access::tried(Verb::See) }
}

fn out_of(needs: Scope) -> Stop {
    Refusal::OutOfScope { needs }.into()
}

/// What is not there is named as it was asked for, also when it is there and somebody else's.
fn gone(stop: Stop, asked: &str) -> Stop {
    match stop {
        Stop::Refused(Refusal::NoSuch { similar, .. }) => {
            Refusal::NoSuch { name: asked.to_owned(), similar }.into()
        }
        Stop::Forbidden { refusal: Refusal::NoSuch { .. }, name, tried } => {
            Stop::Forbidden { refusal: no_such(asked), name, tried }
        }
        other => other,
    }
}
