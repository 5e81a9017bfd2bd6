//! A session from its beginning to its end, watched from outside the thread of its connection.

use std::{borrow::Cow, time::Duration};

use serde_json::Value;
use tokio::{
    sync::mpsc::UnboundedSender,
    time::{Instant, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    events::Sign,
    open::{Counted, Open},
    runner::{self, Call, Line, Over},
    times::Times,
};

/// How a session ended, and what it was worth.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ended {
    /// Why.
    pub why: Why,
    /// It lived long enough: the next one need not wait long.
    pub good: bool,
}

/// Why a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Why {
    /// We were told to stop.
    Stopped,
    /// Discord does not take the token.
    TokenBad,
    /// Discord does not let us have what we ask for, and will not the next time either.
    Refused(&'static str),
    /// Discord closed it before it began, with a code that serenity keeps to itself.
    Closed,
    /// It was lost, or could not be made; another may do.
    Lost(Cow<'static, str>),
}

/// Runs a session to its end: what comes goes to `came`. When this is dropped, the connection is closed at once.
pub(super) async fn run(
    call: Call,
    open: &Open,
    came: &UnboundedSender<Value>,
    stop: &CancellationToken,
) -> Ended {
    let (times, began) = (call.times, Instant::now());
    let mut session = Session::new(times, open, came);
    let leave = async {
        stop.cancelled().await;
        sleep(times.farewell).await;
    };
    let why = match runner::begin(call, stop.clone()) {
        Ok(mut line) => tokio::select! {
            () = leave => Why::Stopped,
            why = session.watch(&mut line) => why,
        },
        Err(error) => Why::Lost(error.to_string().into()),
    };
    let why = if stop.is_cancelled() { Why::Stopped } else { why };
    Ended { why, good: session.ever && began.elapsed() >= times.good }
}

struct Session<'a> {
    times: Times,
    open: &'a Open,
    came: &'a UnboundedSender<Value>,
    /// Since when there is no session, or it is interrupted.
    without: Option<Instant>,
    /// There was one.
    ever: bool,
    /// When Discord was last heard of.
    heard: Instant,
    /// The connection is made.
    linked: bool,
    /// How long the last heartbeat took to be answered: another figure is another heartbeat.
    beat: Option<Duration>,
    /// Among those that are open, once it is.
    counted: Option<Counted<'a>>,
}

impl<'a> Session<'a> {
    fn new(times: Times, open: &'a Open, came: &'a UnboundedSender<Value>) -> Self {
        let now = Instant::now();
        let (without, heard) = (Some(now), now);
        Self { times, open, came, without, ever: false, heard, linked: false, beat: None, counted: None }
    }

    async fn watch(&mut self, line: &mut Line) -> Why {
        loop {
            let silence = if self.linked { self.times.deaf } else { self.times.connect + self.times.deaf };
            match timeout(silence, line.signs.recv()).await {
                Ok(Some(Sign::Over(over))) => return ended(over),
                Ok(Some(sign)) => self.note(sign),
                Ok(None) => return Why::Lost("its thread ended".into()),
                Err(_) if !self.ever => return closed(line, self.times).await,
                Err(_) => {
                    return Why::Lost("Discord closed it with a code that serenity keeps to itself".into());
                }
            }
            if self.without.is_some_and(|since| since.elapsed() > self.times.ready) {
                return Why::Lost("no session began, or went on".into());
            }
            if self.heard.elapsed() > self.times.silent {
                return Why::Lost("Discord answers no heartbeat".into());
            }
        }
    }

    fn note(&mut self, sign: Sign) {
        self.linked = true;
        match sign {
            Sign::Pulse(beat) if beat == self.beat => return,
            Sign::Pulse(beat) => self.beat = beat,
            Sign::Ready => {
                (self.ever, self.without) = (true, None);
                self.counted.get_or_insert_with(|| self.open.count());
            }
            Sign::Interrupted => {
                self.without.get_or_insert_with(Instant::now);
                self.counted = None;
            }
            Sign::Came(interaction) => {
                // The other end outlives all sessions.
                let _ = self.came.send(interaction);
            }
            Sign::Over(_) => {}
        }
        self.heard = Instant::now();
    }
}

/// Discord closed it and serenity goes round in circles, until its next heartbeat fails. Another try before that
/// would be another thread that does so.
async fn closed(line: &mut Line, times: Times) -> Why {
    let until_it_ends = async { while line.signs.recv().await.is_some() {} };
    let _ = timeout(times.ready, until_it_ends).await;
    Why::Closed
}

fn ended(over: Over) -> Why {
    match over {
        Over::Unreachable(why) => Why::Lost(why.into()),
        Over::TokenBad => Why::TokenBad,
        Over::Intents => Why::Refused("close code 4013 or 4014: the intents"),
        Over::Ended => Why::Lost("the session cannot go on".into()),
    }
}
