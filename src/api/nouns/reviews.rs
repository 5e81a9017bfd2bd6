//! `/v1/reviews`: who said yes or no to what.

use std::collections::BTreeMap;

use axum::{http::StatusCode, response::Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{extensions, requests, wishes};
use crate::{
    actions::reading::Looking,
    api::{
        Api, answer,
        call::{Call, Values},
        hal::{Link, Links},
        input::{Body, Id, Params},
        listing::{self, Chosen, Noun, Page},
        problem::Problem,
    },
    domain::{
        self, Instant, approval,
        extension::ExtensionState,
        ids::{ExtensionId, PersonId, WishId},
        platform::Platform,
        quota::wish::{Wish, WishState},
        request::RequestState,
    },
    ports::pages::{Cell, Column},
};

/// What can be said about lists of reviews.
pub const NOUN: Noun = Noun {
    name: "reviews",
    schema: "Review",
    fields: &["id", "subject", "name", "decision", "reason", "by", "on", "at"],
    sorts: &[("created_at", Column::CreatedAt)],
    latest_first: true,
    unique: Column::Id,
    embeds: &[],
    states: &[],
};

/// One person's yes or no.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Review {
    /// Its id: what it is about, and its number there.
    #[schema(example = "req_0193f5c2a1b07c31a0a5b3c4d5e6f708.1")]
    pub id: String,
    /// The id of the request, the extension or the wish that it is about.
    pub subject: String,
    /// The environment's name; left out for a wish.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Yes or no.
    pub decision: Decision,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who: a person's id.
    pub by: String,
    /// Where they said so, in one word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// `self`, `subject`, `by`.
    #[serde(rename = "_links")]
    pub links: BTreeMap<String, Link>,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Yes.
    Approve,
    /// No.
    Reject,
}

/// A review that is being made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"decision": "approve"}))]
pub struct NewReview {
    /// Yes or no.
    decision: Decision,
    /// Why not; needed for a no, and left out for a yes.
    #[schema(min_length = 1, max_length = 500)]
    reason: Option<String>,
    /// The version of what was looked at: when it is another by now, nothing is decided.
    #[schema(minimum = 0)]
    version: Option<u32>,
}

crate::list_parameters! {
    /// Which reviews. They come by the requests they belong to; `limit` counts those.
    ReviewList {}
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(of_request, review_request))
        .routes(routes!(of_extension, review_extension))
        .routes(routes!(of_wish, review_wish))
}

/// What is reviewed.
struct Subject<'a> {
    id: &'a str,
    at: String,
    name: Option<&'a str>,
    reviews: &'a [approval::Review],
    /// Who decided, for what was decided without a ballot.
    decided: Option<(PersonId, Option<Platform>, Instant, Option<String>)>,
}

impl Subject<'_> {
    fn shown(&self) -> Vec<Review> {
        let one = |(place, by, on, at, rejected): (
            usize,
            &PersonId,
            Option<Platform>,
            Instant,
            Option<&String>,
        )| {
            let id = format!("{}.{}", self.id, place + 1);
            Review {
                links: Links::own(format!("/v1/reviews/{id}"))
                    .with("subject", Link::to(&self.at))
                    .with("by", Link::to(format!("/v1/people/{by}")))
                    .done(),
                id,
                subject: self.id.to_owned(),
                name: self.name.map(str::to_owned),
                decision: if rejected.is_some() { Decision::Reject } else { Decision::Approve },
                reason: rejected.cloned(),
                by: by.to_string(),
                on: on.map(|on| on.word().to_owned()),
                at,
            }
        };
        let cast = self.reviews.iter().enumerate();
        let cast = cast.map(|(place, review)| {
            one((place, &review.by, Some(review.on), review.at, review.rejected.as_ref()))
        });
        let decided = self.decided.iter().filter(|_| self.reviews.is_empty());
        let decided = decided.map(|(by, on, at, rejected)| one((0, by, *on, *at, rejected.as_ref())));
        cast.chain(decided).collect()
    }
}

fn of_a_request(request: &domain::request::Request) -> Vec<Review> {
    let decided = match &request.state {
        RequestState::Approved { by: Some(by), at, on } => Some((by.clone(), *on, *at, None)),
        RequestState::Rejected { by, at, on, reason } => Some((by.clone(), *on, *at, Some(reason.clone()))),
        _ => None,
    };
    let at = format!("/v1/requests/{}", request.id);
    let (id, name, reviews) = (request.id.as_str(), Some(request.name.as_str()), &request.ballot.reviews);
    Subject { id, at, name, reviews, decided }.shown()
}

fn of_an_extension(extension: &domain::extension::Extension) -> Vec<Review> {
    let decided = match &extension.state {
        ExtensionState::Approved { by, at, on } => Some((by.clone(), *on, *at, None)),
        ExtensionState::Rejected { by, at, on, reason } => Some((by.clone(), *on, *at, Some(reason.clone()))),
        _ => None,
    };
    let at = format!("/v1/extensions/{}", extension.id);
    let (id, name, reviews) =
        (extension.id.as_str(), Some(extension.name.as_str()), &extension.ballot.reviews);
    Subject { id, at, name, reviews, decided }.shown()
}

