//! What every call passes first: what it takes and how much it says, and, for a call with a key of its own, that it is
//! done once.

use axum::{
    body::{Body, Bytes},
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    Api,
    call::{Event, new_event},
    caller::Caller,
    problem::Problem,
};
use crate::{
    ports::{
        pages::Reply,
        store::{StoreError, Stored},
    },
    until_saved,
};

/// The largest body: a request with a public key and a long reason, and room to spare.
pub const BODY_MAX: usize = 64 * 1024;
/// How much of a body that is too large is read at the most.
const THROWN_AWAY: usize = 16 * BODY_MAX;
/// The header by which a call says its own key.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// How long answers are kept.
const KEPT: TimeDelta = TimeDelta::hours(24);
/// After this, whoever was doing it is not there any more.
const LOST: TimeDelta = TimeDelta::minutes(1);

/// Lets a call in, or says why not.
pub async fn pass(State(api): State<Api>, request: Request, next: Next) -> Response {
    match enter(api, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn enter(api: Api, request: Request, next: Next) -> Result<Response, Problem> {
    if !takes_json(request.headers()) {
        let detail = "Answers are application/hal+json; say in Accept that you take that, or leave it out.";
        return Err(Problem::new(StatusCode::NOT_ACCEPTABLE, "not-acceptable", detail));
    }
    let (parts, body) = request.into_parts();
    let body = taken(body).await.ok_or_else(too_large)?;
    if parts.method == Method::POST && parts.headers.contains_key(KEY) {
        // It goes on to its end, also when whoever called does not wait for it.
        let done = tokio::spawn(async move { once(api, parts, body, next).await });
        return match done.await {
            Ok(answered) => answered,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
    }
    Ok(next.run(Request::from_parts(parts, Body::from(body))).await)
}

/// The whole body; `None` for one that is too large. Of that a little more is read and thrown away, because whoever is
/// still sending does not see an answer that comes too early.
async fn taken(mut body: Body) -> Option<Bytes> {
    let (mut kept, mut seen) = (Vec::new(), 0);
    while let Some(Ok(frame)) = body.frame().await {
        let Ok(data) = frame.into_data() else { continue };
        seen += data.len();
        if seen > THROWN_AWAY {
            return None;
        }
        if seen <= BODY_MAX {
            kept.extend_from_slice(&data);
        }
    }
    (seen <= BODY_MAX).then(|| Bytes::from(kept))
}

fn too_large() -> Problem {
    let detail = format!("A body has at most {BODY_MAX} bytes.");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail)
}

fn takes_json(headers: &HeaderMap) -> bool {
    let mut all = headers.get_all(header::ACCEPT).iter().peekable();
    let kinds = ["*/*", "application/*", "application/json", "application/hal+json"];
    let good = |value: &HeaderValue| {
        let text = value.to_str().unwrap_or_default().to_ascii_lowercase();
        text.split(',').any(|one| {
            let mut parts = one.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default();
            let refused = parts.any(|part| ["q=0", "q=0.0", "q=0.00", "q=0.000"].contains(&part));
            kinds.contains(&kind) && !refused
        })
    };
    all.peek().is_none() || all.any(good)
}

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

enum Begun {
    /// It is to be done, under this id.
    Ours(String),
    /// It was done, or is being done.
    Theirs(Reply),
}

async fn once(api: Api, mut parts: Parts, body: Bytes, next: Next) -> Result<Response, Problem> {
    let Caller(caller) = Caller::from_request_parts(&mut parts, &api).await?;
    let key = parts.headers.get(KEY).and_then(|key| key.to_str().ok()).unwrap_or_default().to_owned();
    if !(1..=255).contains(&key.len()) {
        let detail = "Write an Idempotency-Key of at most 255 letters, digits and signs, such as a UUID.";
        return Err(Problem::new(StatusCode::BAD_REQUEST, "bad-idempotency-key", detail));
    }
    let broken = |error: StoreError| Problem::store(api.world.ids.as_ref(), error);
    let reply = Reply {
        person: caller.id.clone(),
        key,
        digest: digest(&parts, &body),
        event: new_event(&api),
        begun_at: api.world.clock.now(),
        answer: None,
    };
    let event = match until_saved!(begin(&api, &reply)).map_err(broken)? {
        Begun::Ours(event) => event,
        Begun::Theirs(theirs) => return replayed(&reply, theirs),
    };
    parts.extensions.insert(Event(event));
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    // What is shown once is not kept for a second time; that it was shown is.
    let secret = parts.headers.get(header::CACHE_CONTROL).is_some_and(|value| value == "no-store");
    let lasting = !parts.status.is_server_error() && parts.status != StatusCode::TOO_MANY_REQUESTS;
    let kept = lasting.then(|| {
        if secret { keep_that_it_was(&parts.headers) } else { keep(parts.status, &parts.headers, &body) }
    });
    until_saved!(end(&api, &reply, kept.as_deref())).map_err(broken)?;
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn digest(parts: &Parts, body: &Bytes) -> String {
    let mut hash = Sha256::new();
    let address = parts.uri.path_and_query().map_or("", |address| address.as_str());
    for part in [parts.method.as_str().as_bytes(), address.as_bytes(), body] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn begin(api: &Api, reply: &Reply) -> Stored<Begun> {
    let now = reply.begun_at;
    let mut tx = api.world.store.begin().await?;
    if tx.begin_reply(reply, now - KEPT).await? {
        tx.commit().await?;
        return Ok(Begun::Ours(reply.event.clone()));
    }
    // Somebody else began it in the meantime and it was forgotten again: begin anew.
    let Some(theirs) = tx.reply(&reply.person, &reply.key).await? else { return Err(StoreError::Conflict) };
    let lost = theirs.answer.is_none() && theirs.begun_at + LOST < now && theirs.digest == reply.digest;
    if lost && tx.take_up_reply(&theirs, now).await? {
        tx.commit().await?;
        return Ok(Begun::Ours(theirs.event));
    }
    Ok(Begun::Theirs(theirs))
}

async fn end(api: &Api, reply: &Reply, kept: Option<&str>) -> Stored<()> {
    let mut tx = api.world.store.begin().await?;
    match kept {
        Some(answer) => tx.end_reply(&reply.person, &reply.key, answer).await?,
        None => tx.forget_reply(&reply.person, &reply.key).await?,
    }
    tx.commit().await
}

fn keep(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> String {
    let names = [header::CONTENT_TYPE, header::ETAG, header::LOCATION];
    let header = |name: &HeaderName| Some((name.to_string(), headers.get(name)?.to_str().ok()?.to_owned()));
    let headers = names.iter().filter_map(header).collect();
    let body = String::from_utf8_lossy(body).into_owned();
    serde_json::to_string(&Kept { status: status.as_u16(), headers, body }).unwrap_or_default()
}

/// What the same call is told again when its answer was to be shown once: where it is, and nothing of what it was.
fn keep_that_it_was(headers: &HeaderMap) -> String {
    let detail = "This was done, and the answer had a secret that is shown once. Look at what there is now; if the \
        secret was lost, revoke it and make another.";
    let problem = Problem::new(StatusCode::CONFLICT, "shown-once", detail);
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let mut told = HeaderMap::new();
    told.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    told.extend(headers.get(header::LOCATION).map(|place| (header::LOCATION, place.clone())));
    keep(StatusCode::CONFLICT, &told, &Bytes::from(body))
}

fn replayed(ours: &Reply, theirs: Reply) -> Result<Response, Problem> {
    if theirs.digest != ours.digest {
        let detail = "This Idempotency-Key came with another call before. Take a new one for a new call.";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "key-used", detail));
    }
    let kept: Option<Kept> = theirs.answer.as_deref().and_then(|answer| serde_json::from_str(answer).ok());
    let Some(kept) = kept else {
        let detail = "The same call is being done. Ask again in a moment for its answer.";
        return Err(Problem::new(StatusCode::CONFLICT, "under-way", detail).retry_after(1));
    };
    let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
    let mut response = (status, kept.body).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    for (name, value) in kept.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}
