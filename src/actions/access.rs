//! Who may do what with which environment: looked at in the transaction that does it. The table is
//! [`domain::access`](crate::domain::access); here it is found out whose the thing is.

use commands::Invocation;

use super::{
    reviews,
    work::{Stop, Work},
};
use crate::{
    domain::{
        access::{Verb, Whose, may, may_at_all},
        ids::{EnvName, ExtensionId, PersonId, RequestId, WishId},
        lease::Lease,
        person::Person,
        refusal::Refusal,
        request::Request,
    },
    ports::store::Stored,
};

/// What a command is to the table of rights.
pub fn verb_of(invocation: &Invocation) -> Verb {
    match invocation {
        Invocation::EnvRequest(_) => Verb::Ask,
        Invocation::EnvList(_) | Invocation::EnvShow(_) | Invocation::EnvWhy(_) => Verb::See,
        Invocation::EnvSsh(_) => Verb::LogIn,
        Invocation::EnvExtend(_) => Verb::Extend,
        Invocation::EnvRelease(_) => Verb::Release,
        Invocation::EnvWithdraw(_) => Verb::Withdraw,
        Invocation::EnvRetry(_) => Verb::Retry,
        Invocation::EnvLink(_) => Verb::Link,
        Invocation::EnvAccept(_) => Verb::Accept,
        Invocation::EnvApprove(_)
        | Invocation::EnvReject(_)
        | Invocation::EnvOffer(_)
        | Invocation::EnvBreakGlass(_)
        | Invocation::EnvDelegate(_) => Verb::Decide,
        Invocation::QuotaShow(_) => Verb::See,
        Invocation::QuotaRequest(_) => Verb::AskQuota,
        Invocation::QuotaGrant(_) | Invocation::QuotaRevoke(_) => Verb::GiveQuota,
        Invocation::QuotaSet(_) => Verb::SetQuota,
        Invocation::TokenCreate(_) | Invocation::TokenList(_) | Invocation::TokenRevoke(_) => Verb::Tokens,
        Invocation::KeyAdd(_) | Invocation::KeyList(_) | Invocation::KeyRemove(_) => Verb::Keys,
        Invocation::TemplateList(_) | Invocation::TemplateShow(_) | Invocation::Help(_) => Verb::LookUp,
        Invocation::AdminPeople(_) => Verb::People,
        Invocation::Audit(_) => Verb::Audit,
        Invocation::AdminRole(_)
        | Invocation::AdminTeam(_)
        | Invocation::AdminLink(_)
        | Invocation::AdminRemove(_)
        | Invocation::AdminRestore(_)
        | Invocation::AdminErase(_) => Verb::Administer,
    }
}

/// Turns away whoever may do this with nothing at all. Decisions are looked at where their subject is known, because
/// a try is on record under the name of what it was about.
pub fn at_the_door(caller: &Person, invocation: &Invocation) -> Result<(), Stop> {
    let verb = verb_of(invocation);
    if verb == Verb::Decide {
        return Ok(());
    }
    let about = invocation.pairs().into_iter().find(|(name, _)| name == "who");
    let about = about.map_or_else(|| format!("@{}", caller.handle), |(_, who)| named(&who));
    may_at_all(caller, verb).map_err(|refusal| Stop::Denied { refusal, about, tried: tried(verb) })
}

/// Somebody as the log names them.
fn named(who: &str) -> String {
    format!("@{}", who.trim_start_matches('@'))
}

/// What the log says that somebody tried: “tried to … it”.
pub(super) fn tried(verb: Verb) -> &'static str {
    match verb {
        Verb::LookUp => "look up",
        Verb::Ask => "ask for",
        Verb::See | Verb::People | Verb::Audit => "see",
        Verb::LogIn => "log in to",
        Verb::Extend => "extend",
        Verb::Release => "release",
        Verb::Withdraw => "withdraw",
        Verb::Retry => "retry",
        Verb::Accept => "accept the offer for",
        Verb::Decide => "decide",
        Verb::AskQuota | Verb::GiveQuota | Verb::SetQuota => "change the quota of",
        Verb::Tokens => "change the tokens of",
        Verb::Keys => "change the keys of",
        Verb::Link => "link",
        Verb::Administer => "administer",
    }
}

/// Whether the caller may do this with something of `whose`.
///
/// # Errors
/// [`Stop::Denied`], which goes on record about `about`.
pub fn ensure(caller: &Person, verb: Verb, whose: Whose, about: &str) -> Result<(), Stop> {
    may(caller, verb, whose).map_err(|refusal| Stop::Denied {
        refusal,
        about: about.to_owned(),
        tried: tried(verb),
    })
}

pub(super) fn relation(caller: &Person, whose: &PersonId) -> Whose {
    if caller.id == *whose { Whose::Own } else { Whose::Other }
}

/// Whose an environment is now: of whoever asked for it, unless it was handed over.
async fn owner(work: &mut Work<'_>, request: &Request) -> Stored<PersonId> {
    let lease = work.tx.lease_of_request(&request.id).await?;
    Ok(lease.map_or_else(|| request.requester.clone(), |lease| lease.owner))
}

