//! A Discord of our own on loopback: REST v10, the gateway v10, signed HTTP interactions, and people who use them.
//!
//! It is a stand-in. What Discord does that this does not: voice, presences, reactions, files, stickers, polls,
//! forums, webhooks besides those of interactions, components V2, message history and search, audit logs, OAuth
//! (the application begins installed in each guild), user-installed applications, permission overwrites beyond
//! three rights of the bot in a channel, transport compression (`zlib-stream`), ETF. How often sessions are begun is
//! counted, not limited; where several sessions have the same shard, each is told everything, as by Discord. Somebody may press what stood
//! on a message when they saw it, as when the press was under way while the message was rewritten. Discord keeps
//! its rate limits to itself apart from what the headers say, so the figures in `limits.rs` are ours.
//!
//! Shapes: every payload that it sends is read by serenity's types in `shapes.rs`.

#![allow(dead_code, reason = "which parts are used differs between test programs")]

pub mod act;
mod answers;
pub mod api;
mod check;
pub mod deliver;
pub mod forms;
pub mod gateway;
pub mod interactions;
pub mod limits;
mod markup;
mod payload;
pub mod people;
pub mod read;
mod rules;
pub mod schemas;
mod shapes;
mod signed;
pub mod state;
pub mod trouble;
mod typed;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use sublet::{domain::Instant, ports::clock::Clock};
use tokio::{net::TcpListener, sync::watch};
use tokio_util::sync::CancellationToken;

use self::{people::Directory, signed::Seal, state::State};

/// The application's id.
pub const APPLICATION: &str = "1100000000000000001";
/// The account of the bot, which for newer applications has the same id.
pub const BOT: &str = APPLICATION;
/// The bot's token.
pub const TOKEN: &str = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.standin.bot-token";
/// How long Discord waits for the first answer.
pub const PATIENCE: Duration = Duration::from_secs(3);
/// How long a test waits for something to come that should come.
pub const DEADLINE: Duration = Duration::from_secs(15);

/// The stand-in. Clones are the same one; it stops with the last of them.
#[derive(Clone)]
pub struct Discord(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    /// Rung at each change.
    news: watch::Sender<u64>,
    clock: Arc<dyn Clock>,
    seal: Seal,
    api: SocketAddr,
    gateway: SocketAddr,
    stop: CancellationToken,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Discord {
    /// Starts it, with these people and places, on two free ports of loopback.
    pub async fn start(directory: Directory, clock: Arc<dyn Clock>) -> Self {
        let (web, sockets) = (loopback().await, loopback().await);
        let inner = Inner {
            state: Mutex::new(State::new(directory)),
            news: watch::Sender::new(0),
            clock,
            seal: Seal::new(),
            api: web.local_addr().expect("an address"),
            gateway: sockets.local_addr().expect("an address"),
            stop: CancellationToken::new(),
        };
        let stop = inner.stop.clone();
        let discord = Self(Arc::new(inner));
        let router = api::router(Arc::downgrade(&discord.0));
        let serving = axum::serve(web, router).with_graceful_shutdown(stop.clone().cancelled_owned());
        tokio::spawn(async move { serving.await.expect("the API is served") });
        tokio::spawn(gateway::accept(sockets, Arc::downgrade(&discord.0), stop));
        discord
    }

    /// Where the API is, without a slash at the end.
    pub fn api(&self) -> String {
        format!("http://{}/api/v10", self.0.api)
    }

    /// Where the gateway is.
    pub fn gateway(&self) -> String {
        format!("ws://{}", self.0.gateway)
    }

    /// The key with which the application checks what it is sent.
    pub fn public_key(&self) -> [u8; 32] {
        self.0.seal.public_key()
    }

    /// Looks at or changes what is there, and tells whoever waits.
    pub fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        let done = work(&mut self.0.state.lock().expect("the state of Discord"));
        self.0.news.send_modify(|count| *count += 1);
        done
    }

    /// The present moment.
    pub fn now(&self) -> Instant {
        self.0.clock.now()
    }

    /// Waits until `find` finds something. Fails the test when it does not in time.
    pub async fn until<T>(&self, what: &str, find: impl FnMut(&mut State) -> Option<T>) -> T {
        let found = self.within(DEADLINE, find).await;
        found.unwrap_or_else(|| {
            panic!("this did not come in time: {what}\n{}", self.with(|state| state.told()))
        })
    }

    /// The same, without failing.
    pub async fn within<T>(
        &self,
        time: Duration,
        mut find: impl FnMut(&mut State) -> Option<T>,
    ) -> Option<T> {
        let mut news = self.0.news.subscribe();
        let found = async {
            loop {
                news.borrow_and_update();
                if let Some(found) = find(&mut self.0.state.lock().expect("the state of Discord")) {
                    return found;
                }
                news.changed().await.expect("Discord is there");
            }
        };
        tokio::time::timeout(time, found).await.ok()
    }
}

async fn loopback() -> TcpListener {
    TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port")
}
