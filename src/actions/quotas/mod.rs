//! Quotas: what a request takes is reserved in the transaction of the submit, and released where it ends.

mod give;
mod look;
pub mod seen;
pub mod stock;
mod tell;
pub mod wake;
pub(super) mod who;
mod wish;

use std::collections::BTreeSet;

use commands::{Command, EnvExtend, EnvRequest, Lasts};

use super::work::{Stop, Work};
pub use crate::domain::quota::amounts;
use crate::{
    domain::{
        extension::Extension,
        ids::{PersonId, RequestId},
        quota::{
            Amounts, Limits, QuotaLine, Reservation, Scope,
            fit::{Short, Standing, room},
            smaller::{Smaller, shorter, smaller},
        },
        refusal::Refusal,
        request::Request,
    },
    ports::store::{StoreError, Stored},
    values,
};

pub use give::{grant, revoke, set};
pub use look::show;
pub(super) use wish::save as save_wish;
pub use wish::{ask, decide};

/// Reserves what a request takes. Nothing is kept when it does not fit: whoever calls drops the transaction.
///
/// # Errors
/// [`Refusal::Quota`].
pub async fn reserve(work: &mut Work<'_>, request: &Request) -> Result<(), Stop> {
    let held = Reservation::of(request, work.now);
    if !work.tx.insert_reservation(&held).await? {
        return Ok(());
    }
    let Some((standings, short)) = in_the_way(work, &held).await? else { return Ok(()) };
    let short = named(work, short, &request.requester, &held.id).await?;
    let offer = offer(work, request, &standings).await?;
    Err(Refusal::Quota { short, offer }.into())
}

/// Reserves anew what a request takes, after it became smaller or larger.
///
/// # Errors
/// [`Refusal::Quota`] when it grew and does not fit.
pub async fn change(work: &mut Work<'_>, request: &Request) -> Result<(), Stop> {
    let id = request.id.as_str();
    let Some(before) = work.tx.reservation(id).await? else { return reserve(work, request).await };
    let held = Reservation { amounts: request.amounts, ..before.clone() };
    work.tx.save_reservation(&held).await?;
    let standings = occupy(work, &held.scopes(), &held.amounts, &before.amounts).await?;
    let grew = |short: &Short| held.amounts.of(short.resource) > before.amounts.of(short.resource);
    let short = standings.iter().flat_map(|standing| standing.short(&held.amounts)).filter(grew).collect();
    let short = named(work, short, &request.requester, id).await?;
    if short.is_empty() { Ok(()) } else { Err(Refusal::Quota { short, offer: None }.into()) }
}

/// Reserves the time of an extension, when it is asked for.
///
/// # Errors
/// [`Refusal::Quota`].
pub async fn reserve_extension(work: &mut Work<'_>, extension: &Extension) -> Result<(), Stop> {
    let Some(request) = work.tx.request(&extension.request).await? else { return Ok(()) };
    let held = Reservation::more(&request, extension, work.now);
    if !work.tx.insert_reservation(&held).await? {
        return Ok(());
    }
    let Some((standings, short)) = in_the_way(work, &held).await? else { return Ok(()) };
    let short = named(work, short, &extension.asked_by, &held.id).await?;
    let fits = room(&standings, crate::domain::quota::Resource::LeaseTime).and_then(shorter);
    let line = |by| {
        let (name, reason) = (extension.name.as_str().to_owned(), extension.reason.clone());
        EnvExtend { name, by, reason }.to_line()
    };
    Err(Refusal::Quota { short, offer: fits.map(line) }.into())
}

/// Releases what is held under that id: once, however often it is called.
///
/// # Errors
/// When the database fails.
pub async fn release(work: &mut Work<'_>, id: &str) -> Stored<()> {
    if let Some(held) = work.tx.release_reservation(id, work.now).await? {
        occupy_only(work, &held.scopes(), &Amounts::default(), &held.amounts).await?;
    }
    Ok(())
}

/// Releases everything that is held for a request, its extensions included.
///
/// # Errors
/// When the database fails.
pub async fn release_all(work: &mut Work<'_>, request: &RequestId) -> Stored<()> {
    for held in work.tx.reservations_for(request).await? {
        release(work, &held.id).await?;
    }
    Ok(())
}

/// What each limit that applies to a request shows without it and with it.
///
/// # Errors
/// When the database fails.
pub async fn effect_of(work: &mut Work<'_>, request: &Request) -> Stored<Vec<QuotaLine>> {
    let held = work.tx.reservation(request.id.as_str()).await?;
    let counted = held.as_ref().map(|held| held.amounts).unwrap_or_default();
    let mut lines = Vec::new();
    for scope in Reservation::of(request, work.now).scopes() {
        let standing = standing(work, &scope).await?;
        for (resource, asked) in request.amounts.each() {
            let Some(limit) = standing.limits.of(resource) else { continue };
            let before = standing.used.of(resource).saturating_sub(counted.of(resource));
            let scope = scope.clone();
            lines.push(QuotaLine { scope, resource, limit, before, after: before.saturating_add(asked) });
        }
    }
    Ok(lines)
}

