//! The first queue worker: looks at a new request, then asks the approvers or decides by the template's rule.

use super::{World, work::Work};
use crate::{
    domain::{
        audit::Actor,
        ids::{LeaseId, RequestId},
        lease::{Lease, Terms, steps::Grant},
        request::{Findings, Request, RequestState},
        template::Template,
    },
    ports::store::Stored,
    until_saved,
};

/// Analyses a request. Doing it twice is doing it once.
pub async fn analyse(world: &World, id: &RequestId) -> Stored<()> {
    until_saved!(once(world, id))
}

async fn once(world: &World, id: &RequestId) -> Stored<()> {
    let mut work = Work::begin(world).await?;
    let Some(request) = work.tx.request(id).await?.filter(|r| r.state == RequestState::Analysing) else {
        return Ok(());
    };
    let findings = find(&mut work, &request).await?;
    let template = world.templates.named(&request.template);
    let span = request.span.into();
    let by_rule = template.as_ref().is_some_and(|t| t.approves_itself(&request.parameters, span));
    let (mut request, change) = request.analysed(findings, by_rule, work.now, &world.policy.patience);
    work.save_request(&mut request, change, &Actor::Rule).await?;
    if let Some(template) = template.filter(|_| matches!(request.state, RequestState::Approved { .. })) {
        grant(&mut work, &request, &template, &Actor::Rule).await?;
    }
    work.commit().await
}

async fn find(work: &mut Work<'_>, request: &Request) -> Stored<Findings> {
    let held = work.tx.live_leases(Some(&request.requester)).await?;
    let similar = held
        .iter()
        .filter(|lease| lease.template == request.template)
        .map(|lease| lease.name.clone())
        .collect();
    Ok(Findings { similar, holding: u32::try_from(held.len()).unwrap_or(u32::MAX) })
}

/// Makes the lease of an approved request; provisioning follows.
pub async fn grant(work: &mut Work<'_>, request: &Request, template: &Template, actor: &Actor) -> Stored<()> {
    let grant = Grant {
        id: LeaseId::new(work.world.ids.next()),
        request: request.id.clone(),
        name: request.name.clone(),
        owner: request.requester.clone(),
        template: template.name.clone(),
        terms: Terms::of(template, request.span, request.until),
    };
    let (mut lease, change) = Lease::grant(grant, work.now);
    work.tx.insert_lease(&mut lease).await?;
    work.follow(&lease.name, &lease.request, change, actor).await
}
