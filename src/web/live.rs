//! Live events: every new or rewritten message, as HTML, with its revision as the event's id.
//!
//! A browser that was away sends the last id that it had, and gets everything after it. The store is asked
//! again at an interval as well, so that what another process wrote is seen.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use tokio::{
    sync::watch,
    time::{Interval, MissedTickBehavior, interval},
};

use super::{
    Web,
    frame::badge,
    problem::Problem,
    seen::{Seen, marks},
    viewer::Viewer,
};
use crate::{
    chat::console::{channel, may_see, render},
    ports::store::ConsoleMessage,
};

/// How often the store is asked although nothing was heard: messages of other processes.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// A sign of life, so that proxies keep the connection.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// How many messages are fetched at once.
const BATCH: u32 = 100;
/// How long a browser waits before it connects again, when the connection ends.
const COME_BACK: Duration = Duration::from_millis(800);

/// Where to go on from.
#[derive(Debug, Deserialize)]
pub struct From {
    #[serde(default)]
    since: i64,
}

struct Live {
    web: Web,
    viewer: Viewer,
    word: String,
    channel: String,
    seen: Seen,
    revision: i64,
    news: watch::Receiver<u64>,
    tick: Interval,
    first: bool,
}

/// `GET …/events`
pub async fn events(
    State(web): State<Web>,
    Path((handle, word)): Path<(String, String)>,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let viewer = Viewer::find(&web, &handle, &word).await?;
    let revision = resume(&headers).unwrap_or(from.since);
    let mut tick = interval(ASK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let live = Live {
        channel: channel(&viewer.room),
        seen: Seen::read(&headers),
        news: web.console.listen(),
        web,
        viewer,
        word,
        revision,
        tick,
        first: true,
    };
    let sse = Sse::new(stream_of(live)).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE));
    let mut response = sse.into_response();
    // A proxy that collects the answer before it passes it on would make it all but live.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The last event that the browser had, when it comes back.
fn resume(headers: &HeaderMap) -> Option<i64> {
    headers.get("last-event-id")?.to_str().ok()?.parse().ok()
}

/// A stream that ends when the process closes or the store breaks; the browser then comes back by itself.
fn stream_of(live: Live) -> impl Stream<Item = Result<Event, Infallible>> {
    let batches = stream::unfold(live, async |mut live| {
        let events = live.next().await?;
        Some((stream::iter(events.into_iter().map(Ok)), live))
    });
    futures_util::StreamExt::flatten(batches)
}

impl Live {
    /// Waits until there is something to tell. `None` ends the stream.
    async fn next(&mut self) -> Option<Vec<Event>> {
        if std::mem::take(&mut self.first) {
            let hello = Event::default().retry(COME_BACK).comment("welcome");
            return Some(vec![hello]);
        }
        loop {
            let closing = self.web.closing.clone();
            let batch = self.web.console.since(self.revision, BATCH).await.ok()?;
            if !batch.is_empty() {
                return self.tell(&batch).await;
            }
            tokio::select! {
                () = closing.cancelled() => return None,
                heard = self.news.changed() => heard.ok()?,
                _ = self.tick.tick() => {}
            }
        }
    }

    async fn tell(&mut self, batch: &[ConsoleMessage]) -> Option<Vec<Event>> {
        let mut events = Vec::new();
        let mut touched = Vec::new();
        let now = self.web.world.clock.now();
        for message in batch {
            self.revision = self.revision.max(message.revision);
            touched.push(message.channel.clone());
            if message.channel == self.channel && may_see(message, &self.viewer.person.id) {
                events.push(self.shown(message, now)?);
            }
        }
        self.seen = std::mem::take(&mut self.seen).saw(
            &self.viewer.person,
            &self.word,
            self.revision,
            &self.viewer.people,
        );
        let people = self.viewer.people.values().filter(|person| person.active);
        let marks = marks(&self.web, people, &self.seen, Some(&touched)).await.ok()?;
        let html: String = marks.iter().map(|mark| badge(mark, true)).collect();
        events.push(Event::default().event("marks").id(self.revision.to_string()).data(one_line(&html)));
        Some(events)
    }

    fn shown(&self, message: &ConsoleMessage, now: crate::domain::Instant) -> Option<Event> {
        let html = render::message(message, self.viewer.reader(now), self.web.world.ids.as_ref());
        let html = html.inspect_err(|error| tracing::error!(%error, "a message cannot be shown")).ok()?;
        Some(
            Event::default()
                .event("message")
                .id(message.revision.to_string())
                .data(html.replace('\r', "&#13;")),
        )
    }
}

fn one_line(html: &str) -> String {
    html.replace(['\n', '\r'], " ")
}
