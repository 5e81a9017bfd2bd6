//! `/env request`: somebody asks for an environment.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use commands::{EnvRequest, Lasts};

use super::{
    Answer, quotas, reviews, templates,
    work::{Stop, Work},
};
use crate::{
    cards::answer,
    domain::{
        Instant,
        approval::{Asked, Ballot},
        audit::Actor,
        ids::{EnvName, RequestId},
        key::{PublicKey, StoredKey},
        person::Person,
        refusal::Refusal,
        request::{Findings, Request, RequestState},
        template::{ParameterFault, Problem, Template, Value},
    },
    ports::chat::{Text, Tone},
    values,
};

/// The most characters of a reason that are kept.
pub const REASON_MOST: u32 = 500;

/// Checks everything that can be checked, takes the request down, and leaves the rest to the analysis.
pub async fn request(work: &mut Work<'_>, caller: &Person, asked: EnvRequest) -> Result<Answer, Stop> {
    work.world.policy.admits(caller)?;
    let template = templates::named(work.world, caller, &asked.template)?;
    let parameters = resolve(&template, asked.size.as_deref(), &asked.parameters)?;
    let (span, until) = lasts(&template, asked.lasts, work.now)?;
    let reason = asked.reason.map(|reason| bounded("reason", reason)).transpose()?;
    let team = team(caller, asked.team, &template)?;
    let key = choose(work.tx.keys_of(&caller.id).await?, asked.key.as_deref())?;
    let ballot = Ballot::new(work.world.policy.rules.for_request(&template));
    if !work.world.policy.rules.automatic(&template, &parameters, span) {
        let asked = Asked { by: &caller.id, team: team.as_deref() };
        reviews::ensure_possible(work, &ballot, asked).await?;
    }
    within_limit(work, caller).await?;
    let amounts = quotas::amounts(&parameters, span);
    let template_version = work.tx.keep_template(&template, work.now).await?;
    let mut request = Request {
        id: RequestId::new(work.world.ids.next()),
        name: EnvName::new(&template.name, work.world.ids.next()),
        requester: caller.id.clone(),
        template: template.name.clone(),
        template_version,
        parameters,
        span: span.into(),
        until,
        reason,
        key,
        team,
        amounts,
        ballot,
        created_at: work.now,
        state: RequestState::Analysing,
        findings: Findings::default(),
        version: 0,
    };
    work.tx.insert_request(&mut request).await?;
    let change = request.asked();
    work.touched = Some(request.id.as_str().to_owned());
    work.follow(&request.name, &request.id, change, &Actor::Person(caller.id.clone())).await?;
    quotas::reserve(work, &request).await?;
    let words = Text::plain("Asked for ").strong(request.name.as_str());
    let words = words.and(". Its card is in your direct messages and moves with it.");
    Ok(Answer::Say(answer::say(words, Tone::Good)))
}

/// Reads the parameters as written, and completes them from the template. All faults come at once.
pub(super) fn resolve(
    template: &Template,
    size: Option<&str>,
    given: &[(String, String)],
) -> Result<BTreeMap<String, Value>, Refusal> {
    let mut read = BTreeMap::new();
    let mut unreadable = Vec::new();
    for (name, text) in given {
        let Some(parameter) = template.parameter(name) else {
            read.insert(name.clone(), Value::Text(text.clone()));
            continue;
        };
        match values::read(parameter, text) {
            Ok(value) => {
                read.insert(name.clone(), value);
            }
            Err(why) => {
                unreadable.push(ParameterFault { name: name.clone(), problem: Problem::Unreadable { why } });
            }
        }
    }
    let broken: Vec<String> = unreadable.iter().map(|fault| fault.name.clone()).collect();
    match template.resolve_sized(size, &read) {
        Ok(values) if unreadable.is_empty() => Ok(values),
        Ok(_) => Err(Refusal::BadParameters { template: template.name.clone(), faults: unreadable }),
        Err(Refusal::BadParameters { template, faults }) => {
            unreadable.extend(faults.into_iter().filter(|fault| !broken.contains(&fault.name)));
            Err(Refusal::BadParameters { template, faults: unreadable })
        }
        Err(other) => Err(other),
    }
}

fn lasts(
    template: &Template,
    lasts: Option<Lasts>,
    now: Instant,
) -> Result<(TimeDelta, Option<Instant>), Refusal> {
    match lasts {
        None => Ok((template.span(None)?, None)),
        Some(Lasts::For(span)) => Ok((template.span(Some(span))?, None)),
        Some(Lasts::Until(until)) if until <= now => Err(Refusal::EndInThePast { until }),
        Some(Lasts::Until(until)) => Ok((template.span(Some(until - now))?, Some(until))),
    }
}

/// The team that it is for: the one that was said, else the only one. A template for some teams is for one of these.
fn team(caller: &Person, wanted: Option<String>, template: &Template) -> Result<Option<String>, Refusal> {
    let may = |team: &String| template.teams.is_empty() || template.teams.contains(team);
    let teams: Vec<String> = caller.teams.iter().filter(|team| may(team)).cloned().collect();
    match wanted {
        Some(team) if teams.contains(&team) => Ok(Some(team)),
        Some(team) if caller.teams.contains(&team) => {
            Err(Refusal::NotForTeams { template: template.name.clone(), teams: template.teams.clone() })
        }
        Some(team) => Err(Refusal::NotInTeam { team, teams }),
        None if teams.len() > 1 => Err(Refusal::WhichTeam { teams }),
        None => Ok(teams.into_iter().next()),
    }
}

fn choose(keys: Vec<StoredKey>, wanted: Option<&str>) -> Result<PublicKey, Refusal> {
    let names = || keys.iter().map(|key| key.name.clone()).collect();
    match (wanted, keys.as_slice()) {
        (Some(wanted), _) => match keys.iter().find(|key| key.name == wanted) {
            Some(key) => Ok(key.key.clone()),
            None => Err(Refusal::NoSuchKey { name: wanted.to_owned(), known: names() }),
        },
        (None, []) => Err(Refusal::NoKey),
        (None, [only]) => Ok(only.key.clone()),
        (None, _) => Err(Refusal::WhichKey { names: names() }),
    }
}

/// Free text within its limit.
pub fn bounded(field: &str, text: String) -> Result<String, Refusal> {
    if text.chars().count() > REASON_MOST as usize {
        return Err(Refusal::TooMuchText { field: field.to_owned(), most: REASON_MOST });
    }
    Ok(text)
}

async fn within_limit(work: &mut Work<'_>, caller: &Person) -> Result<(), Stop> {
    let most = work.world.policy.open_requests;
    let open = work.tx.open_requests(Some(&caller.id)).await?.len();
    if open >= most as usize {
        let limit = Value::Number(i64::from(most));
        return Err(Refusal::TooMany { what: "undecided requests".to_owned(), limit }.into());
    }
    Ok(())
}
