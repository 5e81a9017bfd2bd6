//! `/env offer` and `/env accept`: less than was asked for, taken with one press.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use commands::EnvOffer;

use super::{
    Answer,
    access::{self, Subject},
    analyse_request,
    decide::{granted, template_of},
    quotas,
    request_environment::resolve,
    reviews,
    work::{Stop, Work},
};
use crate::{
    cards::{self, answer},
    domain::{
        audit::Actor,
        notice::Offset,
        person::Person,
        platform::Platform,
        refusal::Refusal,
        request::{Less, Request, RequestState},
        template::{Template, Value},
    },
    ports::chat::{Text, Tone},
    values,
};

/// Offers less than a request asks for.
pub async fn offer(
    work: &mut Work<'_>,
    caller: &Person,
    on: Platform,
    asked: EnvOffer,
) -> Result<Answer, Stop> {
    let Subject::Request(request) = access::subject(work, caller, &asked.subject).await? else {
        let (tried, state) = ("offer less for".to_owned(), "an extension".to_owned());
        return Err(Refusal::WrongState { tried, state }.into());
    };
    let name = request.name.clone();
    let forbidden = |refusal| Stop::Forbidden { refusal, name: name.clone(), tried: "offer less for" };
    let voter = reviews::voter(work, caller).await?;
    request.ballot.may_review(&voter, request.whose()).map_err(forbidden)?;
    let pending = matches!(request.state, RequestState::Pending(_));
    if pending && !request.ballot.is_current(asked.seen, request.version) {
        return Err(Refusal::Stale.into());
    }
    let template = template_of(work, &request).await?;
    let less = less(&request, &template, &asked, work)?;
    let words = less.words.clone();
    let (mut request, change) = request.offer(&voter, on, less, work.now)?;
    work.save_request(&mut request, change, &Actor::Person(caller.id.clone())).await?;
    work.touched = Some(request.id.as_str().to_owned());
    let said = Text::plain(format!("You offered {words} for ")).strong(request.name.as_str());
    let said = said.and(". The requester is being told, and takes it with one press.");
    Ok(Answer::Say(answer::say(said, Tone::Good)))
}

/// Takes what is offered.
pub async fn accept(
    work: &mut Work<'_>,
    caller: &Person,
    name: &str,
    seen: Option<u64>,
) -> Result<Answer, Stop> {
    let request = access::visible(work, caller, name).await?;
    let named = request.name.clone();
    let pending = matches!(request.state, RequestState::Pending(_));
    if pending && request.requester == caller.id && !request.ballot.is_current(seen, request.version) {
        return Err(Refusal::Stale.into());
    }
    let (mut request, change) = match request.take(&caller.id, work.now) {
        Err(refusal @ Refusal::NotYours { .. }) => {
            return Err(Stop::Forbidden { refusal, name: named, tried: "accept the offer for" });
        }
        other => other?,
    };
    request.amounts = quotas::amounts(&request.parameters, request.span.into());
    quotas::change(work, &request).await?;
    request.findings.cost = analyse_request::cost(work.world, &request);
    request.findings.quota = quotas::effect_of(work, &request).await?;
    let actor = Actor::Person(caller.id.clone());
    work.save_request(&mut request, change, &actor).await?;
    work.touched = Some(request.id.as_str().to_owned());
    let words = Text::plain("You took the offer for ").strong(request.name.as_str());
    let words = if matches!(request.state, RequestState::Approved { .. }) {
        granted(work, &request, &actor).await?;
        words.and(". It is approved and being provisioned.")
    } else {
        words.and(format!(". Still needed: {}.", request.ballot.needed()))
    };
    Ok(Answer::Say(answer::say(words, Tone::Good)))
}

/// What is offered, complete: every parameter at most what was asked for, and something less.
fn less(request: &Request, template: &Template, asked: &EnvOffer, work: &Work<'_>) -> Result<Less, Refusal> {
    let mut written: BTreeMap<String, String> =
        request.parameters.iter().map(|(name, value)| (name.clone(), values::show(value))).collect();
    written.extend(asked.parameters.iter().cloned());
    let written: Vec<(String, String)> = written.into_iter().collect();
    let parameters = resolve(template, None, &written)?;
    for (name, value) in &parameters {
        let was = request.parameters.get(name);
        if !was.is_some_and(|was| at_most(value, was)) {
            let asked = was.map_or_else(String::new, values::show);
            return Err(Refusal::OnlyLess { name: name.clone(), asked });
        }
    }
    let (span, until) = shorter(request, asked.span, work)?;
    if parameters == request.parameters && span == request.span && until == request.until {
        return Err(Refusal::NothingLess);
    }
    let mut words = cards::sizes(&parameters);
    words += &match until {
        Some(_) => String::new(),
        None => format!(" for {}", values::say_span(span)),
    };
    Ok(Less { parameters, span, until, words })
}

/// The span that is offered. It may be no later over than what was asked for.
fn shorter(
    request: &Request,
    wanted: Option<TimeDelta>,
    work: &Work<'_>,
) -> Result<(Offset, Option<crate::domain::Instant>), Refusal> {
    let Some(wanted) = wanted else { return Ok((request.span, request.until)) };
    let most = request.until.map_or_else(|| request.span.into(), |until| until - work.now);
    if wanted > most {
        return Err(Refusal::OnlyLess { name: "for".to_owned(), asked: values::show_span(most) });
    }
    if wanted < TimeDelta::minutes(1) {
        let shortest = TimeDelta::minutes(1).into();
        return Err(Refusal::TooShort { asked: wanted.into(), shortest });
    }
    Ok((wanted.into(), None))
}

/// As much or less; of what has no more and less, the same.
fn at_most(value: &Value, asked: &Value) -> bool {
    let alike = std::mem::discriminant(value) == std::mem::discriminant(asked);
    value == asked || (alike && value.is_size() && value < asked)
}
