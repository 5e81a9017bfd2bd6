//! The one way in: who is it, what was said, do it once, answer.

use commands::{Context, Invocation, Spec, UsageError, Values, line, read_values};

use super::{
    Answer, Inbound, Input, Outcome, Performed, World, access, admin, ask_extension, audit, break_glass,
    decide, delegate, erase, forms, keys, link, look, offers, quotas, release_environment,
    request_environment, retry, scopes, templates, tokens, withdraw_request,
    work::{Stop, TRIES, Work},
};
use crate::{
    cards::{answer, refusal},
    domain::{
        audit::{Actor, Fact, NewEntry},
        person::Person,
        refusal::Refusal,
        request::Decision,
    },
    faults,
    ports::{chat::Message, store::StoreError},
};

/// Does what was said and answers. It never fails: what breaks is logged once with the reference that the
/// answer shows, and has changed nothing.
pub async fn perform(world: &World, inbound: Inbound) -> Answer {
    performed(world, inbound).await.answer
}

/// The same, with what came of it.
pub async fn performed(world: &World, inbound: Inbound) -> Performed {
    let started = world.clock.now();
    for _ in 0..TRIES {
        match once(world, &inbound).await {
            Ok(performed) => {
                let took = (world.clock.now() - started).as_seconds_f64();
                metrics::histogram!("sublet_command_seconds").record(took);
                return performed;
            }
            Err(StoreError::Conflict) => tokio::task::yield_now().await,
            Err(StoreError::Fault(error)) => return broken(world, &error),
        }
    }
    broken(world, &anyhow::anyhow!("the same row was changed by others {TRIES} times in a row"))
}

fn broken(world: &World, error: &anyhow::Error) -> Performed {
    let reference = faults::record(world.ids.next(), "a command failed", error);
    Performed { answer: Answer::Say(answer::fault(&reference)), outcome: Outcome::Broken }
}

async fn once(world: &World, inbound: &Inbound) -> Result<Performed, StoreError> {
    if let Some(performed) = looked(world, inbound).await? {
        return Ok(performed);
    }
    let mut work = Work::begin(world).await?;
    if !work.tx.receive(&inbound.id, work.now).await? {
        return repeated(&mut work, &inbound.id).await;
    }
    let Some(caller) = inbound.caller.person(&mut work).await? else {
        return refuse(work, inbound, None, Stop::Refused(Refusal::Unknown)).await;
    };
    let context = Context { now: work.now, zone: caller.zone };
    let invocation = match read(&inbound.input, &context) {
        Ok(invocation) => invocation,
        Err(error) => return misread(&mut work, inbound, &caller, &error).await,
    };
    let said = Said { spec: invocation.spec(), pairs: invocation.pairs() };
    // What is secret is kept nowhere, so the same delivery again is not answered with it.
    let kept = !matches!(invocation, Invocation::EnvLink(_) | Invocation::TokenCreate(_));
    match act(&mut work, &caller, inbound, invocation).await {
        Ok(answer) => {
            count(&said, "done");
            if let (Answer::Say(message), true) = (&answer, kept) {
                work.tx.answered(&inbound.id, &to_json(message)?).await?;
            }
            let touched = work.touched.take();
            fail::fail_point!("perform::before-commit", |_| crate::faults::crash());
            work.commit().await?;
            fail::fail_point!("perform::after-commit", |_| crate::faults::crash());
            Ok(Performed { answer, outcome: Outcome::Done { touched } })
        }
        Err(Stop::Store(error)) => Err(error),
        Err(stop) => {
            count(&said, "refused");
            refuse(work, inbound, Some((&caller, &said)), stop).await
        }
    }
}

/// The answer to what changes nothing, and to what cannot be read. The same delivery again does no harm here, so it
/// is not noted, and whoever only looks does not wait for those who write. `None` for all else.
async fn looked(world: &World, inbound: &Inbound) -> Result<Option<Performed>, StoreError> {
    let mut work = Work::look(world).await?;
    let Some(caller) = inbound.caller.person(&mut work).await? else { return Ok(None) };
    let context = Context { now: work.now, zone: caller.zone };
    let invocation = match read(&inbound.input, &context) {
        Ok(invocation) => invocation,
        Err(error) => return misread(&mut work, inbound, &caller, &error).await.map(Some),
    };
    if !only_looks(&invocation) {
        return Ok(None);
    }
    let said = Said { spec: invocation.spec(), pairs: invocation.pairs() };
    match act(&mut work, &caller, inbound, invocation).await {
        Ok(answer) => {
            count(&said, "done");
            Ok(Some(Performed { answer, outcome: Outcome::Done { touched: work.touched.take() } }))
        }
        Err(Stop::Store(error)) => Err(error),
        // What is refused may have to go on record.
        Err(_) => Ok(None),
    }
}

