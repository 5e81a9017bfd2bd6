//! The gateway: connections, what is said on them, and what goes wrong with them on demand.

mod events;
#[cfg(test)]
mod rules;
mod session;
mod zlib;

use std::{
    collections::BTreeMap,
    sync::{
        Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::{Instant, sleep_until},
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};
use tokio_util::sync::CancellationToken;

#[cfg(test)]
pub(super) use self::events::{guild as a_guild, ready as a_ready};
pub use self::session::Session;
use super::{Discord, Inner, state::State};

/// Everything about the gateway.
pub struct Gateway {
    /// How many shards Discord asks for.
    pub shards: u32,
    /// How many sessions may still be begun.
    pub starts_left: u32,
    /// How many sessions may be begun at once.
    pub at_once: u32,
    /// How often a heartbeat is due, in real milliseconds.
    pub heartbeat: u64,
    /// Heartbeats are not answered.
    pub deaf: bool,
    /// The intents that the application may ask for.
    pub intents: u64,
    /// Sessions by id, with and without a connection.
    pub sessions: BTreeMap<String, Session>,
    /// When connections are cut next, in this order.
    pub cut: Vec<Cut>,
    /// What happened, in few words: `identify 0/1`, `resume 0/1`, `close 4004`.
    pub log: Vec<String>,
    connections: BTreeMap<u64, Connection>,
}

impl Default for Gateway {
    fn default() -> Self {
        Self {
            shards: 1,
            starts_left: 1_000,
            at_once: 1,
            heartbeat: 41_250,
            deaf: false,
            // All but the three privileged ones.
            intents: 0x0303_7fff & !(1 << 1 | 1 << 8 | 1 << 15),
            sessions: BTreeMap::new(),
            cut: Vec::new(),
            log: Vec::new(),
            connections: BTreeMap::new(),
        }
    }
}

/// An open socket.
struct Connection {
    orders: mpsc::UnboundedSender<Order>,
    session: Option<String>,
    /// It asked for compressed payloads.
    compress: bool,
}

#[derive(Debug, Clone)]
enum Order {
    Say(Value),
    Close(u16),
    Cut,
}

/// When connections are cut, without a close frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Instead of the next interaction, which comes when the session is resumed.
    BeforeTheDispatch,
    /// Right after the next interaction was sent.
    AfterTheDispatch,
    /// When the first answer to an interaction comes, which is taken.
    AtTheAnswer,
    /// Right after the first answer to an interaction was taken.
    AfterTheAnswer,
}

/// Accepts sockets until told to stop.
pub(super) async fn accept(listener: TcpListener, discord: Weak<Inner>, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else { continue };
        tokio::spawn(serve(stream, discord.clone(), stop.clone()));
    }
}

async fn serve(stream: TcpStream, discord: Weak<Inner>, stop: CancellationToken) {
    let spoken = AtomicBool::new(false);
    let look = |request: &Request, response: Response| {
        let query = request.uri().query().unwrap_or_default();
        let mut parts = query.split('&').filter_map(|part| part.split_once('='));
        // JSON is spoken where nothing else is asked for.
        let known = |(name, value): (&str, &str)| match name {
            "v" => value == "10",
            "encoding" => value == "json",
            other => other != "compress",
        };
        spoken.store(query.contains("v=10") && parts.all(known), Ordering::Relaxed);
        Ok(response)
    };
    let Ok(mut socket) = accept_hdr_async(stream, look).await else { return };
    if !spoken.load(Ordering::Relaxed) {
        return close(&mut socket, 4012).await;
    }
    let (orders, todo) = mpsc::unbounded_channel();
    let Some(inner) = discord.upgrade() else { return };
    let (number, heartbeat) = Discord(inner).with(|state| {
        let number = state.next();
        let heartbeat = state.gateway.heartbeat;
        let hello =
            json!({ "op": 10, "d": { "heartbeat_interval": heartbeat, "_trace": [] }, "s": null, "t": null });
        let _ = orders.send(Order::Say(hello));
        let connection = Connection { orders, session: None, compress: false };
        state.gateway.connections.insert(number, connection);
        (number, heartbeat)
    });
    talk(&mut socket, todo, &discord, number, Duration::from_millis(heartbeat), stop).await;
    if let Some(inner) = discord.upgrade() {
        Discord(inner).with(|state| state.ended(number));
    }
}

