//! The address at which serenity takes an interrupted session up again, behind a turnstile.
//!
//! serenity (0.12.5) tries again without a pause, where sessions begin instead of where Discord says that this one
//! goes on, and tells nobody. But it asks for the address each time: whoever has that decides when it goes on, and
//! where, and knows of it.

use std::{
    sync::{Arc, Mutex as Lock, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Mutex, mpsc::UnboundedSender},
    time::{Instant, sleep},
};
use url::Url;

use super::{
    events::Sign,
    times::{Pauses, Times},
};
use crate::ports::clock::Ids;

/// For how long it is closed at least, so that who waits before it is seen.
const TURN: Duration = Duration::from_millis(100);

/// Where a session goes on.
#[derive(Clone, Default)]
pub(super) struct Resume(Arc<Lock<Option<String>>>);

impl Resume {
    /// It goes on there.
    pub(super) fn at(&self, url: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(url);
    }

    fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Lets serenity have the address once at a time, ever more slowly while it comes again and again.
pub(super) async fn turn(
    address: Arc<Mutex<String>>,
    resume: Resume,
    tell: UnboundedSender<Sign>,
    ids: Arc<dyn Ids>,
    times: Times,
) {
    let mut pauses = Pauses::new(times.resumes);
    let mut passed: Option<Instant> = None;
    let mut closed = TURN;
    loop {
        let mut held = address.lock().await;
        sleep(closed).await;
        if let Some(url) = resume.take()
            && is_as_safe(&url, &held)
        {
            *held = url;
        }
        drop(held);
        // The lock is fair: it is free now, unless somebody waited for it.
        closed = TURN;
        if address.try_lock().is_err() {
            if passed.is_some_and(|passed| passed.elapsed() > times.settled) {
                pauses.reset();
            }
            passed = Some(Instant::now());
            closed = pauses.next(ids.next());
            if tell.send(Sign::Interrupted).is_err() {
                return;
            }
        }
    }
}

/// Never in clear text when it began encrypted.
fn is_as_safe(url: &str, than: &str) -> bool {
    let scheme = |text: &str| Url::parse(text).ok().map(|url| url.scheme().to_owned());
    scheme(url).is_some_and(|new| Some(new) == scheme(than))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_goes_on_only_where_it_is_as_safe() {
        assert!(is_as_safe("wss://gateway-us-east1-b.discord.gg", "wss://gateway.discord.gg"));
        assert!(!is_as_safe("ws://gateway-us-east1-b.discord.gg", "wss://gateway.discord.gg"));
        assert!(!is_as_safe("", "wss://gateway.discord.gg"));
    }
}
