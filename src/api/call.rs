//! A call: who makes it, what they see, and how what they want done is done, by the same actions as from chat.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, Uri, request::Parts},
};
use chrono_tz::Tz;

use super::{Api, caller, problem::Problem};
use crate::{
    actions::{
        self, Answer, Inbound, Input, Outcome,
        reading::{Looking, Tried},
        work::{Stop, Work},
    },
    cards::{People, refusal},
    domain::refusal::Refusal,
    ports::{
        chat::{Platform, Text},
        store::StoreError,
    },
};

/// Under which id a call came in: the same for the same call that comes again under its own key.
#[derive(Debug, Clone)]
pub struct Event(pub String);

/// A call by somebody who may call.
pub struct Call {
    /// What it is performed on.
    pub api: Api,
    /// Who calls.
    pub caller: actions::Caller,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its address.
    pub uri: Uri,
    event: String,
}

impl FromRequestParts<Api> for Call {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let caller::Caller(caller) = caller::Caller::from_request_parts(parts, api).await?;
        let event = parts.extensions.get::<Event>().map(|event| event.0.clone());
        let event = event.unwrap_or_else(|| new_event(api));
        let (headers, uri) = (parts.headers.clone(), parts.uri.clone());
        Ok(Self { api: api.clone(), caller, headers, uri, event })
    }
}

/// A new id for a call.
pub fn new_event(api: &Api) -> String {
    format!("api/{}", api.world.ids.next().simple())
}

impl Call {
    /// Begins to look.
    pub async fn look(&self) -> Result<Looking<'_>, Problem> {
        match Looking::begin(&self.api.world, &self.caller).await {
            Ok(looking) => Ok(looking),
            Err(stop) => Err(self.stopped(stop).await),
        }
    }

    /// Looks at what was just done.
    pub async fn look_after(&self) -> Result<Looking<'_>, Problem> {
        match Looking::after(&self.api.world, &self.caller).await {
            Ok(looking) => Ok(looking),
            Err(stop) => Err(self.stopped(stop).await),
        }
    }

    /// Does what a command does. Answers with the id of what was made or changed.
    pub async fn perform(&self, path: &[&str], values: Values) -> Result<Option<String>, Problem> {
        Ok(self.answered(path, values).await?.1)
    }

    /// The same, with the answer that chat would give.
    pub async fn answered(&self, path: &[&str], values: Values) -> Result<(Answer, Option<String>), Problem> {
        let path = path.iter().map(ToString::to_string).collect();
        let inbound = Inbound {
            id: self.event.clone(),
            caller: self.caller.clone(),
            platform: Platform::Api,
            input: Input::Form { path, values: values.0 },
        };
        let performed = actions::performed(&self.api.world, inbound).await;
        match performed.outcome {
            Outcome::Done { touched } => Ok((performed.answer, touched)),
            Outcome::Refused(refusal) => Err(self.refused(&refusal).await),
            Outcome::Misread(error) => Err(misread(&error)),
            Outcome::Repeated => {
                let detail =
                    "This came in before and was done, but its answer was lost. Look at what there is now.";
                Err(Problem::new(StatusCode::CONFLICT, "repeated", detail))
            }
            Outcome::Broken => {
                let detail = in_words(performed.answer);
                Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", detail))
            }
        }
    }

    /// What stopped, as a problem. What must be on record goes there with the answer.
    pub async fn stopped(&self, stop: Stop) -> Problem {
        match parted(stop) {
            Ok((refusal, record)) => {
                let (people, zone) = self.readers().await;
                on_record(&refusal, record, &people, zone)
            }
            Err(error) => self.broken(error),
        }
    }

    /// A refusal as a problem.
    pub async fn refused(&self, refusal: &Refusal) -> Problem {
        let (people, zone) = self.readers().await;
        Problem::refused(refusal, &people, zone)
    }

    /// Everybody, for mentions, and the zone of the caller.
    async fn readers(&self) -> (People, Tz) {
        let people = match Work::look(&self.api.world).await {
            Ok(mut work) => work.people().await,
            Err(error) => Err(error),
        };
        let people = people.unwrap_or_else(|_| People::default());
        let zone = people.get(&self.caller.id).map_or(Tz::UTC, |person| person.zone);
        (people, zone)
    }

    /// What the store could not do, as a problem.
    pub fn broken(&self, error: StoreError) -> Problem {
        Problem::store(self.api.world.ids.as_ref(), error)
    }
}

/// The same, told from what is being looked at: whoever looks holds a connection already.
pub async fn stopped_in(looking: &mut Looking<'_>, stop: Stop) -> Problem {
    match parted(stop) {
        Ok((refusal, record)) => {
            let people = looking.work.people().await.unwrap_or_default();
            on_record(&refusal, record, &people, looking.person.zone)
        }
        Err(error) => Problem::store(looking.work.world.ids.as_ref(), error),
    }
}

/// What a try was about, and what was tried.
type Record = Option<(String, &'static str)>;

fn parted(stop: Stop) -> Result<(Refusal, Record), StoreError> {
    match stop {
        Stop::Refused(refusal) => Ok((refusal, None)),
        Stop::Forbidden { refusal, name, tried } => Ok((refusal, Some((name.to_string(), tried)))),
        Stop::Denied { refusal, about, tried } => Ok((refusal, Some((about, tried)))),
        Stop::Store(error) => Err(error),
    }
}

fn on_record(refused: &Refusal, record: Record, people: &People, zone: Tz) -> Problem {
    let tried = record.map(|(about, tried)| {
        let why = refusal::say(refused, people).what.in_zone(Tz::UTC);
        Box::new(Tried { about, tried, why })
    });
    Problem { tried, ..Problem::refused(refused, people, zone) }
}

/// A refusal as a problem, told in the same way.
pub async fn refused_in(looking: &mut Looking<'_>, refusal: &Refusal) -> Problem {
    let people = looking.work.people().await.unwrap_or_default();
    Problem::refused(refusal, &people, looking.person.zone)
}

fn in_words(answer: Answer) -> String {
    let summary = match answer {
        Answer::Say(message) => message.summary,
        Answer::Ask(asked) => asked.problem.unwrap_or_else(|| Text::plain("It could not be done.")),
    };
    summary.in_zone(Tz::UTC)
}

fn misread(error: &commands::UsageError) -> Problem {
    let detail = format!("{} {}", error.what, error.hint);
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    match &error.field {
        Some(field) => Problem::field(status, "misread", field, detail.trim()),
        None => Problem::new(status, "misread", detail.trim()),
    }
}

/// The values of a command, by name.
#[derive(Debug, Default)]
pub struct Values(Vec<(String, String)>);

impl Values {
    /// Adds a value.
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.0.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds a value if there is one.
    pub fn maybe(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }
}
