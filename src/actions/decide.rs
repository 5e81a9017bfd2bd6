//! `/env approve` and `/env reject`: one decision, by somebody who may, checked at the moment of the press.

use super::{
    Answer,
    access::{self, Subject},
    analyse_request::grant,
    request_environment::bounded,
    work::{Stop, Work},
};
use crate::{
    cards::answer,
    domain::{
        Change,
        audit::Actor,
        ids::ExtensionId,
        person::Person,
        platform::Platform,
        refusal::Refusal,
        request::{Decision, Request, RequestState},
    },
    ports::chat::{Text, Tone},
};

/// Decides a request or an extension, `on` the platform of the press. `seen` is the version that the presser's card showed.
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
    if !caller.may_decide() {
        return Err(forbidden(Refusal::NotApprover));
    }
    if matches!(request.state, RequestState::Pending(_)) && is_stale(seen, request.version) {
        return Err(Refusal::Stale.into());
    }
    let approved = decision == Decision::Approve;
    let (mut request, change) = match request.decide(&caller.id, on, decision, work.now) {
        Err(refusal @ Refusal::OwnRequest) => return Err(forbidden(refusal)),
        other => other?,
    };
    let actor = Actor::Person(caller.id.clone());
    work.save_request(&mut request, change, &actor).await?;
    if approved {
        let template = work.world.templates.named(&request.template).ok_or_else(|| Refusal::NoTemplate {
            name: request.template.clone(),
            known: work.world.templates.all().iter().map(|template| template.name.clone()).collect(),
        })?;
        grant(work, &request, &template, &actor).await?;
    }
    Ok(said(tried, request.name.as_str()))
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
    let Some(extension) = work.tx.extension(id).await? else {
        return Err(Refusal::NoSuch { name: id.to_string(), similar: None }.into());
    };
    let name = extension.name.clone();
    let forbidden = |refusal| Stop::Forbidden { refusal, name: name.clone(), tried };
    if !caller.may_decide() {
        return Err(forbidden(Refusal::NotApprover));
    }
    if extension.wakes_at().is_some() && is_stale(seen, extension.version) {
        return Err(Refusal::Stale.into());
    }
    let reason = match decision {
        Decision::Approve => None,
        Decision::Reject { reason } => Some(reason),
    };
    let mut extension = match extension.decide(&caller.id, on, reason.clone(), work.now) {
        Err(refusal @ Refusal::OwnRequest) => return Err(forbidden(refusal)),
        other => other?,
    };
    let Some(lease) = work.tx.lease(&extension.lease).await? else {
        return Err(Refusal::NoSuch { name: extension.name.to_string(), similar: None }.into());
    };
    let (mut lease, change) = match reason {
        None => lease.extend(extension.span(), &caller.id, work.now)?,
        Some(reason) => lease.extension_rejected(&caller.id, &reason),
    };
    let actor = Actor::Person(caller.id.clone());
    let show = Change::none().effect(extension.show());
    work.save_extension(&mut extension, show, &actor).await?;
    work.save_lease(&mut lease, change, &actor).await?;
    Ok(said(tried, lease.name.as_str()))
}

fn verb(decision: &Decision) -> &'static str {
    match decision {
        Decision::Approve => "approve",
        Decision::Reject { .. } => "reject",
    }
}

fn is_stale(seen: Option<u64>, version: i64) -> bool {
    seen.is_some_and(|seen| i64::try_from(seen).is_ok_and(|seen| seen != version))
}

fn said(tried: &'static str, name: &str) -> Answer {
    metrics::counter!("sublet_decisions_total", "decision" => tried).increment(1);
    let (word, tone) =
        if tried == "approve" { ("approved ", Tone::Good) } else { ("rejected ", Tone::Plain) };
    let words = Text::plain(format!("You {word}")).strong(name).and(". The requester is being told.");
    Answer::Say(answer::say(words, tone))
}