pub(super) fn only_looks(invocation: &Invocation) -> bool {
    matches!(
        invocation,
        Invocation::EnvList(_)
            | Invocation::EnvShow(_)
            | Invocation::EnvSsh(_)
            | Invocation::EnvWhy(_)
            | Invocation::KeyList(_)
            | Invocation::QuotaShow(_)
            | Invocation::TemplateList(_)
            | Invocation::TemplateShow(_)
            | Invocation::TokenList(_)
            | Invocation::AdminPeople(_)
            | Invocation::Audit(_)
            | Invocation::Help(_)
    )
}

fn count(said: &Said, outcome: &'static str) {
    metrics::counter!("sublet_commands_total", "command" => said.spec.name(), "outcome" => outcome)
        .increment(1);
}

/// A command that was understood: what a form can begin with when it comes back.
pub(super) struct Said {
    /// Which command.
    pub(super) spec: &'static Spec,
    /// Its values by name.
    pub(super) pairs: Vec<(String, String)>,
}

fn read(input: &Input, context: &Context) -> Result<Invocation, UsageError> {
    match input {
        Input::Line(text) => line::parse(text, context),
        Input::Form { path, values } => {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let filled = values.iter().filter(|(_, value)| !value.trim().is_empty()).cloned();
            read_values(Values::from_pairs(&path, filled)?, context)
        }
    }
}

async fn act(
    work: &mut Work<'_>,
    caller: &Person,
    inbound: &Inbound,
    invocation: Invocation,
) -> Result<Answer, Stop> {
    let (by, on) = (&inbound.caller, inbound.platform);
    by.may(scopes::needs(&invocation))?;
    access::at_the_door(caller, &invocation)?;
    match invocation {
        Invocation::EnvRequest(asked) => request_environment::request(work, caller, asked).await,
        Invocation::EnvList(asked) => look::list(work, caller, asked.who.as_deref()).await,
        Invocation::EnvShow(asked) => look::show(work, caller, &asked.name).await,
        Invocation::EnvSsh(asked) => look::ssh(work, caller, &asked.name).await,
        Invocation::EnvExtend(asked) => ask_extension::ask(work, caller, asked).await,
        Invocation::EnvRelease(asked) => release_environment::release(work, caller, &asked.name).await,
        Invocation::EnvWithdraw(asked) => withdraw_request::withdraw(work, caller, &asked.name).await,
        Invocation::EnvLink(asked) => link::link(work, caller, asked.code.as_deref()).await,
        Invocation::EnvWhy(asked) => look::why(work, caller, &asked.name).await,
        Invocation::EnvApprove(asked) => {
            decide::decide(work, caller, on, &asked.subject, asked.version, Decision::Approve).await
        }
        Invocation::EnvReject(asked) => {
            let decision = Decision::Reject { reason: asked.reason };
            decide::decide(work, caller, on, &asked.subject, asked.version, decision).await
        }
        Invocation::EnvOffer(asked) => offers::offer(work, caller, on, asked).await,
        Invocation::EnvAccept(asked) => offers::accept(work, caller, &asked.name, asked.version).await,
        Invocation::EnvBreakGlass(asked) => {
            break_glass::break_glass(work, caller, on, &asked.subject, asked.reason).await
        }
        Invocation::EnvDelegate(asked) => delegate::delegate(work, caller, asked).await,
        Invocation::EnvRetry(asked) => retry::retry(work, caller, &asked.name).await,
        Invocation::KeyAdd(asked) => keys::add(work, caller, asked).await,
        Invocation::KeyList(_) => keys::list(work, caller).await,
        Invocation::KeyRemove(asked) => keys::remove(work, caller, &asked.name).await,
        Invocation::QuotaShow(asked) => quotas::show(work, caller, asked.who.as_deref()).await,
        Invocation::QuotaSet(asked) => quotas::set(work, caller, asked).await,
        Invocation::QuotaGrant(asked) => quotas::grant(work, caller, asked).await,
        Invocation::QuotaRevoke(asked) => quotas::revoke(work, caller, asked).await,
        Invocation::QuotaRequest(asked) => quotas::ask(work, caller, asked).await,
        Invocation::TokenCreate(asked) => tokens::create(work, caller, by, asked).await,
        Invocation::TokenList(_) => tokens::list(work, caller).await,
        Invocation::TokenRevoke(asked) => tokens::revoke(work, caller, &asked.name).await,
        Invocation::AdminRole(asked) => admin::role(work, caller, &asked).await,
        Invocation::AdminTeam(asked) => admin::team(work, caller, &asked).await,
        Invocation::AdminLink(asked) => admin::link(work, caller, &asked).await,
        Invocation::AdminPeople(asked) => admin::people(work, caller, asked.who.as_deref()).await,
        Invocation::AdminRemove(asked) => admin::remove(work, caller, asked).await,
        Invocation::AdminRestore(asked) => admin::restore(work, caller, &asked.who).await,
        Invocation::AdminErase(asked) => erase::erase(work, caller, &asked.who).await,
        Invocation::Audit(asked) => audit::look(work, caller, asked).await,
        Invocation::TemplateList(_) => Ok(templates::list(work.world, caller)),
        Invocation::TemplateShow(asked) => templates::show(work, caller, &asked).await,
        Invocation::Help(asked) => Ok(look::help(caller, &asked)),
    }
}

