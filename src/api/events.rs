//! `GET /v1/events`: what happens, as far as the caller may see it, as server-sent events.
//!
//! The events are the audit log: an event's id is its place there, so whoever comes back with `Last-Event-ID` misses
//! nothing. Nothing is kept for a slow listener: the log is read when they are ready for more.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use chrono::{DateTime, Utc};
use futures_util::stream::{self, Stream, StreamExt as _};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use utoipa::{IntoParams, ToSchema};

use super::{
    Api,
    caller::{Caller, Known},
    problem::Problem,
};
use crate::{
    actions::{World, events},
    domain::ids::PersonId,
};

/// How often the log is looked at while anybody listens.
const LOOK: Duration = Duration::from_millis(300);
/// How often it is looked at whether the listener may still listen, though nothing happens.
const RECHECK: Duration = Duration::from_secs(2);
/// A sign of life, so that proxies keep the connection.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// How long a client waits before it comes back.
const COME_BACK: Duration = Duration::from_secs(2);
/// How many entries are read at once.
const BATCH: u32 = 100;

/// Where to begin.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct From {
    /// The id after which to begin; left out, with what happens from now on. `Last-Event-ID` counts more.
    after: Option<i64>,
}

/// An event of the stream, as its lines say it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it is only described: the stream itself is written line by line")]
pub struct Line {
    /// Where to go on: what `Last-Event-ID` says the next time.
    id: String,
    /// What happened, in one word.
    event: String,
    /// The rest, as the JSON of a `Happened`.
    data: String,
}

/// The `data` of an event.
#[derive(Debug, Serialize, ToSchema)]
pub struct Happened {
    /// Its place in the audit log: larger is later. The same as the event's id.
    seq: i64,
    /// When.
    at: DateTime<Utc>,
    /// What happened, in one word, such as `approved`. The same as the event's name.
    r#type: String,
    /// The environment's name, or `@` and a person's handle.
    about: String,
    /// Who caused it.
    actor: serde_json::Value,
    /// What happened, with its details.
    fact: serde_json::Value,
}

/// The streams that are open, and the one look at the log for all of them.
#[derive(Default)]
pub struct Streams {
    open: Mutex<HashMap<PersonId, usize>>,
    last: Mutex<Option<watch::Receiver<i64>>>,
}

/// A place among the streams, given back when the stream ends.
struct Seat {
    api: Api,
    person: PersonId,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = lock(&self.api.gate.streams.open);
        if let Some(count) = open.get_mut(&self.person) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.person);
            }
        }
    }
}

impl Seat {
    fn take(api: &Api, person: &PersonId) -> Result<Self, Problem> {
        let most = api.gate.settings.streams;
        let mut open = lock(&api.gate.streams.open);
        let count = open.entry(person.clone()).or_default();
        if *count >= most {
            let detail =
                format!("You have {most} streams of events open, which is the limit. Close one first.");
            return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-streams", detail));
        }
        *count += 1;
        Ok(Self { api: api.clone(), person: person.clone() })
    }
}

/// Somebody's stream.
struct Live {
    seat: Seat,
    known: Known,
    listener: events::Listener,
    after: i64,
    news: watch::Receiver<i64>,
    first: bool,
}

/// What happens, as server-sent events. `event:` is the fact's word, `id:` its place, `data:` JSON.
#[utoipa::path(
    get,
    path = "/v1/events",
    params(From, ("Last-Event-ID" = Option<i64>, Header, description = "The last id that was received")),
    operation_id = "listen",
    tag = "events",
    responses((status = 200, description = "A stream that goes on", body = Line, content_type = "text/event-stream"))
)]
pub async fn listen(
    State(api): State<Api>,
    _: Caller,
    known: Known,
    headers: HeaderMap,
    from: Result<Query<From>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(from) = from.map_err(|_| unreadable("The address has something that is not known here."))?;
    let begin = match headers.get("last-event-id") {
        Some(id) => Some(
            id.to_str()
                .ok()
                .and_then(|id| id.parse().ok())
                .ok_or_else(|| unreadable("Last-Event-ID is no id of ours."))?,
        ),
        None => from.after,
    };
    let seat = Seat::take(&api, &known.caller.id)?;
    let last =
        events::last(&api.world).await.map_err(|error| Problem::store(api.world.ids.as_ref(), error))?;
    let news = api.gate.streams.news(&api, last);
    let listener = events::Listener::new(known.caller.clone());
    // An id that is yet to come is nobody's: whoever brings it begins now.
    let after = begin.map_or(last, |begin: i64| begin.clamp(0, last));
    let live = Live { seat, known, listener, after, news, first: true };
    let sse = Sse::new(stream_of(live)).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE));
    let mut response = sse.into_response();
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn unreadable(detail: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "unreadable", detail)
}

/// A stream that ends when the process closes, when the store breaks, and when the listener may listen no more.
fn stream_of(live: Live) -> impl Stream<Item = Result<Event, Infallible>> {
    let batches = stream::unfold(live, async |mut live| {
        let events = live.next().await?;
        Some((stream::iter(events.into_iter().map(Ok)), live))
    });
    batches.flatten()
}

impl Live {
    /// Waits until there is something to tell. `None` ends the stream.
    async fn next(&mut self) -> Option<Vec<Event>> {
        if std::mem::take(&mut self.first) {
            return Some(vec![Event::default().retry(COME_BACK).comment("welcome")]);
        }
        let api = self.seat.api.clone();
        loop {
            self.news.borrow_and_update();
            if api.gate.closing.is_cancelled() || !self.known.is_good(&api.world).await.ok()? {
                return None;
            }
            let (events, last) = self.listener.after(&api.world, self.after, BATCH).await.ok()??;
            let read = std::mem::replace(&mut self.after, last) < last;
            if !events.is_empty() {
                return Some(events.iter().filter_map(told).collect());
            }
            if read {
                continue;
            }
            tokio::select! {
                () = api.gate.closing.cancelled() => return None,
                heard = timeout(RECHECK, self.news.changed()) => if let Ok(gone) = heard { gone.ok()? },
            }
        }
    }
}

fn told(event: &events::Event) -> Option<Event> {
    Event::default().id(event.seq.to_string()).event(&event.kind).json_data(event).ok()
}

impl Streams {
    /// News of the log's end. One task looks for all who listen, and ends with the last of them.
    fn news(&self, api: &Api, last: i64) -> watch::Receiver<i64> {
        let mut known = lock(&self.last);
        if let Some(news) = known.as_ref().filter(|news| news.has_changed().is_ok()) {
            return news.clone();
        }
        let (told, news) = watch::channel(last);
        *known = Some(news.clone());
        tokio::spawn(look(api.clone(), told));
        news
    }
}

async fn look(api: Api, told: watch::Sender<i64>) {
    while !api.gate.closing.is_cancelled() {
        sleep(LOOK).await;
        {
            // The one that is kept for those who come is no listener.
            let mut kept = lock(&api.gate.streams.last);
            if told.receiver_count() <= 1 {
                *kept = None;
                return;
            }
        }
        if let Some(last) = latest(&api.world).await {
            told.send_if_modified(|known| std::mem::replace(known, last) != last);
        }
    }
}

async fn latest(world: &World) -> Option<i64> {
    events::last(world).await.inspect_err(|error| tracing::warn!(%error, "the log cannot be looked at")).ok()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
