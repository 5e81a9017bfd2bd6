//! All connections that Discord asks for: when each is made, replaced and given up.

use std::{borrow::Cow, sync::Mutex as Lock, sync::PoisonError, time::Duration};

use anyhow::anyhow;
use futures_util::{StreamExt, stream::FuturesUnordered};
use serde_json::Value;
use tokio::{
    sync::{Mutex, mpsc::UnboundedSender},
    time::{Instant, sleep, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{
    Gateway,
    open::Open,
    runner::Call,
    session::{self, Ended, Why},
    times::Pauses,
};
use crate::{
    chat::discord::{
        client,
        trouble::{Method, Trouble},
    },
    faults,
};

/// How often in a row a session may be closed before it begins, until that is taken for Discord's last word.
const LAST_WORD: u32 = 3;
/// What Discord's API says of a token that its gateway does not take.
const TOKEN_BAD: &str = "http_401";
/// The longest wait for sessions that we may begin: Discord counts them by the day.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Why all connections begin anew.
enum Anew {
    /// They do not: we were told to stop.
    Stopped,
    /// Discord asks for another number of them.
    Count,
    /// Discord does not take the token.
    TokenBad,
    /// Discord will not have us, for a reason that only an operator can remove.
    Refused(Cow<'static, str>),
}

impl Gateway {
    /// Keeps the connections until told to stop. What comes by them goes to `came`.
    pub(super) async fn connect(&self, came: &UnboundedSender<Value>, stop: &CancellationToken) {
        let mut pauses = Pauses::new(self.times.pauses);
        let mut told = None;
        while let Some(asked) = self.ask(stop).await {
            let shards = Group::new(self, &asked, came, stop);
            let pause = match shards.keep().await {
                Anew::Stopped => return,
                Anew::Count => Duration::ZERO,
                Anew::TokenBad => {
                    self.until_the_token_is_good(stop).await;
                    pauses.next(self.world.ids.next())
                }
                Anew::Refused(why) => {
                    if told.as_ref() != Some(&why) {
                        let error = anyhow!("{why}");
                        faults::record(
                            self.world.ids.next(),
                            "Discord's gateway does not let the bot in",
                            &error,
                        );
                        told = Some(why);
                    }
                    self.times.long
                }
            };
            if shards.was_good() {
                (told, pauses) = (None, Pauses::new(self.times.pauses));
            }
            if !wait(pause, stop).await {
                return;
            }
        }
    }

    /// Where the gateway is, as soon as Discord says so and lets us begin a session; `None` when told to stop.
    async fn ask(&self, stop: &CancellationToken) -> Option<client::Gateway> {
        let mut pauses = Pauses::new(self.times.pauses);
        loop {
            let asked = tokio::select! {
                () = stop.cancelled() => return None,
                asked = self.adapter.ask() => asked,
            };
            let pause = match asked {
                Ok(asked) if asked.session_start_limit.remaining > 0 => return Some(asked),
                Ok(asked) => {
                    let pause = Duration::from_millis(asked.session_start_limit.reset_after);
                    tracing::warn!(
                        seconds = pause.as_secs(),
                        "Discord lets us begin no more sessions for now"
                    );
                    pause.clamp(self.times.pauses.0, DAY)
                }
                Err(trouble) => {
                    tracing::warn!(%trouble, "it is not known where Discord's gateway is; it is asked again");
                    let asked_to = trouble.after.and_then(|after| after.to_std().ok()).unwrap_or_default();
                    pauses.next(self.world.ids.next()).max(asked_to)
                }
            };
            if !wait(pause, stop).await {
                return None;
            }
        }
    }

    /// The token is looked after elsewhere, again and again, until an operator has renewed it.
    async fn until_the_token_is_good(&self, stop: &CancellationToken) {
        let trouble = Trouble::new(Method::Gateway, TOKEN_BAD);
        if self.adapter.token_bad(&trouble) {
            let error = anyhow::Error::new(trouble).context("close code 4004");
            faults::record(self.world.ids.next(), "Discord's gateway does not take the token", &error);
        }
        while self.adapter.is_token_bad() && wait(self.times.pulse, stop).await {}
    }
}

/// The connections that Discord asked for at one time.
struct Group<'a> {
    gateway: &'a Gateway,
    first: &'a client::Gateway,
    open: Open,
    came: &'a UnboundedSender<Value>,
    stop: &'a CancellationToken,
    /// Of those connections that begin in the same turn, when the last one did.
    turns: Vec<Mutex<Option<Instant>>>,
    good: Lock<bool>,
}

impl<'a> Group<'a> {
    fn new(
        gateway: &'a Gateway,
        first: &'a client::Gateway,
        came: &'a UnboundedSender<Value>,
        stop: &'a CancellationToken,
    ) -> Self {
        let open = Open::none(gateway.adapter.clone());
        let turns = first.session_start_limit.max_concurrency.max(1);
        let turns = (0..turns).map(|_| Mutex::default()).collect();
        Self { gateway, first, open, came, stop, turns, good: Lock::default() }
    }

    /// Whether one of them was of use.
    fn was_good(&self) -> bool {
        *self.good.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps them until all have to begin anew.
    async fn keep(&self) -> Anew {
        let mut slots: FuturesUnordered<_> = (0..self.first.shards).map(|shard| self.slot(shard)).collect();
        while let Some(anew) = slots.next().await {
            if !matches!(anew, Anew::Stopped) {
                return anew;
            }
        }
        Anew::Stopped
    }

    /// Keeps one connection, and makes the next one when its session ends.
    async fn slot(&self, shard: u32) -> Anew {
        let mut pauses = Pauses::new(self.gateway.times.pauses);
        let mut closed = 0;
        let mut url = self.first.url.clone();
        loop {
            let Some(Ended { why, good }) = self.session(shard, url).await else { return Anew::Stopped };
            closed = if why == Why::Closed { closed + 1 } else { 0 };
            match why {
                Why::Stopped => return Anew::Stopped,
                Why::TokenBad => return Anew::TokenBad,
                Why::Refused(why) => return Anew::Refused(why.into()),
                Why::Closed if closed == LAST_WORD => {
                    return Anew::Refused(
                        "most likely close code 4010 or 4011: the number of connections".into(),
                    );
                }
                Why::Closed => {
                    tracing::warn!(shard, "Discord's gateway closed a connection before a session began")
                }
                Why::Lost(why) => {
                    tracing::warn!(shard, %why, "Discord's gateway was lost; it is called again")
                }
            }
            if good {
                *self.good.lock().unwrap_or_else(PoisonError::into_inner) = true;
                pauses.reset();
            }
            if !wait(pauses.next(self.gateway.world.ids.next()), self.stop).await {
                return Anew::Stopped;
            }
            let Some(asked) = self.gateway.ask(self.stop).await else { return Anew::Stopped };
            if asked.shards != self.first.shards {
                return Anew::Count;
            }
            url = asked.url;
        }
    }

    /// Runs a session when it is its turn; `None` when told to stop before.
    async fn session(&self, shard: u32, url: String) -> Option<Ended> {
        let gateway = self.gateway;
        let turn = &self.turns[shard as usize % self.turns.len()];
        let its_turn = async {
            let mut last = turn.lock().await;
            if let Some(last) = *last {
                sleep_until(last + gateway.times.turn).await;
            }
            *last = Some(Instant::now());
        };
        tokio::select! {
            () = self.stop.cancelled() => return None,
            () = its_turn => {}
        }
        let call = Call {
            url,
            api: gateway.api.clone(),
            token: gateway.token.clone(),
            shard,
            of: self.first.shards,
            ids: gateway.world.ids.clone(),
            times: gateway.times,
        };
        Some(session::run(call, &self.open, self.came, self.stop).await)
    }
}

/// Waits; `false` when told to stop.
async fn wait(pause: Duration, stop: &CancellationToken) -> bool {
    tokio::select! {
        () = stop.cancelled() => false,
        () = sleep(pause) => true,
    }
}