/// The same event came again: the same answer.
async fn repeated(work: &mut Work<'_>, id: &str) -> Result<Performed, StoreError> {
    let message = match work.tx.answer_to(id).await? {
        Some(json) => serde_json::from_str(&json).map_err(anyhow::Error::from)?,
        None => answer::say("That came in already.", crate::ports::chat::Tone::Plain),
    };
    Ok(Performed { answer: Answer::Say(message), outcome: Outcome::Repeated })
}

/// A refusal: nothing that the action did is kept; the answer is, and what must be on record.
async fn refuse(
    work: Work<'_>,
    inbound: &Inbound,
    by: Option<(&Person, &Said)>,
    stop: Stop,
) -> Result<Performed, StoreError> {
    let world = work.world;
    drop(work);
    let mut work = Work::begin(world).await?;
    if !work.tx.receive(&inbound.id, work.now).await? {
        return repeated(&mut work, &inbound.id).await;
    }
    let people = work.people().await?;
    let (refusal, record) = match stop {
        Stop::Forbidden { refusal, name, tried } => (refusal, Some((name.as_str().to_owned(), tried))),
        Stop::Denied { refusal, about, tried } => (refusal, Some((about, tried))),
        Stop::Refused(refusal) => (refusal, None),
        Stop::Store(error) => return Err(error),
    };
    let words = refusal::say(&refusal, &people);
    let forbidden = record.is_some();
    if let (Some((about, tried)), Some((caller, _))) = (record, by) {
        let why = words.what.in_zone(chrono_tz::UTC);
        let fact = Fact::Refused { tried: tried.to_owned(), why };
        let actor = Actor::Person(caller.id.clone());
        work.tx.record(&NewEntry { at: work.now, actor, about, fact }).await?;
    }
    let from_form = matches!(inbound.input, Input::Form { .. });
    if let Some((caller, said)) = by
        && !forbidden
        && !refusal.is_final()
        && refusal.offer().is_none()
        && (from_form || refusal.only_asks_for_more())
    {
        let asked = forms::after_refusal(&mut work, caller, said, &words, from_form).await?;
        return Ok(Performed { answer: Answer::Ask(asked), outcome: Outcome::Refused(refusal) });
    }
    let message = answer::refused(&words, mark(&inbound.input, &words));
    work.tx.answered(&inbound.id, &to_json(&message)?).await?;
    work.commit().await?;
    Ok(Performed { answer: Answer::Say(message), outcome: Outcome::Refused(refusal) })
}

/// The typed line with the refused value underlined.
fn mark(input: &Input, words: &refusal::Said) -> Option<String> {
    let Input::Line(text) = input else { return None };
    let at = words.fields.iter().find_map(|(name, _)| line::locate(text, name))?;
    let from = text.get(..at.start)?.chars().count();
    let wide = text.get(at)?.chars().count().max(1);
    Some(format!("{text}\n{}{}", " ".repeat(from), "^".repeat(wide)))
}

/// What could not be read: a form when something is only missing or came from a form, else the marked line.
async fn misread(
    work: &mut Work<'_>,
    inbound: &Inbound,
    caller: &Person,
    error: &UsageError,
) -> Result<Performed, StoreError> {
    let outcome = Outcome::Misread(error.clone());
    let from_form = matches!(inbound.input, Input::Form { .. });
    if (error.missing || from_form)
        && let Some(asked) = forms::after_mistake(work, caller, error, from_form).await?
    {
        return Ok(Performed { answer: Answer::Ask(asked), outcome });
    }
    let line = match &inbound.input {
        Input::Line(text) => Some(text.as_str()),
        Input::Form { .. } => None,
    };
    Ok(Performed { answer: Answer::Say(answer::misread(error, line)), outcome })
}

fn to_json(message: &Message) -> Result<String, StoreError> {
    serde_json::to_string(message).map_err(|error| StoreError::Fault(error.into()))
}
