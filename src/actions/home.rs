//! The home page of one person on a platform that has such pages.

use super::{Caller, World, stories, work::Work};
use crate::{
    cards::{self, home::Home},
    domain::{extension::ExtensionState, request::RequestState},
    ports::{chat::Message, store::Stored},
};

/// What one person has and what waits for their decision, as it is now. `None` for somebody who is not known
/// or no longer active.
///
/// # Errors
/// When the database fails.
pub async fn home(world: &World, caller: &Caller) -> Stored<Option<Message>> {
    let mut work = Work::look(world).await?;
    let Some(person) = caller.person(&mut work).await? else { return Ok(None) };
    let caller = &caller.id;
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
    let mut wishes = Vec::new();
    if person.may_decide() {
        wishes = work.tx.open_wishes(None).await?;
        wishes.retain(|wish| wish.asked_by != *caller);
    }
    let allowed = world.policy.open_requests;
    Ok(Some(cards::home::page(&Home {
        mine,
        waiting,
        wishes,
        people,
        undecided,
        allowed,
        decides: person.may_decide(),
        now: work.now,
    })))
}