/// The request of that name, if the caller may see it. Whoever may not is told what they would be told if there were
/// none; that they tried is on record.
pub async fn visible(work: &mut Work<'_>, caller: &Person, name: &str) -> Result<Request, Stop> {
    let found = match EnvName::parse(name) {
        Some(name) => work.tx.request_by_name(&name).await?,
        None => None,
    };
    let Some(request) = found else { return Err(no_such(work, caller, name).await?.into()) };
    let whose = owner(work, &request).await?;
    if may(caller, Verb::See, relation(caller, &whose)).is_ok() || reviews(work, caller, &request).await? {
        return Ok(request);
    }
    let refusal = no_such(work, caller, name).await?;
    Err(Stop::Forbidden { refusal, name: request.name, tried: tried(Verb::See) })
}

/// The request of that name, if the caller may do this with it.
pub async fn request(work: &mut Work<'_>, caller: &Person, name: &str, verb: Verb) -> Result<Request, Stop> {
    let request = visible(work, caller, name).await?;
    let whose = owner(work, &request).await?;
    if may(caller, verb, relation(caller, &whose)).is_ok() {
        return Ok(request);
    }
    let refusal = Refusal::NotYours { name: name.to_owned() };
    Err(Stop::Forbidden { refusal, name: request.name, tried: tried(verb) })
}

/// The lease of that name, if the caller may do this with it.
pub async fn lease(work: &mut Work<'_>, caller: &Person, name: &str, verb: Verb) -> Result<Lease, Stop> {
    let request = request(work, caller, name, verb).await?;
    match work.tx.lease_of_request(&request.id).await? {
        Some(lease) => Ok(lease),
        None => {
            let (tried, state) = (tried(verb).to_owned(), request.state.word().to_owned());
            Err(Refusal::WrongState { tried, state }.into())
        }
    }
}

/// What a decision is about.
pub enum Subject {
    /// A request.
    Request(Box<Request>),
    /// An extension.
    Extension(ExtensionId),
    /// A wish for more quota.
    Wish(WishId),
}

/// Finds what a decision is about, from an id of a button or a name that was typed. A name means whatever
/// waits: the request, else the extension.
pub async fn subject(work: &mut Work<'_>, caller: &Person, text: &str) -> Result<Subject, Stop> {
    if let Some(id) = ExtensionId::parse(text) {
        return Ok(Subject::Extension(id));
    }
    if let Some(id) = WishId::parse(text) {
        return Ok(Subject::Wish(id));
    }
    let request = match RequestId::parse(text) {
        // Whoever brings an id has seen the card: they are told that they may not decide, and it is on record.
        Some(id) => match work.tx.request(&id).await? {
            Some(request) => request,
            None => return Err(no_such(work, caller, text).await?.into()),
        },
        None => visible(work, caller, text).await?,
    };
    if RequestId::parse(text).is_none()
        && let Some(lease) = work.tx.lease_of_request(&request.id).await?
        && let Some(last) = work.tx.extensions_of(&lease.id).await?.pop()
    {
        return Ok(Subject::Extension(last.id));
    }
    Ok(Subject::Request(Box::new(request)))
}

/// Whether somebody may decide it without being an approver: a rule names them, or they do it in somebody's stead.
async fn reviews(work: &mut Work<'_>, caller: &Person, request: &Request) -> Result<bool, Stop> {
    let (ballot, whose) = (&request.ballot, request.whose());
    let glass = ballot.rule.break_glass.as_ref().is_some_and(|group| group.has(caller, whose.team));
    let voter = reviews::voter(work, caller).await?;
    Ok(glass || ballot.may_review(&voter, whose).is_ok())
}

/// The refusal for a name that is not there, with the most similar one of the caller's.
async fn no_such(work: &mut Work<'_>, caller: &Person, name: &str) -> Result<Refusal, Stop> {
    let known = work.tx.requests_of(&caller.id, 50).await?;
    let similar = commands::usage::nearest(name, known.iter().map(|request| request.name.as_str()));
    Ok(Refusal::NoSuch { name: name.to_owned(), similar: similar.map(str::to_owned) })
}

/// The person of that handle, as people write it.
pub async fn somebody(work: &mut Work<'_>, caller: &Person, who: &str) -> Result<Person, Stop> {
    let handle = who.trim_start_matches('@');
    // `@me` is the one of that handle, should there be one.
    let called_so = who != "me" && work.tx.person_by_handle(handle).await?.is_some();
    let handle = if handle == "me" && !called_so { caller.handle.as_str() } else { handle };
    if let Some(person) = work.tx.person_by_handle(handle).await? {
        return Ok(person);
    }
    let known = work.tx.people().await?;
    let similar = commands::usage::nearest(handle, known.iter().map(|person| person.handle.as_str()));
    let similar = similar.map(str::to_owned);
    Err(Refusal::NoSuchPerson { handle: handle.to_owned(), similar }.into())
}
