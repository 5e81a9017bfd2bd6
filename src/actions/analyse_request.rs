//! The first queue worker: looks at a new request, then asks the approvers or decides by the template's rule.

use super::{World, quotas, reviews, templates, work::Work};
use crate::{
    domain::{
        approval::Group,
        audit::Actor,
        cost::{self, Cost},
        headroom::Headroom,
        ids::{LeaseId, RequestId},
        lease::{Lease, Terms, steps::Grant},
        request::{Findings, Request, RequestState},
        template::Template,
    },
    ports::store::Stored,
    until_saved,
};

/// Analyses a request. Doing it twice is doing it once. `headroom` is what its cluster has left, where it is known.
pub async fn analyse(world: &World, id: &RequestId, headroom: Option<Headroom>) -> Stored<()> {
    until_saved!(once(world, id, headroom))
}

async fn once(world: &World, id: &RequestId, headroom: Option<Headroom>) -> Stored<()> {
    let mut work = Work::begin(world).await?;
    let Some(request) = work.tx.request(id).await?.filter(|r| r.state == RequestState::Analysing) else {
        return Ok(());
    };
    let findings = Findings { headroom, ..find(&mut work, &request).await? };
    let template = templates::requested(&mut work, &request).await?;
    let span = request.span.into();
    let by_rule =
        template.as_ref().is_some_and(|t| world.policy.rules.automatic(t, &request.parameters, span));
    let (mut request, mut change) = request.analysed(findings, by_rule, work.now, &world.policy.patience);
    if matches!(request.state, RequestState::Pending(_)) {
        let groups: Vec<Group> = request.ballot.rule.needs.iter().map(|need| need.of.clone()).collect();
        let about = (&request.name, request.id.as_str());
        change = change.and(reviews::wanted(&mut work, &groups, about, request.whose(), false).await?);
    }
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
    let holding = u32::try_from(held.len()).unwrap_or(u32::MAX);
    let cost = cost(work.world, request);
    let quota = quotas::effect_of(work, request).await?;
    Ok(Findings { similar, holding, cost, quota, headroom: None })
}

/// What a request costs, where there is a price list.
pub fn cost(world: &World, request: &Request) -> Option<Cost> {
    let prices = world.policy.prices.as_ref()?;
    let span = request.until.map_or_else(|| request.span.into(), |until| until - world.clock.now());
    Some(prices.of(&request.template, &cost::sizes(&request.parameters), span))
}

/// Makes the lease of an approved request; provisioning follows.
pub async fn grant(work: &mut Work<'_>, request: &Request, template: &Template, actor: &Actor) -> Stored<()> {
    let grant = Grant {
        id: LeaseId::new(work.world.ids.next()),
        request: request.id.clone(),
        name: request.name.clone(),
        owner: request.requester.clone(),
        template: template.name.clone(),
        template_version: request.template_version,
        terms: Terms::of(template, request.span, request.until),
    };
    let (mut lease, change) = Lease::grant(grant, work.now);
    work.tx.insert_lease(&mut lease).await?;
    work.follow(&lease.name, &lease.request, change, actor).await
}
