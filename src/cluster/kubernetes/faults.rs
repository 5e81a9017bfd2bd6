//! What goes wrong with the API server: in words, and how long to wait before the next try.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

/// The wait after the first failure; each further one doubles it.
const FIRST: Duration = Duration::from_secs(1);
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(180);

/// Why a look at an environment could not be finished.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The API server refused something, or could not be asked.
    #[error("{doing}: {}", words(error))]
    Api {
        /// What was being done.
        doing: String,
        /// What it said.
        error: Box<kube::Error>,
    },
    /// It took too long altogether.
    #[error("looking at it took longer than {0:?}")]
    Slow(Duration),
    /// What is stored cannot be read, or what should be stored cannot be written; in words.
    #[error("{0}")]
    Unreadable(String),
}

impl Fault {
    /// What the API server answered, as a number.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Api { error, .. } => code(error),
            Self::Slow(_) | Self::Unreadable(_) => None,
        }
    }

    /// Whether trying the same again is of no use until something else changes; the words of the API server.
    pub fn refusal(&self) -> Option<String> {
        let Self::Api { doing, error } = self else { return None };
        let kube::Error::Api(status) = error.as_ref() else { return None };
        // Quotas and admission refuse with 403; what service accounts lack is not the business of a requester.
        let refused = match status.code {
            422 => true,
            403 => !status.message.contains("User \"") && !status.message.contains("cannot "),
            _ => false,
        };
        refused.then(|| format!("{doing}: {}", status.message))
    }
}

/// Adds to an answer of the API server what was being done.
pub trait Doing<T> {
    /// `doing` as in “the Deployment cannot be written”.
    ///
    /// # Errors
    /// The same, with words.
    fn doing(self, doing: impl Into<String>) -> Result<T, Fault>;
}

impl<T> Doing<T> for Result<T, kube::Error> {
    fn doing(self, doing: impl Into<String>) -> Result<T, Fault> {
        self.map_err(|error| Fault::Api { doing: doing.into(), error: Box::new(error) })
    }
}

/// The status of an answer, if there was one.
pub fn code(error: &kube::Error) -> Option<u16> {
    match error {
        kube::Error::Api(status) => Some(status.code),
        _ => None,
    }
}

/// An error of the client in words, with its causes and without the bodies of objects.
pub fn words(error: &kube::Error) -> String {
    if let kube::Error::Api(status) = error {
        return format!("the API server answered {}: {}", status.code, status.message);
    }
    let mut told = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let text = error.to_string();
        if !told.contains(&text) {
            told = format!("{told}: {text}");
        }
        cause = error.source();
    }
    told
}

/// Counts a fault of the part of the controller that met it.
pub(super) fn count(part: &'static str) {
    metrics::counter!("sublet_controller_faults_total", "part" => part).increment(1);
}

/// How long to wait after so many failures in a row: doubling, and a little different for everybody, so that not
/// all come back at the same moment.
pub fn wait(failures: u32, who: impl Hash) -> Duration {
    let doubled = FIRST.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(LONGEST);
    spread(doubled, (who, failures))
}

/// A span that is up to a tenth shorter or longer, always the same for the same key.
pub fn spread(span: Duration, key: impl Hash) -> Duration {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let thousandths = u32::try_from(900 + hasher.finish() % 201).unwrap_or(1000);
    span.saturating_mul(thousandths) / 1000
}

/// Tells each fault once, until another one comes or it is over.
#[derive(Debug, Default)]
pub struct Told {
    kind: Option<String>,
}

impl Told {
    /// Whether this fault is news. Numbers in it, such as versions and times, do not make it so.
    pub fn is_news(&mut self, fault: &str) -> bool {
        let kind: String = fault.chars().filter(|letter| !letter.is_ascii_digit()).collect();
        let news = self.kind.as_ref() != Some(&kind);
        self.kind = Some(kind);
        news
    }

    /// Whether a fault is over now.
    pub fn is_over(&mut self) -> bool {
        self.kind.take().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_differ() {
        let waits: Vec<u128> = (1..=12).map(|failures| wait(failures, "a").as_millis()).collect();
        for (at, wait) in waits.iter().enumerate() {
            let middle = (1000 << at).min(180_000);
            assert!((middle * 9 / 10..=middle * 11 / 10).contains(wait), "{at}: {wait}");
        }
        assert!(wait(u32::MAX, "a") <= LONGEST * 2);
        let of_all: std::collections::BTreeSet<_> = (0..50).map(|who| wait(5, who)).collect();
        assert!(of_all.len() > 20, "{of_all:?}");
    }

    #[test]
    fn a_fault_is_told_until_it_changes() {
        let mut told = Told::default();
        assert!(!told.is_over());
        assert!(told.is_news("the API server answered 500: version 7"));
        assert!(!told.is_news("the API server answered 500: version 8"));
        assert!(told.is_news("no connection"));
        assert!(told.is_over());
        assert!(told.is_news("no connection"));
    }

    fn answer(code: u16, message: &str) -> Fault {
        let status = kube::core::Status { code, ..kube::core::Status::failure(message, "") };
        Err::<(), _>(kube::Error::Api(status.boxed()))
            .doing("the claim cannot be written")
            .expect_err("a fault")
    }

    #[test]
    fn what_a_requester_can_hear_is_told_from_what_an_operator_must() {
        assert_eq!(
            answer(422, "storage is immutable").refusal().as_deref(),
            Some("the claim cannot be written: storage is immutable")
        );
        assert!(answer(403, "exceeded quota: everything").refusal().is_some());
        assert!(answer(403, "secrets is forbidden: User \"x\" cannot create").refusal().is_none());
        assert!(answer(500, "no").refusal().is_none());
        assert_eq!(answer(409, "no").code(), Some(409));
        assert_eq!(
            answer(500, "no").to_string(),
            "the claim cannot be written: the API server answered 500: no"
        );
    }
}