/// Carries out orders and takes what comes until the socket ends. When this returns, it is cut.
async fn talk(
    socket: &mut WebSocketStream<TcpStream>,
    mut todo: mpsc::UnboundedReceiver<Order>,
    discord: &Weak<Inner>,
    number: u64,
    heartbeat: Duration,
    stop: CancellationToken,
) {
    let patience = heartbeat * 2 + Duration::from_secs(1);
    let mut silence = Instant::now() + patience;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep_until(silence) => {
                note(discord, "close 4009");
                return close(socket, 4009).await;
            }
            order = todo.recv() => match order {
                Some(Order::Say(json)) => {
                    let compress = discord.upgrade().is_some_and(|inner| Discord(inner).with(|state| {
                        state.gateway.connections.get(&number).is_some_and(|known| known.compress)
                    }));
                    let text = json.to_string();
                    let frame = if compress { Message::binary(zlib::stored(text.as_bytes())) } else { Message::text(text) };
                    if socket.send(frame).await.is_err() {
                        return;
                    }
                }
                Some(Order::Close(code)) => {
                    note(discord, &format!("close {code}"));
                    return close(socket, code).await;
                }
                Some(Order::Cut) | None => return,
            },
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    let Some(inner) = discord.upgrade() else { return };
                    silence = Instant::now() + patience;
                    let json = serde_json::from_str(&text).unwrap_or_default();
                    let discord = Discord(inner);
                    let now = discord.now();
                    let here = discord.gateway();
                    discord.with(|state| state.said(number, &json, &here, now));
                }
                Some(Ok(Message::Close(frame))) => {
                    // 1000 and 1001 end the session; with any other code it may be resumed.
                    let over = frame.is_none_or(|frame| matches!(u16::from(frame.code), 1000 | 1001));
                    if let Some(inner) = discord.upgrade().filter(|_| over) {
                        Discord(inner).with(|state| state.forgets_session_of(number));
                    }
                    return;
                }
                Some(Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
        }
    }
}

async fn close(socket: &mut WebSocketStream<TcpStream>, code: u16) {
    let frame = CloseFrame { code: CloseCode::from(code), reason: "".into() };
    let _ = socket.close(Some(frame)).await;
    // The other side answers with a close of its own before the socket goes.
    let end = async { while let Some(Ok(_)) = socket.next().await {} };
    let _ = tokio::time::timeout(Duration::from_millis(500), end).await;
}

fn note(discord: &Weak<Inner>, what: &str) {
    if let Some(inner) = discord.upgrade() {
        Discord(inner).with(|state| state.gateway.log.push(what.to_owned()));
    }
}

impl Discord {
    /// Asks each connection to come again and resume (7).
    pub fn asks_to_reconnect(&self) {
        self.with(|state| state.tell_all(&json!({ "op": 7, "d": null, "s": null, "t": null })));
    }

    /// Tells each connection that its session is over (9), and forgets it unless it may be resumed.
    pub fn invalidates(&self, resumable: bool) {
        self.with(|state| {
            state.tell_all(&json!({ "op": 9, "d": resumable, "s": null, "t": null }));
            if !resumable {
                state.gateway.sessions.clear();
            }
        });
    }

    /// Closes each connection with a code; where it cannot be resumed, the session is forgotten.
    pub fn closes(&self, code: u16) {
        self.with(|state| {
            state.order_all(&Order::Close(code));
            if matches!(code, 4004 | 4007 | 4009..=4014) {
                state.gateway.sessions.clear();
            }
        });
    }

    /// Cuts every connection without a close frame.
    pub fn cuts(&self) {
        self.with(|state| state.order_all(&Order::Cut));
    }

    /// Forgets every session: what is resumed is told that it cannot be.
    pub fn forgets_sessions(&self) {
        self.with(|state| state.gateway.sessions.clear());
    }

    /// Waits until so many sessions have a connection.
    pub async fn connected(&self, count: usize) {
        self.until("sessions of the application", |state| (state.connected() >= count).then_some(())).await;
    }
}

impl State {
    fn tell_all(&mut self, json: &Value) {
        self.order_all(&Order::Say(json.clone()));
    }

    fn order_all(&mut self, order: &Order) {
        for connection in self.gateway.connections.values() {
            let _ = connection.orders.send(order.clone());
        }
    }

    /// Cuts every connection if it is the time for that.
    pub(super) fn cut_if(&mut self, when: Cut) -> bool {
        let due = self.gateway.cut.first() == Some(&when);
        if due {
            self.gateway.cut.remove(0);
            self.order_all(&Order::Cut);
        }
        due
    }
}
