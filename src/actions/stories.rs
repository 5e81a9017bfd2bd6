//! Loads everything that a request's cards are made from.

use super::work::Work;
use crate::{
    cards::{People, story::Story},
    domain::{ids::RequestId, request::Request},
    ports::store::Stored,
};

/// The story of a request at hand.
pub async fn of(work: &mut Work<'_>, request: Request) -> Stored<Story> {
    let people = work.people().await?;
    among(work, request, &people).await
}

/// The story of a request, for whoever tells several and has loaded the people already.
pub async fn among(work: &mut Work<'_>, request: Request, people: &People) -> Stored<Story> {
    let lease = work.tx.lease_of_request(&request.id).await?;
    let extension = match &lease {
        Some(lease) => work.tx.extensions_of(&lease.id).await?.pop(),
        None => None,
    };
    Ok(Story { request, lease, extension, people: people.clone() })
}

/// The story of a request by id.
pub async fn find(work: &mut Work<'_>, id: &RequestId) -> Stored<Option<Story>> {
    match work.tx.request(id).await? {
        Some(request) => Ok(Some(of(work, request).await?)),
        None => Ok(None),
    }
}