fn of_a_wish(wish: &Wish) -> Vec<Review> {
    let decided = match &wish.state {
        WishState::Approved { by, at, on, .. } => Some((by.clone(), Some(*on), *at, None)),
        WishState::Rejected { by, at, on, reason } => {
            Some((by.clone(), Some(*on), *at, Some(reason.clone())))
        }
        _ => None,
    };
    let at = format!("/v1/wishes/{}", wish.id);
    Subject { id: wish.id.as_str(), at, name: None, reviews: &wish.ballot.reviews, decided }.shown()
}

fn cell(request: &domain::request::Request, column: Column) -> Cell {
    match column {
        Column::CreatedAt => Cell::Time(request.created_at),
        _ => Cell::Text(request.id.to_string()),
    }
}

/// The reviews of one's own requests and extensions, or everybody's for approvers.
#[utoipa::path(get, path = "/v1/reviews", operation_id = "list_reviews", tag = "reviews", params(ReviewList),
    responses((status = 200, description = "A page of reviews", body = Page<Review>, content_type = "application/hal+json")))]
async fn list(call: Call, Params(asked): Params<ReviewList>) -> Result<Response, Problem> {
    let listing = asked.listing(&NOUN)?;
    let looking = &mut call.look().await?;
    let broken = |error| call.broken(error);
    let wanted = listing.wanted(looking.whose(), Vec::new());
    let mut page = looking.work.tx.request_page(&wanted).await.map_err(broken)?;
    let more = listing.shown(&mut page);
    let next = page.last().filter(|_| more).map(|last| listing.next(&call.uri, listing.place(last, cell)));
    let mut all = Vec::new();
    for request in &page {
        all.extend(of_a_request(request));
        if let Some(lease) = looking.lease_of(&request.id).await.map_err(broken)? {
            let asked = looking.work.tx.extensions_of(&lease.id).await.map_err(broken)?;
            all.extend(asked.iter().flat_map(of_an_extension));
        }
    }
    listing::page(&call, &listing, next, Links::default(), all)
}

/// One review.
#[utoipa::path(get, path = "/v1/reviews/{id}", operation_id = "get_review", tag = "reviews", params(("id" = String, Path, description = "Its id"), Chosen),
    responses((status = 200, description = "The review", body = Review, content_type = "application/hal+json")))]
async fn get(call: Call, Id(id): Id, Params(chosen): Params<Chosen>) -> Result<Response, Problem> {
    let select = chosen.select(&NOUN)?;
    let looking = &mut call.look().await?;
    let subject = id.rsplit_once('.').map_or(id.as_str(), |(subject, _)| subject);
    let all = find(looking, subject).await?;
    let missing =
        || Problem::new(StatusCode::NOT_FOUND, "no-such", "There is no such review that you could see.");
    let review = all.into_iter().find(|review| review.id == id).ok_or_else(missing)?;
    answer::one(&call, &select, "0", &review)
}

/// The reviews of a request, an extension or a wish that the reader may see.
async fn find(looking: &mut Looking<'_>, subject: &str) -> Result<Vec<Review>, Problem> {
    if ExtensionId::parse(subject).is_some() {
        return Ok(of_an_extension(&extensions::find(looking, subject).await?));
    }
    if WishId::parse(subject).is_some() {
        return Ok(of_a_wish(&wishes::find(looking, subject).await?));
    }
    Ok(of_a_request(&requests::find(looking, subject).await?))
}

/// The reviews of a request.
#[utoipa::path(get, path = "/v1/requests/{id}/reviews", operation_id = "list_reviews_of_request", tag = "reviews", params(("id" = String, Path, description = "The request's id"), Chosen),
    responses((status = 200, description = "All of them, oldest first", body = Page<Review>, content_type = "application/hal+json")))]
async fn of_request(call: Call, Id(id): Id, Params(chosen): Params<Chosen>) -> Result<Response, Problem> {
    let listing = all_of(&chosen)?;
    let looking = &mut call.look().await?;
    let request = requests::find(looking, &id).await?;
    let at = format!("/v1/requests/{id}/reviews");
    let links = Links::default()
        .with_if(looking.may_approve(&request), "approve", Link::act("POST", &at, "Approve it"))
        .with_if(looking.may_reject(&request), "reject", Link::act("POST", &at, "Reject it"));
    listing::page(&call, &listing, None, links, of_a_request(&request))
}

/// The reviews of an extension.
#[utoipa::path(get, path = "/v1/extensions/{id}/reviews", operation_id = "list_reviews_of_extension", tag = "reviews", params(("id" = String, Path, description = "The extension's id"), Chosen),
    responses((status = 200, description = "All of them, oldest first", body = Page<Review>, content_type = "application/hal+json")))]
