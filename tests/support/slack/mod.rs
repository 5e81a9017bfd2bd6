//! A Slack of our own on loopback: Web API, Socket Mode, signed HTTP, response URLs, and people who use them.
//!
//! It is a stand-in. What Slack does that this does not: pictures, threads, files, scheduled messages, history
//! and search, Enterprise Grid, token rotation, OAuth (each workspace begins installed), user groups beyond their
//! ids, unfurling, `block_suggestion`, views on a stack, more than one app. Which of several connections gets an
//! envelope is our choice (in turn). An envelope of a command or an interaction whose connection ends
//! unacknowledged goes to another one; Slack promises that for events only. Rates are those that we switch on.
//!
//! Shapes: every payload that it sends is read by `slack_morphism`'s types in `shapes.rs`.

#![allow(dead_code, reason = "which parts are used differs between test programs")]

pub mod act;
mod api;
mod blocks;
pub mod deliver;
mod elements;
mod escape;
pub mod forms;
mod payload;
pub mod people;
pub mod read;
mod response_url;
mod rules;
mod shapes;
mod signed;
pub mod socket;
pub mod state;
pub mod trouble;
mod views;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use sublet::{domain::Instant, ports::clock::Clock};
use tokio::{net::TcpListener, sync::watch};
use tokio_util::sync::CancellationToken;

use self::{people::Directory, state::State};

/// The app's id.
pub const APP: &str = "A0SUBLET";
/// The app-level token, which opens sockets.
pub const APP_TOKEN: &str = "xapp-1-A0SUBLET-1-standin";
/// The secret with which deliveries are signed.
pub const SIGNING_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
/// How long Slack waits for an acknowledgement.
pub const PATIENCE: Duration = Duration::from_secs(3);
/// How long a test waits for something to come that should come.
pub const DEADLINE: Duration = Duration::from_secs(15);

/// The stand-in. Clones are the same one; it stops with the last of them.
#[derive(Clone)]
pub struct Slack(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    /// Rung at each change.
    news: watch::Sender<u64>,
    clock: Arc<dyn Clock>,
    api: SocketAddr,
    wss: SocketAddr,
    stop: CancellationToken,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Slack {
    /// Starts it, with these people and places, on two free ports of loopback.
    pub async fn start(directory: Directory, clock: Arc<dyn Clock>) -> Self {
        let (web, sockets) = (loopback().await, loopback().await);
        let inner = Inner {
            state: Mutex::new(State::new(directory)),
            news: watch::Sender::new(0),
            clock,
            api: web.local_addr().expect("an address"),
            wss: sockets.local_addr().expect("an address"),
            stop: CancellationToken::new(),
        };
        let stop = inner.stop.clone();
        let slack = Self(Arc::new(inner));
        let router = api::router(Arc::downgrade(&slack.0));
        let serving = axum::serve(web, router).with_graceful_shutdown(stop.clone().cancelled_owned());
        tokio::spawn(async move { serving.await.expect("the Web API is served") });
        tokio::spawn(socket::accept(sockets, Arc::downgrade(&slack.0), stop));
        slack
    }

    /// Where the Web API is, without a slash at the end.
    pub fn api(&self) -> String {
        format!("http://{}/api", self.0.api)
    }

    /// Looks at or changes what is there, and tells whoever waits.
    pub fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        let done = work(&mut self.0.state.lock().expect("the state of Slack"));
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
                if let Some(found) = find(&mut self.0.state.lock().expect("the state of Slack")) {
                    return found;
                }
                news.changed().await.expect("Slack is there");
            }
        };
        tokio::time::timeout(time, found).await.ok()
    }
}

async fn loopback() -> TcpListener {
    TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port")
}
