//! `/env approve` and `/env reject`: one person's review, by somebody who may, checked at the moment of the press.

use super::{
    Answer,
    access::{self, Subject},
    analyse_request::grant,
    quotas,
    request_environment::bounded,
    reviews, templates,
    work::{Stop, Work},
};
use crate::{
    cards::answer,
    domain::{
        Change,
        audit::Actor,
        extension::{Extension, ExtensionState},
        ids::{ExtensionId, PersonId},
        person::Person,
        platform::Platform,
        refusal::Refusal,
        request::{Decision, Request, RequestState},
        template::Template,
    },
    ports::chat::{Text, Tone},
};

/// Reviews a request or an extension, `on` the platform of the press. `seen` is the version that the presser's card
/// showed.
pub async fn decide(
    work: &mut Work<'_>,
    caller: &Person,
    on: Platform,
    subject: &str,
    seen: Option<u64>,
    decision: Decision,
) -> Result<Answer, Stop> {
    let decision = match decision {
        Decision::Reject { reason } => Decision::Reject { reason: bounded("reason", reason)? },
        Decision::Approve => Decision::Approve,
    };
    match access::subject(work, caller, subject).await? {
        Subject::Request(request) => decide_request(work, caller, on, *request, seen, decision).await,
        Subject::Extension(id) => decide_extension(work, caller, on, &id, seen, decision).await,
        Subject::Wish(id) => quotas::decide(work, caller, on, &id, seen, decision).await,
    }
}

async fn decide_request(
    work: &mut Work<'_>,
    caller: &Person,
    on: Platform,
    request: Request,
    seen: Option<u64>,
    decision: Decision,
) -> Result<Answer, Stop> {
    let tried = verb(&decision);
    let name = request.name.clone();
    let forbidden = |refusal| Stop::Forbidden { refusal, name: name.clone(), tried };
    let voter = reviews::voter(work, caller).await?;
    match request.ballot.may_review(&voter, request.whose()) {
        Ok(()) | Err(Refusal::OwnRequest) => {}
        Err(refusal) => return Err(forbidden(refusal)),
    }
    let pending = matches!(request.state, RequestState::Pending(_));
    if pending && !request.ballot.is_current(seen, request.version) {
        return Err(Refusal::Stale.into());
    }
    let (mut request, change) = match request.review(&voter, on, decision, work.now) {
        Err(refusal @ Refusal::OwnRequest) => return Err(forbidden(refusal)),
        other => other?,
    };
    let actor = Actor::Person(caller.id.clone());
    work.save_request(&mut request, change, &actor).await?;
    work.touched = Some(request.id.as_str().to_owned());
    if matches!(request.state, RequestState::Pending(_)) {
        return Ok(counted(request.name.as_str(), &request.ballot.needed()));
    }
    if matches!(request.state, RequestState::Approved { .. }) {
        granted(work, &request, &actor).await?;
    }
    Ok(said(tried, request.name.as_str()))
}

/// The lease of a request that was approved just now.
pub(super) async fn granted(work: &mut Work<'_>, request: &Request, actor: &Actor) -> Result<(), Stop> {
    let template = template_of(work, request).await?;
    Ok(grant(work, request, &template, actor).await?)
}

/// The template of a request, as it was when it was asked.
///
/// # Errors
/// [`Refusal::NoTemplate`].
pub(super) async fn template_of(
    work: &mut Work<'_>,
    request: &Request,
) -> Result<std::sync::Arc<Template>, Stop> {
    let found = templates::requested(work, request).await?;
    found.ok_or_else(|| {
        let known = work.world.templates.all().iter().map(|template| template.name.clone()).collect();
        Refusal::NoTemplate { name: request.template.clone(), known }.into()
    })
}

async fn decide_extension(
    work: &mut Work<'_>,
    caller: &Person,
    on: Platform,
    id: &ExtensionId,
    seen: Option<u64>,
    decision: Decision,
) -> Result<Answer, Stop> {
    let tried = verb(&decision);
    let (extension, team) = found(work, id).await?;
    let name = extension.name.clone();
    let forbidden = |refusal| Stop::Forbidden { refusal, name: name.clone(), tried };
    let voter = reviews::voter(work, caller).await?;
    match extension.ballot.may_review(&voter, extension.whose(team.as_deref())) {
        Ok(()) | Err(Refusal::OwnRequest) => {}
        Err(refusal) => return Err(forbidden(refusal)),
    }
    if extension.wakes_at().is_some() && !extension.ballot.is_current(seen, extension.version) {
        return Err(Refusal::Stale.into());
    }
    let rejected = match decision {
        Decision::Approve => None,
        Decision::Reject { reason } => Some(reason),
    };
    let (extension, change) = match extension.review(&voter, team.as_deref(), on, rejected, work.now) {
        Err(refusal @ Refusal::OwnRequest) => return Err(forbidden(refusal)),
        other => other?,
    };
    let (name, needed) = (extension.name.clone(), extension.ballot.needed());
    let waits = extension.wakes_at().is_some();
    settle_extension(work, extension, change, &caller.id).await?;
    Ok(if waits { counted(name.as_str(), &needed) } else { said(tried, name.as_str()) })
}

/// An extension, and the team that its environment is for.
pub(super) async fn found(
    work: &mut Work<'_>,
    id: &ExtensionId,
) -> Result<(Extension, Option<String>), Stop> {
    let Some(extension) = work.tx.extension(id).await? else {
        return Err(Refusal::NoSuch { name: id.to_string(), similar: None }.into());
    };
    let team = work.tx.request(&extension.request).await?.and_then(|request| request.team);
    Ok((extension, team))
}

/// Saves an extension that was reviewed; when it is decided, its lease follows.
pub(super) async fn settle_extension(
    work: &mut Work<'_>,
    mut extension: Extension,
    change: Change,
    by: &PersonId,
) -> Result<(), Stop> {
    let actor = Actor::Person(by.clone());
    work.save_extension(&mut extension, change, &actor).await?;
    work.touched = Some(extension.id.as_str().to_owned());
    let rejected = match &extension.state {
        ExtensionState::Approved { .. } => None,
        ExtensionState::Rejected { reason, .. } => Some(reason.clone()),
        ExtensionState::Pending(_) | ExtensionState::Lapsed { .. } => return Ok(()),
    };
    let Some(lease) = work.tx.lease(&extension.lease).await? else {
        return Err(Refusal::NoSuch { name: extension.name.to_string(), similar: None }.into());
    };
    let (mut lease, change) = match rejected {
        None => lease.extend(extension.span(), by, work.now)?,
        Some(reason) => lease.extension_rejected(by, &reason),
    };
    Ok(work.save_lease(&mut lease, change, &actor).await?)
}

fn verb(decision: &Decision) -> &'static str {
    match decision {
        Decision::Approve => "approve",
        Decision::Reject { .. } => "reject",
    }
}

fn counted(name: &str, needed: &str) -> Answer {
    metrics::counter!("sublet_decisions_total", "decision" => "review").increment(1);
    let words = Text::plain("Your approval of ").strong(name);
    let words = words.and(format!(" is counted. Still needed: {needed}."));
    Answer::Say(answer::say(words, Tone::Good))
}

fn said(tried: &'static str, name: &str) -> Answer {
    metrics::counter!("sublet_decisions_total", "decision" => tried).increment(1);
    let (word, tone) =
        if tried == "approve" { ("approved ", Tone::Good) } else { ("rejected ", Tone::Plain) };
    let words = Text::plain(format!("You {word}")).strong(name).and(". The requester is being told.");
    Answer::Say(answer::say(words, tone))
}
