//! Looking, for surfaces that show things themselves instead of messages: the same things that chat shows to the
//! same people, and what they may do with them now.

use super::{
    Caller, World, access,
    work::{Stop, Work},
};
use crate::{
    domain::{
        access::{Verb, Whose, may},
        approval::Asked,
        extension::{Extension, ExtensionState},
        ids::{EnvName, ExtensionId, LeaseId, PersonId, RequestId},
        lease::Lease,
        person::Person,
        platform::Platform,
        refusal::Refusal,
        request::{Request, RequestState},
        token::Scope,
    },
    ports::store::Stored,
};

/// Somebody looks.
pub struct Looking<'a> {
    /// What is looked at, all at one moment.
    pub work: Work<'a>,
    /// Who looks, with every role that they have now.
    pub person: Person,
    caller: Caller,
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
        Ok(Self { work, person, caller: caller.clone() })
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

    /// Of whom lists tell: only of themselves, unless they see everybody's.
    pub fn whose(&self) -> Option<PersonId> {
        (!self.sees_all()).then(|| self.person.id.clone())
    }

    /// Whether it is theirs to see.
    pub fn sees(&self, owner: &PersonId) -> bool {
        *owner == self.person.id || self.sees_all()
    }

    /// A request that they may see.
    ///
    /// # Errors
    /// [`Refusal::NoSuch`]; or the database fails.
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
    /// [`Refusal::NoSuch`]; or the database fails.
    pub async fn lease(&mut self, id: &str) -> Result<Lease, Stop> {
        let found = match LeaseId::parse(id) {
            Some(id) => self.work.tx.lease(&id).await?,
            None => None,
        };
        found.filter(|lease| self.sees(&lease.owner)).ok_or_else(|| no_such(id))
    }

    /// The lease of an environment that they may see.
    ///
    /// # Errors
    /// [`Refusal::NoSuch`]; or the database fails.
    pub async fn environment(&mut self, name: &str) -> Result<Lease, Stop> {
        let found = match EnvName::parse(name) {
            Some(name) => self.work.tx.lease_by_name(&name).await?,
            None => None,
        };
        found.filter(|lease| self.sees(&lease.owner)).ok_or_else(|| no_such(name))
    }

    /// An extension that they may see.
    ///
    /// # Errors
    /// [`Refusal::NoSuch`]; or the database fails.
    pub async fn extension(&mut self, id: &str) -> Result<Extension, Stop> {
        let found = match ExtensionId::parse(id) {
            Some(id) => self.work.tx.extension(&id).await?,
            None => None,
        };
        let Some(extension) = found else { return Err(no_such(id)) };
        if self.sees(&extension.asked_by) {
            return Ok(extension);
        }
        let owner = self.work.tx.lease(&extension.lease).await?.map(|lease| lease.owner);
        if owner.is_some_and(|owner| self.sees(&owner)) { Ok(extension) } else { Err(no_such(id)) }
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
        self.reaches(Scope::Use) && request.clone().withdraw(&self.person.id, self.work.now).is_ok()
    }

    /// Whether they may review a request now.
    pub fn may_review(&self, request: &Request) -> bool {
        let open = matches!(request.state, RequestState::Pending(_));
        let asked = Asked { by: &request.requester, team: request.team.as_deref() };
        let mut ballot = request.ballot.clone();
        open && self.reaches(Scope::Review)
            && self.person.may_decide()
            && ballot.cast(&self.person, asked, Platform::Api, None, self.work.now).is_ok()
    }

    /// Whether approving it would still lead to something.
    pub fn may_approve(&self, request: &Request) -> bool {
        self.may_review(request) && request.until.is_none_or(|until| until > self.work.now)
    }

    /// Whether they may review an extension now.
    pub fn may_review_extension(&self, extension: &Extension) -> bool {
        let open = matches!(extension.state, ExtensionState::Pending(_));
        let asked = Asked { by: &extension.asked_by, team: None };
        let mut ballot = extension.ballot.clone();
        open && self.reaches(Scope::Review)
            && self.person.may_decide()
            && ballot.cast(&self.person, asked, Platform::Api, None, self.work.now).is_ok()
    }

    /// Whether they may act on a lease as its owner does.
    pub fn owns(&self, lease: &Lease) -> bool {
        self.reaches(Scope::Use) && (lease.owner == self.person.id || self.person.is_admin())
    }

    /// Whether they may ask for more time now.
    pub fn may_extend(&self, lease: &Lease) -> bool {
        self.owns(lease) && lease.check_extension(chrono::TimeDelta::minutes(1), self.work.now).is_ok()
    }

    /// Whether they may give it back now.
    pub fn may_release(&self, lease: &Lease) -> bool {
        self.owns(lease) && lease.clone().release("somebody", self.work.now).is_ok()
    }

    /// Whether they may have its stuck step tried again now.
    pub fn may_retry(&self, lease: &Lease) -> bool {
        self.reaches(Scope::Use) && self.sees(&lease.owner) && lease.clone().retry(self.work.now).is_ok()
    }
}

fn no_such(name: &str) -> Stop {
    Refusal::NoSuch { name: name.to_owned(), similar: None }.into()
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
        other => other,
    }
}