/// The limits of a scope at this moment: those that were set, else the configuration's, and what is granted besides.
pub(super) async fn limits(work: &mut Work<'_>, scope: &Scope) -> Stored<Limits> {
    let own = work.tx.limits_of(scope).await?;
    let grants = work.tx.grants_of(scope, work.now).await?;
    Ok(own.or(&work.world.policy.quotas.of(scope)).with(&grants, work.now))
}

/// A scope as it stands.
async fn standing(work: &mut Work<'_>, scope: &Scope) -> Stored<Standing> {
    let used = work.tx.held(scope).await?;
    Ok(Standing { scope: scope.clone(), limits: limits(work, scope).await?, used })
}

/// Adds to what these scopes hold and takes from it; each as it stands without what was added. From here on nobody
/// else changes what they hold, nor their limits, until the transaction ends.
async fn occupy(
    work: &mut Work<'_>,
    scopes: &BTreeSet<Scope>,
    more: &Amounts,
    less: &Amounts,
) -> Stored<Vec<Standing>> {
    let mut standings = Vec::new();
    for scope in scopes {
        let used = work.tx.occupy(scope, more, less).await?.minus(more);
        standings.push(Standing { scope: scope.clone(), limits: limits(work, scope).await?, used });
    }
    Ok(standings)
}

/// Occupies what a reservation takes; or answers which limits are in the way, and how everything stands.
async fn in_the_way(work: &mut Work<'_>, held: &Reservation) -> Stored<Option<(Vec<Standing>, Vec<Short>)>> {
    let short = |standings: &[Standing]| -> Vec<Short> {
        standings.iter().flat_map(|standing| standing.short(&held.amounts)).collect()
    };
    // A look first, so that whoever is refused makes nobody wait who is not.
    let mut standings = Vec::new();
    for scope in &held.scopes() {
        standings.push(standing(work, scope).await?);
    }
    let mut found = short(&standings);
    if found.is_empty() {
        standings = occupy(work, &held.scopes(), &held.amounts, &Amounts::default()).await?;
        found = short(&standings);
    }
    Ok((!found.is_empty()).then_some((standings, found)))
}

async fn occupy_only(
    work: &mut Work<'_>,
    scopes: &BTreeSet<Scope>,
    more: &Amounts,
    less: &Amounts,
) -> Stored<()> {
    for scope in scopes {
        work.tx.occupy(scope, more, less).await?;
    }
    Ok(())
}

/// Has a scope for oneself until the transaction ends, so that its limits change between two submits.
async fn lock(work: &mut Work<'_>, scope: &Scope) -> Stored<()> {
    work.tx.occupy(scope, &Amounts::default(), &Amounts::default()).await?;
    Ok(())
}

/// The same limits with what holds them: one's own by name, and that of others for whoever decides.
async fn named(
    work: &mut Work<'_>,
    short: Vec<Short>,
    reader: &PersonId,
    except: &str,
) -> Stored<Vec<Short>> {
    let decides = work.tx.person(reader).await?.is_some_and(|person| person.may_decide());
    let mut all = Vec::new();
    for short in short {
        let mut held = work.tx.reservations_in(&short.scope).await?;
        held.retain(|held| held.id != except);
        all.push(short.held_by(&held, |held| decides || held.person == *reader));
    }
    Ok(all)
}

/// The line of the same request, as large as fits.
async fn offer(work: &mut Work<'_>, request: &Request, standings: &[Standing]) -> Stored<Option<String>> {
    let Some(template) = work.world.templates.named(&request.template) else { return Ok(None) };
    let span = request.span.into();
    let Some(fits) = smaller(&template, &request.parameters, span, standings) else { return Ok(None) };
    let Smaller { parameters, span: shorter } = fits;
    let taken = amounts(&parameters, shorter);
    let allowed = template.resolve(&parameters).is_ok() && template.span(Some(shorter)).is_ok();
    if !allowed || standings.iter().any(|standing| !standing.short(&taken).is_empty()) {
        return Ok(None);
    }
    let keys = work.tx.keys_of(&request.requester).await?;
    let key = keys.iter().find(|key| key.key.fingerprint == request.key.fingerprint);
    let lasts = match request.until.filter(|_| shorter == span) {
        Some(until) => Lasts::Until(until),
        None => Lasts::For(shorter),
    };
    let line = EnvRequest {
        template: request.template.clone(),
        size: None,
        parameters: parameters.iter().map(|(name, value)| (name.clone(), values::show(value))).collect(),
        lasts: Some(lasts),
        key: key.filter(|_| keys.len() > 1).map(|key| key.name.clone()),
        team: request.team.clone(),
        reason: request.reason.clone(),
    };
    Ok(Some(line.to_line()))
}

/// A fault of ours, not of the person.
fn broken(what: &'static str) -> StoreError {
    StoreError::Fault(anyhow::anyhow!(what))
}