async fn of_extension(call: Call, Id(id): Id, Params(chosen): Params<Chosen>) -> Result<Response, Problem> {
    let listing = all_of(&chosen)?;
    let looking = &mut call.look().await?;
    let extension = extensions::find(looking, &id).await?;
    let may = looking.may_with_extension(&extension).await.map_err(|error| call.broken(error))?;
    let at = format!("/v1/extensions/{id}/reviews");
    let links = Links::default()
        .with_if(may.approve, "approve", Link::act("POST", &at, "Approve it"))
        .with_if(may.reject, "reject", Link::act("POST", &at, "Reject it"));
    listing::page(&call, &listing, None, links, of_an_extension(&extension))
}

/// The reviews of a wish for quota.
#[utoipa::path(get, path = "/v1/wishes/{id}/reviews", operation_id = "list_reviews_of_wish", tag = "reviews", params(("id" = String, Path, description = "The wish's id"), Chosen),
    responses((status = 200, description = "All of them, oldest first", body = Page<Review>, content_type = "application/hal+json")))]
async fn of_wish(call: Call, Id(id): Id, Params(chosen): Params<Chosen>) -> Result<Response, Problem> {
    let listing = all_of(&chosen)?;
    let looking = &mut call.look().await?;
    let wish = wishes::find(looking, &id).await?;
    let (yes, no) = looking.may_review_wish(&wish).await.map_err(|error| call.broken(error))?;
    let at = format!("/v1/wishes/{id}/reviews");
    let links = Links::default().with_if(yes, "approve", Link::act("POST", &at, "Approve it")).with_if(
        no,
        "reject",
        Link::act("POST", &at, "Reject it"),
    );
    listing::page(&call, &listing, None, links, of_a_wish(&wish))
}

fn all_of(chosen: &Chosen) -> Result<listing::Listing, Problem> {
    listing::Listing::read(&NOUN, chosen.select(&NOUN)?, None, None, None)
}

/// Approve or reject a request.
#[utoipa::path(post, path = "/v1/requests/{id}/reviews", operation_id = "review_request", tag = "reviews", params(("id" = String, Path, description = "The request's id")), request_body = NewReview,
    responses((status = 201, description = "It counts", body = Review, content_type = "application/hal+json")))]
async fn review_request(call: Call, Id(id): Id, Body(new): Body<NewReview>) -> Result<Response, Problem> {
    requests::find(&mut call.look_after().await?, &id).await?;
    review(&call, &id, new).await
}

/// Approve or reject an extension.
#[utoipa::path(post, path = "/v1/extensions/{id}/reviews", operation_id = "review_extension", tag = "reviews", params(("id" = String, Path, description = "The extension's id")), request_body = NewReview,
    responses((status = 201, description = "It counts", body = Review, content_type = "application/hal+json")))]
async fn review_extension(call: Call, Id(id): Id, Body(new): Body<NewReview>) -> Result<Response, Problem> {
    extensions::find(&mut call.look_after().await?, &id).await?;
    review(&call, &id, new).await
}

/// Approve or reject a wish for quota.
#[utoipa::path(post, path = "/v1/wishes/{id}/reviews", operation_id = "review_wish", tag = "reviews", params(("id" = String, Path, description = "The wish's id")), request_body = NewReview,
    responses((status = 201, description = "It counts", body = Review, content_type = "application/hal+json")))]
async fn review_wish(call: Call, Id(id): Id, Body(new): Body<NewReview>) -> Result<Response, Problem> {
    wishes::find(&mut call.look_after().await?, &id).await?;
    review(&call, &id, new).await
}

async fn review(call: &Call, subject: &str, new: NewReview) -> Result<Response, Problem> {
    let wrong = |detail| Problem::field(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "reason", detail);
    let verb = match (new.decision, &new.reason) {
        (Decision::Approve, None) => "approve",
        (Decision::Approve, Some(_)) => return Err(wrong("A yes takes no reason; leave it out.")),
        (Decision::Reject, None) => return Err(wrong("A no needs a reason, which the requester reads.")),
        (Decision::Reject, Some(_)) => "reject",
    };
    let values = Values::default()
        .with("subject", subject)
        .maybe("version", new.version)
        .maybe("reason", new.reason.as_ref());
    call.perform(&["env", verb], values).await?;
    let looking = &mut call.look_after().await?;
    let all = find(looking, subject).await?;
    // One's own; or the last one, should it count as somebody else's.
    let own = all.iter().rev().find(|review| review.by == call.caller.id.as_str());
    let Some(review) = own.or(all.last()) else {
        let lost = anyhow::anyhow!("{subject} was reviewed, and has no review");
        return Err(Problem::fault(call.api.world.ids.as_ref(), lost));
    };
    answer::created(call, &format!("/v1/reviews/{}", review.id), "0", review)
}
