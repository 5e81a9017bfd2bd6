//! How what people do gets to the app: over a socket or by HTTP; and again, when an event was not acknowledged.

use chrono::TimeDelta;
use serde_json::Value;

use super::{PATIENCE, Slack, signed::Parcel, state::Event};

/// After which time an event is delivered again: at once, after one minute, after five.
const RETRIES: [TimeDelta; 3] = [TimeDelta::zero(), TimeDelta::minutes(1), TimeDelta::minutes(5)];

/// What a person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Command,
    Interaction,
    Event,
}

/// Why there was no acknowledgement. A person sees it as a small red line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// None within three seconds: `operation_timeout`.
    Timeout,
    /// The app's address answered so.
    Status(u16),
    /// Nothing answered: `dispatch_failed`.
    Unreachable,
}

impl Slack {
    /// Delivers it once, and gives what the acknowledgement says.
    pub async fn delivers(
        &self,
        kind: Kind,
        payload: &Value,
        retry: Option<(u32, &str)>,
    ) -> Result<Value, Problem> {
        let Some(urls) = self.with(|state| state.request_urls.clone()) else {
            return self.over_a_socket(kind, payload, retry).await;
        };
        let (to, parcel) = match kind {
            Kind::Command => (urls.commands, Parcel::command(payload)),
            Kind::Interaction => (urls.interactions, Parcel::interaction(payload)),
            Kind::Event => (urls.events, Parcel::event(payload)),
        };
        self.sends(&to, &parcel, retry).await
    }

    async fn over_a_socket(
        &self,
        kind: Kind,
        payload: &Value,
        retry: Option<(u32, &str)>,
    ) -> Result<Value, Problem> {
        let kind = match kind {
            Kind::Command => "slash_commands",
            Kind::Interaction => "interactive",
            Kind::Event => "events_api",
        };
        let (id, answered) = self.envelope(kind, payload, retry);
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(Ok(payload)) => Ok(payload),
            _ => {
                self.with(|state| state.envelopes.remove(&id));
                Err(Problem::Timeout)
            }
        }
    }

    /// Delivers an event; when it is not acknowledged, it comes again by [`Self::redelivers`].
    pub async fn event(&self, payload: Value) {
        let event = Event { payload, tries: 0, due: self.now(), reason: String::new() };
        self.try_event(event).await;
    }

    /// Delivers again every event that is due by the clock. Returns how many.
    pub async fn redelivers(&self) -> usize {
        let now = self.now();
        let due: Vec<Event> = self.with(|state| {
            let (due, late): (Vec<Event>, Vec<Event>) =
                state.late.drain(..).partition(|event| event.due <= now);
            state.late = late.into();
            due
        });
        for event in &due {
            self.try_event(event.clone()).await;
        }
        due.len()
    }

    async fn try_event(&self, mut event: Event) {
        let reason = event.reason.clone();
        let retry = (event.tries > 0).then_some((event.tries, reason.as_str()));
        let Err(problem) = self.delivers(Kind::Event, &event.payload, retry).await else { return };
        let Some(gap) = RETRIES.get(usize::try_from(event.tries).unwrap_or(usize::MAX)) else { return };
        event.tries += 1;
        event.due = self.now() + *gap;
        event.reason = match problem {
            Problem::Timeout => "http_timeout",
            Problem::Status(_) | Problem::Unreachable => "http_error",
        }
        .to_owned();
        self.with(|state| state.late.push_back(event));
    }
}
