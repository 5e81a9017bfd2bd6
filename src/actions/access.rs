//! Who may do what with which environment: looked at in the transaction that does it.

use super::work::{Stop, Work};
use crate::domain::{
    ids::{EnvName, ExtensionId, RequestId},
    lease::Lease,
    person::Person,
    refusal::Refusal,
    request::Request,
};

/// The request of that name, if the caller may see it: their own, or any for approvers.
pub async fn visible(work: &mut Work<'_>, caller: &Person, name: &str) -> Result<Request, Stop> {
    let found = match EnvName::parse(name) {
        Some(name) => work.tx.request_by_name(&name).await?,
        None => None,
    };
    match found {
        Some(request) if request.requester == caller.id || caller.may_decide() => Ok(request),
        _ => Err(no_such(work, caller, name).await?.into()),
    }
}

/// The lease of that name, if the caller owns it or is an admin.
pub async fn owned(
    work: &mut Work<'_>,
    caller: &Person,
    name: &str,
    tried: &'static str,
) -> Result<Lease, Stop> {
    let request = visible(work, caller, name).await?;
    if request.requester != caller.id && !caller.is_admin() {
        let refusal = Refusal::NotYours { name: name.to_owned() };
        return Err(Stop::Forbidden { refusal, name: request.name, tried });
    }
    match work.tx.lease_of_request(&request.id).await? {
        Some(lease) => Ok(lease),
        None => {
            Err(Refusal::WrongState { tried: tried.to_owned(), state: request.state.word().to_owned() }
                .into())
        }
    }
}

/// What a decision is about.
pub enum Subject {
    /// A request.
    Request(Box<Request>),
    /// An extension.
    Extension(ExtensionId),
}

/// Finds what a decision is about, from an id of a button or a name that was typed. A name means whatever
/// waits: the request, else the extension.
pub async fn subject(work: &mut Work<'_>, caller: &Person, text: &str) -> Result<Subject, Stop> {
    if let Some(id) = ExtensionId::parse(text) {
        return Ok(Subject::Extension(id));
    }
    let request = match RequestId::parse(text) {
        Some(id) => work.tx.request(&id).await?,
        None => match EnvName::parse(text) {
            Some(name) => work.tx.request_by_name(&name).await?,
            None => None,
        },
    };
    // Whoever brings an id has seen the card: they are told that they may not decide, and it is on record.
    let shown = RequestId::parse(text).is_some();
    let visible = |request: &Request| shown || caller.may_decide() || request.requester == caller.id;
    let Some(request) = request.filter(visible) else {
        return Err(no_such(work, caller, text).await?.into());
    };
    if RequestId::parse(text).is_none()
        && let Some(lease) = work.tx.lease_of_request(&request.id).await?
        && let Some(last) = work.tx.extensions_of(&lease.id).await?.pop()
    {
        return Ok(Subject::Extension(last.id));
    }
    Ok(Subject::Request(Box::new(request)))
}

/// The refusal for a name that is not there, with the most similar one of the caller's.
async fn no_such(work: &mut Work<'_>, caller: &Person, name: &str) -> Result<Refusal, Stop> {
    let known = work.tx.requests_of(&caller.id, 50).await?;
    let similar = commands::usage::nearest(name, known.iter().map(|request| request.name.as_str()));
    Ok(Refusal::NoSuch { name: name.to_owned(), similar: similar.map(str::to_owned) })
}
