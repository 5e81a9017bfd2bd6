//! The home page of one person on a platform that has such pages.

use super::{World, stories, work::Work};
use crate::{
    cards::{self, home::Home},
    domain::{extension::ExtensionState, ids::PersonId, request::RequestState},
    ports::{chat::Message, store::Stored},
};

/// What one person has and what waits for their decision, as it is now. `None` for somebody who is not known
/// or no longer active.
///
/// # Errors
/// When the database fails.
pub async fn home(world: &World, caller: &PersonId) -> Stored<Option<Message>> {
    let mut work = Work::look(world).await?;
    let Some(person) = work.tx.person(caller).await?.filter(|person| person.active) else { return Ok(None) };
    let people = work.people().await?;
    let open = work.tx.open_requests(Some(caller)).await?;
    let undecided = open.len();
    let mut mine = Vec::new();
    for lease in work.tx.live_leases(Some(caller)).await? {
        if let Some(request) = work.tx.request(&lease.request).await? {
            mine.push(stories::among(&mut work, request, &people).await?);
        }
    }
    for request in open {
        mine.push(stories::among(&mut work, request, &people).await?);
    }
    let mut waiting = Vec::new();
    if person.may_decide() {
        for request in work.tx.open_requests(None).await? {
            if matches!(request.state, RequestState::Pending(_)) && request.requester != *caller {
                waiting.push(stories::among(&mut work, request, &people).await?);
            }
        }
        for lease in work.tx.live_leases(None).await? {
            if lease.asked.is_none() || lease.owner == *caller {
                continue;
            }
            let Some(request) = work.tx.request(&lease.request).await? else { continue };
            let story = stories::among(&mut work, request, &people).await?;
            let asked = story.extension.as_ref();
            if asked.is_some_and(|asked| matches!(asked.state, ExtensionState::Pending(_))) {
                waiting.push(story);
            }
        }
    }
    let allowed = world.policy.open_requests;
    Ok(Some(cards::home::page(&Home {
        mine,
        waiting,
        undecided,
        allowed,
        decides: person.may_decide(),
        now: work.now,
    })))
}
