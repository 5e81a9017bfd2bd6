//! One connection, as serenity runs it, on a thread of its own.
//!
//! serenity (0.12.5) connects, begins sessions, keeps them alive and takes them up again. What it does not do well
//! is kept away from the rest here. After some closes (4003, 4010, 4011, and one without a code) its loop never
//! waits again until a heartbeat is due: that holds up this thread only, and is noticed, because the thread does not
//! say any more that it runs. Its manager connects again at once and for ever, whoever has the post by then: it is
//! given no address here, so that a connection that ends has ended, and what follows is decided in `shards.rs`. And
//! whatever it started ends with the thread's runtime, at once, when the connection is given up.

use std::{sync::Arc, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use serenity::{
    Error,
    all::{GatewayIntents, ShardId, ShardInfo},
    gateway::{
        ConnectionStage, GatewayError, Shard, ShardManager, ShardManagerOptions, ShardMessenger, ShardRunner,
        ShardRunnerInfo, ShardRunnerMessage, ShardRunnerOptions,
    },
    http::HttpBuilder,
    prelude::{RwLock, TypeMap},
};
use tokio::{
    sync::{
        Mutex,
        mpsc::{self, UnboundedReceiver, UnboundedSender},
    },
    time::{sleep, timeout},
};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{
    events::{Events, Sign},
    times::Times,
    turnstile::{self, Resume},
};
use crate::ports::clock::Ids;

/// The code of a close after which nothing of the session is kept.
const NORMAL: u16 = 1000;

/// What a connection is made with.
#[derive(Clone)]
pub(super) struct Call {
    /// Where the gateway is.
    pub url: String,
    /// Discord's API. serenity need not call it; without this it would call Discord's own.
    pub api: String,
    /// The bot's token.
    pub token: SecretString,
    /// Which of the connections this is.
    pub shard: u32,
    /// How many there are.
    pub of: u32,
    /// Where chance comes from.
    pub ids: Arc<dyn Ids>,
    /// How long it may take.
    pub times: Times,
}

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Over {
    /// It could not be made.
    Unreachable(String),
    /// Discord does not take the token (close code 4004).
    TokenBad,
    /// Discord does not let us have what we asked for (close codes 4013 and 4014).
    Intents,
    /// The session cannot go on, or we were told to stop.
    Ended,
}

/// A connection. It is closed at once when this is dropped.
pub(super) struct Line {
    /// What its thread says; nothing follows when the thread has ended.
    pub signs: UnboundedReceiver<Sign>,
    _cut: DropGuard,
}

/// Makes a connection. When `stop` is cancelled it takes its leave of Discord first.
pub(super) fn begin(call: Call, stop: CancellationToken) -> std::io::Result<Line> {
    let (tell, signs) = mpsc::unbounded_channel();
    let cut = CancellationToken::new();
    let line = Line { signs, _cut: cut.clone().drop_guard() };
    std::thread::Builder::new()
        .name("discord-gateway".to_owned())
        .spawn(move || live(&call, &tell, &stop, &cut))?;
    Ok(line)
}

fn live(call: &Call, tell: &UnboundedSender<Sign>, stop: &CancellationToken, cut: &CancellationToken) {
    let over = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(async {
            tokio::select! {
                biased;
                () = cut.cancelled() => Over::Ended,
                over = talk(call, tell, stop) => over,
            }
        }),
        Err(error) => Over::Unreachable(error.to_string()),
    };
    let _ = tell.send(Sign::Over(over));
}

async fn talk(call: &Call, tell: &UnboundedSender<Sign>, stop: &CancellationToken) -> Over {
    let address = Arc::new(Mutex::new(call.url.clone()));
    let token = call.token.expose_secret();
    let id = ShardId(call.shard);
    // Interactions come without any intent; nothing else is of use to us.
    let intents = GatewayIntents::empty();
    let info = ShardInfo { id, total: call.of };
    let connecting = Shard::new(address.clone(), token, info, intents, None);
    let shard = match timeout(call.times.connect, connecting).await {
        Ok(Ok(shard)) => shard,
        Ok(Err(error)) => return Over::Unreachable(error.to_string()),
        Err(_) => return Over::Unreachable("it takes too long".to_owned()),
    };
    let resume = Resume::default();
    let (mut runner, manager) = runner(call, shard, Events { tell: tell.clone(), resume: resume.clone() });
    tokio::spawn(turnstile::turn(address, resume, tell.clone(), call.ids.clone(), call.times));
    let messenger = ShardMessenger::new(&runner);
    let info = ShardRunnerInfo {
        latency: None,
        runner_tx: ShardMessenger::new(&runner),
        stage: ConnectionStage::Handshake,
    };
    manager.runners.lock().await.insert(id, info);
    // The manager ends a shard before it begins it again, and would wait for the one that asks it to.
    manager.shutdown_finished(id);
    tokio::spawn(pulse(manager, id, tell.clone(), call.times.pulse));
    let mut running = Box::pin(runner.run());
    let ended = tokio::select! {
        ended = &mut running => ended,
        () = stop.cancelled() => {
            messenger.send_to_shard(ShardRunnerMessage::Shutdown(id, NORMAL));
            timeout(call.times.farewell, running).await.unwrap_or(Ok(()))
        }
    };
    // What came last is on its way to us in a task of its own.
    tokio::task::yield_now().await;
    over(&ended)
}

fn runner(call: &Call, shard: Shard, events: Events) -> (ShardRunner, Arc<ShardManager>) {
    let data = Arc::new(RwLock::new(TypeMap::new()));
    let http = HttpBuilder::new(call.token.expose_secret()).proxy(&*call.api).ratelimiter_disabled(true);
    let http = Arc::new(http.build());
    let (manager, _) = ShardManager::new(ShardManagerOptions {
        data: data.clone(),
        event_handlers: Vec::new(),
        raw_event_handlers: Vec::new(),
        shard_index: call.shard,
        shard_init: 1,
        shard_total: call.of,
        // None, so that it cannot connect.
        ws_url: Arc::default(),
        http: http.clone(),
        intents: shard.intents,
        presence: None,
    });
    let runner = ShardRunner::new(ShardRunnerOptions {
        data,
        event_handlers: Vec::new(),
        raw_event_handlers: vec![Arc::new(events)],
        manager: manager.clone(),
        shard,
        http,
    });
    (runner, manager)
}

/// Says again and again that the thread runs.
async fn pulse(manager: Arc<ShardManager>, id: ShardId, tell: UnboundedSender<Sign>, every: Duration) {
    loop {
        let latency = manager.runners.lock().await.get(&id).and_then(|runner| runner.latency);
        if tell.send(Sign::Pulse(latency)).is_err() {
            return;
        }
        sleep(every).await;
    }
}

fn over(ended: &Result<(), Error>) -> Over {
    match ended {
        Err(Error::Gateway(GatewayError::InvalidAuthentication)) => Over::TokenBad,
        Err(Error::Gateway(GatewayError::InvalidGatewayIntents | GatewayError::DisallowedGatewayIntents)) => {
            Over::Intents
        }
        Ok(()) | Err(_) => Over::Ended,
    }
}
